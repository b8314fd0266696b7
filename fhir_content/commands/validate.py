"""`fhir-content validate`."""

from __future__ import annotations

from pathlib import Path

import click

from fhir_content.commands import _options


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "format_name", default="text", show_default=True, help="text, json, sarif, junit, ...")
@_options.output
@_options.fail_on
@click.option("--rule", "rules", multiple=True, metavar="NAME", help="Keep only findings of this rule (repeatable).")
@click.option("--profile", "profiles", multiple=True, metavar="URL", help="Check against this profile as well.")
@_options.project
def command(
    paths: tuple[Path, ...],
    format_name: str,
    output: Path | None,
    fail_on: str,
    rules: tuple[str, ...],
    profiles: tuple[str, ...],
    project_dir: Path | None,
) -> None:
    """Issues of the project, or of any FHIR JSON or YAML files and folders.

    Example: fhir-content validate definitions/ig-replacement --format sarif --output issues.sarif
    """
    from fhir_content.commands._printing import finish
    from fhir_content.validation_run import run

    issues, summary = run(paths, project_dir, only=rules, profiles=profiles)
    finish(issues, summary, format_name, output, fail_on)
