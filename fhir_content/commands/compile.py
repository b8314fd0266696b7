"""`fhir-content compile`."""

from __future__ import annotations

from pathlib import Path

import click

from fhir_content.commands import _options


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; fail when build/elm is not compiled from these sources.")
@click.option("--format", "format_name", default="text", show_default=True, help="text, json, sarif, junit, ...")
@_options.output
@_options.fail_on
@_options.project
def command(check: bool, format_name: str, output: Path | None, fail_on: str, project_dir: Path | None) -> None:
    """Translate the project's CQL to ELM in build/elm. Needs Node, except for --check.

    Example: fhir-content compile --check
    """
    from fhir_content.commands._printing import finish
    from fhir_content.project import find_root
    from fhir_content.report import Summary
    from fhir_content.translate import ProjectCql

    cql = ProjectCql.read(find_root(project_dir or Path.cwd()))
    found = cql.check() if check else cql.compile()
    for name in found.changed:
        click.echo(f"build/elm/{name}", err=True)
    if found.skipped:
        click.echo(f"bytes not compared, hashes only: {found.skipped}", err=True)
    finish(found.issues, Summary(len(found.libraries), len(found.libraries), {}), format_name, output, fail_on)
