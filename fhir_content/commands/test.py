"""`fhir-content test`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from fhir_content.commands import _options


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--coverage", is_flag=True, help="Show what the cases have not seen; writes build/out/coverage.json, .html."
)
@click.option("--mutate", is_flag=True, help="Put small wrongs into the logic; a case must fail for each.")
@click.option("--expand", is_flag=True, help="Print the plain FHIR of the cases and run nothing.")
@click.option(
    "--format", "format_name", type=click.Choice(["text", "json", "junit"]), default="text", show_default=True
)
@_options.output
@_options.project
def command(
    paths: tuple[Path, ...],
    coverage: bool,
    mutate: bool,
    expand: bool,
    format_name: str,
    output: Path | None,
    project_dir: Path | None,
) -> None:
    """Run the clinical cases: each applies a plan to a patient and holds the result against what a clinician expects.

    Example: fhir-content test definitions/ig-replacement --coverage
    """
    from fhir_content.case.session import expanded, test_cases
    from fhir_content.commands._printing import emit, progress
    from fhir_content.project import find_root, load

    project = load(find_root(project_dir or Path.cwd()))
    if expand:
        emit(expanded(project, paths), output)
        return
    with progress("mutants") as advance:
        done = test_cases(project, paths, format_name, coverage=coverage, mutate=mutate, advance=advance)
    emit(done.text, output)
    sys.exit(0 if done.is_clean else 1)
