"""Values written out in the logic: literals, quantities, ratios, tuples, lists, intervals, instances.

https://cql.hl7.org/04-logicalspecification.html#simple-values
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from fhir_content.cql.elm import Closure, Node, State, operator
from fhir_content.cql.error import CqlError
from fhir_content.cql.instances import instance
from fhir_content.cql.interval import Interval, end, order, start
from fhir_content.cql.temporal import PRECISIONS, Date, DateTime, Time
from fhir_content.cql.values import (
    MAX_INTEGER,
    MAX_LONG,
    Code,
    CodeSystem,
    Concept,
    Long,
    Quantity,
    Ratio,
    Tuple,
    Value,
    ValueSet,
)

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler

_DECIMAL = re.compile(r"[+-]?\d{1,28}(\.\d{1,8})?", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,20}", re.ASCII)


@operator("Literal")
def _literal(compiler: Compiler, node: Node) -> Closure:
    kind, text = compiler.type_name(node["valueType"]), compiler.text(node, "value")
    value = literal(kind, text)
    return compiler.fixed(value)


def literal(kind: str, text: str) -> Value:
    """The value of a literal of a System type; raises CqlError where the text is not one.

    2147483648 and its Long counterpart pass, for the translator writes the least value as their negation.
    """
    if kind == "String":
        return text
    if kind == "Boolean" and text in ("true", "false"):
        return text == "true"
    if kind in ("Integer", "Long") and _INTEGER.fullmatch(text):
        number = int(text)
        if abs(number) <= (MAX_INTEGER if kind == "Integer" else MAX_LONG) + 1:
            return number if kind == "Integer" else Long(number)
    elif kind == "Decimal" and _DECIMAL.fullmatch(text):
        return Decimal(text)
    raise CqlError(f"not a literal of type {kind}: {text[:60]}")


@operator("Quantity")
def _quantity(compiler: Compiler, node: Node) -> Closure:
    return compiler.fixed(_quantity_of(node))


def _quantity_of(node: Node) -> Quantity:
    value = node.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise CqlError("a quantity without value")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise CqlError(f"not a decimal: {str(value)[:60]}") from None
    if not number.is_finite() or (number and (number.adjusted() >= 28 or int(number.as_tuple().exponent) < -28)):
        raise CqlError(f"not a decimal of CQL: {str(value)[:60]}")
    unit = node.get("unit", "1")
    if not isinstance(unit, str):
        raise CqlError("a unit must be a string")
    return Quantity(number, unit)


@operator("Ratio")
def _ratio(compiler: Compiler, node: Node) -> Closure:
    return compiler.fixed(Ratio(_quantity_of(node["numerator"]), _quantity_of(node["denominator"])))


@operator("List")
def _list(compiler: Compiler, node: Node) -> Closure:
    elements = [compiler.compile(child) for child in compiler.nodes(node, "element")]

    def run(state: State) -> list[Value]:
        state[0].spend(len(elements))
        return [element(state) for element in elements]

    return run


def _named(compiler: Compiler, node: Node) -> list[tuple[str, Closure]]:
    return [
        (compiler.text(child, "name"), compiler.operand(child, "value")) for child in compiler.nodes(node, "element")
    ]


@operator("Tuple")
def _tuple(compiler: Compiler, node: Node) -> Closure:
    elements = _named(compiler, node)
    return lambda state: Tuple((name, closure(state)) for name, closure in elements)


@operator("Instance")
def _instance(compiler: Compiler, node: Node) -> Closure:
    kind = compiler.type_name(node["classType"])
    elements = _named(compiler, node)
    if kind.startswith("FHIR."):
        return instance(kind[5:], elements)
    make = _SYSTEM.get(kind)
    if make is None:
        raise CqlError(f"type {kind} has no instances")
    names, function = make
    unknown = [name for name, _ in elements if name not in names]
    if unknown:
        raise CqlError(f"{kind} has no element {unknown[0]}")
    given = dict(elements)
    closures = [given.get(name) for name in names]
    return lambda state: function(*[closure(state) if closure else None for closure in closures])


def _concept(codes: Value, display: Value) -> Concept:
    return Concept(codes if isinstance(codes, list) or codes is None else [codes], display)


def _value_set(id: Value, version: Value, name: Value, codesystems: Value) -> ValueSet:
    value_set = ValueSet(id, version, name)
    value_set.codesystems = codesystems
    return value_set


_SYSTEM: dict[str, tuple[tuple[str, ...], Callable[..., Value]]] = {
    "Quantity": (("value", "unit"), Quantity),
    "Ratio": (("numerator", "denominator"), Ratio),
    "Code": (("code", "system", "version", "display"), Code),
    "Concept": (("codes", "display"), _concept),
    "CodeSystem": (("id", "version", "name"), CodeSystem),
    "ValueSet": (("id", "version", "name", "codesystems"), _value_set),
}


@operator("Interval")
def _interval(compiler: Compiler, node: Node) -> Closure:
    low, high = compiler.optional(node, "low"), compiler.optional(node, "high")
    low_closed = _closed(compiler, node, "low")
    high_closed = _closed(compiler, node, "high")
    point_type = _point_type(compiler, node)

    def run(state: State) -> Interval:
        return checked(
            Interval(low(state), high(state), low_closed(state) is True, high_closed(state) is True, point_type)
        )

    return run


def _closed(compiler: Compiler, node: Node, side: str) -> Closure:
    if node.get(f"{side}ClosedExpression"):
        return compiler.operand(node, f"{side}ClosedExpression")
    return compiler.fixed(bool(node.get(f"{side}Closed", True)))


def checked(interval: Interval) -> Interval:
    """The interval, unless its end is known to come before its start: that is an error."""
    low, high = interval.low, interval.high
    if low is None or high is None:
        return interval
    where = order(low, high)
    if where == 1 or (where == 0 and not (interval.low_closed and interval.high_closed)):
        raise CqlError(f"the interval ends before it begins: {interval}")
    if (
        where == -1
        and not interval.low_closed
        and not interval.high_closed
        and order(start(interval), end(interval)) == 1
    ):
        raise CqlError(f"the interval holds no point: {interval}")
    return interval


def _point_type(compiler: Compiler, node: Node) -> str:
    """The System type of the points as the source states it, for intervals with two null bounds."""
    for side in ("low", "high"):
        bound = node.get(side) or {}
        stated = bound.get("asType") or (bound.get("asTypeSpecifier") or {}).get("name")
        stated = stated or bound.get("resultTypeName")
        if stated and str(stated).startswith("{urn:hl7-org:elm-types:r1}"):
            name = compiler.type_name(stated)
            if name != "Any":
                return name
    return ""


def _component(compiler: Compiler, node: Node, names: tuple[str, ...]) -> list[Closure]:
    """The components that are written, coarsest first; an error where one is left out before a finer one."""
    given = [name for name in names if node.get(name) is not None]
    if given != list(names[: len(given)]) or not given:
        raise CqlError(f"{node['type']} with components {', '.join(given) or 'none'}")
    return [compiler.compile(_fraction(node[name]) if name == "millisecond" else node[name]) for name in given]


def _fraction(node: Node) -> Node:
    """The translator writes `.10000` as 10000 milliseconds: digits of a fraction beyond the third do not count."""
    text = str(node.get("value", ""))
    return {**node, "value": text[:3]} if node.get("type") == "Literal" and len(text) > 3 else node


def _parts(closures: list[Closure], state: State) -> list[int] | None:
    """The components up to the first null; None where there is none, an error where a finer one follows a null."""
    values = [closure(state) for closure in closures]
    known = values.index(None) if None in values else len(values)
    if any(value is not None for value in values[known:]):
        raise CqlError("a date or time component is null and a finer one is not")
    return values[:known] or None


_NAMES = tuple(PRECISIONS)


@operator("Date")
def _date(compiler: Compiler, node: Node) -> Closure:
    closures = _component(compiler, node, _NAMES[:3])

    def run(state: State) -> Date | None:
        parts = _parts(closures, state)
        return Date(*parts) if parts else None

    return run


@operator("Time")
def _time(compiler: Compiler, node: Node) -> Closure:
    closures = _component(compiler, node, _NAMES[3:])

    def run(state: State) -> Time | None:
        parts = _parts(closures, state)
        return Time.of(parts) if parts else None

    return run


@operator("DateTime")
def _date_time(compiler: Compiler, node: Node) -> Closure:
    closures = _component(compiler, node, _NAMES)
    offset = compiler.optional(node, "timezoneOffset")
    if node.get("timezoneOffset") is None:
        compiler.varies()

    def run(state: State) -> DateTime | None:
        parts = _parts(closures, state)
        hours = offset(state)
        minutes = state[0].offset if hours is None else int(Decimal(hours) * 60)
        return DateTime.of(parts, minutes) if parts else None

    constants = [compiler.constant(closure) for closure in closures if compiler.is_constant(closure)]
    if len(constants) < len(closures) or node.get("timezoneOffset") is not None:
        return run
    return _remembered(run)


def _remembered(run: Closure) -> Closure:
    """A constant that hangs on the offset of the Context alone."""
    made: dict[int, Value] = {}

    def recall(state: State) -> Value:
        offset = state[0].offset
        if offset not in made:
            made[offset] = run(state)
        return made[offset]

    return recall
