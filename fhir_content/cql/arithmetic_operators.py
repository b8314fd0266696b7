"""Arithmetic: https://cql.hl7.org/09-b-cqlreference.html#arithmetic-operators-4 .

A result that cannot be represented is null; stepping beyond the first or last value of a type is an error.
Integers are 32 bits wide, Longs 64, Decimals 28 digits and 8 fractional places.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import TYPE_CHECKING

from fhir_content.cql import date_time_arithmetic, units
from fhir_content.cql.elm import Closure, Node, State, binary, operator, unary
from fhir_content.cql.error import CqlError
from fhir_content.cql.interval import point_maximum, point_minimum, predecessor, successor
from fhir_content.cql.temporal import Date, DateTime, Time
from fhir_content.cql.values import (
    DECIMAL,
    MAX_INTEGER,
    MAX_LONG,
    MIN_INTEGER,
    MIN_LONG,
    Long,
    Quantity,
    Uncertainty,
    Value,
    fit,
)

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler


def integer(value: int, kind: type[int] = int) -> int | None:
    """An Integer, or a Long where `kind` is Long; null where it does not fit."""
    if kind is Long:
        return Long(value) if MIN_LONG <= value <= MAX_LONG else None
    return value if MIN_INTEGER <= value <= MAX_INTEGER else None


def _kind(left: Value, right: Value) -> type[int]:
    return Long if type(left) is Long or type(right) is Long else int


def _numbers(name: str, left: Value, right: Value) -> bool:
    """Whether both are whole numbers; an error unless they are at least both numbers."""
    whole = isinstance(left, int) and isinstance(right, int)
    if isinstance(left, bool) or isinstance(right, bool) or not (whole or (_is_number(left) and _is_number(right))):
        raise CqlError(f"{name} is not defined for {type_name(left)} and {type_name(right)}")
    return whole


def _is_number(value: Value) -> bool:
    return isinstance(value, Decimal | int) and not isinstance(value, bool)


def type_name(value: Value) -> str:
    """The CQL name of a value's type, for messages."""
    names = {bool: "Boolean", int: "Integer", str: "String", list: "List", type(None): "null"}
    return names.get(type(value)) or type(value).__name__


def _bounds(value: Value) -> tuple[int, int]:
    return (value.low, value.high) if type(value) is Uncertainty else (value, value)


def _uncertain(function: Callable[[int, int], int], left: Value, right: Value) -> Value:
    """An operation on a whole number of which only bounds are known: the bounds of the result."""
    ends = [function(one, two) for one in _bounds(left) for two in _bounds(right)]
    return Uncertainty(min(ends), max(ends))


def add(left: Value, right: Value) -> Value:
    """Sum of numbers or quantities, a date moved by a duration, or strings joined."""
    kind = type(left)
    if kind is int and type(right) is int:
        return integer(left + right)
    if kind is Decimal and type(right) is Decimal:
        return fit(DECIMAL.add(left, right))
    if kind is Date or kind is DateTime or kind is Time:
        return date_time_arithmetic.add(left, _duration("Add", left, right))
    if kind is Quantity and type(right) is Quantity:
        return _add_quantities(left, right, 1)
    if Uncertainty in (kind, type(right)):
        return _uncertain(lambda one, two: one + two, left, right)
    if kind is str and type(right) is str:
        return left + right
    return integer(left + right, _kind(left, right)) if _numbers("Add", left, right) else fit(DECIMAL.add(left, right))


def subtract(left: Value, right: Value) -> Value:
    """Difference of numbers or quantities, or a date moved back by a duration."""
    kind = type(left)
    if kind is int and type(right) is int:
        return integer(left - right)
    if kind is Decimal and type(right) is Decimal:
        return fit(DECIMAL.subtract(left, right))
    if kind is Date or kind is DateTime or kind is Time:
        duration = _duration("Subtract", left, right)
        return None if duration.value is None else date_time_arithmetic.add(left, negate(duration))
    if kind is Quantity and type(right) is Quantity:
        return _add_quantities(left, right, -1)
    if Uncertainty in (kind, type(right)):
        return _uncertain(lambda one, two: one - two, left, right)
    whole = _numbers("Subtract", left, right)
    return integer(left - right, _kind(left, right)) if whole else fit(DECIMAL.subtract(left, right))


