"""`fhir-content new`."""

from __future__ import annotations

from pathlib import Path

import click

from fhir_content.commands import _options


@click.command()
@click.argument("kind", type=click.Choice(["pathway", "activity", "case"]))
@click.argument("name")
@_options.project
def command(kind: str, name: str, project_dir: Path | None) -> None:
    """A skeleton that validates: a pathway with its plan, logic and case, one activity, or one case.

    Example: fhir-content new activity ig-replacement/imd-measure-trough
    """
    from fhir_content.project import find_root
    from fhir_content.scaffold import make

    root = find_root(project_dir or Path.cwd())
    for path in make(kind, name, root):
        click.echo(path.relative_to(root))
    click.echo(
        "next: write what says `to be written`, then run fhir-content compile and fhir-content validate", err=True
    )
