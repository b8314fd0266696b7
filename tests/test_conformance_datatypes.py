"""What the pages of the data types say: systems, codes, hashes."""

from __future__ import annotations

import pytest

from fhir_content import conformance
from fhir_content.catalog import Catalog
from fhir_content.issue import Severity
from fhir_content.resource import Resource

SYSTEM = {"resourceType": "CodeSystem", "id": "s", "url": "http://x/s", "status": "draft", "content": "complete"}


def found(data: dict, *others: dict) -> list[tuple[str, Severity]]:
    resource = Resource.of({"resourceType": "Patient", **data})
    catalog = Catalog([resource, *map(Resource.of, others)])
    return [(each.rule, each.severity) for each in conformance.check(resource, catalog) if each.rule != "dom-6"]


@pytest.mark.parametrize(
    ("identifier", "issues"),
    [
        ({"system": "http://x", "value": "1"}, []),
        ({"system": "mrn", "value": "1"}, [("primitive", Severity.ERROR)]),
        ({"system": "urn:ietf:rfc:3986", "value": "urn:oid:1.2"}, []),
        ({"system": "urn:ietf:rfc:3986", "value": "1.2"}, [("primitive", Severity.ERROR)]),
    ],
)
def test_identifiers(identifier: dict, issues: list) -> None:
    assert found({"identifier": [identifier]}) == issues


@pytest.mark.parametrize(
    ("system", "code", "issues"),
    [
        ("http://x/s", "a", []),
        ("http://x/s", "b", [("code-unknown", Severity.ERROR)]),
        ("http://hl7.org/fhir/publication-status", "drafts", [("code-unknown", Severity.ERROR)]),
        ("http://terminology.hl7.org/CodeSystem/v3-ActCode", "NEWER", [("code-unknown", Severity.WARNING)]),
        ("http://loinc.org", "0", []),
        ("local", "a", [("primitive", Severity.WARNING)]),
    ],
)
def test_codings(system: str, code: str, issues: list) -> None:
    tag = {"meta": {"tag": [{"system": system, "code": code}]}}
    assert found(tag, {**SYSTEM, "concept": [{"code": "a"}]}) == issues


@pytest.mark.parametrize(
    ("attachment", "rules"),
    [
        ({"data": "YWJj", "size": 3, "hash": "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="}, []),
        ({"data": "YWJj", "size": 4}, ["primitive"]),
        ({"data": "YWJj", "hash": "YWJj"}, ["primitive"]),
        ({"data": "YWJ", "hash": "YWJj"}, ["primitive"]),
        ({"size": 4, "hash": "YWJj", "url": "http://x"}, []),
    ],
)
def test_attachments(attachment: dict, rules: list[str]) -> None:
    assert [rule for rule, _ in found({"photo": [{"contentType": "image/png", **attachment}]})] == rules
