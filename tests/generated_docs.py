"""Write the pages of docs/ that are generated: python tests/generated_docs.py ."""

from pathlib import Path

import bad_input
import click

from fhir_content.__main__ import cli
from fhir_content.rules import _pages

DOCS = Path(__file__).parents[1] / "docs"
HEAD = """\
# Commands

Generated from `fhir-content COMMAND --help`. Exit code 0: clean; 1: findings; 2: could not run, with one line saying
why. The result is on stdout, everything else on stderr.
"""


def commands() -> str:
    """docs/commands.md."""
    parts = [HEAD]
    with click.Context(cli, info_name="fhir-content") as above:
        for name in cli.list_commands(above):
            command = cli.get_command(above, name)
            with click.Context(
                command, info_name=name, parent=above, terminal_width=100, max_content_width=100
            ) as context:
                parts.append(f"## {name}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


PAGES = {"rules.md": _pages.markdown, "commands.md": commands, "bad-input.md": bad_input.markdown}

if __name__ == "__main__":
    for page, generate in PAGES.items():
        (DOCS / page).write_text(generate(), encoding="utf-8")
