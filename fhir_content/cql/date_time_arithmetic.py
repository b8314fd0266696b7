"""Dates and times moved by durations, and the time between them.

https://cql.hl7.org/05-languagesemantics.html#date-and-time-arithmetic
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from fhir_content.cql.error import CqlError
from fhir_content.cql.temporal import (
    DAY,
    HOUR,
    MILLISECOND,
    MINUTE,
    MONTH,
    MS_PER_DAY,
    PRECISIONS,
    SECOND,
    WEIGHT,
    YEAR,
    Date,
    DateTime,
    Temporal,
    Time,
    days_in_month,
    earliest,
    latest,
)
from fhir_content.cql.units import calendar_unit
from fhir_content.cql.values import Quantity, Uncertainty

WEEK = 0
_PER_DAY = {YEAR: 365, MONTH: 30}


def precision_of(name: str | None) -> int:
    """1 for `Year` to 7 for `Millisecond`, 0 for `Week`; raises CqlError for another name."""
    key = str(name).lower()
    if key == "week":
        return WEEK
    if key not in PRECISIONS:
        raise CqlError(f"not a date or time precision: {name}")
    return PRECISIONS[key]


def add(value: Temporal, duration: Quantity) -> Temporal | None:
    """A date or time moved by a duration; an error outside years 1 to 9999, null beyond the ends of a day.

    A duration finer than the value is cut to whole units of the value's precision: 25 months after 2014 is 2016.
    """
    if duration.value is None:
        return None
    name = calendar_unit(duration.unit)
    if name is None:
        raise CqlError(f"a date cannot be moved by a quantity in '{duration.unit}'")
    if abs(duration.value) > 10**15:
        raise CqlError("the result is outside the years 1 to 9999")
    if name == "week":
        return _move(value, 7 * int(duration.value), DAY)
    unit = PRECISIONS[name]
    if unit == SECOND:
        whole = int(duration.value.scaleb(3))
        return _move(
            value,
            whole if value.precision > SECOND else int(duration.value),
            MILLISECOND if value.precision > SECOND else SECOND,
        )
    return _move(value, int(duration.value), unit)


def _move(value: Temporal, count: int, unit: int) -> Temporal | None:
    if unit > value.precision:
        count, unit = _coarser(count, unit, value.precision), value.precision
    if isinstance(value, Time):
        if unit < HOUR:
            raise CqlError("a time of day cannot be moved by days or more")
        moved = value.key + count * WEIGHT[unit]
        return Time(moved, value.precision) if 0 <= moved < MS_PER_DAY else None
    if unit <= MONTH:
        return _move_months(value, count * (12 if unit == YEAR else 1))
    days, ms = divmod(value.ms + count * WEIGHT[unit], MS_PER_DAY)
    try:
        on = date.fromordinal(date(value.year, value.month, value.day).toordinal() + days)
    except (ValueError, OverflowError):
        raise CqlError("the result is outside the years 1 to 9999") from None
    return _at(value, on.year, on.month, on.day, ms)


def _coarser(count: int, unit: int, wanted: int) -> int:
    """A number of units in whole units of a coarser precision, toward zero."""
    sign, count = (-1, -count) if count < 0 else (1, count)
    if unit == MONTH:
        return sign * (count // 12)
    if wanted >= DAY:
        return sign * (count * WEIGHT[unit] // WEIGHT[wanted])
    return sign * (count * WEIGHT[unit] // MS_PER_DAY // _PER_DAY[wanted])


def _move_months(value: Date | DateTime, months: int) -> Date | DateTime:
    """By months, to the last day of the month where the day does not exist there."""
    year, month = divmod(value.year * 12 + value.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise CqlError("the result is outside the years 1 to 9999")
    return _at(value, year, month + 1, min(value.day, days_in_month(year, month + 1)), value.ms)


def _at(value: Date | DateTime, year: int, month: int, day: int, ms: int) -> Date | DateTime:
    if isinstance(value, DateTime):
        return DateTime(year, month, day, ms, value.precision, value.offset)
    return Date(*(year, month, day)[: value.precision])


def _ordinal(value: Temporal) -> int:
    return 0 if isinstance(value, Time) else date(value.year, value.month, value.day).toordinal()


def _duration(start: Temporal, end: Temporal, unit: int) -> int:
    """Whole units between two values, both taken at their earliest moment."""
    if isinstance(start, DateTime) and isinstance(end, DateTime):
        end = end.at(start.offset)
    if unit in (YEAR, MONTH) and not isinstance(start, Time) and not isinstance(end, Time):
        months = (end.year - start.year) * 12 + end.month - start.month
        rest = (end.day - start.day) * MS_PER_DAY + end.ms - start.ms
        months += (months < 0 < rest) - (months > 0 > rest)
        return months if unit == MONTH else int(months / 12)
    ms = (_ordinal(end) - _ordinal(start)) * MS_PER_DAY + end.ms - start.ms
    size = 7 * MS_PER_DAY if unit == WEEK else WEIGHT[unit]
    return ms // size if ms >= 0 else -(-ms // size)


def _difference(start: Temporal, end: Temporal, unit: int) -> int:
    """Boundaries crossed between two values, both taken at their earliest moment."""
    if unit >= HOUR and isinstance(start, DateTime) and isinstance(end, DateTime):
        end = end.at(start.offset)
    if unit in (YEAR, MONTH) and not isinstance(start, Time) and not isinstance(end, Time):
        years = end.year - start.year
        return years if unit == YEAR else years * 12 + end.month - start.month
    if unit in (WEEK, DAY):  # ordinal 7 is the first Sunday, and weeks begin on Sunday
        size = 7 if unit == WEEK else 1
        return _ordinal(end) // size - _ordinal(start) // size
    days = (_ordinal(end) - _ordinal(start)) * MS_PER_DAY
    return (days + end.ms) // WEIGHT[unit] - start.ms // WEIGHT[unit]


def between(start: Temporal, end: Temporal, unit: int, *, boundaries: bool) -> int | Uncertainty | None:
    """Whole units between two values, or with `boundaries` the boundaries crossed.

    An Uncertainty where the precision of the values leaves it open; an error for units that the type lacks.
    """
    if type(start) is not type(end):
        raise CqlError("the time between two values of different types is not defined")
    if isinstance(start, Time) and unit < HOUR:
        raise CqlError("times of day have no days between them")
    if isinstance(start, Date) and unit > DAY:
        start, end = _as_date_time(start), _as_date_time(end)  # type: ignore[arg-type]
    count = _difference if boundaries else _duration
    finest = MILLISECOND if unit == MILLISECOND else SECOND  # milliseconds that are not stated count as 0 seconds
    if min(start.precision, finest) == min(end.precision, finest) >= (unit or DAY):
        return count(start, end, unit)
    low, high = count(latest(start), earliest(end), unit), count(earliest(start), latest(end), unit)
    return low if low == high else Uncertainty(low, high)


def _as_date_time(value: Date) -> DateTime:
    return DateTime(value.year, value.month, value.day, 0, value.precision, 0)


def age(birth: Date | DateTime, on: Date | DateTime, unit: int) -> int | Uncertainty | None:
    """A person's age in whole units; by the calendar where only the day of birth is known."""
    if isinstance(birth, DateTime) and birth.precision <= DAY and unit <= DAY:
        birth = Date(*(birth.year, birth.month, birth.day)[: birth.precision])
    if isinstance(birth, DateTime) and isinstance(on, Date):
        on = DateTime(on.year, on.month, on.day, 0, on.precision, birth.offset)
    elif isinstance(birth, Date) and isinstance(on, DateTime):
        on = Date(*(on.year, on.month, on.day)[: min(on.precision, DAY)])
    return between(birth, on, unit, boundaries=False)


def point_size(precision: int, value: Temporal) -> Quantity:
    """The smallest step at a precision, as a duration."""
    names = {number: name for name, number in PRECISIONS.items()}
    return Quantity(Decimal(1), names[min(precision, MILLISECOND if not isinstance(value, Date) else DAY)])


__all__ = ["HOUR", "MINUTE", "WEEK", "add", "age", "between", "point_size", "precision_of"]
