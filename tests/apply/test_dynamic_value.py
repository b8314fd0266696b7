"""Values of expressions set at paths: what fits, what is converted, what is refused."""

from decimal import Decimal

import pytest

from fhir_content.apply.element_path import PathError, set_at
from fhir_content.apply.fhir_value import UnfitError, as_type, described, fitting
from fhir_content.cql import Code, Concept, Date, DateTime, Interval, Quantity, Ratio, Time
from fhir_content.cql.model import model_at
from fhir_content.cql.temporal import DAY, HOUR, MILLISECOND
from tests.apply.conftest import activity, group, plan, sets

CODE = Code("1", "http://cs.org", None, "one")
CODING = {"system": "http://cs.org", "code": "1", "display": "one"}
GRAM = {"value": Decimal("3.50"), "unit": "g", "system": "http://unitsofmeasure.org", "code": "g"}
NOON = DateTime(2026, 1, 2, 43_200_000, MILLISECOND, 0)


@pytest.mark.parametrize(
    ("value", "wanted", "json"),
    [
        (True, "boolean", True),
        (5, "positiveInt", 5),
        (5, "decimal", 5),
        (Decimal("3.50"), "decimal", Decimal("3.50")),
        ("x", "markdown", "x"),
        ("x", "CodeableConcept", {"coding": [{"code": "x"}]}),
        (Date(2026, 1, 2), "date", "2026-01-02"),
        (Date(2026, 1), "dateTime", "2026-01"),
        (NOON, "dateTime", "2026-01-02T12:00:00.000Z"),
        (DateTime(2026, 1, 2, 0, DAY, 0), "dateTime", "2026-01-02"),
        (DateTime(2026, 1, 2, 43_200_000, HOUR, 120), "instant", "2026-01-02T12:00:00+02:00"),
        (Time(43_200_000), "time", "12:00:00.000"),
        (Quantity(Decimal("3.50"), "g"), "Quantity", GRAM),
        (
            Quantity(Decimal(2), "months"),
            "Duration",
            {"value": Decimal(2), "unit": "months", "system": "http://unitsofmeasure.org", "code": "mo"},
        ),
        (CODE, "Coding", CODING),
        (CODE, "CodeableConcept", {"coding": [CODING]}),
        (CODE, "code", "1"),
        (Concept([CODE], "text"), "CodeableConcept", {"coding": [CODING], "text": "text"}),
        (Interval(Date(2026, 1, 1), None), "Period", {"start": "2026-01-01"}),
        (
            Interval(Date(2026, 1, 1), Date(2026, 2, 1), True, False),
            "Period",
            {"start": "2026-01-01", "end": "2026-01-31"},
        ),
        (Interval(Quantity(Decimal("3.50"), "g"), None), "Range", {"low": GRAM}),
        (Ratio(Quantity(Decimal("3.50"), "g"), None), "Ratio", {"numerator": GRAM}),
    ],
)
def test_a_value_becomes_fhir(value, wanted, json):
    assert as_type(value, wanted) == json


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (True, "string"),
        (5, "string"),
        (Decimal("1.5"), "integer"),
        ("x", "integer"),
        ("x", "Reference"),
        (NOON, "date"),
        (Time(0), "dateTime"),
        (CODE, "string"),
        (Concept([CODE]), "Coding"),
        (Quantity(None, "g"), "Quantity"),
        (Interval(1, 2), "Period"),
        ([1], "integer"),
        (None, "string"),
    ],
)
def test_a_value_of_another_type_is_refused(value, wanted):
    with pytest.raises(UnfitError, match=wanted):
        as_type(value, wanted)


def test_a_value_from_the_data_stays_as_it_was_written():
    observation = model_at(0).resource(
        {"resourceType": "Observation", "valueQuantity": {"value": Decimal("72.50")}, "code": {"coding": [CODING]}}
    )
    assert as_type(observation.get("value"), "SimpleQuantity") == {"value": Decimal("72.50")}
    assert as_type(observation.get("code").get("coding")[0], "CodeableConcept") == {"coding": [CODING]}
    with pytest.raises(UnfitError, match="CodeableConcept"):
        as_type(observation.get("code"), "Coding")


def test_a_choice_takes_the_nearest_type():
    assert fitting(NOON, ["Period", "dateTime", "Timing"]) == "dateTime"
    assert fitting(CODE, ["CodeableConcept", "Reference"]) == "CodeableConcept"
    assert fitting(True, ["string", "integer"]) is None


