"""The operators: three-valued logic, arithmetic, comparison, membership.

https://hl7.org/fhirpath/N1/#operations
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Context as Precision
from decimal import Decimal, DecimalException, localcontext

from fhir_content.fhirpath import quantity as quantities
from fhir_content.fhirpath import temporal
from fhir_content.fhirpath.comparison import Holding, compare, distinct, equal, equivalent, is_number, kind
from fhir_content.fhirpath.data import Item, Items
from fhir_content.fhirpath.errors import FhirPathError
from fhir_content.fhirpath.evaluation import FALSE, MAX_TEXT, NOTHING, TRUE, Closure, Frame, boolean, single, verdict
from fhir_content.fhirpath.evaluation import text as string
from fhir_content.fhirpath.quantity import Quantity
from fhir_content.fhirpath.temporal import Temporal

PRECISION = Precision(prec=36)
_LARGEST = Decimal("1e28")


def conjunction(left: Closure, right: Closure) -> Closure:
    """`and`."""

    def run(frame: Frame) -> Items:
        one = boolean(left(frame))
        if one is False:
            return FALSE
        other = boolean(right(frame))
        return FALSE if other is False else NOTHING if one is None or other is None else TRUE

    return run


def disjunction(left: Closure, right: Closure) -> Closure:
    """`or`."""

    def run(frame: Frame) -> Items:
        one = boolean(left(frame))
        if one:
            return TRUE
        other = boolean(right(frame))
        return TRUE if other else NOTHING if one is None or other is None else FALSE

    return run


def implication(left: Closure, right: Closure) -> Closure:
    """`implies`."""

    def run(frame: Frame) -> Items:
        one = boolean(left(frame))
        if one is False:
            return TRUE
        other = boolean(right(frame))
        return TRUE if other else NOTHING if one is None or other is None else FALSE

    return run


def _exclusive(left: Items, right: Items) -> Items:
    one, other = boolean(left), boolean(right)
    return NOTHING if one is None or other is None else verdict(one is not other)


def _equal(left: Items, right: Items) -> Items:
    return verdict(equal(left, right))


def _unequal(left: Items, right: Items) -> Items:
    same = equal(left, right)
    return verdict(None if same is None else not same)


def _ordered(symbol: str) -> Callable[[Items, Items], Items]:
    accepted = {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (1, 0)}[symbol]

    def run(left: Items, right: Items) -> Items:
        one, other = single(left, symbol), single(right, symbol)
        if one is None or other is None:
            return NOTHING
        order = compare(one, other)
        return NOTHING if order is None else verdict(order in accepted)

    return run


def _union(left: Items, right: Items) -> Items:
    return distinct([*left, *right])


def _member(left: Items, right: Items) -> Items:
    if not left:
        return NOTHING
    if len(left) > 1:
        raise FhirPathError(f"in takes one item on its left, found {len(left)}")
    return verdict(left[0] in Holding(right))


def _holds(left: Items, right: Items) -> Items:
    if len(right) > 1:
        raise FhirPathError(f"contains takes one item on its right, found {len(right)}")
    return _member(right, left)


def _joined(left: Items, right: Items) -> Items:
    one, other = string(left, "&") or "", string(right, "&") or ""
    return [_bounded(one + other)]


def _bounded(value: str) -> str:
    if len(value) > MAX_TEXT:
        raise FhirPathError(f"a text of more than {MAX_TEXT} characters")
    return value


def number(value: int | Decimal) -> Items:
    """A number within FHIRPath's range as a collection; nothing where it overflows."""
    if isinstance(value, int):
        return [value] if -2147483648 <= value <= 2147483647 else NOTHING
    return [value] if abs(value) < _LARGEST else NOTHING


class _Mismatch(TypeError):
    """Operands of kinds that the operator does not take."""


def _arithmetic(symbol: str) -> Callable[[Items, Items], Items]:
    operation = _ARITHMETIC[symbol]

    def run(left: Items, right: Items) -> Items:
        one, other = single(left, symbol), single(right, symbol)
        if one is None or other is None:
            return NOTHING
        with localcontext(PRECISION):
            try:
                result = operation(one, other)
            except DecimalException:
                return NOTHING
            except _Mismatch:
                raise FhirPathError(f"{symbol} does not take {kind(one)} and {kind(other)}") from None
        if result is None:
            return NOTHING
        return number(result) if is_number(result) else [result]

    return run


