"""What is known of an expression before it runs, simple paths, and the two shortcuts of invariants."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_content import fhirpath
from fhir_content.fhirpath.dependence import dependence
from fhir_content.fhirpath.predicate import predicate


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("name.first().givn", "HumanName has no element givn"),
        ("Encounter.status", "starts on Patient, not on Encounter"),
        ("deceasedBoolean", "calls it deceased"),
        ("(deceased as Period).start", None),
        ("deceased.ofType(dateTime) > @2020 and name.where(period.begin.exists()).exists()", "no element begin"),
        ("%resource.contact.phone", "Patient.contact has no element phone"),
        ("contact.select(name | organization).identifier", None),
        ("contact.select(name | gender).foo", "HumanName or code has no element foo"),
        ("children().first()", "no order"),
        ("name is Humanname", "no type Humanname"),
        ("contained.anything", None),
        ("extension('http://x').value.anything.at.all", "has no element anything"),
        ("birthDate.value", None),
        ("unknown.exists()", "no element unknown"),
    ],
)
def test_problems_of_an_expression(model, expression, words):
    found = [problem.message for problem in fhirpath.problems(fhirpath.compile(expression), "Patient", model)]
    assert (found == []) if words is None else (len(found) == 1 and words in found[0])


@pytest.mark.parametrize(
    ("path", "type_name", "types", "is_list"),
    [
        ("status", "MedicationRequest", ("code",), False),
        ("MedicationRequest.status", "MedicationRequest", ("code",), False),
        ("dosageInstruction", "MedicationRequest", ("Dosage",), True),
        ("dosageInstruction[0].doseAndRate[0].dose", "MedicationRequest", ("Range", "Quantity"), False),
        ("dosageInstruction[0].doseAndRate[0].doseQuantity", "MedicationRequest", ("Quantity",), False),
        ("payload[0].content.ofType(string)", "CommunicationRequest", ("string",), False),
        ("action.action.title", "Task", ("string",), False),
        ("extension('http://x').url", "Task", ("uri",), False),
        ("subject.resolve().name", "ServiceRequest", ("Element",), True),
    ],
)
def test_a_simple_path_leads_to_a_place(model, path, type_name, types, is_list):
    found = fhirpath.place(path, type_name, model)
    assert (found.names, found.is_list) == (types, is_list)


@pytest.mark.parametrize(
    ("path", "type_name", "words"),
    [
        ("doseInstruction", "MedicationRequest", "did you mean dosageInstruction?"),
        ("dosage..route[", "MedicationRequest", "expected an expression"),
        ("action.titel", "Task", "did you mean title?"),
        ("status.where(true)", "Task", "not a simple path"),
        ("%resource.status", "Task", "not a simple path"),
        ("input[$index]", "Task", "not a simple path"),
        ("subject.ofType(Patient)", "ServiceRequest", "never Patient"),
        ("status", "Nothing", "no type Nothing"),
        ("", "Task", "expected an expression"),
    ],
)
def test_a_path_to_nowhere_is_told(model, path, type_name, words):
    (problem,) = fhirpath.check_path(path, type_name, model)
    assert words in problem


INVARIANTS = [
    "code.exists() or display.exists()",
    "code.empty() xor system.exists()",
    "code.exists() implies system.exists()",
    "(code = 'x' and system.exists()).not()",
    "code.exists().not() or abstract = true",
    "code != 'x' or (system.empty() and inactive.exists())",
    "designation.empty() or code.exists()",
]
OBJECTS = st.fixed_dictionaries(
    {},
    optional={
        "code": st.sampled_from(["x", "y"]),
        "_code": st.just({"id": "i"}),
        "system": st.just("http://s"),
        "display": st.just("d"),
        "abstract": st.booleans(),
        "inactive": st.booleans(),
        "designation": st.just([{"value": "v"}]),
    },
)


@pytest.mark.parametrize("expression", INVARIANTS)
@given(data=OBJECTS)
def test_the_shortcut_on_json_gives_the_same_truth_as_the_evaluation(model, expression, data):
    type = model.type("ValueSet.expansion.contains")
    compiled = fhirpath.compile(expression)
    short = predicate(compiled, type)
    assert short is not None
    truth = fhirpath.boolean(compiled.evaluate(data, type.name, model))
    assert short(data) == truth
    reads = dependence(compiled, type)
    if reads.names.isdisjoint(data):
        assert reads.verdict == truth


@pytest.mark.parametrize("expression", ["%resource.id.exists()", "children().empty()", "iif(code.exists(), 1, 2) = 1",
                                        "where(code.exists()).exists()", "$this = 'x'"])  # fmt: skip
def test_an_expression_that_may_read_anything_has_no_shortcut(model, expression):
    type = model.type("ValueSet.expansion.contains")
    assert predicate(fhirpath.compile(expression), type) is None
    assert dependence(fhirpath.compile(expression), type) is None
