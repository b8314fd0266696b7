"""$apply: a PlanDefinition or ActivityDefinition applied to one subject, with the reasons.

    outcome = apply("PlanDefinition/imd-21-ig-initiate", catalog, [bundle], "Patient/p1", at=moment)
    outcome.resource        # CarePlan, Bundle, or the one request of an ActivityDefinition
    outcome.explanation     # each action, each condition with its value, and the data behind it

https://hl7.org/fhir/R4/plandefinition-operation-apply.html
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from fhir_content.apply.activity_definition import apply_activity
from fhir_content.apply.care_plan import bundle, care_plan
from fhir_content.apply.explanation import Changed, Explained, Judged
from fhir_content.apply.expression import Expressions
from fhir_content.apply.logic import Logic, LogicError
from fhir_content.apply.messages import Messages
from fhir_content.apply.parameters import parameters_in
from fhir_content.apply.plan_definition import Run, apply_plan
from fhir_content.apply.request import ApplyError, Request, data_issues, reference, resources_in, subject_of
from fhir_content.catalog import Catalog
from fhir_content.issue import Issue, Severity
from fhir_content.resource import Resource
from fhir_content.source import Json

__all__ = [
    "ApplyError",
    "Changed",
    "Explained",
    "Judged",
    "Logic",
    "LogicError",
    "Outcome",
    "apply",
    "data_issues",
    "definition_of",
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What $apply gave: the resource, why, and what went wrong on the way."""

    resource: dict[str, Json]
    explanation: Explained
    issues: tuple[Issue, ...] = ()

    @property
    def has_errors(self) -> bool:
        """Whether something was left out of the result because it could not be evaluated or made."""
        return any(issue.severity is Severity.ERROR for issue in self.issues)


def apply(
    definition: Resource | str,
    catalog: Catalog,
    data: Iterable[Json],
    subject: str = "",
    *,
    at: datetime,
    encounter: str = "",
    practitioner: str = "",
    organization: str = "",
    language: str = "",
    parameters: Json = None,
    output: Literal["careplan", "bundle"] = "careplan",
    explain: bool = False,
    logic: Logic | None = None,
) -> Outcome:
    """Apply a definition of the catalog to the subject; `data` are Bundles or resources, `at` is "now", with a zone.

    `subject` may be left out where the data hold one Patient. `parameters` is a Parameters resource. `explain` keeps
    the definitions and data behind each condition. `logic` holds the compiled libraries of the catalog: give the same
    one to every call. Raises ApplyError where nothing can be applied; anything less is an issue of the outcome.
    """
    logic = logic or Logic(catalog)
    found = logic.definition(definition if isinstance(definition, Resource) else definition_of(definition, catalog))
    resources = tuple(resource for each in data for resource in resources_in(each))
    if at.utcoffset() is None:
        raise ApplyError("the moment of evaluation needs a time zone, as in 2026-11-22T10:00:00Z")
    request = Request(
        subject=subject_of(resources, subject),
        data=resources,
        at=at,
        encounter=reference(encounter, "Encounter"),
        practitioner=reference(practitioner, "Practitioner", others=("PractitionerRole",)),
        organization=reference(organization, "Organization"),
        language=language,
        parameters=parameters_in(parameters),
    )
    expressions = Expressions(logic, request)
    explained = Explained(found.root.text("title") or found.id, found.key, found.type)
    if found.type == "ActivityDefinition":
        return _activity(found, expressions, explained)
    return _plan(found, Run(catalog, expressions, contained=output == "careplan", explain=explain), request, explained)


def _plan(plan: Resource, run: Run, request: Request, explained: Explained) -> Outcome:
    group = apply_plan(plan, run, explained)
    if run.contained:
        made = care_plan(group, run.outermost_first(), request)
    else:
        made = bundle(group, run.resources, run.questions.resources(plan, request))
    issues = tuple(issue for messages in run.messages for issue in messages.issues)
    return Outcome(made, explained, issues)


def definition_of(name: str, catalog: Catalog) -> Resource:
    """The definition of a `Type/id`, an id, or a canonical; raises ApplyError where there is none, or no such one."""
    kinds = ("PlanDefinition", "ActivityDefinition")
    found = catalog.get(name) or catalog.resolve(name)
    found = found or next((each for kind in kinds if (each := catalog.get(f"{kind}/{name}")) is not None), None)
    if found is None:
        known = ", ".join(each.id for each in catalog.of("PlanDefinition")[:12])
        raise ApplyError(f"there is no definition `{name}`{f'; there are: {known}' if known else ''}")
    if found.type not in kinds:
        raise ApplyError(f"{found.key} cannot be applied: only a PlanDefinition or ActivityDefinition can")
    return found


def _activity(activity: Resource, expressions: Expressions, explained: Explained) -> Outcome:
    messages = Messages(activity.id, activity.location())
    made: dict[str, Any]
    made, explained.dynamic_values = apply_activity(activity, expressions, messages)
    messages.attach(made)
    explained.made = f"{made['resourceType']}/{made['id']}"
    return Outcome(made, explained, tuple(messages.issues))
