"""Intervals: the laws of their relations, unknown bounds, sets of them. https://cql.hl7.org/09-b-cqlreference.html#interval-operators-3"""

from itertools import pairwise

import pytest
from elm_nodes import SYSTEM, date, date_time, decimal, interval, lit, op, quantity, value
from hypothesis import given
from hypothesis import strategies as st

from fhir_content.cql import Context, CqlError, Interval
from fhir_content.cql import interval_operators as relations
from fhir_content.cql.interval import end, start
from fhir_content.cql.interval_lists import collapse

points = st.integers(-20, 20)


@st.composite
def intervals(draw):
    low, high = sorted((draw(points), draw(points)))
    return Interval(low - 1, high + 1, draw(st.booleans()), draw(st.booleans()))


def members(one):
    return set(range(start(one), end(one) + 1))


BY_SETS = {
    relations.includes: lambda a, b: a >= b,
    relations.proper_includes: lambda a, b: a > b,
    relations.overlaps: lambda a, b: bool(a & b),
    relations.before: lambda a, b: max(a) < min(b),
    relations.after: lambda a, b: min(a) > max(b),
    relations.meets_before: lambda a, b: max(a) + 1 == min(b),
    relations.meets: lambda a, b: max(a) + 1 == min(b) or max(b) + 1 == min(a),
    relations.starts: lambda a, b: min(a) == min(b) and a <= b,
    relations.ends: lambda a, b: max(a) == max(b) and a <= b,
    relations.overlaps_before: lambda a, b: bool(a & b) and min(a) < min(b),
    relations.overlaps_after: lambda a, b: bool(a & b) and max(a) > max(b),
    relations.same_or_before: lambda a, b: max(a) <= min(b),
    relations.same_as: lambda a, b: a == b,
}


@given(intervals(), intervals())
def test_relations_are_those_of_the_sets_of_points(one, two):
    for relation, of_sets in BY_SETS.items():
        assert relation(one, two) is of_sets(members(one), members(two)), relation.__name__


@given(intervals(), intervals(), points)
def test_union_intersection_difference(one, two, point):
    a, b = members(one), members(two)
    shared = relations.intersect(one, two)
    assert (members(shared) if shared else set()) == a & b
    joined = relations.union(one, two)
    if joined:
        assert members(joined) == a | b
    rest = relations.difference(one, two)
    if rest:
        assert members(rest) == a - b
    assert relations.contains(one, point) is (point in a)


@given(st.lists(intervals(), max_size=8))
def test_collapse_keeps_every_point_and_leaves_gaps(items):
    joined = collapse(items, None, Context())
    assert set().union(*map(members, joined)) == set().union(*map(members, items))
    for one, two in pairwise(joined):
        assert end(one) + 1 < start(two)


UNKNOWN = interval(5, None, high_closed=False)
UNBOUNDED = interval(5, None)


def test_an_open_null_is_unknown_and_a_closed_one_is_the_limit():
    assert value(op("Contains", UNBOUNDED, 100)) is True
    assert value(op("Contains", UNKNOWN, 100)) is None
    assert value(op("Contains", UNKNOWN, 1)) is False
    assert value(op("End", UNKNOWN)) is None
    assert value(op("End", UNBOUNDED)) == 2**31 - 1
    assert value(op("Overlaps", interval(None, None), interval(1, 2))) is None
    typed = interval({"type": "As", "asType": SYSTEM + "Integer", "operand": lit(None)}, None)
    assert value(op("ProperIncludes", typed, interval(1, 2))) is True


def test_imprecise_bounds_leave_relations_open():
    year = interval(date(2012), date(2013, 3))
    assert value(op("Overlaps", year, interval(date(2012, 2), date(2013, 2)))) is True
    assert (
        value(op("Overlaps", interval(date(2012, 1, 5), date(2012, 2, 1)), interval(date(2012, 2), date(2012, 3))))
        is None
    )
    morning = interval(date_time(2017, 9, 1, 0), date_time(2017, 9, 1, 0))
    season = interval(date_time(2017, 9, 1, 0, 0, 0, 0), date_time(2017, 12, 30, 23, 59, 59, 999))
    assert value(op("IncludedIn", morning, season)) is None
    assert value(op("IncludedIn", morning, season, precision="Day")) is True


def test_points_and_intervals_mix():
    assert value(op("Before", 5, interval(6, 9))) is True
    assert value(op("After", interval(6, 9), 5)) is True
    assert value(op("In", decimal("1.0"), interval(decimal("1.0"), decimal("2.0"), low_closed=False))) is False
    assert value(op("In", quantity(350, "mg/dL"), interval(quantity(3, "g/L"), quantity(4, "g/L")))) is True


@pytest.mark.parametrize("node", [interval(5, 3), interval(5, 5, high_closed=False), interval(date(2014), date(2013))])
def test_an_interval_that_ends_before_it_begins_is_an_error(node):
    with pytest.raises(CqlError, match="ends before"):
        value(node)


EXPANDED = [
    (interval(1, 10), quantity(3, "1"), [(1, 3), (4, 6), (7, 9)]),
    (
        interval(date(2018, 1, 1), date(2018, 1, 4)),
        quantity(2, "days"),
        [("2018-01-01", "2018-01-02"), ("2018-01-03", "2018-01-04")],
    ),
    (
        interval(date(2018, 1, 15), date(2018, 3, 2)),
        quantity(1, "month"),
        [("2018-01", "2018-01"), ("2018-02", "2018-02"), ("2018-03", "2018-03")],
    ),
    (interval(date(2018, 1), date(2018, 3)), quantity(1, "day"), []),
    (interval(quantity(1, "g"), quantity(2, "g")), quantity(1, "g"), [("1 'g'", "1 'g'"), ("2 'g'", "2 'g'")]),
]


@pytest.mark.parametrize(("source", "per", "expected"), EXPANDED)
def test_expand(source, per, expected):
    found = value(op("Expand", lit([source]), per))
    assert [(str(one.low), str(one.high)) for one in found] == [(str(low), str(high)) for low, high in expected]


def test_expand_of_one_interval_gives_points():
    assert value(op("Expand", interval(1, 4, high_closed=False), None)) == [1, 2, 3]


def test_collapse_joins_within_a_unit():
    spans = lit([interval(date(2012, 1, 1), date(2012, 1, 10)), interval(date(2012, 1, 12), date(2012, 1, 20))])
    assert len(value(op("Collapse", spans, None))) == 2
    assert len(value(op("Collapse", spans, quantity(2, "days")))) == 1


def test_width_and_size():
    assert (value(op("Width", interval(1, 10))), value(op("Size", interval(1, 10)))) == (9, 10)
    with pytest.raises(CqlError, match="width is not defined"):
        value(op("Width", interval(date(2012, 1, 1), date(2012, 2, 1))))
    with pytest.raises(CqlError, match="one point"):
        value(op("PointFrom", interval(1, 2)))
    assert value(op("PointFrom", interval(1, 1))) == 1
