"""The two ways in which `validate` runs: once, and again on each change."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from fhir_content.commands._printing import check_format, emit, finish
from fhir_content.issue import Issue
from fhir_content.report import Summary, render
from fhir_content.validation_run import changes, fix, run

_PAUSE = 0.5  # seconds between two looks at the files


def validate_once(
    paths: Sequence[Path],
    project_dir: Path | None,
    fixes: bool,
    format_name: str,
    output: Path | None,
    fail_on: str,
    only: Sequence[str],
    profiles: Sequence[str],
    jobs: int,
) -> NoReturn:
    """Validate, print, and end with the exit code of what was found."""
    check_format(format_name)
    issues, summary = _run(paths, project_dir, fixes, only, profiles, jobs)
    finish(issues, summary, format_name, output, fail_on)


def validate_on_change(
    paths: Sequence[Path],
    project_dir: Path | None,
    fixes: bool,
    format_name: str,
    output: Path | None,
    fail_on: str,
    only: Sequence[str],
    profiles: Sequence[str],
    jobs: int,
) -> None:
    """Validate and print now and after each change, until Ctrl-C."""
    check_format(format_name)
    del fail_on  # nobody waits for an exit code here
    try:
        for _ in changes(paths, project_dir, lambda: time.sleep(_PAUSE)):
            issues, summary = _run(paths, project_dir, fixes, only, profiles, jobs)
            emit(render(format_name, issues, summary), output)
    except KeyboardInterrupt:
        click.echo("stopped", err=True)


def _run(
    paths: Sequence[Path],
    project_dir: Path | None,
    fixes: bool,
    only: Sequence[str],
    profiles: Sequence[str],
    jobs: int,
) -> tuple[list[Issue], Summary]:
    issues, summary = run(paths, project_dir, only=only, profiles=profiles, jobs=jobs)
    made = fix(issues, summary) if fixes else 0
    if made:
        click.echo(f"{made} corrections written", err=True)
        issues, summary = run(paths, project_dir, only=only, profiles=profiles, jobs=jobs)
    return issues, summary
