"""Contraindications as the hazard log names them: definitions/safety/hazard-log.yaml.

Of each hazard only its `contraindications` are read here; the rest of the log is for people.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from fhir_content.project import ProjectError, declaration_issues
from fhir_content.source import read


class Contraindication(BaseModel):
    """A definition under which an action must not apply.

    `forbids` names the actions: `PlanDefinition/id` (every proposal of it), `PlanDefinition/id#action`, or the
    `ActivityDefinition/id` or `PlanDefinition/id` that an action proposes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    library: str
    definition: str
    forbids: tuple[str, ...]


class Hazard(BaseModel):
    """One entry of the log, as far as a proof reads it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    contraindications: tuple[Contraindication, ...] = ()


class _Log(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    hazards: tuple[Hazard, ...]


def read_log(path: Path, name: str) -> tuple[Contraindication, ...]:
    """The contraindications of the log, none where there is no log; raises ProjectError for one that cannot be read."""
    if not path.is_file():
        return ()
    source = read(path, name)
    if source.issues:
        raise ProjectError(f"{name} cannot be read", source.issues)
    try:
        log = _Log.model_validate(source.data)
    except ValidationError as error:
        raise ProjectError(f"{name} is not a hazard log", tuple(declaration_issues(source, error))) from None
    return tuple(each for hazard in log.hazards for each in hazard.contraindications)
