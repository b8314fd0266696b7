"""Lists: https://cql.hl7.org/09-b-cqlreference.html#list-operators-2 .

A null element equals another null element here, as CQL asks of list operators.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from fhir_content.cql.context import Context
from fhir_content.cql.elm import Closure, Node, State, operator
from fhir_content.cql.equality import equal
from fhir_content.cql.error import CqlError
from fhir_content.cql.model import Element
from fhir_content.cql.values import Code, Value

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler


def same(left: Value, right: Value, context: Context) -> bool | None:
    """Equality in which null equals null."""
    if left is None or right is None:
        return left is right
    return equal(left, right, context)


def contains(items: list[Value], element: Value, context: Context) -> bool | None:
    """Whether the element is in the list; null where that is not certain."""
    context.spend(len(items))
    if element is None:
        return any(item is None for item in items)
    verdict: bool | None = False
    for item in items:
        found = same(item, element, context)
        if found:
            return True
        verdict = None if found is None else verdict
    return verdict


def contains_null(items: list[Value]) -> bool | None:
    """Membership of null itself: true where a null is in the list, false for an empty list, otherwise null."""
    return True if any(item is None for item in items) else None if items else False


def proper_contains(items: list[Value], element: Value, context: Context) -> bool | None:
    """Whether the element is in the list, and something else too."""
    found = contains(items, element, context)
    return found and len(distinct(items, context)) > 1


def includes(left: list[Value], right: list[Value], context: Context) -> bool | None:
    """Whether each element of the right list is in the left one."""
    verdict: bool | None = True
    for element in right:
        found = contains(left, element, context)
        if found is False:
            return False
        verdict = None if found is None else verdict
    return verdict


def proper_includes(left: list[Value], right: list[Value], context: Context) -> bool | None:
    """As `includes`, where the left list has more."""
    found = includes(left, right, context)
    return found and len(distinct(left, context)) > len(distinct(right, context))


class _Seen:
    """Values already met, looked up by a key that equal values share."""

    def __init__(self, context: Context, items: Iterable[Value] = ()) -> None:
        self._context = context
        self._buckets: dict[object, list[Value]] = {}
        for item in items:
            self.add(item)

    def add(self, item: Value) -> bool:
        """Whether the value is new; it is remembered."""
        key = _key(item)
        bucket = self._buckets.setdefault(key, [])
        if key is item and bucket:  # equal keys are equal values here
            return False
        self._context.spend(len(bucket) + 1)
        if any(same(other, item, self._context) for other in bucket):
            return False
        bucket.append(item)
        return True

    def __contains__(self, item: Value) -> bool:
        bucket = self._buckets.get(_key(item), ())
        self._context.spend(len(bucket) + 1)
        return any(same(other, item, self._context) for other in bucket)


def _key(item: Value) -> object:
    if type(item) in (int, str, Decimal):
        return item
    if type(item) is Element:
        return ("element", item.data.get("id")) if isinstance(item.data, dict) else "element"
    return ("code", item.code) if type(item) is Code else type(item)


def distinct(items: list[Value], context: Context) -> list[Value]:
    """Each value once, where it first stood."""
    seen = _Seen(context)
    return [item for item in items if seen.add(item)]


def union(left: list[Value] | None, right: list[Value] | None, context: Context) -> list[Value]:
    """Each value of both lists once."""
    return distinct([*_listed(left), *_listed(right)], context)


def _listed(items: Value) -> list[Value]:
    return [] if items is None else items if isinstance(items, list) else [items]


def intersect(left: list[Value] | None, right: list[Value] | None, context: Context) -> list[Value] | None:
    """Each value that is in both lists once; null where either is null."""
    if left is None or right is None:
        return None
    other = _Seen(context, right)
    return distinct([item for item in left if item in other], context)


def difference(left: list[Value] | None, right: list[Value] | None, context: Context) -> list[Value] | None:
    """Each value of the left list that is not in the right one once; a null right list is empty."""
    if left is None:
        return None
    other = _Seen(context, right or ())
    return distinct([item for item in left if item not in other], context)


def as_list(value: Value, name: str) -> list[Value]:
    """The value, if it is a list; an error otherwise."""
    if not isinstance(value, list):
        raise CqlError(f"{name} needs a list, not {type(value).__name__}")
    return value


@operator("Exists")
def _exists(compiler: Compiler, node: Node) -> Closure:
    operand = compiler.operand(node)

    def run(state: State) -> bool:
        items = operand(state)
        if not items:
            return False
        return any(item is not None for item in as_list(items, "Exists"))

    return run


@operator("Distinct")
def _distinct(compiler: Compiler, node: Node) -> Closure:
    operand = compiler.operand(node)

    def run(state: State) -> list[Value] | None:
        items = operand(state)
        return None if items is None else distinct(as_list(items, "Distinct"), state[0])

    return run


@operator("Flatten")
def _flatten(compiler: Compiler, node: Node) -> Closure:
    operand = compiler.operand(node)

    def run(state: State) -> list[Value] | None:
        items = operand(state)
        if items is None:
            return None
        flat: list[Value] = []
        for item in as_list(items, "Flatten"):
            state[0].spend(len(item) + 1 if isinstance(item, list) else 1)
            flat.extend(item if isinstance(item, list) else [item])
        return flat

    return run


def _end(name: str, index: int) -> None:
    def build(compiler: Compiler, node: Node) -> Closure:
        source = compiler.operand(node, "source")

        def run(state: State) -> Value:
            items = source(state)
            return as_list(items, name)[index] if items else None

        return run

    operator(name)(build)


_end("First", 0)
_end("Last", -1)


@operator("SingletonFrom")
def _singleton(compiler: Compiler, node: Node) -> Closure:
    operand = compiler.operand(node)

    def run(state: State) -> Value:
        items = operand(state)
        if not items:
            return None
        if len(as_list(items, "SingletonFrom")) > 1:
            raise CqlError(f"singleton from a list of {len(items)}")
        return items[0]

    return run


@operator("IndexOf")
def _index_of(compiler: Compiler, node: Node) -> Closure:
    source, element = compiler.operand(node, "source"), compiler.operand(node, "element")

    def run(state: State) -> int | None:
        items, value = source(state), element(state)
        if items is None or value is None:
            return None
        state[0].spend(len(items))
        for index, item in enumerate(as_list(items, "IndexOf")):
            if equal(item, value, state[0]):
                return index
        return -1

    return run


@operator("Slice")
def _slice(compiler: Compiler, node: Node) -> Closure:
    source = compiler.operand(node, "source")
    first, last = compiler.optional(node, "startIndex"), compiler.optional(node, "endIndex")

    def run(state: State) -> list[Value] | None:
        items, low, high = source(state), first(state), last(state)
        if items is None:
            return None
        low = 0 if low is None else low
        if low < 0 or (high is not None and high < low):
            return []
        return as_list(items, "Slice")[low:high]

    return run


@operator("Current", pure=False)
def _current(compiler: Compiler, node: Node) -> Closure:
    slot = compiler.scope["$this"]
    return lambda state: state[slot]


@operator("Filter", "ForEach", pure=False)
def _filter(compiler: Compiler, node: Node) -> Closure:
    source, slot = compiler.operand(node, "source"), compiler.slot()
    keeps = node["type"] == "Filter"
    with compiler.bound({"$this": slot, str(node.get("scope") or "$this"): slot}):
        inner = compiler.operand(node, "condition" if keeps else "element")

    def run(state: State) -> list[Value] | None:
        items = source(state)
        if items is None:
            return None
        state[0].spend(len(items))
        result = []
        for item in as_list(items, node["type"]):
            state[slot] = item
            value = inner(state)
            if not keeps:
                result.append(value)
            elif value is True:
                result.append(item)
        return result

    return run
