"""How precisely a value is stated: Precision, LowBoundary, HighBoundary.

https://cql.hl7.org/09-b-cqlreference.html#highboundary
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING

from fhir_content.cql.arithmetic_operators import type_name
from fhir_content.cql.elm import Closure, Node, State, operator, unary
from fhir_content.cql.error import CqlError
from fhir_content.cql.temporal import TEMPORAL, Date, DateTime, Temporal, Time, earliest, latest
from fhir_content.cql.values import DECIMAL, Quantity, Value

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler

# The number of digits by which CQL names each precision.
_DIGITS = {4: 1, 6: 2, 8: 3, 10: 4, 12: 5, 14: 6, 17: 7}
_TIME_DIGITS = {2: 4, 4: 5, 6: 6, 9: 7}


def _digits(value: Value) -> int:
    if isinstance(value, Time):
        return {precision: digits for digits, precision in _TIME_DIGITS.items()}[value.precision]
    if isinstance(value, Date | DateTime):
        return {precision: digits for digits, precision in _DIGITS.items()}[value.precision]
    if isinstance(value, Decimal):
        return max(0, -int(value.as_tuple().exponent))
    raise CqlError(f"Precision is not defined for {type_name(value)}")


def boundary(value: Value, precision: int | None, *, high: bool) -> Value:
    """The least (or with `high` the greatest) value that the one stated may stand for, at a precision."""
    if isinstance(value, TEMPORAL):
        return _temporal_boundary(value, precision, high=high)
    if isinstance(value, Quantity):
        number = None if value.value is None else boundary(value.value, precision, high=high)
        return None if number is None else Quantity(number, value.unit)
    if not isinstance(value, Decimal | int) or isinstance(value, bool):
        raise CqlError(f"boundaries are not defined for {type_name(value)}")
    places = 8 if precision is None else precision
    if not 0 <= places <= 28:
        return None
    return _decimal_boundary(Decimal(value), places, outward=high == (value >= 0))


def _decimal_boundary(number: Decimal, places: int, *, outward: bool) -> Decimal:
    """The number cut to `places`, or with `outward` its unstated digits all 9."""
    point, stated = Decimal(1).scaleb(-places), max(0, -int(number.as_tuple().exponent))
    if places <= stated or not outward:
        return number.quantize(point, ROUND_DOWN, DECIMAL)
    rest = DECIMAL.subtract(Decimal(1).scaleb(-stated), point)
    return DECIMAL.add(number, rest if number >= 0 else rest.copy_negate())


def _temporal_boundary(value: Temporal, precision: int | None, *, high: bool) -> Temporal | None:
    names = _TIME_DIGITS if isinstance(value, Time) else _DIGITS
    wanted = max(names.values()) if precision is None else names.get(precision, 0)
    if isinstance(value, Date):
        wanted = min(wanted, 3)
    if not wanted:
        return None
    return latest(value, wanted) if high else earliest(value, wanted)


def _boundary(name: str, *, high: bool) -> None:
    def build(compiler: Compiler, node: Node) -> Closure:
        operands = compiler.operands(node)
        value, precision = operands[0], operands[1] if len(operands) > 1 else compiler.fixed(None)

        def run(state: State) -> Value:
            item = value(state)
            return None if item is None else boundary(item, precision(state), high=high)

        return run

    operator(name)(build)


_boundary("LowBoundary", high=False)
_boundary("HighBoundary", high=True)
unary("Precision", _digits)
