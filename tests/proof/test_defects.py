"""Thirty faults put into a table that is right: which property finds each, and the patient for whom it is one.

Two cannot be found by any property of the table alone: a threshold moved everywhere alike leaves it consistent.
`against` finds those, and so must a clinical case.
"""

import pytest

from tests.proof.table import Table, boolean, grams, reference

AT_LEAST, LESS = "GreaterOrEqual", "Less"
FROM_3_0 = {"type": AT_LEAST, "operand": [reference("Level"), grams(3.0)]}
FOUND = {
    "low and middle overlap at the limit": ("exclusive", lambda t: t.turn("Is Low", LESS, "LessOrEqual")),
    "very low and low overlap at the limit": ("exclusive", lambda t: t.turn("1.2 Very low", LESS, "LessOrEqual")),
    "very low lies above normal": ("exclusive", lambda t: t.literal("Very Low", "1.5", "8.0", "TableParameters")),
    "nothing at the start level": ("complete", lambda t: t.turn("Is Middle", AT_LEAST, "Greater")),
    "nothing at the very low level": ("complete", lambda t: t.turn("Is Low", AT_LEAST, "Greater")),
    "normal begins too late": ("complete", lambda t: t.turn("Otherwise, normal level", AT_LEAST, "Greater")),
    "and for or in the start": ("complete", lambda t: t.turn("Start", "Or", "And")),
    "or for and in low": ("exclusive", lambda t: t.turn("Is Low", "And", "Or")),
    "or for and in middle": ("exclusive", lambda t: t.turn("Is Middle", "And", "Or")),
    "contraindication forgotten: very low": ("safe", lambda t: t.drop("1.2 Very low", 1)),
    "contraindication forgotten: low": ("safe", lambda t: t.drop("1.3 Low, recurrent infection", 1)),
    "contraindication forgotten: watch": ("exclusive", lambda t: t.drop("1.4 Low, no recurrent infection", 1)),
    "contraindication forgotten: adult": ("safe", lambda t: t.drop("1.5 Adult, middle, recurrent infection", 1)),
    "contraindication forgotten: child": ("exclusive", lambda t: t.drop("1.6 Child, middle, recurrent infection", 1)),
    "contraindication forgotten: middle": ("exclusive", lambda t: t.drop("1.7 Middle, no recurrent infection", 1)),
    "conjunct dropped: recurrent in start": ("exclusive", lambda t: t.drop("1.3 Low, recurrent infection", 3)),
    "conjunct dropped: not recurrent": ("exclusive", lambda t: t.drop("1.4 Low, no recurrent infection", 3)),
    "conjunct dropped: adult": ("exclusive", lambda t: t.drop("1.5 Adult, middle, recurrent infection", 4)),
    "conjunct dropped: not adult": ("exclusive", lambda t: t.drop("1.6 Child, middle, recurrent infection", 4)),
    "conjunct dropped: middle": ("exclusive", lambda t: t.drop("1.7 Middle, no recurrent infection", 2)),
    "action removed: watch": ("complete", lambda t: t.without("watch")),
    "otherwise removed": ("complete", lambda t: t.body("Otherwise, normal level", boolean(False))),
    "question removed: level": ("asking", lambda t: t.without("ask-level")),
    "question removed: infections": ("asking", lambda t: t.without("ask-infections")),
    "question removed: age": ("asking", lambda t: t.without("ask-age")),
    "a birth date of which only the year is known": ("asking", lambda t: t.turn("Needs Age", "Or", "And")),
    "question asked of the contraindicated": ("asking", lambda t: t.drop("Needs Level", 1)),
    "a hole in the start as the level falls": ("steady", lambda t: t.add("1.3 Low, recurrent infection", FROM_3_0)),
}
CONSISTENT = {
    "more infections wanted, everywhere": lambda t: t.turn("Recurrent", AT_LEAST, "Greater"),
    "adults begin a year earlier, everywhere": lambda t: t.literal("Adult Years", "18", "17", "TableParameters"),
}


def test_the_table_without_a_fault_is_proved():
    proof = Table().prove()
    assert len(proof.verdicts) > 40
    assert proof.failed == []


@pytest.mark.parametrize("fault", FOUND)
def test_a_fault_is_found_with_its_patient(fault):
    expected, change = FOUND[fault]
    failed = [verdict for verdict in change(Table()).prove().failed if verdict.property == expected]
    assert failed
    for verdict in failed:
        assert verdict.status == "failed"
        assert verdict.patient.words
        assert verdict.unconfirmed == ()


@pytest.mark.parametrize("fault", CONSISTENT)
def test_a_threshold_moved_everywhere_alike_is_no_fault_of_the_table_but_a_change(fault):
    changed = CONSISTENT[fault](Table())
    assert changed.prove().failed == []
    different = changed.against(Table()).failed
    assert different
    assert all(verdict.patient and verdict.unconfirmed == () for verdict in different)


def test_there_are_thirty():
    assert len(FOUND) + len(CONSISTENT) == 30
