"""What is told of an opaque quantity: its unit, and whether it always has a number."""

import pytest

from fhir_content.proof.logic import Name
from fhir_content.proof.shape import Scope, may_be_uncertain, units_of
from tests.proof.table import Table


def level(table):
    logic = table.subject().table.terms.logic
    return units_of(logic.body(Name("TableCommon", "Level")), Scope(logic, "TableCommon"))


def function(table):
    return table.definition("Grams Per Litre", "TableCommon")["expression"]


def silent(table):
    return {verdict.claim.name for verdict in table.prove(["asking"]).failed}


def test_a_unit_that_every_branch_writes_out_is_the_unit():
    units = level(Table())
    assert units.units == {"g/L"}
    assert units.always_number
    assert not units.any_unit


def test_without_the_guard_there_may_be_a_quantity_without_number_and_nothing_asks_for_it():
    table = Table()
    del function(table)["caseItem"][0]
    assert not level(table).always_number
    assert "asks for Level" in silent(table)


def test_a_unit_taken_from_the_record_may_be_any_and_nothing_asks_for_another():
    table = Table()
    instance = function(table)["caseItem"][1]["then"]
    next(each for each in instance["element"] if each["name"] == "unit")["value"] = {"type": "Null"}
    assert level(table).any_unit
    assert "asks for Level" in silent(table)


@pytest.mark.parametrize(("name", "uncertain"), [("Age", True), ("Infections", False), ("Serious Infections", False)])
def test_only_a_duration_may_be_uncertain(name, uncertain):
    logic = Table().subject().table.terms.logic
    assert may_be_uncertain(logic.body(Name("TableCommon", name)), Scope(logic, "TableCommon")) is uncertain
