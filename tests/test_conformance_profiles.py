"""Profiles, slices, extensions and bindings."""

from __future__ import annotations

import pytest

from fhir_content import conformance
from fhir_content.catalog import Catalog
from fhir_content.issue import Issue, Severity
from fhir_content.resource import Resource

CORE = "http://hl7.org/fhir/StructureDefinition/"


def issues(data: dict, *others: dict, profiles: tuple[str, ...] = ()) -> list[Issue]:
    resource = Resource.of(data)
    return list(conformance.check(resource, Catalog([resource, *map(Resource.of, others)]), profiles))


def errors(data: dict, *others: dict, profiles: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    found = issues(data, *others, profiles=profiles)
    return [(each.rule, each.location.expression) for each in found if each.severity is Severity.ERROR]


def profile(name: str, type: str, *elements: dict, base: str = "") -> dict:
    return {
        "resourceType": "StructureDefinition",
        "id": name,
        "url": f"http://x/{name}",
        "name": name,
        "status": "draft",
        "kind": "resource",
        "abstract": False,
        "type": type,
        "baseDefinition": base or CORE + type,
        "derivation": "constraint",
        "differential": {"element": [{"id": each["path"], **each} for each in elements]},
    }


def observation(**other: object) -> dict:
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, **other}


PRESSURE = {"system": "http://loinc.org", "code": "85354-9"}


def test_a_profile_is_checked_when_named_or_asked_for() -> None:
    value_set = {"resourceType": "ValueSet", "status": "draft", "url": "http://x/v", "version": "1", "name": "V"}
    named = {**value_set, "meta": {"profile": [CORE + "shareablevalueset"]}}
    assert errors(value_set) == []
    wanted = [("cardinality", "ValueSet")] * 3
    assert errors(named) == wanted
    assert errors(value_set, profiles=(CORE + "shareablevalueset",)) == wanted


def test_a_profile_of_another_type_is_an_error() -> None:
    data = {"resourceType": "Patient", "meta": {"profile": [CORE + "shareablevalueset"]}}
    assert errors(data) == [("type", "Patient.meta.profile[0]")]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://hl7.org/fhir/uv/cpg/StructureDefinition/cpg-computableplandefinition", "package hl7.fhir.uv.cpg"),
        ("http://nowhere/p", "http://nowhere/p is not here"),
    ],
)
def test_a_profile_that_is_not_here_is_said_to_be_unchecked(url: str, words: str) -> None:
    (issue,) = [
        each for each in issues({"resourceType": "Patient", "meta": {"profile": [url]}}) if "profile" in each.rule
    ]
    assert (issue.rule, issue.severity) == ("profile-not-checked", Severity.INFORMATION)
    assert words in issue.message


def test_a_profile_whose_base_is_not_here_is_unchecked() -> None:
    derived = profile("d", "Patient", base="http://x/absent")
    found = issues({"resourceType": "Patient", "meta": {"profile": ["http://x/d"]}}, derived)
    assert [each.rule for each in found if each.rule.startswith("profile")] == ["profile-not-checked"]


def test_what_a_derived_profile_says_adds_to_its_base() -> None:
    base = profile("base", "Patient", {"path": "Patient.name", "min": 1})
    derived = profile("derived", "Patient", {"path": "Patient.birthDate", "min": 1}, base="http://x/base")
    assert errors({"resourceType": "Patient"}, base, derived, profiles=("http://x/derived",)) == [
        ("cardinality", "Patient"),
        ("cardinality", "Patient"),
    ]
    right = {"resourceType": "Patient", "name": [{"text": "x"}], "birthDate": "2020"}
    assert errors(right, base, derived, profiles=("http://x/derived",)) == []


@pytest.mark.parametrize(
    ("element", "rule"),
    [
        ({"path": "Observation.code", "fixedCodeableConcept": {"text": "y"}}, "fixed"),
        ({"path": "Observation.code", "patternCodeableConcept": {"coding": [PRESSURE]}}, "pattern"),
        ({"path": "Observation.value[x]", "type": [{"code": "Quantity"}]}, "type"),
        ({"path": "Observation.value[x]", "max": "0"}, "cardinality"),
        ({"path": "Observation.value[x]", "maxLength": 2}, "primitive"),
        (
            {
                "path": "Observation.status",
                "binding": {"strength": "required", "valueSet": "http://hl7.org/fhir/ValueSet/administrative-gender"},
            },
            "required-binding",
        ),
        ({"path": "Observation.subject", "min": 1}, "cardinality"),
    ],
)
def test_each_kind_of_constraint(element: dict, rule: str) -> None:
    found = errors(observation(valueString="abc"), profile("p", "Observation", element), profiles=("http://x/p",))
    assert [each for each, _ in found] == [rule]


def component(code: str | None, **value: object) -> dict:
    codings = [{"system": "http://loinc.org", "code": code}] if code else []
    return {"code": {"coding": codings, "text": "x"} if codings else {"text": "x"}, **value}


