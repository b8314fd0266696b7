"""`fhir-content bundle`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fhir_content.commands import _options


@click.command()
@click.argument("plan")
@_options.output
@_options.project
def command(plan: str, output: Path | None, project_dir: Path | None) -> None:
    """One PlanDefinition with all it needs, as a transaction bundle on stdout. PLAN is its id or canonical.

    Example: fhir-content bundle imd-20-ig --output imd-20-ig.json
    """
    from fhir_content.build_run import closure_bundle
    from fhir_content.commands._printing import emit, report_errors
    from fhir_content.project import find_root, load

    content, issues = closure_bundle(load(find_root(project_dir or Path.cwd())), plan)
    report_errors(issues)
    if content is None:
        click.echo("no bundle was made: mend the errors above", err=True)
        sys.exit(1)
    emit(content, output)
