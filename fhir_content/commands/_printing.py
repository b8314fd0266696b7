"""How a command ends: its result on stdout or in a file, and its exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click

from fhir_content.issue import Issue, Severity
from fhir_content.report import Summary, formats, render
from fhir_content.writing import write_whole


def finish(issues: Sequence[Issue], summary: Summary, format_name: str, output: Path | None, fail_on: str) -> NoReturn:
    """Print the issues in the wanted format; exit 1 when one reaches the fail level."""
    check_format(format_name)
    colour = output is None and format_name == "text" and sys.stdout.isatty()
    emit(render(format_name, issues, summary, colour=colour), output)
    sys.exit(1 if any(issue.severity.reaches(Severity(fail_on)) for issue in issues) else 0)


def check_format(format_name: str) -> None:
    """Refuse a format that there is not, before any work is done."""
    if format_name not in formats():
        raise click.BadParameter(f"{format_name} is not one of {', '.join(formats())}", param_hint="--format")


def emit(text: str, output: Path | None) -> None:
    """Write the result to stdout, or whole to a file."""
    if output is None:
        click.echo(text, color=True)
    else:
        write_whole(output, text.encode() + b"\n")


def report_errors(issues: Sequence[Issue]) -> None:
    """The errors, each with its way out, on stderr; what is less is counted only: `validate` tells it."""
    errors = [issue for issue in issues if issue.severity.reaches(Severity.ERROR)]
    for issue in errors:
        click.echo(f"{issue}\n    {issue.help}" if issue.help else str(issue), err=True)
    if len(issues) > len(errors):
        click.echo(f"{len(issues) - len(errors)} findings are no errors: fhir-content validate shows them", err=True)


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr for work that tells how far it is; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    with click.progressbar(length=1, label=what, file=sys.stderr) as bar:

        def advance(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield advance