def _duration(name: str, left: Value, right: Value) -> Quantity:
    if type(right) is not Quantity:
        raise CqlError(f"{name} is not defined for {type_name(left)} and {type_name(right)}")
    return right


def _add_quantities(left: Quantity, right: Quantity, sign: int) -> Quantity | None:
    """In the finer of the two units, as CQL asks."""
    if left.value is None or right.value is None:
        return None
    one, two, unit = left.value, right.value, left.unit
    if unit != right.unit:
        finer = units.finer(left.unit, right.unit)
        converted = units.convert(one, left.unit, finer or ""), units.convert(two, right.unit, finer or "")
        if finer is None or converted[0] is None or converted[1] is None:
            return None
        one, two, unit = converted[0], converted[1], finer
    value = fit(DECIMAL.add(one, two) if sign > 0 else DECIMAL.subtract(one, two))
    return None if value is None else Quantity(value, unit)


def multiply(left: Value, right: Value) -> Value:
    """Product of numbers, quantities, or one of each."""
    kind = type(left)
    if kind is int and type(right) is int:
        return integer(left * right)
    if kind is Decimal and type(right) is Decimal:
        return fit(DECIMAL.multiply(left, right))
    if kind is Quantity or type(right) is Quantity:
        return _scale(left, right, 1)
    if Uncertainty in (kind, type(right)):
        return _uncertain(lambda one, two: one * two, left, right)
    whole = _numbers("Multiply", left, right)
    return integer(left * right, _kind(left, right)) if whole else fit(DECIMAL.multiply(left, right))


def divide(left: Value, right: Value) -> Value:
    """Quotient, always Decimal or Quantity; null for a division by zero."""
    if type(left) is Quantity or type(right) is Quantity:
        return _scale(left, right, -1)
    _numbers("Divide", left, right)
    return fit(DECIMAL.divide(Decimal(left), Decimal(right))) if right else None


def _scale(left: Value, right: Value, sign: int) -> Quantity | None:
    """Product (sign 1) or quotient (sign -1) where at least one side is a quantity."""
    one = left if type(left) is Quantity else Quantity(Decimal(left), "1")
    two = right if type(right) is Quantity else Quantity(Decimal(right), "1")
    if one.value is None or two.value is None:
        return None
    if sign > 0:
        value = fit(DECIMAL.multiply(one.value, two.value))
        unit = units.product_unit(one.unit, two.unit, 1)
    else:
        other = units.convert(two.value, two.unit, one.unit)
        unit = "1" if other is not None and one.unit != "1" else units.product_unit(one.unit, two.unit, -1)
        divisor = two.value if other is None else other
        value = fit(DECIMAL.divide(one.value, divisor)) if divisor else None
    return None if value is None else Quantity(value, unit)


def _whole_quotient(one: Decimal, two: Decimal) -> Decimal:
    return DECIMAL.divide_int(one, two)


def truncated_divide(left: Value, right: Value) -> Value:
    """Quotient without its fraction; null for a division by zero."""
    if type(left) is Quantity and type(right) is Quantity:
        pair = units.in_one_unit(left, right)
        if not pair or not pair[1]:
            return None
        value = fit(_whole_quotient(*pair))
        return None if value is None else Quantity(value, "1")
    if _numbers("TruncatedDivide", left, right):
        if not right:
            return None
        quotient = abs(left) // abs(right)
        return integer(quotient if (left < 0) == (right < 0) else -quotient, _kind(left, right))
    return fit(_whole_quotient(Decimal(left), Decimal(right))) if right else None


def modulo(left: Value, right: Value) -> Value:
    """What is left of a truncated division, with the sign of the dividend; null for zero."""
    if type(left) is Quantity and type(right) is Quantity:
        pair = units.in_one_unit(left, right)
        if not pair or not pair[1]:
            return None
        rest = units.convert(right.value or Decimal(0), right.unit, left.unit)
        return Quantity(DECIMAL.remainder(left.value or Decimal(0), rest), left.unit) if rest else None
    if _numbers("Modulo", left, right):
        if not right:
            return None
        rest = abs(left) % abs(right)
        return integer(-rest if left < 0 else rest, _kind(left, right))
    return fit(DECIMAL.remainder(Decimal(left), Decimal(right))) if right else None