@pytest.mark.parametrize(
    ("path", "value", "made"),
    [
        ("code.text", "x", {"code": {"text": "x"}}),
        ("note[0].text", "x", {"note": [{"text": "x"}]}),
        ("note.text", "x", {"note": [{"text": "x"}]}),
        ("occurrence", NOON, {"occurrenceDateTime": "2026-01-02T12:00:00.000Z"}),
        ("occurrence.ofType(dateTime)", NOON, {"occurrenceDateTime": "2026-01-02T12:00:00.000Z"}),
        ("occurrenceDateTime", NOON, {"occurrenceDateTime": "2026-01-02T12:00:00.000Z"}),
        ("ServiceRequest.priority", "urgent", {"priority": "urgent"}),
        ("category", CODE, {"category": [{"coding": [CODING]}]}),
        (
            "extension('http://x.org/e').valueString",
            "x",
            {"extension": [{"url": "http://x.org/e", "valueString": "x"}]},
        ),
        ("subject.identifier.value", "x", {"subject": {"identifier": {"value": "x"}}}),
    ],
)
def test_a_path_is_made_where_it_is_not(path, value, made):
    resource = {"resourceType": "ServiceRequest"}
    set_at(resource, path, [value], "ServiceRequest")
    assert resource == {"resourceType": "ServiceRequest", **made}


def test_a_dose_deep_down_and_a_second_value_beside_the_first():
    resource = {"resourceType": "MedicationRequest", "dosageInstruction": [{"text": "as said"}]}
    dose = "dosageInstruction[0].doseAndRate[0].dose"
    set_at(resource, f"{dose}", [Quantity(Decimal("3.50"), "g")], "MedicationRequest")
    set_at(resource, "dosageInstruction[0].timing.repeat.frequency", [5], "MedicationRequest")
    expected = {"text": "as said", "doseAndRate": [{"doseQuantity": GRAM}], "timing": {"repeat": {"frequency": 5}}}
    assert resource["dosageInstruction"] == [expected]


def test_a_choice_is_replaced_whole():
    resource = {"occurrencePeriod": {"start": "2026"}}
    set_at(resource, "occurrence", [NOON], "ServiceRequest")
    assert resource == {"occurrenceDateTime": "2026-01-02T12:00:00.000Z"}


@pytest.mark.parametrize(
    ("path", "values", "error"),
    [
        ("nosuch", ["x"], "no element `nosuch`"),
        ("prioritty", ["x"], "did you mean `priority`"),
        ("priority", ["soon"], "not a code"),
        ("priority", ["urgent", "stat"], "takes one value"),
        ("note.where(text = 'x').time", ["x"], "not a simple path"),
        ("note[999999].text", ["x"], "is a mistake"),
        ("priority.x", ["x"], "nothing below it"),
        ("occurrence", ["x"], "fits no type"),
        ("extension('u')", ["x"], "name its value"),
        ("", ["x"], "empty"),
    ],
)
def test_what_cannot_be_set_changes_nothing(path, values, error):
    resource = {"resourceType": "ServiceRequest", "status": "active"}
    with pytest.raises((PathError, UnfitError), match=error):
        set_at(resource, path, values, "ServiceRequest")
    assert resource == {"resourceType": "ServiceRequest", "status": "active"}


def test_action_paths_mean_the_action_and_others_the_resource(applied):
    action = {
        "id": "a",
        "definitionCanonical": "http://x.org/ActivityDefinition/act",
        "dynamicValue": [
            sets("%action.title", "Text"),
            sets("priority", "Urgent"),
            sets("quantity", "Dose"),
            sets("note.text", "'for ' + %subject.name.given.first()", "text/fhirpath"),
        ],
    }
    outcome = applied(plan("plan", action, {"id": "b", "dynamicValue": [sets("title", "Text")]}), activity())
    first, second = group(outcome)["action"]
    assert (first["title"], second["title"]) == ("text", "text")
    request = outcome.resource["contained"][1]
    assert (request["priority"], request["note"]) == ("urgent", [{"text": "for Ann"}])
    assert request["quantityQuantity"]["value"] == Decimal("32.5")
    assert [each.value for each in outcome.explanation.actions[0].dynamic_values][2:] == ["32.5 'g'", "'for Ann'"]


def test_null_sets_nothing_and_warns(applied):
    outcome = applied(
        plan("plan", {"id": "a", "title": "as written", "dynamicValue": [sets("action.title", "No Text")]})
    )
    assert group(outcome)["action"][0]["title"] == "as written"
    assert not outcome.has_errors
    assert ["gave nothing" in issue.message for issue in outcome.issues] == [True]


def test_several_values_for_one_place_are_an_error(applied):
    outcome = applied(plan("plan", {"id": "a", "dynamicValue": [sets("action.title", "Texts")]}))
    assert "title" not in group(outcome)["action"][0]
    assert outcome.has_errors


def test_values_in_words():
    assert described(["a"] * 7) == "{'a', 'a', 'a', 'a', 'a', ...}"
    assert described("x" * 500).endswith("...")
    observation = {"resourceType": "Observation", "id": "o", "effectiveDateTime": "2026-11-01T08:00:00Z"}
    value = model_at(0).resource({**observation, "valueQuantity": {"value": Decimal("3.80"), "unit": "g/L"}})
    assert described(value) == "Observation/o (3.80 g/L, 2026-11-01)"
