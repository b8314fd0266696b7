"""FHIR R4 in the logic: typed elements, retrieve, FHIRHelpers, instances, explanation."""

import json
import random
from decimal import Decimal
from pathlib import Path

import pytest
from elm_nodes import NOW, SYSTEM, date_time, elm, interval, lit, op, value
from patients import LOINC, SNOMED, VALUE_SETS, concept, condition, observation, patient, patients

from fhir_content.cql import Code, Concept, Context, CqlError, Library, Quantity, json_of
from fhir_content.cql.fhir_helpers import FUNCTIONS
from fhir_content.cql.model import model_at

ROOT = Path(__file__).parents[2]
LOGIC = Path(__file__).parent / "logic"
FHIR = "{http://hl7.org/fhir}"


def facts():
    return Library.from_elm((LOGIC / "PatientFacts.json").read_bytes())


def both():
    one = facts()
    return one, Library.from_elm((LOGIC / "Replacement.json").read_bytes(), [one])


def bundle(*resources, birth="1980-05-10"):
    about = {"resourceType": "Patient", "id": "p", "birthDate": birth}
    return {"resourceType": "Bundle", "entry": [{"resource": one} for one in (about, *resources)]}


def context(*resources, **more):
    return Context(bundle(*resources), NOW, value_sets=VALUE_SETS, **more)


ILL = [condition("234532001", 900), condition("53084003", 30), condition("53084003", 60), condition("53084003", 700)]


def test_the_whole_line():
    shared, replacement = both()
    here = context(*ILL, observation("2465-3", 350, "mg/dL", 10), observation("29463-7", 68.2, "kg", 5))
    values = replacement.evaluate_all(here)
    assert values["Start"] is True
    assert values["Dose"] == Quantity(Decimal("25"), "g")
    assert values["Why"] == "IgG 350 'mg/dL' with 2 infections"
    assert str(values["Next Date"]) == "2026-02-12"
    assert shared.evaluate("Age In Years", here) == 45
    assert replacement.evaluate("Start", context(*ILL, observation("2465-3", 460, "mg/dL", 10))) is False
    assert (
        replacement.evaluate(
            "Start", context(*ILL, observation("2465-3", 460, "mg/dL", 10), parameters={"Region": "US"})
        )
        is True
    )
    assert replacement.evaluate("Ask For IgG", context(*ILL)) is True
    assert replacement.evaluate("Why", context()) == "No indication"


def test_explanation_shows_values_and_the_resources_behind_them():
    _, replacement = both()
    igg = observation("2465-3", 350, "mg/dL", 10)
    here = context(*ILL, igg)
    told = replacement.explain("Start", here)
    assert (told.name, told.value, told.locator[:3]) == ("Start", True, "20:")
    parts = {part.name: part for part in told.parts}
    assert list(parts) == ["Has Deficiency", "On Treatment", "IgG Is Very Low", "IgG Is Low", "Recurrent Infections"]
    assert (parts["IgG Is Low"].value, parts["Recurrent Infections"].value) == (True, True)

    def below(one):
        yield one
        for part in one.parts:
            yield from below(part)

    every = list(below(told))
    found = [found for one in every for found in one.retrieves if found.codes.endswith("ValueSet/igg")]
    assert [[resource.data for resource in one.resources] for one in found] == [[igg]]
    assert {one.name for one in every} >= {
        "Low Threshold",
        "parameter Region",
        "Latest IgG Value",
        "parameter Look-back",
    }


def test_definitions_say_what_they_are():
    known = facts().definitions
    assert known["Age In Years"].result_type == "Integer"
    assert known["IgG Results"].result_type == "List<FHIR.Observation>"
    assert known["Look-back Period"].result_type == "Interval<DateTime>"
    assert (known["Weight"].context, known["Weight"].access_level) == ("Patient", "Public")