def _add(one: Item, other: Item) -> Item | None:
    if isinstance(one, str) and isinstance(other, str):
        return _bounded(one + other)
    if isinstance(one, Temporal) and isinstance(other, Quantity):
        return _moved(one, other, 1)
    return _numbers(one, other, lambda a, b: a + b)


def _subtract(one: Item, other: Item) -> Item | None:
    if isinstance(one, Temporal) and isinstance(other, Quantity):
        return _moved(one, other, -1)
    return _numbers(one, other, lambda a, b: a - b)


def _moved(one: Temporal, other: Quantity, sign: int) -> Temporal | None:
    unit = other.duration
    if not unit:
        raise FhirPathError(f"{other.unit!r} is no duration that can be added to a date or time")
    return temporal.moved(one, other.value * sign, unit)


def _numbers(one: Item, other: Item, operation: Callable[..., Decimal]) -> Item | None:
    if is_number(one) and is_number(other):
        return operation(one, other)
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        if one.calendar and other.calendar and one.unit == other.unit:
            return Quantity(operation(one.value, other.value), one.unit, True)
        both = quantities.pair(one, other)
        return None if both is None else Quantity(operation(*both), one.unit, one.calendar)
    raise _Mismatch


def _multiply(one: Item, other: Item) -> Item | None:
    if is_number(one) and is_number(other):
        return one * other
    return quantities.product(_quantity(one), _quantity(other))


def _divide(one: Item, other: Item) -> Item | None:
    if is_number(one) and is_number(other):
        return Decimal(one) / Decimal(other) if other else None
    return quantities.quotient(_quantity(one), _quantity(other))


def _quantity(value: Item) -> Quantity:
    if isinstance(value, Quantity):
        return value
    if is_number(value):
        return Quantity(Decimal(value))
    raise _Mismatch


def _whole(one: Item, other: Item) -> Item | None:
    if not (is_number(one) and is_number(other)):
        raise _Mismatch
    return int(Decimal(one) / Decimal(other)) if other else None


def _remainder(one: Item, other: Item) -> Item | None:
    if not (is_number(one) and is_number(other)):
        raise _Mismatch
    if not other:
        return None
    left = Decimal(one) % Decimal(other)
    return int(left) if isinstance(one, int) and isinstance(other, int) else left


def negative(value: Items) -> Items:
    """Unary minus."""
    one = single(value, "-")
    if one is None:
        return NOTHING
    if isinstance(one, Quantity):
        return [Quantity(0 - one.value, one.unit, one.calendar)]
    if not is_number(one):
        raise FhirPathError(f"- does not take {kind(one)}")
    return number(0 - one)


def positive(value: Items) -> Items:
    """Unary plus."""
    one = single(value, "+")
    if one is not None and not is_number(one) and not isinstance(one, Quantity):
        raise FhirPathError(f"+ does not take {kind(one)}")
    return value


_ARITHMETIC: dict[str, Callable[[Item, Item], Item | None]] = {
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "/": _divide,
    "div": _whole,
    "mod": _remainder,
}

LAZY: dict[str, Callable[[Closure, Closure], Closure]] = {
    "and": conjunction,
    "or": disjunction,
    "implies": implication,
}
"""Operators that may leave their right side alone."""

EAGER: dict[str, Callable[[Items, Items], Items]] = {
    "xor": _exclusive,
    "=": _equal,
    "!=": _unequal,
    "~": lambda left, right: verdict(equivalent(left, right)),
    "!~": lambda left, right: verdict(not equivalent(left, right)),
    "|": _union,
    "in": _member,
    "contains": _holds,
    "&": _joined,
    **{symbol: _ordered(symbol) for symbol in ("<", "<=", ">", ">=")},
    **{symbol: _arithmetic(symbol) for symbol in _ARITHMETIC},
}
"""Operators over the values of both sides."""
