"""Numbers and quantities: overflow, precision, units. https://cql.hl7.org/09-b-cqlreference.html#arithmetic-operators-4"""

from decimal import Decimal

import pytest
from elm_nodes import SYSTEM, date, decimal, lit, op, quantity, value
from hypothesis import given
from hypothesis import strategies as st

from fhir_content.cql import CqlError, Quantity, Uncertainty
from fhir_content.cql.arithmetic_operators import add, divide, modulo, multiply, negate, subtract, truncated_divide
from fhir_content.cql.interval import predecessor, successor
from fhir_content.cql.values import MAX_DECIMAL, MAX_INTEGER, MIN_INTEGER, Long

integers = st.integers(MIN_INTEGER, MAX_INTEGER)
decimals = st.decimals(-(10**12), 10**12, places=8)
numbers = st.one_of(integers, decimals)


def test_results_beyond_the_type_are_null():
    assert add(MAX_INTEGER, 1) is None
    assert subtract(MIN_INTEGER, 1) is None
    assert multiply(2**16, 2**15) is None
    assert negate(MIN_INTEGER) is None
    assert add(Long(2**63 - 1), 1) is None
    assert add(MAX_DECIMAL, MAX_DECIMAL) is None
    assert add(Long(MAX_INTEGER), 1) == MAX_INTEGER + 1


def test_a_division_by_zero_is_null():
    assert [f(5, 0) for f in (divide, truncated_divide, modulo)] == [None] * 3


def test_eight_places_and_half_up():
    assert divide(2, 3) == Decimal("0.66666667")
    assert multiply(Decimal("0.00000001"), Decimal("0.5")) == Decimal("0.00000001")
    assert value(op("Round", decimal("-2.5"))) == -3
    assert value({"type": "Round", "operand": decimal("2.345"), "precision": lit(2)}) == Decimal("2.35")


def test_all_28_digits_count():
    assert str(subtract(MAX_DECIMAL, Decimal("0.00000001"))) == "9999999999999999999999999999.99999998"
    assert str(value({"type": "MinValue", "valueType": SYSTEM + "Decimal"})) == "-9999999999999999999999999999.99999999"


@given(integers, integers.filter(bool))
def test_quotient_and_rest_make_the_dividend(one, two):
    quotient, rest = truncated_divide(one, two), modulo(one, two)
    if quotient is not None:
        assert quotient * two + rest == one
        assert abs(rest) < abs(two)


@given(numbers, numbers)
def test_addition_commutes_and_subtraction_undoes_it(one, two):
    total = add(one, two)
    assert total == add(two, one)
    if total is not None:
        assert subtract(total, two) == one


@given(st.one_of(st.integers(MIN_INTEGER, MAX_INTEGER - 1), decimals))
def test_predecessor_undoes_successor(point):
    assert predecessor(successor(point)) == point
    assert successor(point) > point


@pytest.mark.parametrize("kind", ["Integer", "Long", "Decimal", "Quantity", "Date", "DateTime", "Time"])
def test_nothing_comes_after_the_last_value(kind):
    with pytest.raises(CqlError):
        value(op("Successor", {"type": "MaxValue", "valueType": SYSTEM + kind}))
    with pytest.raises(CqlError):
        value(op("Predecessor", {"type": "MinValue", "valueType": SYSTEM + kind}))


def test_quantities_of_different_units():
    assert value(op("Add", quantity(1, "m"), quantity(3, "cm"))) == Quantity(Decimal(103), "cm")
    assert value(op("Add", quantity(1, "mg"), quantity(1, "mL"))) is None
    assert value(op("Divide", quantity(6, "g"), quantity(3, "g"))) == Quantity(Decimal(2), "1")
    assert value(op("Multiply", quantity(2, "cm"), quantity(3, "cm"))) == Quantity(Decimal(6), "cm2")
    assert value(op("Divide", quantity(6, "g"), quantity(2, "L"))) == Quantity(Decimal(3), "g/L")
    assert value(op("Multiply", decimal("0.4"), quantity(70, "g/kg"))) == Quantity(Decimal("28.0"), "g/kg")


LABORATORY = [
    (quantity(350, "mg/dL"), quantity("3.5", "g/L"), True),
    (quantity(700, "mg/dL"), quantity(7, "g/L"), True),
    (quantity(350, "mg/dL"), quantity(4, "g/L"), False),
    (quantity(200, "/uL"), quantity("0.2", "10*9/L"), True),
    (quantity(1, "week"), quantity(7, "days"), True),
    (quantity(1, "year"), quantity(12, "months"), True),
    (quantity(1, "year"), quantity(1, "a"), None),
    (quantity(1, "month"), quantity(30, "days"), None),
    (quantity(1, "g"), quantity(1, "m"), None),
]


@pytest.mark.parametrize(("one", "two", "same"), LABORATORY)
def test_equal_in_different_units(one, two, same):
    assert value(op("Equal", one, two)) is same
    assert value(op("Equal", two, one)) is same


def test_comparison_in_different_units():
    assert value(op("Less", quantity(399, "mg/dL"), quantity(4, "g/L"))) is True
    assert value(op("GreaterOrEqual", quantity(400, "mg/dL"), quantity(4, "g/L"))) is True
    assert value(op("Less", quantity(1, "g"), quantity(1, "m"))) is None


def test_calendar_and_definite_durations_are_equivalent():
    assert value(op("Equivalent", quantity(1, "year"), quantity(1, "a"))) is True
    assert value(op("Equivalent", quantity(1, "year"), quantity(365, "days"))) is True
    assert value(op("Equivalent", quantity(1, "g"), quantity(1, "m"))) is False


def test_uncertain_numbers_compute_and_compare():
    days = {"type": "DurationBetween", "precision": "Day", "operand": [date(2014, 1, 15), date(2014, 2)]}
    assert value(op("Add", days, 5)) == Uncertainty(22, 49)
    assert value(op("Less", days, 60)) is True
    assert value(op("Less", days, 20)) is None
    assert value(op("LessOrEqual", days, 17)) is None
    assert value(op("GreaterOrEqual", days, 17)) is True


@pytest.mark.parametrize("text", ["2147483649", "1.5", "", "x", "1_000", "１"])
def test_what_is_no_integer_is_refused_at_load(text):
    with pytest.raises(CqlError, match="not a literal"):
        value({"type": "Literal", "valueType": SYSTEM + "Integer", "value": text})


@pytest.mark.parametrize("text", ["0.000000001", "1" + "0" * 28, "NaN", "Infinity", "1e5", ".5"])
def test_what_is_no_decimal_is_refused_at_load(text):
    with pytest.raises(CqlError, match="not a literal"):
        value(decimal(text))
