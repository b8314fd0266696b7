"""The truth tables of CQL, each cell once: https://cql.hl7.org/09-b-cqlreference.html#logical-operators-3 ."""

import pytest
from elm_nodes import library, lit, op, value

from fhir_content.cql import Context, CqlError

T, F, N = True, False, None
TABLES = {
    #        TT TF TN FT FF FN NT NF NN
    "And": [T, F, N, F, F, F, N, F, N],
    "Or": [T, T, T, T, F, N, T, N, N],
    "Xor": [F, T, N, T, F, N, N, N, N],
    "Implies": [T, F, N, T, T, T, T, N, N],
}


@pytest.mark.parametrize("name", TABLES)
def test_table(name):
    cells = [(one, two) for one in (T, F, N) for two in (T, F, N)]
    assert [value(op(name, one, two)) for one, two in cells] == TABLES[name]


def test_not():
    assert [value(op("Not", one)) for one in (T, F, N)] == [F, T, N]


@pytest.mark.parametrize("name", [*TABLES, "Not"])
def test_what_is_no_boolean_is_an_error(name):
    operands = [1] if name == "Not" else [1, None]
    with pytest.raises(CqlError, match="Boolean is needed"):
        value(op(name, *operands))


def test_the_right_side_is_not_evaluated_when_the_left_settles_it():
    fails = {"type": "Message", "source": lit(T), "severity": lit("Error"), "message": lit("evaluated")}
    assert value(op("And", F, fails)) is F
    assert value(op("Or", T, fails)) is T
    with pytest.raises(CqlError, match="evaluated"):
        value(op("And", T, fails))


def test_conditionals_take_null_for_not_true():
    assert value({"type": "If", "condition": lit(N), "then": lit(1), "else": lit(2)}) == 2
    items = [{"when": lit(N), "then": lit(1)}, {"when": lit(T), "then": lit(2)}]
    assert value({"type": "Case", "caseItem": items, "else": lit(3)}) == 2
    assert value({"type": "Case", "comparand": lit(5), "caseItem": items, "else": lit(3)}) == 3


def test_is_true_is_false_is_null():
    assert [value(op("IsTrue", one)) for one in (T, F, N)] == [T, F, F]
    assert [value(op("IsFalse", one)) for one in (T, F, N)] == [F, T, F]
    assert [value(op("IsNull", one)) for one in (T, F, N)] == [F, F, T]


def test_coalesce():
    assert value(op("Coalesce", N, N, 3)) == 3
    assert value(op("Coalesce", [N, "a", "b"])) == "a"
    assert value(op("Coalesce", N, N)) is N


def test_definitions_refer_to_each_other_in_any_order():
    one = library(a={"type": "ExpressionRef", "name": "b"}, b=lit(5))
    assert one.evaluate_all(Context()) == {"a": 5, "b": 5}
