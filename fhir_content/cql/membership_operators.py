"""What a list and an interval have in common: membership, inclusion, union, intersection, difference."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from fhir_content.cql import interval_operators as intervals
from fhir_content.cql import list_operators as lists
from fhir_content.cql.date_time_arithmetic import precision_of
from fhir_content.cql.elm import Closure, Node, State, operator
from fhir_content.cql.error import CqlError
from fhir_content.cql.interval import Interval
from fhir_content.cql.values import Value

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler


def _membership(
    names: tuple[str, str], of_interval: Callable[..., Any], of_list: Callable[..., Any], missing: bool | None
) -> None:
    """Enter `Contains`, with the whole first, and `In`, with the element first; `missing` is the value for no whole."""

    def build(compiler: Compiler, node: Node) -> Closure:
        left, right = compiler.operands(node, 2)
        whole, element = (left, right) if node["type"] == names[0] else (right, left)
        precision = precision_of(node["precision"]) if node.get("precision") else 0
        texts = _texts(compiler, whole) if names[0] == "Contains" else None
        if texts is not None:
            return _among(texts, element)

        def run(state: State) -> bool | None:
            one, two = whole(state), element(state)
            if type(one) is list:
                if two is None and missing is False:
                    return lists.contains_null(one)
                return of_list(one, two, state[0])  # type: ignore[no-any-return]
            if one is None:
                return missing
            if two is None:
                return None
            if type(one) is not Interval:
                raise CqlError(f"{names[0]} needs a list or an interval")
            return of_interval(one, two, precision)  # type: ignore[no-any-return]

        return run

    operator(*names)(build)


def _texts(compiler: Compiler, whole: Closure) -> frozenset[str] | None:
    """The strings of a constant list of nothing else; None for any other list."""
    items = compiler.constant(whole) if compiler.is_constant(whole) else None
    if not isinstance(items, list) or not items or not all(type(item) is str for item in items):
        return None
    return frozenset(items)


def _among(texts: frozenset[str], element: Closure) -> Closure:
    """Membership in a list of strings written out in the logic, by far the commonest: one look-up."""

    def run(state: State) -> bool | None:
        value = element(state)
        return None if value is None else type(value) is str and value in texts

    return run


def _inclusion(names: tuple[str, str], of_interval: Callable[..., Any], of_list: Callable[..., Any]) -> None:
    """Enter `Includes`, with the whole first, and `IncludedIn`, with the part first."""

    def build(compiler: Compiler, node: Node) -> Closure:
        left, right = compiler.operands(node, 2)
        whole, part = (left, right) if node["type"] == names[0] else (right, left)
        precision = precision_of(node["precision"]) if node.get("precision") else 0

        def run(state: State) -> bool | None:
            one, two = whole(state), part(state)
            if one is None or two is None:
                return None
            if type(one) is list and type(two) is list:
                return of_list(one, two, state[0])  # type: ignore[no-any-return]
            if type(one) is not Interval or type(two) is not Interval:
                raise CqlError(f"{names[0]} needs two lists or two intervals")
            return of_interval(one, two, precision)  # type: ignore[no-any-return]

        return run

    operator(*names)(build)


def _set(name: str, of_interval: Callable[..., Any], of_list: Callable[..., Any]) -> None:
    def build(compiler: Compiler, node: Node) -> Closure:
        left, right = compiler.operands(node, 2)

        def run(state: State) -> Value:
            one, two = left(state), right(state)
            if type(one) is Interval and type(two) is Interval:
                return of_interval(one, two)
            if type(one) is list or type(two) is list:
                return of_list(one, two, state[0])
            if one is None or two is None:
                return None
            raise CqlError(f"{name} needs two lists or two intervals")

        return run

    operator(name)(build)


_membership(("Contains", "In"), intervals.contains, lists.contains, missing=False)
_membership(("ProperContains", "ProperIn"), intervals.proper_contains, lists.proper_contains, missing=None)
_inclusion(("Includes", "IncludedIn"), intervals.includes, lists.includes)
_inclusion(("ProperIncludes", "ProperIncludedIn"), intervals.proper_includes, lists.proper_includes)
_set("Union", intervals.union, lists.union)
_set("Intersect", intervals.intersect, lists.intersect)
_set("Except", intervals.difference, lists.difference)
