"""Short ways to write ELM in tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from fhir_content.cql import Context, Library

SYSTEM = "{urn:hl7-org:elm-types:r1}"
NOW = datetime(2026, 1, 15, 12, 30, tzinfo=UTC)
NULL = {"type": "Null"}


def lit(value: Any) -> dict[str, Any]:
    """A value as ELM: bool, int, str, list, None, a decimal as "1.5d", or a node that is left as it is."""
    if value is None:
        return NULL
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return {"type": "List", "element": [lit(item) for item in value]}
    if isinstance(value, bool):
        return {"type": "Literal", "valueType": SYSTEM + "Boolean", "value": str(value).lower()}
    if isinstance(value, int):
        sign, size = ("Negate", -value) if value < 0 else ("", value)
        node = {"type": "Literal", "valueType": SYSTEM + "Integer", "value": str(size)}
        return {"type": sign, "operand": node} if sign else node
    return {"type": "Literal", "valueType": SYSTEM + "String", "value": value}


def decimal(text: str) -> dict[str, Any]:
    return {"type": "Literal", "valueType": SYSTEM + "Decimal", "value": text}


def quantity(value: Any, unit: str) -> dict[str, Any]:
    return {"type": "Quantity", "value": value, "unit": unit}


def op(name: str, *operands: Any, **more: Any) -> dict[str, Any]:
    return {"type": name, "operand": [lit(operand) for operand in operands], **more}


def of(name: str, **children: Any) -> dict[str, Any]:
    return {"type": name, **{key: lit(child) for key, child in children.items()}}


def date(*parts: int) -> dict[str, Any]:
    return of("Date", **dict(zip(("year", "month", "day"), parts, strict=False)))


def date_time(*parts: int, offset: str | None = None) -> dict[str, Any]:
    names = ("year", "month", "day", "hour", "minute", "second", "millisecond")
    node = of("DateTime", **dict(zip(names, parts, strict=False)))
    return node if offset is None else {**node, "timezoneOffset": decimal(offset)}


def time(*parts: int) -> dict[str, Any]:
    return of("Time", **dict(zip(("hour", "minute", "second", "millisecond"), parts, strict=False)))


def interval(low: Any, high: Any, *, low_closed: bool = True, high_closed: bool = True) -> dict[str, Any]:
    return {"type": "Interval", "low": lit(low), "high": lit(high), "lowClosed": low_closed, "highClosed": high_closed}


def library(*includes: Library, **definitions: Any) -> Library:
    return Library.from_elm(elm(**definitions), includes)


def elm(**definitions: Any) -> dict[str, Any]:
    statements = [{"name": name, "locator": "1:1-1:9", "expression": node} for name, node in definitions.items()]
    return {"library": {"identifier": {"id": "Test", "version": "1"}, "statements": {"def": statements}}}


def value(node: Any, **context: Any) -> Any:
    """The value of one expression."""
    return library(r=lit(node)).evaluate("r", Context(now=NOW, **context))
