"""Run a case: apply the plan to the patient of that day, and hold the result against the expectation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from fhir_content import fhirpath
from fhir_content.apply import ApplyError, Explained, Logic, Outcome, apply, definition_of
from fhir_content.case.expansion import SUBJECT, expand
from fhir_content.case.form import WrittenCase
from fhir_content.case.words import Amount, Vocabulary
from fhir_content.catalog import Catalog
from fhir_content.issue import Issue, Severity
from fhir_content.resource import Resource
from fhir_content.structure import definitions

_NOON = time(12, tzinfo=UTC)


@dataclass(slots=True)
class CaseRun:
    """A case that was run: the patient's data, what came of it, and what is wrong."""

    written: WrittenCase
    data: list[dict[str, Any]]
    outcome: Outcome | None = None
    issues: list[Issue] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether everything was as expected."""
        return not self.issues

    @property
    def applied(self) -> set[str]:
        """The ids of the actions that apply; a plan's own entry in the explanation is not an action."""
        return {each.id for each in _explained(self) if each.applies and each.id and "/" not in each.id}


def moment(written: WrittenCase) -> datetime:
    """The "now" of a case: noon of its day."""
    return datetime.combine(datetime.fromisoformat(written.case.on), _NOON)


def parameters_of(written: WrittenCase) -> dict[str, Any]:
    """The CQL parameters of a case; the region is one of them."""
    region = {"Region": written.case.region} if written.case.region else {}
    return {**region, **written.case.parameters}


def run(written: WrittenCase, catalog: Catalog, logic: Logic, vocabulary: Vocabulary) -> CaseRun:
    """Run one case. What the content gets wrong, and what the case itself gets wrong, are issues of the run."""
    data, issues = expand(written, vocabulary)
    done = CaseRun(written, data, issues=issues)
    if issues:
        return done
    try:
        plan = definition_of(written.case.plan, catalog)
        parameters = _parameters(parameters_of(written))
        when = moment(written)
        done.outcome = apply(plan, catalog, data, SUBJECT, at=when, parameters=parameters, output="bundle", logic=logic)
    except ApplyError as error:
        done.issues.append(written.issue(("plan",), str(error)))
        return done
    done.issues += [written.issue(("plan",), issue.message) for issue in done.outcome.issues if _matters(issue)]
    done.issues += _checked(done, action_ids(plan, catalog))
    return done


def _matters(issue: Issue) -> bool:
    return issue.severity.reaches(Severity.ERROR)


def _parameters(values: dict[str, Any]) -> dict[str, Any]:
    kinds = {bool: "valueBoolean", int: "valueInteger", Decimal: "valueDecimal", str: "valueString"}
    given = [{"name": name, kinds[type(value)]: value} for name, value in values.items()]
    return {"resourceType": "Parameters", "parameter": given}


def action_ids(plan: Resource, catalog: Catalog) -> set[str]:
    """The ids of a plan's actions and of those of the plans below it."""
    return {action["id"] for each in plans_below(plan, catalog) for action in actions_of(each.data) if "id" in action}


def plans_below(plan: Resource, catalog: Catalog) -> list[Resource]:
    """The plan and every plan that its actions lead to."""
    found = [each for each in catalog.closure(plan).resources if each.type == "PlanDefinition"]
    return found or [plan]


