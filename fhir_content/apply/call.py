"""One call of $apply over files, as the command line makes it, and its result in print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from fhir_content.apply import Outcome, apply
from fhir_content.apply.files import catalog_of, data_of, moment, parameters_of
from fhir_content.source import dumps


def call(
    plan: str,
    *,
    data: Sequence[Path],
    content: Sequence[Path] = (),
    project_dir: Path | None = None,
    parameters: Path | None = None,
    at: str = "",
    subject: str = "",
    encounter: str = "",
    practitioner: str = "",
    organization: str = "",
    output_type: Literal["careplan", "bundle"] = "careplan",
    explain: bool = False,
) -> Outcome:
    """Read what is needed and apply the plan; raises ApplyError, with issues where a file is at fault."""
    return apply(
        plan,
        catalog_of(content, project_dir),
        data_of(data),
        subject,
        encounter=encounter,
        practitioner=practitioner,
        organization=organization,
        at=moment(at),
        parameters=parameters_of(parameters),
        output=output_type,
        explain=explain,
    )


def printed(outcome: Outcome, *, explain: bool, format_name: str) -> str:
    """The result as FHIR JSON, or why it is so: as text, or as JSON."""
    if not explain:
        return dumps(outcome.resource, pretty=True).decode().rstrip()
    if format_name == "json":
        return dumps(outcome.explanation.to_json(), pretty=True).decode().rstrip()
    return "\n".join(outcome.explanation.lines())
