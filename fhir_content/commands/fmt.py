"""`fhir-content fmt`."""

from __future__ import annotations

from pathlib import Path

import click

from fhir_content.commands import _options


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option("--check", is_flag=True, help="Change nothing; exit 1 when a file would change.")
@_options.project
def command(paths: tuple[Path, ...], check: bool, project_dir: Path | None) -> None:
    """FHIR's order of elements and one layout for YAML and JSON; comments stay with their elements.

    Example: fhir-content fmt --check
    """
    from fhir_content.commands._printing import finish
    from fhir_content.formatting_run import format_files
    from fhir_content.report import Summary

    issues, files = format_files(paths, project_dir, check=check)
    finish(issues, Summary(files, files), "text", None, "error")
