"""The node types that are modelled, and how: logic, null, conditionals, comparison, membership, references.

Arithmetic stands in arithmetic.py. Each follows the CQL reference; the tests compare it with the CQL engine.
https://cql.hl7.org/09-b-cqlreference.html
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import z3

from fhir_content.proof import arithmetic  # noqa: F401 - enters arithmetic
from fhir_content.proof.logic import Node
from fhir_content.proof.term import (
    ANY,
    BOOLEAN,
    DECIMAL,
    FALSE,
    INTEGER,
    NULL,
    NUMBERS,
    QUANTITY,
    STRING,
    TRUE,
    Formula,
    Term,
    Unsupported,
    alike,
    boolean,
    choose,
    exact,
    nothing,
    number,
    of_kind,
    verdict,
)
from fhir_content.proof.terms import Place, Terms, operator

_SYSTEM = "{urn:hl7-org:elm-types:r1}"
_KINDS = (BOOLEAN, INTEGER, DECIMAL, STRING, QUANTITY)


# Values -------------------------------------------------------------------------------------------


@operator("Literal")
def _literal(terms: Terms, node: Node, place: Place) -> Term:
    kind, text = str(node.get("valueType")).removeprefix(_SYSTEM), node.get("value")
    if not isinstance(text, str):
        raise Unsupported
    if kind == BOOLEAN:
        return boolean(TRUE, z3.BoolVal(text == "true"))
    if kind == INTEGER:
        return Term(INTEGER, TRUE, z3.IntVal(int(text)))
    if kind == DECIMAL:
        return Term(DECIMAL, TRUE, number(Decimal(text)))
    if kind == STRING:
        return Term(STRING, TRUE, terms.world.text(text))
    raise Unsupported


@operator("Quantity")
def _quantity(terms: Terms, node: Node, place: Place) -> Term:
    dimension, factor = terms.world.place(str(node.get("unit", "1")))
    value = number(Decimal(str(node["value"])) * factor)
    return Term(QUANTITY, TRUE, value, dimension=z3.IntVal(dimension))


@operator("Null")
def _null(terms: Terms, node: Node, place: Place) -> Term:
    return nothing()


@operator("As")
def _as(terms: Terms, node: Node, place: Place) -> Term:
    """A cast to the type that the value has anyway, as the translator writes around null."""
    wanted = node.get("asType") or (node.get("asTypeSpecifier") or {}).get("name")
    kind = str(wanted).removeprefix(_SYSTEM)
    if kind not in _KINDS:
        raise Unsupported
    return of_kind(terms.term(node["operand"], place), kind)


# References ---------------------------------------------------------------------------------------


@operator("ExpressionRef")
def _expression_ref(terms: Terms, node: Node, place: Place) -> Term:
    name = terms.logic.resolve(node, place.library)
    if name.library not in terms.logic.libraries:
        raise Unsupported
    return terms.definition(name)


@operator("ParameterRef")
def _parameter_ref(terms: Terms, node: Node, place: Place) -> Term:
    name = terms.logic.resolve(node, place.library)
    return terms.parameter(name)


@operator("OperandRef")
def _operand_ref(terms: Terms, node: Node, place: Place) -> Term:
    if place.operands is None or node.get("name") not in place.operands:
        raise Unsupported
    return place.operands[node["name"]]


@operator("FunctionRef")
def _function_ref(terms: Terms, node: Node, place: Place) -> Term:
    """A function of our own is followed when nothing in it is opaque; otherwise the call is the input."""
    found = terms.logic.function(node, place.library)
    if found is None:
        raise Unsupported
    function, library = found
    operands = terms.operands(node, place)
    if any(each.kind == ANY for each in operands):
        raise Unsupported
    names = [each["name"] for each in function.get("operand") or []]
    inside = Place(type(place.name)(library, place.name.name), dict(zip(names, operands, strict=True)), place.depth)
    return terms.term(function["expression"], inside)


# Logic --------------------------------------------------------------------------------------------


def _booleans(terms: Terms, node: Node, place: Place, count: int) -> list[Term]:
    return [of_kind(each, BOOLEAN) for each in terms.operands(node, place, count)]


def conjunction(left: Term, right: Term) -> Term:
    """CQL's `and`: false where either is, known otherwise only where both are."""
    return verdict(z3.And(left.is_true, right.is_true), z3.Or(left.is_false, right.is_false))


