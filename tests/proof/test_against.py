"""Same or different: rules rewritten are proved the same, rules changed are shown with the smallest patient."""

import pytest

from tests.proof.table import Table, grams, reference

INTEGER = "{urn:hl7-org:elm-types:r1}Integer"
LEVEL, START, NORMAL = (
    reference("Level"),
    reference("Start Level", "Parameters"),
    reference("Normal Level", "Parameters"),
)


def node(kind, *operands):
    return {"type": kind, "operand": list(operands)}


def negated(operand):
    return {"type": "Not", "operand": operand}


def in_another_unit(table):
    quantity = {"type": "Quantity", "value": 400.0, "unit": "mg/dL"}
    return table.body("Start Level", quantity, "TableParameters")


def the_other_way_round(table):
    below = negated(node("Less", LEVEL, START))
    return table.body("Is Middle", node("And", node("Greater", NORMAL, LEVEL), below))


def by_de_morgan(table):
    out = negated(node("Or", negated(reference("In Scope")), reference("Contraindicated")))
    low = node("And", reference("Is Low"), reference("Recurrent"))
    return table.body("1.3 Low, recurrent infection", node("And", low, out))


@pytest.mark.parametrize("rewritten", [in_another_unit, the_other_way_round, by_de_morgan])
def test_what_is_only_rewritten_is_proved_the_same(rewritten):
    proof = rewritten(Table()).against(Table())
    assert {verdict.status for verdict in proof.verdicts} == {"proved"}


CHANGES = {
    "the start level is raised": (
        lambda t: t.body("Start Level", grams(4.5), "TableParameters"),
        "start",
        {"Level": "4.4 g/L", "Is Deficient": "yes", "Infections": "3", "Region": "US"},
    ),
    "at the limit": (
        lambda t: t.turn("1.2 Very low", "Less", "LessOrEqual"),
        "start",
        {"Level": "1.5 g/L", "Is Deficient": "yes", "Region": "US"},
    ),
    "the contraindication is gone": (
        lambda t: t.drop("1.2 Very low", 1),
        "start",
        {"Level": "1.4 g/L", "Is Deficient": "yes", "Is Allergic": "yes", "Region": "US"},
    ),
    "the EU counts as the US": (
        lambda t: t.body("Recurrent Count", {"type": "Literal", "valueType": INTEGER, "value": "3"}, "TableParameters"),
        "start",
        {"Level": "3.9 g/L", "Is Deficient": "yes", "Infections": "2", "Region": "EU"},
    ),
    "an action is gone": (
        lambda t: t.without("refer"),
        "refer",
        {"Level": "6.9 g/L", "Is Deficient": "yes", "Infections": "3", "Age": "17", "Region": "US"},
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_real_change_is_shown_with_its_smallest_patient(change):
    make, action, words = CHANGES[change]
    found = {verdict.claim.name: verdict for verdict in make(Table()).against(Table()).failed}
    verdict = found[f"{action}: same patients"]
    assert {name: str(value) for name, value in verdict.patient.words} == words
    assert verdict.unconfirmed == ()


def test_an_input_that_is_read_otherwise_is_not_the_same_input():
    changed = Table()
    value_sets = changed.elm["TableCommon"]["library"]["valueSets"]["def"]
    next(each for each in value_sets if each["name"] == "allergy")["id"] = "http://example.org/table/ValueSet/other"
    verdict = next(each for each in changed.against(Table()).failed if each.claim.name == "stop: same patients")
    names = {each.name for each, _ in verdict.patient.inputs}
    assert {"Is Allergic", "Is Allergic (as it is read now)"} <= names