def test_slices_told_apart_by_value() -> None:
    pressure = observation(
        meta={"profile": [CORE + "bp"]},
        category=[
            {
                "coding": [
                    {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "vital-signs"}
                ]
            }
        ],
        code={"coding": [PRESSURE]},
        subject={"reference": "Patient/p"},
        effectiveDateTime="2026",
    )
    quantity = {"value": 120, "unit": "mmHg", "system": "http://unitsofmeasure.org", "code": "mm[Hg]"}
    both = [component("8480-6", valueQuantity=quantity), component("8462-4", valueQuantity=quantity)]
    assert errors({**pressure, "component": both}) == []
    assert ("slice", "Observation") in errors({**pressure, "component": [both[0], component("1-8", valueString="x")]})
    wrong = [both[0], component("8462-4", valueQuantity={**quantity, "code": "mm"})]
    assert ("fixed", "Observation.component[1].valueQuantity.code") in errors({**pressure, "component": wrong})


SLICED = [
    {
        "path": "Patient.identifier",
        "slicing": {"discriminator": [{"type": "value", "path": "system"}], "rules": "closed"},
        "min": 1,
    },
    {"id": "Patient.identifier:a", "path": "Patient.identifier", "sliceName": "a", "min": 1, "max": "1"},
    {"id": "Patient.identifier:a.system", "path": "Patient.identifier.system", "min": 1, "fixedUri": "http://a"},
    {"id": "Patient.identifier:a.value", "path": "Patient.identifier.value", "min": 1},
]


@pytest.mark.parametrize(
    ("identifiers", "found"),
    [
        ([{"system": "http://a", "value": "1"}], []),
        ([{"system": "http://a"}], [("cardinality", "Patient.identifier[0]")]),
        (
            [{"system": "http://a", "value": "1"}, {"system": "http://a", "value": "2"}],
            [("cardinality", "Patient.identifier[0]")],
        ),
        ([{"system": "http://a", "value": "1"}, {"system": "http://b"}], [("slice", "Patient.identifier[1]")]),
        ([{"system": "http://b"}], [("slice", "Patient.identifier[0]"), ("slice", "Patient")]),
    ],
)
def test_a_closed_slicing(identifiers: list, found: list) -> None:
    data = {"resourceType": "Patient", "identifier": identifiers}
    assert errors(data, profile("p", "Patient", *SLICED), profiles=("http://x/p",)) == found


@pytest.mark.parametrize("stated", [True, False])
def test_slices_of_a_choice_are_told_apart_by_type(stated: bool) -> None:
    slicing = {"slicing": {"discriminator": [{"type": "type", "path": "$this"}], "rules": "open"}} if stated else {}
    sliced = profile(
        "p",
        "Observation",
        {"path": "Observation.value[x]", **slicing},
        {
            "id": "Observation.value[x]:valueQuantity",
            "path": "Observation.value[x]",
            "sliceName": "valueQuantity",
            "type": [{"code": "Quantity"}],
        },
        {"id": "Observation.value[x]:valueQuantity.unit", "path": "Observation.value[x].unit", "min": 1},
    )
    assert errors(observation(valueString="x"), sliced, profiles=("http://x/p",)) == []
    assert errors(observation(valueQuantity={"value": 1}), sliced, profiles=("http://x/p",)) == [
        ("cardinality", "Observation.valueQuantity")
    ]


def test_slices_told_apart_by_existence_and_by_profile() -> None:
    by_existence = profile(
        "e",
        "Patient",
        {"path": "Patient.name", "slicing": {"discriminator": [{"type": "exists", "path": "family"}], "rules": "open"}},
        {"id": "Patient.name:full", "path": "Patient.name", "sliceName": "full", "min": 1},
        {"id": "Patient.name:full.family", "path": "Patient.name.family", "min": 1},
    )
    assert errors({"resourceType": "Patient", "name": [{"family": "x"}]}, by_existence, profiles=("http://x/e",)) == []
    found = errors({"resourceType": "Patient", "name": [{"text": "x"}]}, by_existence, profiles=("http://x/e",))
    assert found == [("slice", "Patient")]
    named = profile("n", "Patient", {"path": "Patient.name", "min": 1})
    by_profile = profile(
        "b",
        "Bundle",
        {
            "path": "Bundle.entry",
            "slicing": {"discriminator": [{"type": "profile", "path": "resource"}], "rules": "open"},
        },
        {"id": "Bundle.entry:p", "path": "Bundle.entry", "sliceName": "p", "min": 1},
        {
            "id": "Bundle.entry:p.resource",
            "path": "Bundle.entry.resource",
            "type": [{"code": "Patient", "profile": ["http://x/n"]}],
        },
    )
    for name, rules in (([{"text": "x"}], []), (None, ["slice"])):
        resource = {"resourceType": "Patient", **({"name": name} if name else {"gender": "male"})}
        data = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource}]}
        assert [rule for rule, _ in errors(data, named, by_profile, profiles=("http://x/b",))] == rules


