"""Dates and times: https://cql.hl7.org/09-b-cqlreference.html#datetime-operators-2 ."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from fhir_content.cql.date_time_arithmetic import age, between, precision_of
from fhir_content.cql.elm import Closure, Node, State, operator, unary
from fhir_content.cql.error import CqlError
from fhir_content.cql.temporal import DAY, HOUR, TEMPORAL, Date, DateTime, Temporal, Time, components
from fhir_content.cql.values import Value

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler


@operator("Now", pure=False)
def _now(compiler: Compiler, node: Node) -> Closure:
    return lambda state: state[0].date_time()


@operator("Today", pure=False)
def _today(compiler: Compiler, node: Node) -> Closure:
    return lambda state: state[0].date()


@operator("TimeOfDay", pure=False)
def _time_of_day(compiler: Compiler, node: Node) -> Closure:
    return lambda state: state[0].time()


def temporal(value: Value) -> Temporal:
    """The value, if it is a date or time; an error otherwise."""
    if isinstance(value, TEMPORAL):
        return value
    raise CqlError(f"a date or time is needed, not {type(value).__name__}")


def _span(name: str, *, boundaries: bool) -> None:
    def build(compiler: Compiler, node: Node) -> Closure:
        left, right = compiler.operands(node, 2)
        unit = precision_of(node.get("precision"))

        def run(state: State) -> Value:
            one, two = left(state), right(state)
            if one is None or two is None:
                return None
            return between(temporal(one), temporal(two), unit, boundaries=boundaries)

        return run

    operator(name)(build)


_span("DurationBetween", boundaries=False)
_span("DifferenceBetween", boundaries=True)


@operator("DateTimeComponentFrom")
def _component_from(compiler: Compiler, node: Node) -> Closure:
    operand = compiler.operand(node)
    precision = precision_of(node.get("precision"))

    def run(state: State) -> int | None:
        value = operand(state)
        if value is None:
            return None
        parts = components(temporal(value))
        index = precision - HOUR if isinstance(value, Time) else precision - 1
        return parts[index] if 0 <= index < len(parts) else None

    return run


def _date_from(value: Value) -> Date:
    if isinstance(value, Date):
        return value
    if not isinstance(value, DateTime):
        raise CqlError("date from needs a DateTime")
    return Date(*(value.year, value.month, value.day)[: min(value.precision, DAY)])


def _time_from(value: Value) -> Time | None:
    if not isinstance(value, DateTime):
        raise CqlError("time from needs a DateTime")
    return Time(value.ms, value.precision) if value.precision >= HOUR else None


def _offset_from(value: Value) -> Decimal:
    if not isinstance(value, DateTime):
        raise CqlError("timezoneoffset from needs a DateTime")
    return Decimal(value.offset) / 60


unary("DateFrom", _date_from)
unary("TimeFrom", _time_from)
unary("TimezoneOffsetFrom", _offset_from)
unary("TimezoneFrom", _offset_from)


@operator("CalculateAgeAt")
def _age_at(compiler: Compiler, node: Node) -> Closure:
    birth, on = compiler.operands(node, 2)
    unit = precision_of(node.get("precision"))

    def run(state: State) -> Value:
        one, two = birth(state), on(state)
        return None if one is None or two is None else age(_day(one), _day(two), unit)

    return run


@operator("CalculateAge", pure=False)
def _age(compiler: Compiler, node: Node) -> Closure:
    birth = compiler.operand(node)
    unit = precision_of(node.get("precision"))

    def run(state: State) -> Value:
        value = birth(state)
        if value is None:
            return None
        now = state[0].date() if isinstance(value, Date) else state[0].date_time()
        return age(_day(value), now, unit)

    return run


def _day(value: Value) -> Date | DateTime:
    if isinstance(value, Date) or isinstance(value, DateTime):  # noqa: SIM101 (a tuple would be built at each call)
        return value
    raise CqlError(f"an age needs dates, not {type(value).__name__}")