def disjunction(left: Term, right: Term) -> Term:
    """CQL's `or`: true where either is, known otherwise only where both are."""
    return verdict(z3.Or(left.is_true, right.is_true), z3.And(left.is_false, right.is_false))


def negation(operand: Term) -> Term:
    """CQL's `not`."""
    return verdict(operand.is_false, operand.is_true)


@operator("And")
def _and(terms: Terms, node: Node, place: Place) -> Term:
    return conjunction(*_booleans(terms, node, place, 2))


@operator("Or")
def _or(terms: Terms, node: Node, place: Place) -> Term:
    return disjunction(*_booleans(terms, node, place, 2))


@operator("Xor")
def _xor(terms: Terms, node: Node, place: Place) -> Term:
    left, right = _booleans(terms, node, place, 2)
    apart = z3.Or(z3.And(left.is_true, right.is_false), z3.And(left.is_false, right.is_true))
    return verdict(apart, z3.Or(z3.And(left.is_true, right.is_true), z3.And(left.is_false, right.is_false)))


@operator("Implies")
def _implies(terms: Terms, node: Node, place: Place) -> Term:
    left, right = _booleans(terms, node, place, 2)
    return disjunction(negation(left), right)


@operator("Not")
def _not(terms: Terms, node: Node, place: Place) -> Term:
    (operand,) = _booleans(terms, node, place, 1)
    return negation(operand)


# Null and conditionals ----------------------------------------------------------------------------


@operator("IsNull")
def _is_null(terms: Terms, node: Node, place: Place) -> Term:
    (operand,) = terms.operands(node, place, 1)
    return boolean(TRUE, z3.Not(operand.known))


@operator("IsTrue")
def _is_true(terms: Terms, node: Node, place: Place) -> Term:
    (operand,) = _booleans(terms, node, place, 1)
    return boolean(TRUE, operand.is_true)


@operator("IsFalse")
def _is_false(terms: Terms, node: Node, place: Place) -> Term:
    (operand,) = _booleans(terms, node, place, 1)
    return boolean(TRUE, operand.is_false)


@operator("Coalesce")
def _coalesce(terms: Terms, node: Node, place: Place) -> Term:
    given = node.get("operand") or []
    if len(given) == 1 and given[0].get("type") == "List":
        given = given[0].get("element") or []
    elif len(given) == 1:
        raise Unsupported
    result = nothing()
    for each in reversed([terms.term(each, place) for each in given]):
        result = choose(each.known, each, result)
    return result


@operator("If")
def _if(terms: Terms, node: Node, place: Place) -> Term:
    condition = of_kind(terms.term(node["condition"], place), BOOLEAN)
    return choose(condition.is_true, terms.term(node["then"], place), terms.term(node["else"], place))


@operator("Case")
def _case(terms: Terms, node: Node, place: Place) -> Term:
    comparand = terms.term(node["comparand"], place) if node.get("comparand") else None
    result = terms.term(node["else"], place)
    for item in reversed(node["caseItem"]):
        when = terms.term(item["when"], place)
        test = of_kind(when, BOOLEAN) if comparand is None else equality(comparand, when)
        result = choose(test.is_true, terms.term(item["then"], place), result)
    return result


# Comparison ---------------------------------------------------------------------------------------


def comparable(left: Term, right: Term, *kinds: str) -> tuple[Term, Term, Formula]:
    """Both in one kind, and when their comparison is known, certainty apart."""
    one, two = alike(left, right)
    if one.kind == NULL:
        return one, two, FALSE
    if one.kind not in kinds:
        raise Unsupported
    known = z3.And(one.known, two.known)
    if one.kind == QUANTITY:
        known = z3.And(known, one.dimension == two.dimension, one.dimension >= 0)
    return one, two, known