def test_what_was_not_needed_is_told_apart():
    _, replacement = both()
    told = replacement.explain("Start", context())
    parts = {part.name: part.evaluated for part in told.parts}
    assert parts["Has Deficiency"] is True
    assert parts["IgG Is Very Low"] is False


def test_resources_about_others_are_left_out_and_two_patients_are_an_error():
    other = {**condition("234532001", 5), "subject": {"reference": "Patient/other"}}
    mine = {**condition("234532001", 5), "id": "mine", "subject": {"reference": "https://x.org/Patient/p/_history/2"}}
    here = context(other, mine, {"resourceType": "Patient", "id": "other"}, patient="p")
    assert [one.data["id"] for one in facts().evaluate("Active Deficiencies", here)] == ["mine"]
    with pytest.raises(CqlError, match="singleton from a list of 2"):
        facts().evaluate("Birth Date", context({"resourceType": "Patient", "id": "other"}))


def retrieve(type, **more):
    return {"type": "Retrieve", "dataType": FHIR + type, **more}


def test_retrieve_by_code():
    coded = observation("2465-3", 1, "g/L", 1)
    bare = {**coded, "id": "bare", "code": {"coding": [{"code": "2465-3"}]}}
    other = {**coded, "id": "other", "code": concept(SNOMED, "2465-3")}
    data = [coded, bare, other, {**coded, "id": "none", "code": {"text": "IgG"}}]

    def found(codes):
        node = retrieve("Observation", codeProperty="code", codes=codes)
        return [one.data["id"] for one in value(node, data=data, value_sets={"urn:v": {(LOINC, "2465-3")}})]

    def code(**elements):
        return {
            "type": "Instance",
            "classType": SYSTEM + "Code",
            "element": [{"name": key, "value": lit(text)} for key, text in elements.items()],
        }

    assert found(lit([code(code="2465-3", system=LOINC)])) == [coded["id"], "bare"]
    assert found(lit([code(code="2465-3")])) == [coded["id"], "bare", "other"]
    value_set = {
        "type": "Instance",
        "classType": SYSTEM + "ValueSet",
        "element": [{"name": "id", "value": lit("urn:v")}],
    }
    assert found(value_set) == [coded["id"], "bare"]
    assert value(retrieve("Observation"), data=[]) == []


def test_retrieve_by_date():
    span = interval(date_time(2026, 1, 1), date_time(2026, 1, 31))
    node = retrieve("Observation", dateProperty="effective", dateRange=span)
    period = {
        **observation("1", 1, "g", 1),
        "id": "period",
        "effectivePeriod": {"start": "2026-01-02", "end": "2026-01-03"},
    }
    del period["effectiveDateTime"]
    data = [observation("1", 1, "g", 5), observation("1", 1, "g", 50), period]
    assert [one.data["id"] for one in value(node, data=data)] == ["o-1-5", "period"]


def test_what_a_retrieve_cannot_do_is_refused():
    with pytest.raises(CqlError, match="include is not supported"):
        value(retrieve("Observation", include=[{"relatedDataType": "x"}]))
    with pytest.raises(CqlError, match="only FHIR resources"):
        value({"type": "Retrieve", "dataType": SYSTEM + "Integer"})


def test_elements_are_read_by_name_and_type():
    model = model_at(60)
    about = model.resource(
        {
            "resourceType": "Patient",
            "birthDate": "1980-05",
            "_birthDate": {"extension": [{"url": "urn:x", "valueString": "about"}]},
            "name": [{"given": ["A", None], "_given": [None, {"id": "g"}], "family": "B"}],
            "deceasedDateTime": "2020-01-01T10:00:00",
            "multipleBirthInteger": 2,
            "contact": [{"relationship": [{"text": "mother"}]}],
        }
    )
    assert str(about.get("birthDate").get("value")) == "1980-05"
    assert about.get("birthDate").get("extension")[0].get("value").get("value") == "about"
    given = about.get("name")[0].get("given")
    assert [(one.get("value"), one.get("id")) for one in given] == [("A", None), (None, "g")]
    assert (about.get("deceased").type.name, str(about.get("deceased").get("value"))) == (
        "dateTime",
        "2020-01-01T10:00:00+01:00",
    )
    assert about.get("multipleBirth").type.name == "integer"
    assert about.get("contact")[0].type.name == "Patient.contact"
    assert about.get("contact")[0].get("relationship")[0].get("text").get("value") == "mother"
    assert about.get("photo") is None
    assert len(about.children()) == 5


