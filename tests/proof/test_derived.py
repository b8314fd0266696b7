"""What follows from value sets, and what does not."""

from fhir_content.proof.answers import Readings
from fhir_content.proof.derived import subsets
from fhir_content.proof.logic import Logic, Name
from fhir_content.proof.terms import Terms
from tests.proof.table import Table

NAMES = (
    "Is Deficient",
    "Is Severely Deficient",
    "Has Mild Deficiency",
    "Has Mild Severe Deficiency",
    "Deficiencies",
    "Severe Deficiencies",
    "Is Allergic",
    "All Are Mild",
)


def derived(table):
    terms = Terms(Logic(table.elm.values()))
    for name in NAMES:
        terms.definition(Name("TableCommon", name))
    return {fact.says for fact in subsets(terms.world, Readings(terms.logic, table.project.catalog))}


def test_who_is_in_the_smaller_value_set_is_in_the_larger_when_the_same_is_asked():
    assert derived(Table()) == {
        '"Is Severely Deficient" is within "Is Deficient"',
        '"Has Mild Severe Deficiency" is within "Has Mild Deficiency"',
        '"Severe Deficiencies" is within "Deficiencies"',
    }


def test_nothing_follows_from_a_value_set_of_which_only_a_part_is_here():
    table = Table()
    value_set = table.project.catalog.get("ValueSet/t-severe-deficiency")
    value_set.data["compose"]["include"].append({"system": "http://example.org/unknown-system"})
    assert derived(table) == set()
