"""Links: references, canonicals, contained resources, entries of Bundles."""

from __future__ import annotations

import pytest

from fhir_content import conformance
from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Resource

ORGANIZATION = {"resourceType": "Organization", "id": "o", "name": "x"}


def errors(data: dict, *others: dict, base: str = "") -> list[tuple[str, str]]:
    resource = Resource.of(data)
    catalog = Catalog([resource, *map(Resource.of, others)], base=base)
    return [
        (issue.rule, issue.location.expression)
        for issue in conformance.check(resource, catalog)
        if issue.severity is Severity.ERROR
    ]


def patient(reference: str, **other: object) -> dict:
    return {"resourceType": "Patient", "managingOrganization": {"reference": reference, **other}}


@pytest.mark.parametrize(
    "reference",
    [
        "Organization/o",
        "Organization/o/_history/3",
        "http://x.org/fhir/Organization/o",
        "https://x.org/anything",
        "urn:uuid:6a1d9e1e-59b0-4f6f-9d0c-0d2b5a1f1c11",
    ],
)
def test_references_of_the_right_form(reference: str) -> None:
    assert errors(patient(reference)) == []


@pytest.mark.parametrize(
    ("reference", "rule"),
    [
        ("Organisation/o", "reference-format"),
        ("Organization/o o", "reference-format"),
        ("Patient/p", "reference-target-type"),
        ("http://x.org/fhir/Patient/p", "reference-target-type"),
        ("#o", "contained-missing"),
    ],
)
def test_references_of_the_wrong_form_or_type(reference: str, rule: str) -> None:
    assert errors(patient(reference)) == [(rule, "Patient.managingOrganization.reference")]


@pytest.mark.parametrize("reference", ["o", "organization/o", "Organization/o_o", "urn:uuid:x"])
def test_references_of_a_form_that_no_server_resolves_are_warnings(reference: str) -> None:
    found = [each for each in conformance.check(Resource.of(patient(reference))) if each.rule == "reference-format"]
    assert [each.severity for each in found] == [Severity.WARNING]


def test_the_url_of_a_definition_is_absolute() -> None:
    value_set = {"resourceType": "ValueSet", "status": "draft", "url": "vs"}
    assert errors(value_set) == [("reference-format", "ValueSet.url")]


def test_the_type_of_a_reference_agrees_with_its_text() -> None:
    fault = patient("Organization/o", type="Patient")
    assert errors(fault) == [("reference-target-type", "Patient.managingOrganization.type")]


def test_a_target_is_missed_only_in_a_project() -> None:
    assert errors(patient("Organization/o"), base="http://x") == [
        ("reference-not-found", "Patient.managingOrganization.reference")
    ]
    assert errors(patient("Organization/o"), ORGANIZATION, base="http://x") == []


def test_canonicals_are_absolute_of_the_right_type_and_here_when_ours() -> None:
    plan = {"resourceType": "PlanDefinition", "status": "draft"}
    value_set = {"resourceType": "ValueSet", "status": "draft", "id": "v", "url": "http://x/ValueSet/v"}
    assert errors({**plan, "library": ["Library/l"]}) == [("reference-format", "PlanDefinition.library[0]")]
    assert errors({**plan, "library": ["http://x/ValueSet/v"]}, value_set) == [
        ("reference-target-type", "PlanDefinition.library[0]")
    ]
    assert errors({**plan, "library": ["http://x/Library/l|1"]}, base="http://x") == [
        ("reference-not-found", "PlanDefinition.library[0]")
    ]
    assert errors({**plan, "library": ["http://elsewhere/Library/l"]}, base="http://x") == []


def test_contained_resources_are_used_and_found() -> None:
    used = {**patient("#o"), "contained": [ORGANIZATION]}
    assert errors(used) == []
    assert errors({**used, "managingOrganization": {"display": "x"}}) == [("contained-unused", "Patient.contained[0]")]
    twice = {**used, "contained": [ORGANIZATION, ORGANIZATION]}
    assert errors(twice) == [("element-id-duplicate", "Patient.contained[1].id")]
    wrong = {**used, "contained": [{"resourceType": "Patient", "id": "o"}]}
    assert errors(wrong) == [("reference-target-type", "Patient.managingOrganization.reference")]


def test_a_contained_resource_may_refer_to_its_container_and_to_its_neighbour() -> None:
    practitioner = {"resourceType": "PractitionerRole", "id": "r", "organization": {"reference": "#o"}}
    provenance = {
        "resourceType": "Provenance",
        "id": "p",
        "target": [{"reference": "#"}],
        "recorded": "2026-11-23T00:00:00Z",
        "agent": [{"who": {"reference": "#r"}}],
    }
    data = {"resourceType": "Patient", "contained": [provenance, practitioner, ORGANIZATION]}
    assert errors(data) == []


def bundle(kind: str, *entries: dict, **other: object) -> dict:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries), **other}


def test_full_url_and_id_agree_but_in_a_transaction() -> None:
    entry = {"fullUrl": "http://x/Organization/other", "resource": ORGANIZATION}
    assert errors(bundle("collection", entry)) == [("reference-format", "Bundle.entry[0].fullUrl")]
    request = {"request": {"method": "PUT", "url": "Organization/o"}}
    assert errors(bundle("transaction", {**entry, **request})) == []


@pytest.mark.parametrize(
    ("search", "resource", "rule"),
    [
        ({"mode": "match"}, {"resourceType": "Patient"}, "cardinality"),
        ({"mode": "match"}, ORGANIZATION, "resource-type"),
        ({"mode": "outcome"}, ORGANIZATION, "resource-type"),
        ({"mode": "include"}, ORGANIZATION, None),
        ({"mode": "match"}, {"resourceType": "Patient", "id": "p"}, None),
    ],
)
def test_search_results(search: dict, resource: dict, rule: str | None) -> None:
    link = [{"relation": "self", "url": "http://x/Patient?name=a"}]
    found = errors(bundle("searchset", {"search": search, "resource": resource}, link=link))
    assert found == ([(rule, "Bundle.entry[0].resource")] if rule else [])


@pytest.mark.parametrize(
    ("reference", "versions", "found"),
    [
        ("Patient/p", ["1"], True),
        ("Patient/p/_history/1", ["1", "2"], True),
        ("Patient/p", ["1", "2"], False),
        ("Patient/p/_history/3", ["1", "2"], False),
        ("Patient/q", ["1"], False),
        ("http://x/Patient/p", ["1"], True),
        ("http://y/Patient/p", ["1"], False),
    ],
)
def test_a_document_refers_to_what_is_inside(reference: str, versions: list[str], found: bool) -> None:
    composition = {
        "resourceType": "Composition",
        "id": "c",
        "status": "final",
        "type": {"text": "x"},
        "date": "2026",
        "title": "x",
        "author": [{"display": "x"}],
        "subject": {"reference": reference},
    }
    entries = [{"fullUrl": "http://x/Composition/c", "resource": composition}]
    entries += [
        {
            "fullUrl": "http://x/Patient/p",
            "resource": {"resourceType": "Patient", "id": "p", "meta": {"versionId": version}},
        }
        for version in versions
    ]
    identifier = {"system": "http://x", "value": "1"}
    data = bundle("document", *entries, identifier=identifier, timestamp="2026-11-23T00:00:00Z")
    place = ("reference-not-found", "Bundle.entry[0].resource.subject.reference")
    assert (place in errors(data)) is not found
