"""Arithmetic over exact numbers: https://cql.hl7.org/09-b-cqlreference.html#arithmetic-operators-4 .

CQL cuts a product or quotient to eight fractional places; here it is exact. Nothing clinical is measured so finely.
"""

from __future__ import annotations

from collections.abc import Callable

import z3

from fhir_content.proof.logic import Node
from fhir_content.proof.shape import Scope, units_of
from fhir_content.proof.term import (
    DECIMAL,
    INTEGER,
    NULL,
    NUMBERS,
    QUANTITY,
    Formula,
    Term,
    Unsupported,
    alike,
    choose,
    exact,
    nothing,
    number,
    of_kind,
)
from fhir_content.proof.terms import Place, Terms, operator
from fhir_content.proof.world import NO_NUMBER

# Beyond these a result is null.
_INTEGERS = (-(2**31), 2**31 - 1)
_DECIMALS = 10**28


def fit(kind: str, known: Formula, value: Formula) -> Term:
    """A number as a result: null where it is out of range."""
    if kind == INTEGER:
        return Term(kind, z3.And(known, value >= _INTEGERS[0], value <= _INTEGERS[1]), value)
    return Term(kind, z3.And(known, value < _DECIMALS, value > -_DECIMALS), value)


def _numbers(terms: Terms, node: Node, place: Place, count: int) -> list[Term]:
    """The operands in one kind, all exact."""
    given = alike(*terms.operands(node, place, count))
    exact(*given)
    if given[0].kind == NULL:
        raise Unsupported
    return given


@operator("Add")
def _add(terms: Terms, node: Node, place: Place) -> Term:
    left, right = alike(*terms.operands(node, place, 2))
    return _sum(left, right, left.value, right.value, right.high)


@operator("Subtract")
def _subtract(terms: Terms, node: Node, place: Place) -> Term:
    left, right = alike(*terms.operands(node, place, 2))
    if right.value is None:
        raise Unsupported
    lowest = -right.value if right.high is None else -right.high
    return _sum(left, right, left.value, lowest, -right.value)


def _sum(left: Term, right: Term, low: Formula, addend: Formula, highest: Formula) -> Term:
    """Of numbers, or of quantities in one dimension; where an Integer is uncertain, from lowest to highest."""
    known = z3.And(left.known, right.known)
    if left.kind == INTEGER and left.high is not None:
        return Term(INTEGER, known, low + addend, left.high + highest)
    if left.kind in NUMBERS:
        return fit(left.kind, known, low + addend)
    if left.kind != QUANTITY:
        raise Unsupported
    known = z3.And(known, left.dimension == right.dimension, left.dimension >= 0)
    return Term(QUANTITY, known, low + addend, dimension=left.dimension)


def _quantity(known: Formula, value: Formula, dimension: Formula) -> Term:
    """A quantity as a result: null where there was no number."""
    return Term(QUANTITY, z3.And(known, dimension != NO_NUMBER), value, dimension=dimension)


def product(left: Formula, right: Formula) -> Formula:
    """A product, by cases where one factor is one of several numbers, so that it stays linear."""
    for one, two in ((left, right), (right, left)):
        if _is_choice(two):
            return z3.If(two.arg(0), product(one, two.arg(1)), product(one, two.arg(2)))
    return left * right


def _is_choice(value: Formula) -> bool:
    """Whether a value is one of several numbers, by some condition."""
    if not (z3.is_app(value) and value.decl().kind() == z3.Z3_OP_ITE):
        return False
    return all(z3.is_rational_value(each) or z3.is_int_value(each) or _is_choice(each) for each in value.children()[1:])


def _is_plain(terms: Terms, term: Term) -> bool:
    """Whether a quantity is a mere number: of unit 1, whoever the patient is."""
    return z3.is_int_value(term.dimension) and terms.world.unit_of(term.dimension.as_long()) == "1"


@operator("Multiply")
def _multiply(terms: Terms, node: Node, place: Place) -> Term:
    left, right = _numbers(terms, node, place, 2)
    known, value = z3.And(left.known, right.known), product(left.value, right.value)
    if left.kind in NUMBERS:
        return fit(left.kind, known, value)
    if left.kind == QUANTITY and _is_plain(terms, right):
        return _quantity(known, value, left.dimension)
    if left.kind == QUANTITY and _is_plain(terms, left):
        return _quantity(known, value, right.dimension)
    raise Unsupported


@operator("Divide")
def _divide(terms: Terms, node: Node, place: Place) -> Term:
    left, right = _numbers(terms, node, place, 2)
    known, value = z3.And(left.known, right.known, right.value != 0), left.value / right.value
    if left.kind == DECIMAL:
        return fit(DECIMAL, known, value)
    if left.kind == QUANTITY and _is_plain(terms, right):
        return _quantity(known, value, left.dimension)
    raise Unsupported


