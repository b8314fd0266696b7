"""`fhir-content apply`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from fhir_content.commands import _options

_FILE = click.Path(path_type=Path, exists=True)


@click.command()
@click.argument("plan")
@click.option("--data", multiple=True, type=_FILE, help="Clinical data: a Bundle or a resource (repeatable).")
@click.option("--content", multiple=True, type=_FILE, help="A Bundle or folder to take instead of the project.")
@click.option("--subject", default="", metavar="Patient/x", help="Default: the one Patient in the data.")
@click.option("--encounter", default="", metavar="Encounter/x", help="The encounter in which it is applied.")
@click.option("--practitioner", default="", metavar="Practitioner/x", help="Who applies it.")
@click.option("--organization", default="", metavar="Organization/x", help="For whom it is applied.")
@click.option("--parameters", type=_FILE, help="A Parameters resource: values for the parameters of the CQL.")
@click.option("--at", default="", metavar="INSTANT", help="The moment of evaluation. Default: now.")
@click.option("--output-type", default="careplan", type=click.Choice(["careplan", "bundle"]), show_default=True)
@click.option("--explain", is_flag=True, help="Say why each action did or did not fire, instead of the result.")
@click.option("--format", "format_name", default="text", type=click.Choice(["text", "json"]), help="Of --explain.")
@_options.output
@_options.project
def command(plan: str, output: Path | None, explain: bool, format_name: str, **given: Any) -> None:  # noqa: ANN401
    """Apply a PlanDefinition or ActivityDefinition to a patient.

    Example: fhir-content apply imd-21-ig-initiate --data patient.json --explain
    """
    from fhir_content.apply import ApplyError
    from fhir_content.apply.call import call, printed
    from fhir_content.commands._printing import emit, report_errors

    try:
        outcome = call(plan, explain=explain, **given)
    except ApplyError as error:
        report_errors(error.issues)
        click.echo(f"fhir-content: {error}", err=True)
        sys.exit(1 if error.issues else 2)
    report_errors(outcome.issues)
    emit(printed(outcome, explain=explain, format_name=format_name), output)
    sys.exit(1 if outcome.has_errors else 0)
