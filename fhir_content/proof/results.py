"""Tracked results: build/proofs/<plan>.json, with a hash of what they were proved from. Reading needs no solver.

A result is fresh while the meaning of the plan, its logic, facts, hazards and parameters is what it was: a changed
comment or layout makes nothing stale.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fhir_content.issue import Issue, Location, Severity
from fhir_content.project import Project, ProjectError
from fhir_content.proof.logic import Logic, LogicError, tags
from fhir_content.proof.reads import library_of
from fhir_content.resource import Resource
from fhir_content.source import dumps, read

# Raised when a property comes to mean something else, so that older results are stale.
MEANING = 1
STALE = "proof-is-stale"
_WAY_OUT = "run `fhir-content prove` and commit build/proofs"
_PREMISES = ("*/facts.yaml", "safety/hazard-log.yaml", "shared/parameters.yaml")


def libraries(project: Project) -> Logic:
    """The compiled libraries of the project; raises ProjectError where there are none or one cannot be read."""
    files = sorted((project.build / "elm").glob("*.json"))
    if not files:
        raise ProjectError("there is no compiled logic in build/elm: run `fhir-content compile`")
    try:
        return Logic(json.loads(file.read_bytes()) for file in files)
    except (ValueError, LogicError) as error:
        raise ProjectError(
            f"the compiled logic in build/elm cannot be read ({error}): run `fhir-content compile`"
        ) from None


def plans_with_logic(project: Project) -> list[Resource]:
    """The PlanDefinitions that have a library."""
    return [plan for plan in project.catalog.of("PlanDefinition") if library_of(plan, project.catalog)]


def sources(plan: Resource, project: Project, logic: Logic) -> str:
    """The hash of all that a proof of this plan rests on; raises LogicError where its logic is not there."""
    digest = hashlib.sha256(f"{MEANING}\0".encode() + dumps(plan.data))
    for element in plan.root.walk():
        reference = element.text("definitionCanonical")
        definition = project.catalog.resolve(reference) if reference else None
        if definition is not None and definition.type == "ActivityDefinition":
            digest.update(b"\0" + dumps(definition.data))
    for library in logic.reach(library_of(plan, project.catalog)):
        for name, statement in sorted(logic.library(library).statements.items()):
            meaning = logic.digest(statement.get("expression"), library)
            digest.update(f"\0{library}\0{name}\0{meaning}\0{sorted(tags(statement).items())}".encode())
        for value_set in logic.library(library).section("valueSets"):
            found = project.catalog.resolve(str(value_set.get("id")))
            digest.update(b"\0" + (dumps(found.data) if found is not None else b""))
    for pattern in _PREMISES:
        for path in sorted(project.definitions.glob(pattern)):
            digest.update(b"\0" + json.dumps(read(path, path.name).data, default=str, sort_keys=True).encode())
    return f"sha256:{digest.hexdigest()}"


def file_of(project: Project, plan: Resource) -> Path:
    """Where the results about a plan are tracked."""
    return project.build / "proofs" / f"{plan.id}.json"


def write(path: Path, result: dict[str, Any]) -> None:
    """Write the result, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps(result, indent=1, ensure_ascii=False) + "\n"
    temporary = path.with_suffix(".json.new")
    temporary.write_text(content, "utf-8")
    temporary.replace(path)


def issues_of(result: dict[str, Any], plan: Resource) -> Iterator[Issue]:
    """An issue for each claim that does not hold and is not allowed, and each allowance of what holds."""
    for claim in result.get("claims", []):
        if claim["verdict"] == "proved" or claim.get("allowed"):
            continue
        failed = claim["verdict"] == "failed"
        says = claim["fault"] if failed else f"not settled within the time limit: {claim['says']}"
        help_text = "; ".join(claim.get("patient", {}).get("story", []))
        where = plan.location(tuple(claim["path"]))
        severity = Severity.ERROR if failed else Severity.WARNING
        yield Issue(where, f"proof-{claim['property']}", severity, says, "business-rule", help_text)
    for name in result.get("unusedAllowances", []):
        message = f'the claim "{name}" holds, or is not made any more: there is nothing to allow'
        yield Issue(plan.location(), "allowance-is-unused", Severity.WARNING, message, "informational")


def fresh(project: Project, logic: Logic | None = None) -> Iterator[Issue]:
    """What the tracked results say, and an issue for each plan whose result is missing or stale."""
    logic = logic or libraries(project)
    for plan in plans_with_logic(project):
        path = file_of(project, plan)
        name = str(path.relative_to(project.root))
        result = _read(path)
        if result is None:
            yield Issue(Location(name), STALE, Severity.ERROR, f"{plan.key} has not been proved", "conflict", _WAY_OUT)
        elif result.get("sources") != _sources(plan, project, logic):
            message = f"{plan.key}, or what it rests on, has changed since it was proved"
            yield Issue(Location(name), STALE, Severity.ERROR, message, "conflict", _WAY_OUT)
        else:
            yield from issues_of(result, plan)
    yield from _leftovers(project)


def _sources(plan: Resource, project: Project, logic: Logic) -> str:
    try:
        return sources(plan, project, logic)
    except LogicError:
        return ""


def _leftovers(project: Project) -> Iterable[Issue]:
    wanted = {file_of(project, plan).name for plan in plans_with_logic(project)}
    for path in sorted((project.build / "proofs").glob("*.json")):
        if path.name not in wanted:
            where = Location(str(path.relative_to(project.root)))
            yield Issue(where, STALE, Severity.ERROR, "there is no plan for this result", "conflict", "remove the file")


def _read(path: Path) -> dict[str, Any] | None:
    try:
        result = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return result if isinstance(result, dict) else None