def test_a_simple_quantity_has_no_comparator_and_it_is_said_once() -> None:
    data = {"resourceType": "ActivityDefinition", "status": "draft", "quantity": {"value": 1, "comparator": "<"}}
    assert errors(data) == [("cardinality", "ActivityDefinition.quantity.comparator")]


def test_a_broken_profile_is_not_used() -> None:
    broken = profile("p", "Patient", {"path": "Patient.name", "min": "x"})
    broken["differential"]["element"].append({"path": "Patient.name", "type": [5], "binding": 3})
    assert errors({"resourceType": "Patient"}, broken, profiles=("http://x/p",)) == []


@pytest.mark.parametrize(
    ("extension", "found"),
    [
        ({"url": CORE + "patient-birthPlace", "valueAddress": {"text": "x"}}, []),
        ({"url": CORE + "patient-birthPlace", "valueString": "x"}, [("type", "Patient.extension[0].valueString")]),
        (
            {"url": CORE + "data-absent-reason", "valueCode": "nope"},
            [("required-binding", "Patient.extension[0].valueCode")],
        ),
        (
            {"url": CORE + "rendering-markdown", "valueMarkdown": "x"},
            [("extension-context", "Patient.extension[0]")],
        ),
        ({"url": "relative", "valueString": "x"}, [("extension-unknown", "Patient.extension[0].url")]),
        ({"url": CORE + "Patient", "valueString": "x"}, [("extension-unknown", "Patient.extension[0].url")]),
        ({"url": "http://x/u"}, [("ext-1", "Patient.extension[0]")]),
        (
            {"url": "http://x/u", "valueString": "x", "extension": [{"url": "y", "valueString": "z"}]},
            [("ext-1", "Patient.extension[0]")],
        ),
        ({"valueString": "x"}, [("cardinality", "Patient.extension[0]")]),
    ],
)
def test_extensions(extension: dict, found: list) -> None:
    assert errors({"resourceType": "Patient", "extension": [extension]}) == found


def test_an_unknown_extension_is_one_warning_however_often() -> None:
    names = [{"text": "x", "extension": [{"url": "http://u/x", "valueString": "y"}]} for _ in range(3)]
    (issue,) = [each for each in issues({"resourceType": "Patient", "name": names}) if each.rule == "extension-unknown"]
    assert issue.severity is Severity.WARNING
    assert "2 more places" in issue.message
    assert issue.location.expression == "Patient.name[0].extension[0].url"


def test_an_unknown_modifier_extension_is_an_error_but_for_examples() -> None:
    for url, rules in (("http://real.org/x", ["modifier-extension-unknown"]), ("http://example.org/x", [])):
        data = {"resourceType": "Patient", "modifierExtension": [{"url": url, "valueBoolean": True}]}
        assert [rule for rule, _ in errors(data)] == rules


def test_an_extension_of_the_project_is_checked_by_its_own_definition() -> None:
    definition = {
        **profile(
            "ext",
            "Extension",
            {"path": "Extension", "max": "1"},
            {"path": "Extension.value[x]", "type": [{"code": "code"}]},
        ),
        "kind": "complex-type",
        "context": [{"type": "element", "expression": "PlanDefinition.action"}],
    }
    plan = {"resourceType": "PlanDefinition", "status": "draft"}
    good = {"url": "http://x/ext", "valueCode": "a"}
    assert errors({**plan, "action": [{"extension": [good]}]}, definition) == []
    assert errors({**plan, "action": [{"action": [{"extension": [good]}]}]}, definition) == []
    assert errors({**plan, "extension": [good]}, definition) == [("extension-context", "PlanDefinition.extension[0]")]


@pytest.mark.parametrize(
    ("data", "severity", "rule", "help"),
    [
        ({"gender": "femal"}, Severity.ERROR, "required-binding", "did you mean `female`?"),
        (
            {"language": "deutsch!"},
            Severity.ERROR,
            "required-binding",
            "write a language tag of BCP 47 such as en or de-CH",
        ),
        (
            {
                "maritalStatus": {
                    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "code": "Q"}]
                }
            },
            Severity.WARNING,
            "extensible-binding",
            None,
        ),
        ({"photo": [{"contentType": "png"}]}, Severity.ERROR, "required-binding", "write a MIME type such as text/cql"),
        (
            {"multipleBirthInteger": 1, "communication": [{"language": {"text": "x"}}]},
            None,
            "required-binding",
            None,
        ),
    ],
)
def test_bindings(data: dict, severity: Severity | None, rule: str, help: str | None) -> None:
    found = [each for each in issues({"resourceType": "Patient", **data}) if each.rule == rule]
    assert [each.severity for each in found] == ([severity] if severity else [])
    if help:
        assert found[0].help == help


@pytest.mark.parametrize(("code", "found"), [("EUR", []), ("EURO", ["required-binding"])])
def test_currencies(code: str, found: list[str]) -> None:
    data = {
        "resourceType": "Basic",
        "code": {"text": "x"},
        "extension": [{"url": "http://e/x", "valueMoney": {"value": 1, "currency": code}}],
    }
    assert [rule for rule, _ in errors(data)] == found
