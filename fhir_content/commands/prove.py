"""`fhir-content prove`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fhir_content.commands import _options

_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
_NEW_FOLDER = click.Path(path_type=Path, file_okay=False)
_FORMAT = click.Choice(["text", "json", "junit"])


@click.command()
@click.argument("plans", nargs=-1)
@click.option(
    "--format", "format_name", type=click.Choice(["text", "json", "junit"]), default="text", show_default=True
)
@click.option("--against", type=_FOLDER, help="Another version: is any patient treated otherwise?")
@click.option("--write-cases", "cases", type=_NEW_FOLDER, help="Write each counterexample there as a clinical case.")
@click.option("--limit", type=click.FloatRange(0.01, 3600), default=5.0, show_default=True, help="Seconds for a claim.")
@_options.output
@_options.project
def command(
    plans: tuple[str, ...],
    format_name: str,
    against: Path | None,
    cases: Path | None,
    limit: float,
    output: Path | None,
    project_dir: Path | None,
) -> None:
    """Prove the decision tables for every patient; a proof that fails prints the patient for whom it fails.

    Example: fhir-content prove imd-21-ig-initiate
    """
    from fhir_content.commands._printing import emit
    from fhir_content.commands._progress import progress
    from fhir_content.project import find_root, load
    from fhir_content.proof.session import prove

    project = load(find_root(project_dir or Path.cwd()))
    with progress() as step:
        done = prove(project, plans, format_name, against=against, cases=cases, limit=limit, step=step)
    emit(done.text, output)
    sys.exit(0 if done.is_clean else 1)
