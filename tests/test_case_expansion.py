from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_content.case.expansion import expand
from fhir_content.case.form import Case, WrittenCase
from fhir_content.case.words import Amount, Vocabulary, WordError, day
from fhir_content.catalog import Catalog
from fhir_content.resource import Resource
from fhir_content.source import Source

TODAY = date(2026, 11, 22)
CODES = Resource.of(
    {
        "resourceType": "CodeSystem",
        "url": "https://example.org/codes",
        "concept": [
            {"code": "infection-count", "display": "Infections", "concept": [{"code": "inner", "display": "Inner"}]}
        ],
    }
)
IGG = Resource.of(
    {
        "resourceType": "ValueSet",
        "title": "IgG",
        "compose": {"include": [{"system": "http://loinc.org", "concept": [{"code": "2465-3", "display": "IgG"}]}]},
    }
)
WORDS = Vocabulary(Catalog([CODES, IGG]))


def resources(**parts):
    written = written_case(**parts)
    found, issues = expand(written, WORDS)
    assert issues == []
    return found


def written_case(**parts):
    fields = {"title": "t", "plan": "p", "on": "2026-11-22", "patient": {"age": "68 years"}, "expect": {}, **parts}
    return WrittenCase(Case.model_validate(fields), Source("case.yaml", fields))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("today", TODAY),
        ("2025-02-28", date(2025, 2, 28)),
        ("3 weeks ago", date(2026, 11, 1)),
        ("9 days", date(2026, 11, 13)),
        ("68 years", date(1958, 11, 22)),
        ("1 month from now", date(2026, 12, 22)),
        ("12 months ago", date(2025, 11, 22)),
    ],
)
def test_a_day_is_written_as_a_clinician_says_it(text, meant):
    assert day(text, TODAY) == meant


def test_a_month_back_from_its_last_day_is_the_last_day_of_the_shorter_one():
    assert day("1 month ago", date(2026, 3, 31)) == date(2026, 2, 28)
    assert day("4 years ago", date(2028, 2, 29)) == date(2024, 2, 29)
    assert day("1 year ago", date(2028, 2, 29)) == date(2027, 2, 28)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 1200))
def test_months_ago_never_skip_a_month(today, months):
    then = day(f"{months} months ago", today)
    assert (today.year - then.year) * 12 + today.month - then.month == months


def test_what_is_no_day_says_what_would_be():
    with pytest.raises(WordError, match="3 weeks ago"):
        day("last summer", TODAY)


def test_amounts():
    assert Amount.parse("3.80 g/L") == Amount(Decimal("3.80"), Decimal("3.80"), "g/L", "")
    assert Amount.parse("28-42 g") == Amount(Decimal(28), Decimal(42), "g", "")
    assert Amount.parse("<0.07 g/L").quantity()["comparator"] == "<"
    assert Amount.parse("vaccine-response") is None


def test_a_patient_is_born_that_long_ago():
    assert resources(patient={"sex": "male", "age": "9 days"}) == [
        {"resourceType": "Patient", "id": "patient", "gender": "male", "birthDate": "2026-11-13"}
    ]


def test_a_lab_becomes_an_observation_with_a_ucum_quantity():
    (_, observation) = resources(labs=[{"IgG": "3.8 g/L", "on": "3 weeks ago", "flag": "low", "range": "7-16 g/L"}])
    assert observation["id"] == "observation-1"
    assert observation["code"]["coding"] == [{"system": "http://loinc.org", "code": "2465-3", "display": "IgG"}]
    assert observation["effectiveDateTime"] == "2026-11-01"
    assert observation["valueQuantity"] == {
        "value": Decimal("3.8"),
        "unit": "g/L",
        "system": "http://unitsofmeasure.org",
        "code": "g/L",
    }
    assert observation["interpretation"][0]["coding"][0]["code"] == "L"
    assert observation["referenceRange"][0]["low"]["value"] == 7


@pytest.mark.parametrize(
    ("value", "element", "held"),
    [(4, "valueInteger", 4), (False, "valueBoolean", False), ("inner", "valueCodeableConcept", None)],
)
def test_a_value_has_the_type_it_is_written_in(value, element, held):
    (_, observation) = resources(observations=[{"infections": value}])
    assert element in observation
    if held is not None:
        assert observation[element] == held


def test_conditions_may_be_over_or_suspected():
    parts = {"infections": {"since": "2 years ago", "over": "1 year ago", "status": "suspected"}}
    (_, condition) = resources(conditions=[parts])
    assert condition["onsetDateTime"] == "2024-11-22"
    assert condition["abatementDateTime"] == "2025-11-22"
    assert condition["clinicalStatus"]["coding"][0]["code"] == "resolved"
    assert condition["verificationStatus"]["coding"][0]["code"] == "provisional"


def test_a_medication_has_a_dose_and_an_interval():
    (_, request) = resources(
        medications=[{"infections": {"dose": "30 g", "every": "4 weeks", "since": "6 months ago"}}]
    )
    (dosage,) = request["dosageInstruction"]
    assert dosage["timing"]["repeat"] == {"frequency": 1, "period": 4, "periodUnit": "wk"}
    assert dosage["doseAndRate"][0]["doseQuantity"]["value"] == 30
    assert request["authoredOn"] == "2026-05-22"


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"labs": [{"IgF": "1 g/L"}]}, "did you mean `igg`"),
        ({"labs": [{"IgG": "1 g/L", "infections": 2}]}, "one thing"),
        ({"patient": {"years": 3}}, "not known of a patient"),
        ({"conditions": [{"infections": {"from": "today"}}]}, "not an option"),
        ({"labs": [{"IgG": "1 g/L", "on": "yesterday"}]}, "not a day"),
    ],
)
def test_a_word_that_is_not_understood_is_an_issue(parts, words):
    _, issues = expand(written_case(**parts), WORDS)
    assert len(issues) == 1
    assert words in issues[0].message
