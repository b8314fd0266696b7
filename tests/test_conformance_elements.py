"""Structure and formats: each row is one fault in a small resource, the rule that finds it and the place."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fhir_content import conformance
from fhir_content.catalog import Catalog
from fhir_content.conformance.primitives import CHECKS
from fhir_content.issue import Severity
from fhir_content.resource import Resource

PLAN = {"resourceType": "PlanDefinition", "status": "draft"}
ACTION = "PlanDefinition.action[0]"


def errors(data: dict, *others: dict) -> list[tuple[str, str]]:
    resource = Resource.of(data)
    catalog = Catalog([resource, *map(Resource.of, others)])
    return [
        (issue.rule, issue.location.expression)
        for issue in conformance.check(resource, catalog)
        if issue.severity in {Severity.ERROR, Severity.FATAL}
    ]


@pytest.mark.parametrize(
    ("fault", "rule", "expression"),
    [
        ({"statuss": "draft"}, "unknown-element", "PlanDefinition.statuss"),
        ({"status": None}, "type", "PlanDefinition.status"),
        ({"status": "aktive"}, "required-binding", "PlanDefinition.status"),
        ({"status": 5}, "type", "PlanDefinition.status"),
        ({"experimental": "true"}, "type", "PlanDefinition.experimental"),
        ({"contact": {"name": "x"}}, "type", "PlanDefinition.contact"),
        ({"title": ["x"]}, "type", "PlanDefinition.title"),
        ({"title": ""}, "primitive", "PlanDefinition.title"),
        ({"date": "11/23/2026"}, "primitive", "PlanDefinition.date"),
        ({"date": "2026-02-30"}, "primitive", "PlanDefinition.date"),
        ({"identifier": []}, "cardinality", "PlanDefinition.identifier"),
        ({"identifier": [{}]}, "ele-1", "PlanDefinition.identifier[0]"),
        ({"identifier": [{"id": "a"}]}, "ele-1", "PlanDefinition.identifier[0]"),
        ({"identifier": [None]}, "type", "PlanDefinition.identifier[0]"),
        ({"useContext": ["x"]}, "type", "PlanDefinition.useContext[0]"),
        ({"subject": {"text": "x"}}, "choice", "PlanDefinition.subject"),
        ({"subjectString": "x"}, "choice", "PlanDefinition.subjectString"),
        ({"action": [{"condition": [{}]}]}, "ele-1", f"{ACTION}.condition[0]"),
        (
            {"action": [{"condition": [{"expression": {"language": "text/cql"}}]}]},
            "cardinality",
            f"{ACTION}.condition[0]",
        ),
        ({"action": [{"relatedAction": [{"actionId": "a b", "relationship": "x"}]}]}, "required-binding", None),
        ({"_status": [{"id": "a"}]}, "type", "PlanDefinition.status"),
        ({"_contact": [{"id": "a"}]}, "unknown-element", "PlanDefinition.contact"),
        ({"title": "x", "_title": {}}, "ele-1", "PlanDefinition.title"),
        ({"_title": {"id": "a"}}, "ele-1", "PlanDefinition.title"),
        ({"library": ["http://a/b", None], "_library": [None]}, "type", "PlanDefinition.library"),
        ({"contained": [{"resourceType": "Patients", "id": "a"}]}, "resource-type", None),
        ({"contained": ["x"]}, "type", "PlanDefinition.contained[0]"),
    ],
)
def test_a_fault_is_found_where_it_is(fault: dict, rule: str, expression: str | None) -> None:
    found = errors({**PLAN, **fault})
    assert rule in [each for each, _ in found]
    if expression is not None:
        assert (rule, expression) in found


@pytest.mark.parametrize(
    "right",
    [
        {},
        {"title": "x", "_title": {"id": "a"}},
        {"_title": {"extension": [{"url": "http://example.org/x", "valueCode": "unknown"}]}},
        {"library": ["http://a/b", None], "_library": [None, {"extension": [{"url": "http://e/x", "valueCode": "a"}]}]},
        {"subjectCodeableConcept": {"text": "x"}, "date": "2026-11", "purpose": "line\n\tline"},
        {"date": "2024-02-29T23:59:60Z"},
        {"action": [{"action": [{"action": [{"timingDuration": {"value": Decimal("1.50")}}]}]}]},
    ],
)
def test_what_is_right_has_no_error(right: dict) -> None:
    assert errors({**PLAN, **right}) == []


def test_a_second_type_of_a_choice_is_named_where_it_stands() -> None:
    fault = {**PLAN, "action": [{"timingDateTime": "2026", "timingAge": {"value": 3}}]}
    assert ("choice", f"{ACTION}.timingAge") in errors(fault)


def test_one_missing_element_is_one_finding_however_deep() -> None:
    fault = {**PLAN, "action": [{"action": [{"participant": [{"role": {"text": "x"}}]}]}]}
    assert errors(fault) == [("cardinality", f"{ACTION}.action[0].participant[0]")]


def test_messages_say_what_was_probably_meant() -> None:
    issues = list(conformance.check(Resource.of({**PLAN, "statuss": "draft", "type": {"coding": [{"sytem": "x"}]}})))
    assert {issue.help for issue in issues if issue.rule == "unknown-element"} == {
        "did you mean `status`?",
        "did you mean `system`?",
    }


@pytest.mark.parametrize("type", ["PlanDefinitions", 5, None])
def test_an_unknown_resource_type_is_fatal(type: object) -> None:
    data = {"status": "draft"} if type is None else {**PLAN, "resourceType": type}
    (issue,) = conformance.check(Resource.of(data))
    assert (issue.rule, issue.severity) == ("resource-type", Severity.FATAL)


def test_resources_are_checked_wherever_they_stand() -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": "urn:uuid:6a1d9e1e-59b0-4f6f-9d0c-0d2b5a1f1c11", "resource": {**PLAN, "x": 1}}],
    }
    parameters = {"resourceType": "Parameters", "parameter": [{"name": "a", "resource": {**PLAN, "x": 1}}]}
    assert ("unknown-element", "Bundle.entry[0].resource.x") in errors(bundle)
    assert ("unknown-element", "Parameters.parameter[0].resource.x") in errors(parameters)


def test_element_ids_are_unique_within_a_resource_and_only_there() -> None:
    assert errors({**PLAN, "action": [{"id": "a", "title": "x"}, {"id": "a", "title": "y"}]}) == [
        ("element-id-duplicate", "PlanDefinition.action[1].id")
    ]
    entry = {"resource": {**PLAN, "id": "p", "action": [{"id": "a", "title": "x"}]}}
    other = {"resource": {**PLAN, "id": "q", "action": [{"id": "a", "title": "x"}]}}
    assert errors({"resourceType": "Bundle", "type": "collection", "entry": [entry, other]}) == []


def test_the_depth_of_nesting_is_bounded() -> None:
    action: dict = {"title": "x"}
    for _ in range(400):
        action = {"action": [action]}
    assert any(rule == "type" for rule, _ in errors({**PLAN, "action": [action]}))


@pytest.mark.parametrize(
    ("type", "right", "wrong"),
    [
        ("boolean", [True, False], ["true", 1, None]),
        ("integer", [0, -2147483648, 2147483647], [2147483648, "1", Decimal("1.0"), True]),
        ("unsignedInt", [0, 1], [-1, Decimal(1)]),
        ("positiveInt", [1], [0, -1]),
        ("decimal", [1, Decimal("1.50"), Decimal("1E+2")], ["1.5", True, None]),
        ("string", ["a", " a ", "ä\n\t"], ["", "a\x00", "\x1f", 1, "x" * 1048577]),
        ("markdown", ["*a*"], [""]),
        ("uri", ["a", "urn:oid:1.2.3", "urn:uuid:6a1d9e1e-59b0-4f6f-9d0c-0d2b5a1f1c11"], ["", "a b", "urn:oid:1.02"]),
        ("url", ["http://a"], ["http://a b", "urn:uuid:6A1D9E1E-59B0-4F6F-9D0C-0D2B5A1F1C11"]),
        ("canonical", ["http://a|1", "#a"], [" http://a", 3]),
        ("code", ["a", "a b", "<="], ["", " a", "a ", "a  b", 1]),
        ("id", ["a", "A-1.b", "x" * 64], ["", "a_b", "x" * 65, "ä", "a\n"]),
        ("oid", ["urn:oid:2.16.840"], ["2.16.840", "urn:oid:3.1"]),
        ("uuid", ["urn:uuid:6a1d9e1e-59b0-4f6f-9d0c-0d2b5a1f1c11"], ["6a1d9e1e-59b0-4f6f-9d0c-0d2b5a1f1c11"]),
        (
            "date",
            ["2026", "2026-11", "2024-02-29"],
            ["2026-13", "2023-02-29", "26-01-01", "2026-1-1", "0000", "2026-00"],
        ),
        (
            "dateTime",
            ["2026", "2026-11-23T00:17:00+01:00", "2026-11-23T00:17:00.5Z"],
            ["2026-11-23T00:17:00", "2026-11-23T00:17Z", "2026-11-23T24:00:00Z", "2026-02-31T00:00:00Z"],
        ),
        ("instant", ["2026-11-23T00:17:00.123Z"], ["2026-11-23", "2026-11-23T00:17:00"]),
        ("time", ["00:17:00", "23:59:60.1"], ["24:00:00", "00:17", "00:17:00Z"]),
        ("base64Binary", ["YQ==", "YWJj\nYWJj", " YWJj "], ["YQ", "Y Q", "=", "", "YQ==YQ=="]),
    ],
)
def test_formats_of_primitives(type: str, right: list, wrong: list) -> None:
    check = CHECKS[type]
    assert [value for value in right if check(value)] == []
    assert [value for value in wrong if not check(value)] == []