def is_type(node, name):
    return op("Is", node, isTypeSpecifier={"type": "NamedTypeSpecifier", "name": FHIR + name})


def test_types_of_elements():
    first = {"type": "First", "source": retrieve("Observation")}
    status = {"type": "Property", "path": "status", "source": first}
    result = {"type": "Property", "path": "value", "source": first}
    data = [observation("1", 1.50, "g", 1)]
    assert value(is_type(first, "Observation"), data=data) is True
    assert value(is_type(first, "DomainResource"), data=data) is True
    assert value(is_type(status, "ObservationStatus"), data=data) is True
    assert value(is_type(status, "string"), data=data) is True
    assert value(is_type(result, "Quantity"), data=data) is True
    assert value(is_type(result, "ObservationStatus"), data=data) is False


def made(kind, **elements):
    return {
        "type": "Instance",
        "classType": FHIR + kind,
        "element": [{"name": key, "value": lit(node)} for key, node in elements.items()],
    }


def test_instances_become_fhir_json():
    coding = made("Coding", system=made("uri", value="urn:s"), code=made("code", value="a"))
    node = made(
        "Observation",
        status=made("ObservationStatus", value="final"),
        code=made("CodeableConcept", coding=[coding]),
        value=made("Quantity", value=made("decimal", value=op("ToDecimal", 5))),
    )
    found = value(node)
    assert found.type.name == "Observation"
    assert json_of(found) == {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "urn:s", "code": "a"}]},
        "valueQuantity": {"value": 5},
    }
    with pytest.raises(CqlError, match="cannot hold a value of type"):
        value(made("Observation", value=made("HumanName")))
    with pytest.raises(CqlError, match="has no element x"):
        value(made("Observation", x=made("HumanName")))


def test_cql_values_become_fhir_json():
    assert json_of(Concept([Code("a", "urn:s", None, "A")], "text")) == {
        "coding": [{"system": "urn:s", "code": "a", "display": "A"}],
        "text": "text",
    }
    months = {"value": Decimal(3), "unit": "months", "system": "http://unitsofmeasure.org", "code": "mo"}
    assert json_of(Quantity(Decimal(3), "months")) == months
    assert json_of(value(interval(date_time(2026, 1), None))) == {"start": "2026-01"}
    assert json_of(value(date_time(2026, 1, 1, 8, offset="1.0"))) == "2026-01-01T08:00:00+01:00"


BAD = [
    {"resourceType": "Observation", "code": 5},
    {"resourceType": "Observation", "valueQuantity": "high"},
    {
        "resourceType": "Observation",
        "status": "final",
        "code": concept(LOINC, "2465-3"),
        "valueQuantity": {"value": "3"},
    },
    {"resourceType": "Nonsense"},
    {"id": "x"},
    "text",
]


@pytest.mark.parametrize("resource", BAD)
def test_bad_data_are_an_error_or_do_not_count(resource):
    library, here = facts(), context(resource)
    try:
        library.evaluate_all(here)
    except CqlError as error:
        assert str(error)


def helpers():
    """FHIRHelpers as compiled, under another name so that its ELM runs and not what stands in for it."""
    file = ROOT / "build" / "elm" / "FHIRHelpers-4.0.1.json"
    document = json.loads(file.read_bytes())
    document["library"]["identifier"] = {"id": "Helpers", "version": "1"}
    return Library.from_elm(document)


