"""`fhir-content build`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fhir_content.commands import _options


@click.command()
@click.option("--target", "names", multiple=True, metavar="NAME", help="Make this target only (repeatable).")
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), help="The folder to write. Default: build/out."
)
@_options.project
def command(names: tuple[str, ...], output: Path | None, project_dir: Path | None) -> None:
    """Check the project and make every release artifact; nothing is written when an error is found.

    Example: fhir-content build --target bundle --output /tmp/release
    """
    from fhir_content.build_run import run
    from fhir_content.commands._printing import report_errors
    from fhir_content.commands._progress import progress
    from fhir_content.project import find_root, load

    project = load(find_root(project_dir or Path.cwd()))
    folder = output or project.build / "out"
    with progress() as step:
        build = run(project, folder, names, step)
    report_errors(build.issues)
    if build.failed:
        click.echo("nothing was written: mend the errors above, then build again", err=True)
        sys.exit(1)
    for name, size in build.sizes.items():
        click.echo(f"{size:>12,}  {folder / name}")
    click.echo("  ".join(f"{name} {seconds:.1f} s" for name, seconds in build.seconds.items()))
    click.echo(f"next: import {build.first_bundle(folder)} into a FHIR server, as docs/import.md tells")