def equality(left: Term, right: Term) -> Term:
    """CQL's `=`: not known where either side is not, or units do not convert, or the bounds overlap."""
    one, two, known = comparable(left, right, *_KINDS)
    if one.kind == NULL:
        return boolean(FALSE, FALSE)
    if one.high is None:
        return boolean(known, one.value == two.value)
    apart = z3.Or(one.top < two.value, one.value > two.top)
    same = z3.And(one.value == one.top, two.value == two.top, one.value == two.value)
    return boolean(z3.And(known, z3.Or(apart, same)), same)


@operator("Equal")
def _equal(terms: Terms, node: Node, place: Place) -> Term:
    return equality(*terms.operands(node, place, 2))


@operator("NotEqual")
def _not_equal(terms: Terms, node: Node, place: Place) -> Term:
    same = equality(*terms.operands(node, place, 2))
    return boolean(same.known, z3.Not(same.value))


def _comparison(name: str, relation: Callable[[Formula, Formula], Formula]) -> None:
    def build(terms: Terms, node: Node, place: Place) -> Term:
        left, right = terms.operands(node, place, 2)
        one, two, known = comparable(left, right, *NUMBERS, QUANTITY)
        if one.kind == NULL:
            return boolean(FALSE, FALSE)
        if one.high is None:
            return boolean(known, relation(one.value, two.value))
        ends = [relation(each, other) for each in (one.value, one.top) for other in (two.value, two.top)]
        return boolean(z3.And(known, z3.Or(z3.And(*ends), z3.Not(z3.Or(*ends)))), z3.And(*ends))

    operator(name)(build)


_comparison("Less", lambda left, right: left < right)
_comparison("LessOrEqual", lambda left, right: left <= right)
_comparison("Greater", lambda left, right: left > right)
_comparison("GreaterOrEqual", lambda left, right: left >= right)


# Membership ---------------------------------------------------------------------------------------


@operator("In", "Contains")
def _in(terms: Terms, node: Node, place: Place) -> Term:
    given = node.get("operand") or []
    if len(given) != 2 or node.get("precision"):
        raise Unsupported
    whole, element = (given[1], given[0]) if node["type"] == "In" else (given[0], given[1])
    point = terms.term(element, place)
    exact(point)
    if whole.get("type") == "Interval":
        return _in_interval(terms, whole, point, place)
    if whole.get("type") == "List":
        return _in_list(terms, whole, point, place)
    raise Unsupported


def _in_list(terms: Terms, whole: Node, point: Term, place: Place) -> Term:
    """True where an element is equal; null is in a list that holds a null, and otherwise it is not known."""
    elements = [terms.term(each, place) for each in whole.get("element") or []]
    exact(*elements)
    if not elements:
        return boolean(TRUE, FALSE)
    result = boolean(TRUE, FALSE)
    for each in elements:
        same = equality(point, each)
        result = disjunction(result, boolean(z3.Or(z3.Not(each.known), same.known), z3.And(each.known, same.value)))
    holds_null = z3.Or(*(z3.Not(each.known) for each in elements))
    return verdict(z3.If(point.known, result.is_true, holds_null), z3.And(point.known, result.is_false))


def _in_interval(terms: Terms, whole: Node, point: Term, place: Place) -> Term:
    """Between the bounds; a closed null bound is the end of the type, an open one is not known."""
    if whole.get("lowClosedExpression") or whole.get("highClosedExpression"):
        raise Unsupported
    above = _bound(terms, whole, "low", point, place)
    below = _bound(terms, whole, "high", point, place)
    both = conjunction(above, below)
    return boolean(z3.And(point.known, both.known), both.value)


def _bound(terms: Terms, whole: Node, side: str, point: Term, place: Place) -> Term:
    closed = bool(whole.get(f"{side}Closed", True))
    bound = terms.term(whole[side], place) if whole.get(side) else nothing()
    exact(bound)
    one, two, known = comparable(point, bound, *NUMBERS, QUANTITY)
    if one.kind == NULL:
        raise Unsupported
    low, high = (two.value, one.value) if side == "low" else (one.value, two.value)
    within = boolean(known, low <= high if closed else low < high)
    return choose(two.known, within, boolean(TRUE, TRUE) if closed else boolean(FALSE, FALSE))