def power(base: Value, exponent: Value) -> Value:
    """A number raised to a power; a whole number stays whole unless the exponent is negative."""
    whole = _numbers("Power", base, exponent)
    if whole and exponent >= 0:
        if abs(base) > 1 and exponent > 64:
            return None
        return integer(
            base**exponent if abs(base) > 1 else base ** (exponent % 2 or 2 * (exponent > 0)), _kind(base, exponent)
        )
    try:
        result = DECIMAL.power(Decimal(base), Decimal(exponent))
    except (InvalidOperation, ArithmeticError):
        return None
    return fit(result) if result.is_finite() else None


def negate(value: Value) -> Value:
    """The additive inverse."""
    if type(value) is Quantity:
        return Quantity(None if value.value is None else value.value.copy_negate(), value.unit)
    if isinstance(value, Decimal):
        return value.copy_negate() if value else Decimal(0)
    if type(value) is Uncertainty:
        return Uncertainty(-value.high, -value.low)
    _numbers("Negate", value, value)
    return integer(-value, type(value))


def absolute(value: Value) -> Value:
    """The number or quantity without its sign."""
    if type(value) is Quantity:
        return Quantity(None if value.value is None else value.value.copy_abs(), value.unit)
    _numbers("Abs", value, value)
    return value.copy_abs() if isinstance(value, Decimal) else integer(abs(value), type(value))


def _to_integer(rounding: str, name: str) -> Callable[[Value], Value]:
    def run(value: Value) -> Value:
        _numbers(name, value, value)
        if isinstance(value, int):
            return value
        return integer(int(value.to_integral_value(rounding=rounding)))

    return run


def _logarithm(value: Value) -> Value:
    _numbers("Ln", value, value)
    if value == 0:
        raise CqlError("Ln(0) is infinite")
    return fit(DECIMAL.ln(Decimal(value))) if value > 0 else None


def logarithm(value: Value, base: Value) -> Value:
    """The logarithm to a base; null where there is none."""
    _numbers("Log", value, base)
    if value <= 0 or base <= 0 or base == 1:
        return None
    return fit(DECIMAL.divide(DECIMAL.ln(Decimal(value)), DECIMAL.ln(Decimal(base))))


def exponential(value: Value) -> Value:
    """Euler's number raised to a power; an error beyond the largest Decimal."""
    _numbers("Exp", value, value)
    result = fit(DECIMAL.exp(Decimal(value))) if value < 100 else None
    if result is None:
        raise CqlError(f"Exp({value}) is larger than the largest Decimal")
    return result


def round_to(value: Value, places: int) -> Value:
    """Rounded half away from zero ... of a negative number too."""
    _numbers("Round", value, value)
    if not -28 <= places <= 28:
        raise CqlError(f"Round to {places} places")
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, DECIMAL)
    return rounded if rounded else rounded.copy_abs()


@operator("Round")
def _round(compiler: Compiler, node: Node) -> Closure:
    operand = compiler.operand(node)
    places = compiler.optional(node, "precision")

    def run(state: State) -> Value:
        value = operand(state)
        return None if value is None else round_to(value, places(state) or 0)

    return run


def _extreme(name: str, function: Callable[[str], Value]) -> None:
    def build(compiler: Compiler, node: Node) -> Closure:
        kind = compiler.type_name(node["valueType"])
        value = function(kind)
        if value is None:
            raise CqlError(f"{kind} has no {name}", locator=node.get("locator", ""))
        return lambda state: value

    operator(name)(build)


_extreme("MinValue", point_minimum)
_extreme("MaxValue", point_maximum)
unary("Abs", absolute)
unary("Ceiling", _to_integer(ROUND_CEILING, "Ceiling"))
unary("Floor", _to_integer(ROUND_FLOOR, "Floor"))
unary("Truncate", _to_integer("ROUND_DOWN", "Truncate"))
unary("Exp", exponential)
unary("Ln", _logarithm)
unary("Negate", negate)
unary("Predecessor", predecessor)
unary("Successor", successor)
binary("Add", add)
binary("Divide", divide)
binary("Log", logarithm)
binary("Modulo", modulo)
binary("Multiply", multiply)
binary("Power", power)
binary("Subtract", subtract)
binary("TruncatedDivide", truncated_divide)
