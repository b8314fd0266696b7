"""Dates, times and date-times that know how precisely they were written.

https://hl7.org/fhirpath/N1/#date-time-and-quantity-literals
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

DATE, DATE_TIME, TIME = "Date", "DateTime", "Time"

_CLOCK = r"(?P<hour>\d\d)(?::(?P<minute>\d\d)(?::(?P<second>\d\d(?:\.\d+)?))?)?"
_ZONE = r"(?P<zone>Z|[+-]\d\d:\d\d)?"
_DAY = r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?"
_DATE = re.compile(_DAY)
_DATE_TIME = re.compile(rf"{_DAY}(?:T(?:{_CLOCK}{_ZONE})?)?")
_TIME = re.compile(rf"T?{_CLOCK}")
_LIMITS = {"month": (1, 12), "day": (1, 31), "hour": (0, 23), "minute": (0, 59)}
_MONTH_LENGTHS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FIRST = (1, 1, 1, 0, 0, Decimal(0))
_WIDTHS = {DATE: (4, 6, 8), DATE_TIME: (4, 6, 8, 10, 12, 14, 17), TIME: (2, 4, 6, 9)}


@dataclass(frozen=True, slots=True)
class Temporal:
    """A point of time to some precision.

    `parts` runs from the year (for a Time, from the hour) as far as was written; seconds carry their fraction.
    `offset` is minutes east of UTC, None where no zone was written.
    """

    kind: str
    parts: tuple[int | Decimal, ...]
    offset: int | None = None

    @classmethod
    def parse(cls, text: str, kind: str) -> Temporal | None:
        """The value of FHIR's text form of a date, dateTime (or instant) or time; None where it is none."""
        pattern = {DATE: _DATE, DATE_TIME: _DATE_TIME, TIME: _TIME}[kind]
        match = pattern.fullmatch(text)
        if match is None or not text.isascii():
            return None
        groups = match.groupdict()
        parts = tuple(
            Decimal(value) if name == "second" else int(value)
            for name, value in groups.items()
            if name != "zone" and value is not None
        )
        zone = groups.get("zone")
        if not _exists(groups):
            return None
        return cls(kind, parts, _minutes(zone) if zone else None)

    @classmethod
    def literal(cls, text: str) -> Temporal | None:
        """The value of a literal `@2015-02-04T14:34`, `@T10:30`; None where no such day or time exists."""
        if text.startswith("@T"):
            return cls.parse(text[1:], TIME)
        return cls.parse(text[1:], DATE_TIME if "T" in text else DATE)

    @classmethod
    def of(cls, moment: datetime) -> Temporal:
        """The DateTime of a moment of the clock, to the millisecond."""
        delta = moment.utcoffset()
        offset = None if delta is None else int(delta.total_seconds() // 60)
        second = Decimal(moment.second * 1000 + moment.microsecond // 1000).scaleb(-3)
        parts = (moment.year, moment.month, moment.day, moment.hour, moment.minute, second)
        return cls(DATE_TIME, parts, offset)

    @property
    def date(self) -> Temporal:
        """The Date part of a DateTime."""
        return Temporal(DATE, self.parts[:3])

    @property
    def digits(self) -> int:
        """The precision as FHIRPath counts it: digits written (2014 is 4, T10:30 is 4)."""
        widths = _WIDTHS[self.kind]
        full = len(self.parts) == (3 if self.kind == TIME else 6)
        if full and self.kind != DATE and self.parts[-1] == Decimal(self.parts[-1]).to_integral_value():
            fraction = Decimal(self.parts[-1]).as_tuple().exponent
            return widths[-1] if isinstance(fraction, int) and fraction < 0 else widths[-2]
        return widths[-1] if full and self.kind != DATE else widths[len(self.parts) - 1]

    def utc(self) -> tuple[int | Decimal, ...]:
        """The parts moved to UTC, where a zone was written; the parts as they stand where not."""
        return self.parts if not self.offset else _shifted(self.parts, -self.offset)

    def __str__(self) -> str:
        if self.kind == TIME:
            return _clock(self.parts)
        day = "-".join(f"{int(part):0{4 if index == 0 else 2}d}" for index, part in enumerate(self.parts[:3]))
        if self.kind == DATE or len(self.parts) < 4:
            return day
        return f"{day}T{_clock(self.parts[3:])}{_zone(self.offset)}"

    def boundary(self, digits: int | None, *, high: bool) -> Temporal | None:
        """The earliest or latest value that this one may stand for, written to `digits` digits."""
        widths = _WIDTHS[self.kind]
        wanted = widths[-1] if digits is None else digits
        if wanted not in widths:
            return None
        parts = self.parts + self._rest(high=high)
        count = min(widths.index(wanted) + 1, 6 if self.kind == DATE_TIME else 3)
        parts = parts[:count]
        if wanted == widths[-1] and self.kind != DATE:
            parts = (*parts[:-1], Decimal(parts[-1]).quantize(Decimal("0.001")))
        elif wanted == widths[-2] and self.kind != DATE:
            parts = (*parts[:-1], Decimal(int(parts[-1])))
        offset = self.offset
        if self.kind == DATE_TIME and count > 3 and offset is None:
            offset = -12 * 60 if high else 14 * 60
        return Temporal(self.kind, parts, offset if count > 3 else None)

    def _rest(self, *, high: bool) -> tuple[int | Decimal, ...]:
        have = len(self.parts)
        clock: tuple[int | Decimal, ...] = (23, 59, Decimal("59.999")) if high else (0, 0, Decimal("0.000"))
        if self.kind == TIME:
            return clock[have:]
        month = int(self.parts[1]) if have > 1 else (12 if high else 1)
        day = _month_length(int(self.parts[0]), month) if high else 1
        whole = (int(self.parts[0]), month, day, *clock)
        return whole[have:]


def _exists(groups: dict[str, str | None]) -> bool:
    for name, (low, high) in _LIMITS.items():
        value = groups.get(name)
        if value is not None and not low <= int(value) <= high:
            return False
    second, day = groups.get("second"), groups.get("day")
    if second is not None and Decimal(second) >= 60:
        return False
    if groups.get("year") == "0000":
        return False
    return day is None or int(day) <= _month_length(int(groups["year"] or 0), int(groups["month"] or 0))


def _month_length(year: int, month: int) -> int:
    if month == 2 and (year % 4 or (year % 100 == 0 and year % 400)):
        return 28
    return _MONTH_LENGTHS[month - 1]


def _minutes(zone: str) -> int:
    if zone == "Z":
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[4:6])
    return -minutes if zone[0] == "-" else minutes


def _zone(offset: int | None) -> str:
    if offset is None:
        return ""
    if offset == 0:
        return "Z"
    sign = "-" if offset < 0 else "+"
    return f"{sign}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"


def _clock(parts: tuple[int | Decimal, ...]) -> str:
    shown = [f"{int(part):02d}" for part in parts[:2]]
    if len(parts) > 2:
        text = f"{parts[2]:f}"
        shown.append(text if text.partition(".")[0][1:] else f"0{text}")
    return ":".join(shown)


def _shifted(parts: tuple[int | Decimal, ...], minutes: int) -> tuple[int | Decimal, ...]:
    """The parts moved by some minutes; a moment past the calendar's ends stays as it is."""
    if len(parts) < 4:
        return parts
    year, month, day, hour = (int(part) for part in parts[:4])
    minute = int(parts[4]) if len(parts) > 4 else 0
    days, left = divmod(hour * 60 + minute + minutes, 1440)
    ordinal = date(year, month, day).toordinal() + days
    if not 1 <= ordinal <= date.max.toordinal():
        return parts
    moved = date.fromordinal(ordinal)
    # An offset of half an hour makes the minute known even where only the hour was written; it is dropped again.
    return (moved.year, moved.month, moved.day, left // 60, left % 60, *parts[5:])[: len(parts)]


def difference(left: Temporal, right: Temporal) -> int | None:
    """-1, 0 or 1 as `left` is before, at or after `right`; None where their precision cannot tell."""
    if (left.offset is None) != (right.offset is None) and min(len(left.parts), len(right.parts)) > 3:
        return _across_zones(left, right)
    both = left.offset is not None and right.offset is not None
    one, other = (left.utc(), right.utc()) if both else (left.parts, right.parts)
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            return -1 if mine < theirs else 1
    return 0 if len(one) == len(other) else None


def _across_zones(left: Temporal, right: Temporal) -> int | None:
    """Compare when only one has a zone: certain only where no zone on earth could reverse it."""
    sign = 1
    if left.offset is None:
        left, right, sign = right, left, -1
    earliest, latest = _shifted(right.parts, -14 * 60), _shifted(right.parts, 12 * 60)
    mine = left.utc()
    if mine < earliest:
        return -sign
    return sign if mine > latest else None


def moved(value: Temporal, amount: Decimal, unit: str) -> Temporal | None:
    """`value` plus `amount` of a calendar unit (`year` … `millisecond`); None where it leaves the calendar.

    A unit finer than the precision counts only in whole steps of that precision.
    https://hl7.org/fhirpath/N1/#datetime-arithmetic
    """
    if value.kind == TIME:
        return _clock_moved(value, amount, unit)
    if unit in {"year", "month"} or len(value.parts) < 3:
        return _months_moved(value, amount, unit)
    seconds = amount * _SECONDS[unit] if unit in {"second", "millisecond"} else int(amount) * _SECONDS[unit]
    return _seconds_moved(value, Decimal(seconds))


_SECONDS = {
    "week": Decimal(604800),
    "day": Decimal(86400),
    "hour": Decimal(3600),
    "minute": Decimal(60),
    "second": Decimal(1),
    "millisecond": Decimal("0.001"),
}


def _months_moved(value: Temporal, amount: Decimal, unit: str) -> Temporal | None:
    if unit == "year":
        months = int(amount) * 12
    elif unit == "month":
        months = int(amount)
    else:
        days = int(amount * _SECONDS[unit] / 86400)
        months = int(days / 30) if len(value.parts) == 2 else int(days / 365) * 12
    if len(value.parts) == 1:
        months = int(months / 12) * 12
    month = int(value.parts[1]) if len(value.parts) > 1 else 1
    years, index = divmod(month - 1 + months, 12)
    year = int(value.parts[0]) + years
    if not 1 <= year <= 9999:
        return None
    parts: tuple[int | Decimal, ...] = (year, index + 1)
    if len(value.parts) > 2:
        parts = (*parts, min(int(value.parts[2]), _month_length(year, index + 1)), *value.parts[3:])
    return Temporal(value.kind, parts[: len(value.parts)], value.offset)


def _seconds_moved(value: Temporal, seconds: Decimal) -> Temporal | None:
    filled = value.parts + _FIRST[len(value.parts) :]
    if len(value.parts) == 3:
        seconds = Decimal(int(seconds / 86400)) * 86400
    elif len(value.parts) == 4:
        seconds = Decimal(int(seconds / 3600)) * 3600
    elif len(value.parts) == 5:
        seconds = Decimal(int(seconds / 60)) * 60
    total = int(filled[3]) * 3600 + int(filled[4]) * 60 + Decimal(filled[5]) + seconds
    days = int(total // 86400) if total >= 0 else -int(-total // 86400) - (1 if -total % 86400 else 0)
    left = total - days * 86400
    ordinal = date(int(filled[0]), int(filled[1]), int(filled[2])).toordinal() + days
    if not 1 <= ordinal <= date.max.toordinal():
        return None
    day = date.fromordinal(ordinal)
    clock = (int(left // 3600), int(left % 3600 // 60), left % 60)
    return Temporal(value.kind, (day.year, day.month, day.day, *clock)[: len(value.parts)], value.offset)


def _clock_moved(value: Temporal, amount: Decimal, unit: str) -> Temporal | None:
    """A Time plus a duration, round the clock."""
    if unit not in {"hour", "minute", "second", "millisecond"}:
        return None
    day = Temporal(DATE_TIME, (2000, 1, 2, *value.parts))
    whole = amount if unit in {"second", "millisecond"} else Decimal(int(amount))
    seconds = whole * _SECONDS[unit] % 86400
    result = _seconds_moved(day, seconds)
    return None if result is None else Temporal(TIME, result.parts[3:])
