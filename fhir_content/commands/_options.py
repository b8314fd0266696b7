"""Options that more than one command takes."""

from __future__ import annotations

from pathlib import Path

import click

project = click.option(
    "--project",
    "project_dir",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="The project's folder. Default: the nearest with definitions/package.yaml.",
)
output = click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the result to this file, not to stdout."
)
fail_on = click.option(
    "--fail-on", type=click.Choice(["error", "warning"]), default="error", show_default=True, help="What makes exit 1."
)