def actions_of(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every action of a plan, depth first."""
    for action in data.get("action", []):
        yield action
        yield from actions_of(action)


def _checked(done: CaseRun, known: set[str]) -> Iterator[Issue]:
    expected, written = done.written.case.expect, done.written
    applied = done.applied
    for heading, ids in (("actions", expected.actions), ("asks", expected.asks), ("not", expected.not_)):
        for index, name in enumerate(ids):
            path = ("expect", heading, index)
            if name not in known:
                yield written.issue(path, f"no action of {written.case.plan} has the id `{name}`")
            elif (name in applied) == (heading == "not"):
                verb = "must not apply, but does" if heading == "not" else "must apply, but does not"
                yield written.issue(path, f"`{name}` {verb}; got {_listed(applied)}{_why(done, name)}")
    if expected.exactly is not None and applied != set(expected.exactly):
        more, less = applied - set(expected.exactly), set(expected.exactly) - applied
        yield written.issue(("expect", "exactly"), f"besides: {_listed(more)}; left out: {_listed(less)}")
    if expected.nothing and applied:
        yield written.issue(("expect", "nothing"), f"nothing must apply; got {_listed(applied)}")
    yield from _checked_values(done)
    yield from _checked_words(done)


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"


def _why(done: CaseRun, name: str) -> str:
    """The conditions of an action with their values, for the message of a failure."""
    found = next((each for each in _explained(done) if each.id == name), None)
    if found is None:
        return ": what is above it does not apply"
    return "".join(f"; {each.library}.{each.expression} is {each.error or each.value}" for each in found.conditions)


def _explained(done: CaseRun) -> Iterator[Explained]:
    return done.outcome.explanation.walk() if done.outcome else iter(())


def _checked_words(done: CaseRun) -> Iterator[Issue]:
    """`says`: the words that the title or description of an action must hold."""
    shown = {action.get("id"): action for action in _request_actions(done)}
    for name, words in done.written.case.expect.says.items():
        action = shown.get(name, {})
        text = f"{action.get('title', '')} {action.get('description', '')}"
        if words not in text:
            yield done.written.issue(("expect", "says", name), f"`{name}` must say `{words}`; it says `{text.strip()}`")


def _request_actions(done: CaseRun) -> Iterator[dict[str, Any]]:
    for resource in _resources(done):
        if resource["resourceType"] == "RequestGroup":
            yield from actions_of(resource)


def _resources(done: CaseRun) -> list[dict[str, Any]]:
    bundle: Any = done.outcome.resource if done.outcome else {}
    return [entry["resource"] for entry in bundle.get("entry", [])]


def _checked_values(done: CaseRun) -> Iterator[Issue]:
    """`values`: FHIRPath over the resources of the result, each value equal or inside the range."""
    for path, wanted in done.written.case.expect.values.items():
        where = ("expect", "values", path)
        try:
            found = [value for resource in _resources(done) for value in _found(path, resource)]
        except fhirpath.FhirPathError as error:
            yield done.written.issue(where, f"`{path}` is not FHIRPath: {error}")
            continue
        if not found:
            yield done.written.issue(where, f"`{path}` must be {wanted}; it is not there")
        elif not all(_agrees(value, wanted) for value in found):
            got = ", ".join(str(_plain(value)) for value in found)
            yield done.written.issue(where, f"`{path}` must be {wanted}; got {got}")


def _found(path: str, resource: dict[str, Any]) -> list[Any]:
    kind = path.split(".", 1)[0]
    if kind[:1].isupper() and kind.isalpha() and kind != resource["resourceType"]:
        return []
    items = fhirpath.compile(path).evaluate(resource, resource["resourceType"], fhirpath.model(definitions()))
    return fhirpath.plain(items)


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever FHIRPath gives
    """A Quantity or a Range as a case writes it; anything else as it is."""
    if isinstance(value, dict) and "value" in value:
        return f"{value['value']} {value.get('code', value.get('unit', ''))}".strip()
    if isinstance(value, dict) and {"low", "high"} <= set(value):
        low, _, unit = str(_plain(value["low"])).partition(" ")
        return f"{low}-{str(_plain(value['high'])).partition(' ')[0]} {unit}".strip()
    return value


def _agrees(value: Any, wanted: Any) -> bool:  # noqa: ANN401 - whatever FHIRPath gives, whatever YAML says
    """A Range has exactly the ends that are wanted; a number or quantity lies between them."""
    plain = _plain(value)
    if isinstance(wanted, bool) or plain == wanted:
        return bool(plain == wanted)
    asked, got = Amount.parse(str(wanted)), Amount.parse(str(plain))
    if asked is None or got is None:
        return str(plain) == str(wanted)
    if asked.unit != got.unit or (isinstance(value, dict) and "low" in value and asked != got):
        return False
    return asked.low <= got.low <= got.high <= asked.high
