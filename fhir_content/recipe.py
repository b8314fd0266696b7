"""build/<name>.yaml: what one kind of FHIR server asks of the bundles that it is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from fhir_content.package import Declaration
from fhir_content.project import ProjectError, declaration_issues
from fhir_content.source import read

_NOT_RECIPES = ("allow.yaml", "coverage.yaml", "mutants.yaml")


class Limits(Declaration):
    """The most that a server takes at once; 0 says that no limit is known."""

    entries: int = Field(default=0, ge=0)
    bytes: int = Field(default=0, ge=0)
    resource_bytes: int = Field(default=0, ge=0, alias="resourceBytes")


class Recipe(Declaration):
    """The settings of one server: its limits, who chooses ids, whether it keeps narratives, what to know before."""

    title: str
    ids: Literal["client", "server"] = "client"
    narrative: bool = True
    limits: Limits = Limits()
    notes: list[str] = []


def read_recipes(build: Path) -> dict[str, Recipe]:
    """The recipes of a project, by name; raises ProjectError where one cannot be used."""
    found: dict[str, Recipe] = {}
    for path in sorted(build.glob("*.yaml")):
        if path.name in _NOT_RECIPES:
            continue
        name = f"build/{path.name}"
        source = read(path, name)
        if source.issues:
            raise ProjectError(f"{name} cannot be read", source.issues)
        try:
            found[path.stem] = Recipe.model_validate(source.data)
        except ValidationError as error:
            raise ProjectError(f"{name} is not a recipe", tuple(declaration_issues(source, error))) from None
    return found
