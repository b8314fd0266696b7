"""The command line: `fhir-content COMMAND`. Exit 0 clean, 1 findings, 2 could not run."""

from __future__ import annotations

import os
import sys

import click

from fhir_content import __version__
from fhir_content.commands import Commands


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="fhir-content")
def cli() -> None:
    """Validate, run, test, prove, bundle and release clinical content in FHIR R4 and CQL.

    Example: fhir-content validate
    """


def main() -> None:
    """Run the command line; whatever stops the tool itself ends in one line and exit 2."""
    try:
        cli(prog_name="fhir-content")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # the last door: one line, never a traceback, unless a developer asks for it
        if os.environ.get("FHIR_CONTENT_TRACEBACK"):
            raise
        issues = getattr(error, "issues", ())
        for issue in issues:
            click.echo(str(issue), err=True)
        click.echo(f"fhir-content: {error or type(error).__name__}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
