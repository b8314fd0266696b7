"""Input that $apply cannot use: a clear error, and nothing made."""

from datetime import datetime

import pytest

from fhir_content.apply import ApplyError, Logic, LogicError, apply, data_issues
from fhir_content.source import parse
from tests.apply.conftest import PATIENT, catalog, library, plan


@pytest.mark.parametrize(
    ("data", "subject", "error"),
    [
        ([], "", "no subject"),
        ([PATIENT, {**PATIENT, "id": "p2"}], "", "2 patients"),
        ([{"resourceType": "Patient"}], "", "no id"),
        ([PATIENT], "Medication/x", "where a Patient"),
        ([PATIENT], "Patient/a b", "not a reference"),
        ([[]], "", "not a FHIR resource"),
        ([{"resourceType": "Bundle", "entry": {}}], "", "readable Bundle"),
        ([{"resourceType": "Bundle", "entry": [{"fullUrl": "x"}]}], "", r"entry\[0\] holds no resource"),
    ],
)
def test_the_subject_and_the_data(applied, data, subject, error):
    with pytest.raises(ApplyError, match=error):
        applied(plan(), data=data, subject=subject)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"encounter": "Patient/p1"}, "where a Encounter"),
        ({"parameters": {"resourceType": "Patient"}}, "not a Parameters"),
        ({"parameters": {"resourceType": "Parameters", "parameter": [{"valueString": "x"}]}}, "needs a name"),
    ],
)
def test_references_and_parameters(applied, more, error):
    with pytest.raises(ApplyError, match=error):
        applied(plan(), **more)


def test_a_parameter_that_cannot_be_read_is_named(applied):
    from tests.apply.conftest import when

    bad = {"resourceType": "Parameters", "parameter": [{"name": "Region", "valueDate": "2026-13-45"}]}
    with pytest.raises(ApplyError, match="`Region`"):
        applied(plan("plan", {"id": "a", **when("True")}), parameters=bad)


def test_the_one_patient_is_the_subject_and_an_unknown_one_is_taken(applied):
    assert applied(plan(), subject="").resource["subject"] == {"reference": "Patient/p1"}
    assert applied(plan(), subject="unknown").resource["subject"] == {"reference": "Patient/unknown"}
    assert applied(plan(), subject="Group/g").resource["subject"] == {"reference": "Group/g"}


@pytest.mark.parametrize(
    ("name", "error"), [("nope", "no definition `nope`; there are: plan"), ("Library/Logic", "cannot be applied")]
)
def test_the_definition(name, error):
    with pytest.raises(ApplyError, match=error):
        apply(name, catalog(plan()), [PATIENT], at=datetime.fromisoformat("2026-01-01T00:00:00Z"))


def test_a_moment_needs_a_zone():
    with pytest.raises(ApplyError, match="time zone"):
        apply("plan", catalog(plan()), [PATIENT], at=datetime(2026, 1, 1))


def test_a_code_without_a_system_is_told_with_its_place():
    observation = (
        b'{"resource": {"resourceType": "Observation", "id": "o",\n  "code": {"coding": [{"code": "2465-3"}]}}}'
    )
    text = b'{"resourceType": "Bundle", "entry": [\n ' + observation + b"]}"
    (issue,) = data_issues(parse(text, "data.json"))
    assert (issue.location.line, "Observation/o.code: the code `2465-3` has no system" in issue.message) == (3, True)


def test_logic_is_compiled_once_and_shared():
    content = catalog(plan())
    logic = Logic(content)
    assert logic.library("http://x.org/Library/Logic|1.0.0") is logic.library("http://x.org/Library/Logic")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ({"contentType": "application/elm+json", "data": "e30="}, "neither CQL nor ELM"),
        ({"contentType": "application/elm+json", "data": "%%%"}, "neither CQL nor ELM"),
        ({"contentType": "text/plain", "data": "e30="}, "neither CQL nor ELM"),
    ],
)
def test_a_library_without_usable_content(content, error):
    broken = {**library("Broken"), "content": [content]}
    with pytest.raises(LogicError, match=error):
        Logic(catalog(broken)).library("http://x.org/Library/Broken")


def test_elm_that_includes_what_is_not_there_is_told():
    broken = library("Broken", {"A": {"type": "ExpressionRef", "name": "Nowhere"}})
    with pytest.raises(LogicError, match="cannot be run"):
        Logic(catalog(broken)).library("http://x.org/Library/Broken")