@operator("Negate")
def _negate(terms: Terms, node: Node, place: Place) -> Term:
    (operand,) = _numbers(terms, node, place, 1)
    if operand.kind in NUMBERS:
        return fit(operand.kind, operand.known, -operand.value)
    if operand.kind == QUANTITY:
        return Term(QUANTITY, operand.known, -operand.value, dimension=operand.dimension)
    raise Unsupported


@operator("Abs")
def _abs(terms: Terms, node: Node, place: Place) -> Term:
    (operand,) = _numbers(terms, node, place, 1)
    if operand.kind not in (*NUMBERS, QUANTITY):
        raise Unsupported
    value = z3.If(operand.value < 0, -operand.value, operand.value)
    if operand.kind == QUANTITY:
        return Term(QUANTITY, operand.known, value, dimension=operand.dimension)
    return fit(operand.kind, operand.known, value)


@operator("Round")
def _round(terms: Terms, node: Node, place: Place) -> Term:
    """Half away from zero, to a number of places that is written out."""
    (operand,) = _numbers(terms, node, place, 1)
    places = node.get("precision") or {"type": "Literal", "value": "0"}
    if operand.kind != DECIMAL or places.get("type") != "Literal" or not 0 <= int(places["value"]) <= 8:
        raise Unsupported
    scale = 10 ** int(places["value"])
    scaled, half = operand.value * scale, z3.RealVal("1/2")
    whole = z3.If(scaled >= 0, z3.ToInt(scaled + half), -z3.ToInt(half - scaled))
    return Term(DECIMAL, operand.known, z3.ToReal(whole) / scale)


def _to_whole(name: str, function: Callable[[Formula], Formula]) -> None:
    def build(terms: Terms, node: Node, place: Place) -> Term:
        (operand,) = _numbers(terms, node, place, 1)
        if operand.kind != DECIMAL:
            raise Unsupported
        return fit(INTEGER, operand.known, function(operand.value))

    operator(name)(build)


_to_whole("Floor", z3.ToInt)
_to_whole("Ceiling", lambda value: -z3.ToInt(-value))
_to_whole("Truncate", lambda value: z3.If(value >= 0, z3.ToInt(value), -z3.ToInt(-value)))


@operator("ToDecimal")
def _to_decimal(terms: Terms, node: Node, place: Place) -> Term:
    (operand,) = terms.operands(node, place, 1)
    exact(operand)
    if operand.kind == INTEGER:
        return Term(DECIMAL, operand.known, z3.ToReal(operand.value))
    return of_kind(operand, DECIMAL)


@operator("ToQuantity")
def _to_quantity(terms: Terms, node: Node, place: Place) -> Term:
    (operand,) = terms.operands(node, place, 1)
    exact(operand)
    number = z3.ToReal(operand.value) if operand.kind == INTEGER else operand.value
    if operand.kind not in NUMBERS:
        raise Unsupported
    return Term(QUANTITY, operand.known, number, dimension=z3.IntVal(terms.world.place("1")[0]))


@operator("Property")
def _property(terms: Terms, node: Node, place: Place) -> Term:
    """The number of a quantity whose unit is the same for everyone."""
    if node.get("path") != "value" or not isinstance(node.get("source"), dict):
        raise Unsupported
    quantity = terms.term(node["source"], place)
    units = units_of(node["source"], Scope(terms.logic, place.library))
    if quantity.kind != QUANTITY or units.any_unit or len(units.units) != 1:
        raise Unsupported
    factor = terms.world.place(next(iter(units.units)))[1]
    return Term(DECIMAL, z3.And(quantity.known, quantity.dimension >= 0), quantity.value / number(factor))


def _extreme(name: str, better: Callable[[Formula, Formula], Formula]) -> None:
    """Min and Max of a list that is written out; nulls do not count."""

    def build(terms: Terms, node: Node, place: Place) -> Term:
        source = node.get("source") or {}
        if source.get("type") != "List" or node.get("path"):
            raise Unsupported
        given = alike(*(terms.term(each, place) for each in source.get("element") or []))
        exact(*given)
        if not given or given[0].kind not in (*NUMBERS, QUANTITY):
            raise Unsupported
        if given[0].kind == QUANTITY and not _share_dimension(given):
            raise Unsupported
        best = nothing()
        for each in given:
            current = best if best.kind != NULL else each
            wins = z3.And(each.known, z3.Or(z3.Not(best.known), better(each.value, current.value)))
            best = choose(wins, each, best)
        return best

    operator(name)(build)


def _share_dimension(given: list[Term]) -> bool:
    """Whether all quantities are of one dimension whoever the patient is."""
    return len({str(each.dimension) for each in given}) == 1 and z3.is_int_value(given[0].dimension)


_extreme("Min", lambda left, right: left < right)
_extreme("Max", lambda left, right: left > right)
