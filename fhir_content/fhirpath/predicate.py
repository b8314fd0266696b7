"""Simple conditions straight on JSON: `a.exists() or b = 'x'` needs no typed data to be decided.

Most invariants of R4 are of this form, and some stand on every code of an expansion.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fhir_content.fhirpath.data import Type
from fhir_content.fhirpath.expression import Expression
from fhir_content.fhirpath.syntax import Binary, Call, Literal, Member, Path, Term

Predicate = Callable[[dict[str, Any]], bool | None]


def predicate(expression: Expression, type: Type) -> Predicate | None:
    """The truth of an expression as a function of a JSON object of the type; None where it is not that simple."""
    if not type.is_known or type.is_primitive:
        return None
    return _of(expression.term, type)


def _of(term: Term, type: Type) -> Predicate | None:
    match term:
        case Path(start=start, steps=(*before, Call(name="not", arguments=()))):
            inner = _of(Path(term.offset, start, tuple(before)) if before else start, type)
            return _opposite(inner) if inner else None
        case Path(start=Member(name=name), steps=(Call(name="exists" | "empty" as call, arguments=()),)):
            return _presence(name, type, wanted=call == "exists")
        case Binary(operator="and" | "or" | "implies" | "xor" as operator, left=left, right=right):
            one, other = _of(left, type), _of(right, type)
            return _JOINED[operator](one, other) if one and other else None
        case Binary(operator="=" | "!=" as operator, left=Member(name=name), right=Literal(value=value)):
            return _comparison(name, type, value, wanted=operator == "=")
    return None


def _presence(name: str, type: Type, *, wanted: bool) -> Predicate | None:
    ways = type.member(name)
    names = [way.name for way in ways] + [way.shadow for way in ways if way.shadow]
    if not names:
        return None
    if len(names) == 1:
        only = names[0]
        return lambda data: (only in data) is wanted
    alternatives = frozenset(names)
    return lambda data: alternatives.isdisjoint(data) is not wanted


def _comparison(name: str, type: Type, value: object, *, wanted: bool) -> Predicate | None:
    ways = type.member(name)
    if len(ways) != 1 or ways[0].is_list or ways[0].type.system not in {"String", "Boolean"}:
        return None
    if not isinstance(value, bool if ways[0].type.system == "Boolean" else str):
        return None
    json_name, shadow = ways[0].name, ways[0].shadow

    def run(data: dict[str, Any]) -> bool | None:
        found = data.get(json_name)
        if found is None:
            return not wanted if shadow in data else None
        return (found == value) is wanted

    return run


def _opposite(inner: Predicate) -> Predicate:
    def run(data: dict[str, Any]) -> bool | None:
        truth = inner(data)
        return None if truth is None else not truth

    return run


def _both(one: Predicate, other: Predicate) -> Predicate:
    def run(data: dict[str, Any]) -> bool | None:
        left = one(data)
        if left is False:
            return False
        right = other(data)
        return False if right is False else None if left is None or right is None else True

    return run


def _either(one: Predicate, other: Predicate) -> Predicate:
    def run(data: dict[str, Any]) -> bool | None:
        left = one(data)
        if left:
            return True
        right = other(data)
        return True if right else None if left is None or right is None else False

    return run


def _implied(one: Predicate, other: Predicate) -> Predicate:
    return _either(_opposite(one), other)


def _exclusive(one: Predicate, other: Predicate) -> Predicate:
    def run(data: dict[str, Any]) -> bool | None:
        left, right = one(data), other(data)
        return None if left is None or right is None else left is not right

    return run


_JOINED: dict[str, Callable[[Predicate, Predicate], Predicate]] = {
    "and": _both,
    "or": _either,
    "implies": _implied,
    "xor": _exclusive,
}
