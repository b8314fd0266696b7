"""Date, DateTime and Time: calendar values that know how precisely they were stated.

All three order by one integer, `key`, whose digits are the components (year, month, day, time of day).
Cutting the key at a precision is one integer division, which is what CQL's comparisons ask for.
https://cql.hl7.org/02-authorsguide.html#datetime
"""

from __future__ import annotations

from datetime import date
from typing import TypeAlias

from fhir_content.cql.error import CqlError

YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, MILLISECOND = range(1, 8)
PRECISIONS = {
    "year": YEAR,
    "month": MONTH,
    "day": DAY,
    "hour": HOUR,
    "minute": MINUTE,
    "second": SECOND,
    "millisecond": MILLISECOND,
}
MS_PER_DAY = 86_400_000
_MONTH_KEY = 32 * MS_PER_DAY
_YEAR_KEY = 13 * _MONTH_KEY
# What one unit of each precision weighs in a key; index 0 is unused.
WEIGHT = (1, _YEAR_KEY, _MONTH_KEY, MS_PER_DAY, 3_600_000, 60_000, 1000, 1)
_DAYS = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def days_in_month(year: int, month: int) -> int:
    """28 to 31, in the proleptic Gregorian calendar."""
    if month == 2 and (year % 4 or (year % 100 == 0 and year % 400)):
        return 28
    return _DAYS[month]


def _check_date(year: int, month: int, day: int) -> None:
    if not (1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= days_in_month(year, month)):
        raise CqlError(f"not a date: {year:04}-{month:02}-{day:02}")


class Date:
    """A calendar date of year, month or day precision; missing components are 1 in year, month, day."""

    __slots__ = ("day", "key", "month", "precision", "year")
    offset = 0

    def __init__(self, year: int, month: int | None = None, day: int | None = None) -> None:
        self.precision = YEAR if month is None else MONTH if day is None else DAY
        self.year = year
        self.month = month or (1 if month is None else 0)
        self.day = day or (1 if day is None else 0)
        _check_date(year, self.month, self.day)
        self.key = ((year * 13 + self.month) * 32 + self.day) * MS_PER_DAY

    @property
    def ms(self) -> int:
        """Milliseconds since midnight: a date has none."""
        return 0

    def __eq__(self, other: object) -> bool:
        return type(other) is Date and self.key == other.key and self.precision == other.precision

    def __hash__(self) -> int:
        return hash((self.key, self.precision))

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}-{self.day:02}"[: (4, 4, 7, 10)[self.precision]]

    def __repr__(self) -> str:
        return f"@{self}"


class DateTime:
    """A date with a time of day, of year to millisecond precision, at an offset from UTC in minutes."""

    __slots__ = ("day", "key", "month", "ms", "offset", "precision", "year")

    def __init__(self, year: int, month: int, day: int, ms: int, precision: int, offset: int) -> None:
        _check_date(year, month, day)
        self.year, self.month, self.day, self.ms = year, month, day, ms
        self.precision, self.offset = precision, offset
        self.key = ((year * 13 + month) * 32 + day) * MS_PER_DAY + ms

    @classmethod
    def of(cls, parts: list[int], offset: int) -> DateTime:
        """From year, month, ... as far as they are known; raises CqlError where one is out of range."""
        hour, minute, second, ms = (*parts[3:], 0, 0, 0, 0)[:4]
        if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60 and 0 <= ms < 1000):
            raise CqlError(f"not a time of day: {hour:02}:{minute:02}:{second:02}.{ms:03}")
        if not -14 * 60 <= offset <= 14 * 60:
            raise CqlError(f"not an offset from UTC: {offset} minutes")
        year, month, day = (*parts[:3], 1, 1)[:3]
        return cls(year, month, day, ((hour * 60 + minute) * 60 + second) * 1000 + ms, len(parts), offset)

    def __eq__(self, other: object) -> bool:
        return type(other) is DateTime and (self.utc, self.precision) == (other.utc, other.precision)

    def __hash__(self) -> int:
        return hash((self.utc, self.precision))

    @property
    def utc(self) -> int:
        """Milliseconds since year 1, in UTC; of the earliest moment that this may mean."""
        return date(self.year, self.month, self.day).toordinal() * MS_PER_DAY + self.ms - self.offset * 60_000

    def at(self, offset: int) -> DateTime:
        """The same moment on a clock at another offset."""
        if offset == self.offset:
            return self
        return date_time_at(self.utc + offset * 60_000, self.precision, offset)

    def __str__(self) -> str:
        text = f"{self.year:04}-{self.month:02}-{self.day:02}T{clock(self.ms)}"
        text = text[: (4, 4, 7, 10, 13, 16, 19, 23)[self.precision]]
        if self.precision < HOUR:
            return text
        sign, minutes = "-" if self.offset < 0 else "+", abs(self.offset)
        return text + ("Z" if not minutes else f"{sign}{minutes // 60:02}:{minutes % 60:02}")

    def __repr__(self) -> str:
        text = str(self)
        return f"@{text}" if "T" in text else f"@{text}T"


