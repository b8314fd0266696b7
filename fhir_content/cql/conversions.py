"""Conversion between the System types: null where the value has no counterpart.

https://cql.hl7.org/09-b-cqlreference.html#type-operators-1
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_DOWN, Decimal

from fhir_content.cql.error import CqlError
from fhir_content.cql.interval import Interval
from fhir_content.cql.temporal import DAY, TEMPORAL, Date, DateTime, Time
from fhir_content.cql.values import (
    DECIMAL,
    MAX_DECIMAL,
    MAX_INTEGER,
    MAX_LONG,
    MIN_INTEGER,
    MIN_LONG,
    STEP,
    Code,
    Concept,
    Long,
    Quantity,
    Ratio,
    Value,
)

_TRUE, _FALSE = {"true", "t", "yes", "y", "1"}, {"false", "f", "no", "n", "0"}
_INTEGER = re.compile(r"[+-]?\d{1,30}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d{0,30}(\.\d{1,30})?", re.ASCII)
_QUANTITY = re.compile(r"([+-]?\d{1,30}(?:\.\d{1,30})?)\s*(?:'([^']*)'|([A-Za-z]+))?", re.ASCII)
_DATE_TIME = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?"
    r"(?:T(?:(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?)?(Z|[+-]\d\d:\d\d)?)?",
    re.ASCII,
)
_TIME = re.compile(r"T?(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?(?:Z|[+-]\d\d:\d\d)?", re.ASCII)


def to_boolean(value: Value, offset: int = 0) -> bool | None:
    """From a string or a number."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | Decimal):
        return True if value == 1 else False if value == 0 else None
    text = _text(value).lower()
    return True if text in _TRUE else False if text in _FALSE else None


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise CqlError(f"a value of type {type(value).__name__} does not convert")
    return value


def _whole(value: Value) -> int | None:
    if isinstance(value, int):
        return int(value)
    return int(value) if _INTEGER.fullmatch(_text(value)) else None


def to_integer(value: Value, offset: int = 0) -> int | None:
    """From a string, a Boolean or a Long."""
    number = _whole(value)
    return number if number is not None and MIN_INTEGER <= number <= MAX_INTEGER else None


def to_long(value: Value, offset: int = 0) -> Long | None:
    """From a string, a Boolean or an Integer."""
    number = _whole(value)
    return Long(number) if number is not None and MIN_LONG <= number <= MAX_LONG else None


def to_decimal(value: Value, offset: int = 0) -> Decimal | None:
    """From a string, a Boolean or a whole number; fractional places beyond 8 are cut."""
    if isinstance(value, int):
        return Decimal(int(value))
    if isinstance(value, Decimal):
        number = value
    else:
        text = _text(value)
        if not _DECIMAL.fullmatch(text) or not any(map(str.isdigit, text)):
            return None
        number = Decimal(text)
    if number.copy_abs() > MAX_DECIMAL:
        return None
    too_fine = int(number.as_tuple().exponent) < -8
    return number.quantize(STEP, ROUND_DOWN, DECIMAL) if too_fine else number


def to_quantity(value: Value, offset: int = 0) -> Quantity | None:
    """From a string, a number or a Ratio."""
    if isinstance(value, Quantity):
        return value
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return Quantity(Decimal(value))
    if isinstance(value, Ratio):
        from fhir_content.cql.arithmetic_operators import divide

        return (
            None if value.numerator is None or value.denominator is None else divide(value.numerator, value.denominator)
        )
    match = _QUANTITY.fullmatch(_text(value).strip())
    number = to_decimal(match[1]) if match else None
    return None if match is None or number is None else Quantity(number, match[2] or match[3] or "1")


def to_ratio(value: Value, offset: int = 0) -> Ratio | None:
    """From a string of two quantities with a colon between."""
    if isinstance(value, Ratio):
        return value
    parts = _text(value).split(":")
    quantities = [to_quantity(part) for part in parts] if len(parts) == 2 else [None]
    return None if None in quantities else Ratio(quantities[0], quantities[1])


def _milliseconds(fraction: str) -> int:
    return int((fraction + "00")[:3])


def parse_date_time(text: str, offset: int) -> DateTime | None:
    """A DateTime from ISO 8601 text, at `offset` minutes where it states none; None where it is not one."""
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        return None
    given = [part for part in match.groups()[:7] if part is not None]
    parts = [int(part) for part in given[:6]] + [_milliseconds(part) for part in given[6:]]
    try:
        return DateTime.of(parts, _offset(match[8], offset))
    except CqlError:
        return None


def _offset(text: str | None, default: int) -> int:
    if text is None or text == "Z":
        return default if text is None else 0
    minutes = int(text[1:3]) * 60 + int(text[4:6])
    return -minutes if text[0] == "-" else minutes


def to_date_time(value: Value, offset: int = 0) -> DateTime | None:
    """From a string or a Date."""
    if isinstance(value, DateTime):
        return value
    if isinstance(value, Date):
        return DateTime(value.year, value.month, value.day, 0, value.precision, offset)
    return parse_date_time(_text(value), offset)


def to_date(value: Value, offset: int = 0) -> Date | None:
    """From a string or a DateTime."""
    if isinstance(value, Date):
        return value
    moment = value if isinstance(value, DateTime) else parse_date_time(_text(value), offset)
    if moment is None:
        return None
    return Date(*(moment.year, moment.month, moment.day)[: min(moment.precision, DAY)])


def to_time(value: Value, offset: int = 0) -> Time | None:
    """From a string; an offset in it is ignored."""
    if isinstance(value, Time):
        return value
    match = _TIME.fullmatch(_text(value))
    if match is None:
        return None
    given = [part for part in match.groups() if part is not None]
    try:
        return Time.of([int(part) for part in given[:3]] + [_milliseconds(part) for part in given[3:]])
    except CqlError:
        return None


def to_string(value: Value, offset: int = 0) -> str | None:
    """From any simple value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Quantity):
        return None if value.value is None else f"{value.value:f} '{value.unit}'"
    if isinstance(value, Ratio):
        return f"{to_string(value.numerator)}:{to_string(value.denominator)}"
    if isinstance(value, DateTime):
        return str(value).replace("Z", "+00:00")
    if isinstance(value, (str, int, *TEMPORAL)):
        return str(value)
    raise CqlError(f"a value of type {type(value).__name__} does not convert to String")


def to_concept(value: Value, offset: int = 0) -> Concept:
    """From a Code or a list of them."""
    if isinstance(value, Concept):
        return value
    codes = value if isinstance(value, list) else [value]
    if not all(isinstance(code, Code) for code in codes):
        raise CqlError("only codes convert to Concept")
    return Concept(codes, codes[0].display if len(codes) == 1 else None)


def to_interval(value: Value, offset: int = 0) -> Interval:
    """The interval of a point."""
    return value if isinstance(value, Interval) else Interval(value, value)


CONVERSIONS: dict[str, Callable[[Value, int], Value]] = {
    "Boolean": to_boolean,
    "Integer": to_integer,
    "Long": to_long,
    "Decimal": to_decimal,
    "Quantity": to_quantity,
    "Ratio": to_ratio,
    "DateTime": to_date_time,
    "Date": to_date,
    "Time": to_time,
    "String": to_string,
    "Concept": to_concept,
}
