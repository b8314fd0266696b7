"""`fhir-content diff`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fhir_content.commands import _options


@click.command()
@click.argument("old", type=click.Path(path_type=Path, exists=True))
@click.argument("new", type=click.Path(path_type=Path, exists=True), required=False)
@click.option("--format", "format_name", type=click.Choice(["text", "markdown", "fhirpatch"]), default="text")
@_options.output
@_options.project
def command(old: Path, new: Path | None, format_name: str, output: Path | None, project_dir: Path | None) -> None:
    """What changed from OLD to NEW (default: this project), each change classed; exit 1 when the version hides it.

    OLD and NEW are folders, FHIR packages (.tgz) or bundles.

    Example: fhir-content diff fhir-content.immunodeficiency-0.1.0.tgz --format markdown
    """
    from fhir_content.commands._printing import emit
    from fhir_content.difference import difference, says_so
    from fhir_content.difference.page import render
    from fhir_content.difference.release_files import read_release
    from fhir_content.project import find_root

    before, old_version = read_release(old)
    after, new_version = read_release(new or find_root(project_dir or Path.cwd()))
    changes = difference(before, after)
    emit(render(format_name, changes, old_version, new_version), output)
    least = says_so(old_version, new_version, changes)
    if least:
        click.echo(f"the version {new_version} hides these changes: it must be {least} or later", err=True)
        sys.exit(1)