class Time:
    """A time of day of hour to millisecond precision; `key` and `ms` are milliseconds since midnight."""

    __slots__ = ("key", "precision")
    offset = 0

    def __init__(self, ms: int, precision: int = MILLISECOND) -> None:
        if not 0 <= ms < MS_PER_DAY:
            raise CqlError("not a time of day")
        self.key, self.precision = ms, precision

    @classmethod
    def of(cls, parts: list[int]) -> Time:
        """From hour, minute, second, millisecond as far as known; raises CqlError where one is out of range."""
        hour, minute, second, ms = (*parts, 0, 0, 0)[:4]
        if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60 and 0 <= ms < 1000):
            raise CqlError(f"not a time of day: {hour:02}:{minute:02}:{second:02}.{ms:03}")
        return cls(((hour * 60 + minute) * 60 + second) * 1000 + ms, DAY + len(parts))

    @property
    def ms(self) -> int:
        """Milliseconds since midnight."""
        return self.key

    def __eq__(self, other: object) -> bool:
        return type(other) is Time and self.key == other.key and self.precision == other.precision

    def __hash__(self) -> int:
        return hash((self.key, self.precision))

    def __str__(self) -> str:
        return clock(self.key)[: (0, 0, 0, 0, 2, 5, 8, 12)[self.precision]]

    def __repr__(self) -> str:
        return f"@T{self}"


Temporal: TypeAlias = Date | DateTime | Time
TEMPORAL = (Date, DateTime, Time)  # for isinstance: a union would be built anew at every call


def clock(ms: int) -> str:
    """Milliseconds since midnight as hh:mm:ss.fff."""
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}.{ms % 1000:03}"


def date_time_at(local: int, precision: int, offset: int) -> DateTime:
    """The DateTime whose own clock shows `local` milliseconds since year 1; raises CqlError beyond year 1 or 9999."""
    days, ms = divmod(local, MS_PER_DAY)
    try:
        on = date.fromordinal(days)
    except (ValueError, OverflowError):
        raise CqlError("the result is outside the years 1 to 9999") from None
    return DateTime(on.year, on.month, on.day, ms, precision, offset)


def compare(left: Temporal, right: Temporal, precision: int = 0) -> int | None:
    """-1, 0 or 1, or None where the precision given in the data does not settle it.

    With a `precision` components beyond it do not count; without one, all do.
    Offsets are reconciled only where hours or less are compared, and milliseconds that are not stated equal 0.
    """
    shared = min(left.precision, right.precision)
    if precision and precision < shared:
        shared = precision
    if left.offset != right.offset and shared >= HOUR and isinstance(left, DateTime) and isinstance(right, DateTime):
        right = right.at(left.offset)
    weight = WEIGHT[shared]
    one, two = left.key // weight, right.key // weight
    if one != two:
        return -1 if one < two else 1
    if shared == (precision or max(left.precision, right.precision)):
        return 0
    return 0 if shared == SECOND and left.key % 1000 == right.key % 1000 else None


def with_components(value: Temporal, parts: list[int]) -> Temporal:
    """A value of the same type and offset with other components (year first, or hour first for a Time)."""
    if isinstance(value, DateTime):
        return DateTime.of(parts, value.offset)
    return Time.of(parts) if isinstance(value, Time) else Date(*parts)


def components(value: Temporal) -> list[int]:
    """The components that were stated: year first, or hour first for a Time."""
    ms = value.ms
    times = [ms // 3_600_000, ms // 60_000 % 60, ms // 1000 % 60, ms % 1000]
    if isinstance(value, Time):
        return times[: value.precision - DAY]
    return [value.year, value.month, value.day, *times][: value.precision]


def finest(value: Temporal) -> int:
    """The finest precision that the type allows."""
    return DAY if isinstance(value, Date) else MILLISECOND


def earliest(value: Temporal, precision: int = 0) -> Temporal:
    """Missing components filled with their first values, up to a precision (all, when not given)."""
    precision = precision or finest(value)
    parts = components(value)
    first = [0, 0, 0, 0] if isinstance(value, Time) else [1, 1, 1, 0, 0, 0, 0]
    wanted = precision - DAY if isinstance(value, Time) else precision
    return with_components(value, (parts + first[len(parts) :])[:wanted])


def latest(value: Temporal, precision: int = 0) -> Temporal:
    """Missing components filled with their last values, up to a precision (all, when not given)."""
    precision = precision or finest(value)
    parts = components(value)
    last = [23, 59, 59, 999]
    if not isinstance(value, Time):
        month = value.month if value.precision >= MONTH else 12
        last = [9999, 12, days_in_month(value.year, month), *last]
    wanted = precision - DAY if isinstance(value, Time) else precision
    return with_components(value, (parts + last[len(parts) :])[:wanted])
