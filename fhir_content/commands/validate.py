"""`fhir-content validate`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from fhir_content.commands import _options


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "format_name", default="text", show_default=True, help="text, json, sarif, junit, ...")
@_options.output
@_options.fail_on
@click.option("--rule", "only", multiple=True, metavar="NAME", help="Keep only findings of this rule (repeatable).")
@click.option("--profile", "profiles", multiple=True, metavar="URL", help="Check against this profile as well.")
@click.option("--jobs", default=1, show_default=True, type=click.IntRange(1, 64), help="How many processes.")
@click.option("--fix", "fixes", is_flag=True, help="Write the corrections that are certain, then validate again.")
@click.option("--watch", is_flag=True, help="Validate again whenever a file changes, until Ctrl-C.")
@_options.project
def command(
    paths: tuple[Path, ...],
    project_dir: Path | None,
    fixes: bool,
    watch: bool,
    **options: Any,  # noqa: ANN401 - click's
) -> None:
    """Issues of the project, or of any FHIR JSON or YAML files and folders.

    Example: fhir-content validate definitions/ig-replacement --format sarif --output issues.sarif
    """
    from fhir_content.commands._validating import validate_on_change, validate_once

    if watch:
        validate_on_change(paths, project_dir, fixes, **options)
    else:
        validate_once(paths, project_dir, fixes, **options)