def calls(name, argument):
    """A library that calls one function of the compiled FHIRHelpers on a property of the first Observation."""
    document = elm(r={"type": "FunctionRef", "libraryName": "H", "name": name, "operand": [argument]})
    document["library"]["includes"] = {"def": [{"localIdentifier": "H", "path": "Helpers", "version": "1"}]}
    return document


SAMPLES = {
    "ToQuantity": [
        ("value", {"valueQuantity": {"value": 1.5, "unit": "g", "system": "http://unitsofmeasure.org", "code": "g"}}),
        ("value", {"valueQuantity": {"value": 1.5, "comparator": "<", "code": "g"}}),
        ("value", {"valueQuantity": {"value": 3, "unit": "mo", "code": "mo"}}),
        ("value", {"valueQuantity": {"value": 3, "system": "urn:other", "code": "x"}}),
        ("value", {"valueQuantity": {"unit": "g"}}),
    ],
    "ToInterval": [
        ("value", {"valueQuantity": {"value": 1.5, "comparator": comparator, "code": "g"}})
        for comparator in ("<", "<=", ">", ">=")
    ]
    + [
        ("value", {"valueQuantity": {"value": 1.5, "code": "g"}}),
        ("effective", {"effectivePeriod": {"start": "2026-01-01", "end": "2026-02-01T10:00:00Z"}}),
        ("effective", {"effectivePeriod": {"end": "2026-02-01"}}),
        ("effective", {"effectivePeriod": {"start": "2026-02-01"}}),
        ("value", {"valueRange": {"low": {"value": 1, "code": "g"}, "high": {"value": 2, "code": "g"}}}),
    ],
    "ToRatio": [
        ("value", {"valueRatio": {"numerator": {"value": 1, "code": "g"}, "denominator": {"value": 2, "code": "L"}}})
    ],
    "ToConcept": [
        ("code", {"code": {"coding": [{"system": "urn:s", "code": "a", "display": "A"}], "text": "t"}}),
        ("code", {"code": {"text": "t"}}),
    ],
    "ToDateTime": [
        ("effective", {"effectiveDateTime": "2026-01-01"}),
        ("issued", {"issued": "2026-01-01T10:00:00+02:00"}),
    ],
    "ToString": [("status", {"status": "final"}), ("value", {"valueString": "x"})],
    "ToBoolean": [("value", {"valueBoolean": True})],
    "ToInteger": [("value", {"valueInteger": 7})],
    "ToTime": [("value", {"valueTime": "10:30:00"})],
}


@pytest.mark.parametrize("name", SAMPLES)
def test_our_conversions_are_those_of_the_compiled_library(name):
    compiled = helpers()
    for path, elements in SAMPLES[name]:
        data = [{"resourceType": "Observation", **elements}]
        argument = {"type": "Property", "path": path, "source": {"type": "First", "source": retrieve("Observation")}}
        by_elm = Library.from_elm(calls(name, argument), [compiled]).evaluate("r", Context(data, NOW))
        native = FUNCTIONS[name](model_at(0).resource(data[0]).get(path))
        assert repr(native) == repr(by_elm), elements


def test_a_patient_is_evaluated_the_same_every_time_and_changes_nothing():
    _, replacement = both()
    for one in patients(50):
        before = json.dumps(one)
        first = [repr(replacement.evaluate_all(Context(one, NOW, value_sets=VALUE_SETS))) for _ in range(2)]
        assert first[0] == first[1]
        assert json.dumps(one) == before


def test_shuffled_resources_give_the_same_answer():
    _, replacement = both()
    chance = random.Random(7)
    for number in range(30):
        one = patient(number, chance)
        expected = replacement.evaluate("Why", Context(one, NOW, value_sets=VALUE_SETS))
        chance.shuffle(one["entry"])
        assert replacement.evaluate("Why", Context(one, NOW, value_sets=VALUE_SETS)) == expected
