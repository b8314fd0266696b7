"""Dates, times, precision and uncertainty: https://cql.hl7.org/05-languagesemantics.html#date-and-time-arithmetic"""

from datetime import date as python_date
from datetime import datetime, timedelta, timezone

import pytest
from elm_nodes import NOW, date, date_time, library, lit, op, quantity, time, value
from hypothesis import given
from hypothesis import strategies as st

from fhir_content.cql import Context, CqlError, Date, DateTime, Time, Uncertainty
from fhir_content.cql.conversions import parse_date_time, to_date, to_string, to_time
from fhir_content.cql.date_time_arithmetic import add, between
from fhir_content.cql.temporal import DAY, MILLISECOND, MONTH, YEAR, compare, components, earliest, latest
from fhir_content.cql.values import Quantity

full_dates = st.dates(python_date(1900, 1, 1), python_date(2100, 12, 31))
moments = st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1))


def of_date(day):
    return Date(day.year, day.month, day.day)


def of_moment(moment, offset=0):
    parts = [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second]
    return DateTime.of([*parts, moment.microsecond // 1000], offset)


@given(full_dates, full_dates)
def test_dates_order_as_dates_do(one, two):
    expected = (one > two) - (one < two)
    assert compare(of_date(one), of_date(two)) == expected


@given(moments, moments, st.integers(-14, 14), st.integers(-14, 14))
def test_moments_order_whatever_the_offset(one, two, here, there):
    zoned = [moment.replace(tzinfo=timezone(timedelta(hours=hours))) for moment, hours in ((one, here), (two, there))]
    ms = [int(moment.timestamp() * 1000 // 1) for moment in zoned]
    got = compare(of_moment(one, here * 60), of_moment(two, there * 60))
    if abs(ms[0] - ms[1]) > 1:
        assert got == (ms[0] > ms[1]) - (ms[0] < ms[1])


@given(full_dates, st.integers(-20000, 20000))
def test_days_added_are_days_between(day, count):
    moved = add(of_date(day), Quantity(count, "days"))
    assert between(of_date(day), moved, DAY, boundaries=False) == count
    assert between(of_date(day), moved, DAY, boundaries=True) == count


@given(full_dates, full_dates)
def test_whole_years_and_months_turn_round_with_their_ends(one, two):
    for unit in (YEAR, MONTH):
        there = between(of_date(one), of_date(two), unit, boundaries=True)
        assert there == -between(of_date(two), of_date(one), unit, boundaries=True)


@given(moments, st.integers(1, 7), st.integers(-840, 840))
def test_text_round_trip(moment, precision, offset):
    value = DateTime.of(components(of_moment(moment))[:precision], offset if precision > DAY else 0)
    assert parse_date_time(str(value), 0) == value


@given(st.integers(0, 86_399_999), st.integers(4, 7))
def test_time_round_trip(ms, precision):
    value = Time.of(components(Time(ms))[: precision - DAY])
    assert to_time(str(value)) == value


@given(full_dates, st.integers(1, 3))
def test_what_is_not_stated_lies_between_earliest_and_latest(day, precision):
    stated = Date(*(day.year, day.month, day.day)[:precision])
    assert compare(earliest(stated), of_date(day)) in (-1, 0)
    assert compare(latest(stated), of_date(day)) in (1, 0)


MOVES = [
    (date(2016, 2, 29), quantity(1, "year"), "2017-02-28"),
    (date(2014, 1, 31), quantity(1, "month"), "2014-02-28"),
    (date(2014), quantity(25, "months"), "2016"),
    (date(2014, 6), quantity(33, "days"), "2014-07"),
    (date(2014, 1, 1), quantity(36, "hours"), "2014-01-02"),
    (date_time(2014, 1, 1, 10), quantity(90, "minutes"), "2014-01-01T11Z"),
    (date_time(2014, 1, 1, 23, 59, 59, 999), quantity(1, "millisecond"), "2014-01-02T00:00:00.000Z"),
    (time(23, 30), quantity(15, "minutes"), "23:45"),
]


@pytest.mark.parametrize(("start", "duration", "expected"), MOVES)
def test_moved(start, duration, expected):
    assert str(value(op("Add", start, duration))) == expected


def test_moved_too_far():
    with pytest.raises(CqlError, match="years 1 to 9999"):
        value(op("Subtract", date(2014, 1, 1), quantity(3000, "years")))
    assert value(op("Add", time(23, 30), quantity(1, "hour"))) is None
    with pytest.raises(CqlError, match="cannot be moved"):
        value(op("Add", date(2014, 1, 1), quantity(1, "mg")))


@pytest.mark.parametrize(
    ("one", "two", "order"),
    [
        (date(2014), date(2014, 2), None),
        (date(2014), date(2015, 2), True),
        (date(2014, 1, 1), date(2014, 1, 2), True),
        (date_time(2014, 1, 1, 10), date_time(2014, 1, 1, 10, 30), None),
        (time(10), time(11, 30), True),
    ],
)
def test_before_is_null_where_the_precision_does_not_settle_it(one, two, order):
    assert value(op("Less", one, two)) is order
    assert value(op("Before", one, two)) is order


def test_milliseconds_that_are_not_stated():
    on_the_second, later = date_time(2014, 1, 1, 10, 0, 0, 0), date_time(2014, 1, 1, 10, 0, 0, 1)
    assert value(op("Equal", date_time(2014, 1, 1, 10, 0, 0), on_the_second)) is True
    assert value(op("SameOrAfter", date_time(2014, 1, 1, 10, 0, 0), on_the_second)) is True
    assert value(op("Equal", date_time(2014, 1, 1, 10, 0, 0), later)) is None
    assert value(op("DurationBetween", date_time(2014, 1, 1, 10, 0, 0), later, precision="Second")) == 0
    assert value(op("DurationBetween", date_time(2014, 1, 1, 10, 0, 0), later, precision="Millisecond")) == Uncertainty(
        -998, 1
    )


def test_comparison_at_a_precision():
    assert value(op("SameAs", date(2014, 5, 1), date(2014, 5, 9), precision="Month")) is True
    assert value(op("SameAs", date(2014), date(2014, 5), precision="Month")) is None
    assert value(op("SameOrAfter", date(2014, 5, 1), date(2014, 5, 9), precision="Day")) is False
    assert value(op("After", date_time(2014, 5, 1, 10, offset="-1.0"), date_time(2014, 5, 1, 10, offset="0.0"))) is True


AGES = [
    ((2000, 2, 29), (2010, 2, 28), "Year", 9),
    ((2000, 2, 29), (2010, 3, 1), "Year", 10),
    ((2000, 5, 10), (2010, 5, 9), "Year", 9),
    ((2000, 5, 10), (2010, 5, 10), "Year", 10),
    ((2000, 5, 31), (2000, 6, 30), "Month", 0),
    ((2000, 5, 1), (2000, 5, 15), "Week", 2),
    ((2000, 5, 1), (2000, 5, 15), "Day", 14),
]


@pytest.mark.parametrize(("birth", "on", "unit", "expected"), AGES)
def test_age(birth, on, unit, expected):
    assert value(op("CalculateAgeAt", date(*birth), date(*on), precision=unit)) == expected


def test_age_of_an_incomplete_birth_date_is_uncertain():
    assert value(op("CalculateAgeAt", date(2000), date(2010, 5, 1), precision="Year")) == Uncertainty(9, 10)
    assert value(op("GreaterOrEqual", op("CalculateAgeAt", date(2000), date(2010, 5, 1), precision="Year"), 9)) is True


@pytest.mark.parametrize("text", ["2014-13-01", "2014-02-30", "14", "2014/01/01", "2014-1-1", "2014-01-01T25", "", "x"])
def test_what_is_no_date_converts_to_null(text):
    assert parse_date_time(text, 0) is None
    assert to_date(text) is None


def test_now_and_its_offset_come_from_the_context():
    names = library(
        now={"type": "Now"}, today={"type": "Today"}, time={"type": "TimeOfDay"}, there=date_time(2026, 1, 1, 8)
    )
    there = NOW.astimezone(timezone(timedelta(hours=2)))
    values = names.evaluate_all(Context(now=there))
    assert to_string(values["now"]) == "2026-01-15T14:30:00.000+02:00"
    assert (str(values["today"]), str(values["time"])) == ("2026-01-15", "14:30:00.000")
    assert str(values["there"]) == "2026-01-01T08+02:00"
    with pytest.raises(CqlError, match="current time"):
        names.evaluate("now", Context())


@pytest.mark.parametrize("node", [date(2012, 13), date(2012, 2, 30), time(24), date_time(2012, 1, 1, 0, 60)])
def test_impossible_components_are_an_error(node):
    with pytest.raises(CqlError):
        value(node)


def test_a_component_after_a_null_is_an_error():
    with pytest.raises(CqlError, match="null and a finer"):
        value({"type": "Date", "year": lit(2012), "month": lit(None), "day": lit(1)})
    assert value({"type": "Date", "year": lit(None)}) is None


def test_boundaries():
    assert str(value(op("HighBoundary", date(2014), 6))) == "2014-12"
    assert value(op("LowBoundary", date_time(2014, 1, 1, 8), None)).precision == MILLISECOND
    assert value(op("Precision", date(2014, 5))) == 6
