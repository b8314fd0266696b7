"""Facts that follow from value sets: who has a record in a value set has one in every value set that includes it."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from fhir_content.proof.answers import Readings
from fhir_content.proof.facts import Given
from fhir_content.proof.logic import Node, children, walk
from fhir_content.proof.shape import Scope, followed
from fhir_content.proof.term import BOOLEAN
from fhir_content.proof.world import Input, World

SOURCE = "the expansions of the value sets"
_DEEPEST = 20


def subsets(world: World, readings: Readings) -> Iterator[Given]:
    """For inputs that ask the same of two value sets, one within the other: `exists` implies, `Count` is at most."""
    alike: dict[str, list[tuple[Input, str]]] = {}
    for each in world.inputs.values():
        found = _asked_of(each, Scope(readings.logic, each.library))
        if found is not None:
            retrieve, skeleton = found
            url = readings.value_set(retrieve.get("codes"), each.library)
            if url:
                alike.setdefault(skeleton, []).append((each, url))
    for group in alike.values():
        for one, small in group:
            for two, large in group:
                inside = readings.members(small) <= readings.members(large)
                if one is not two and inside and readings.is_whole(small):
                    yield Given(f'"{one.name}" is within "{two.name}"', SOURCE, _within(one, two))


def _within(one: Input, two: Input) -> z3.BoolRef:
    if one.term.kind == BOOLEAN:
        return z3.Implies(one.term.value, two.term.value)
    return one.term.value <= two.term.value


def _asked_of(each: Input, scope: Scope) -> tuple[Node, str] | None:
    """The one retrieve whose items an `exists` or `Count` filters, and what is asked of them; else None."""
    node = each.node
    name = {"Exists": "operand", "Count": "source"}.get(str(node.get("type")))
    operand = node.get(name) if name else None
    if name is None or not isinstance(operand, dict):
        return None
    if operand.get("type") == "ExpressionRef" and not operand.get("libraryName"):
        operand = scope.logic.body(scope.logic.resolve(operand, scope.library))
        node = {**node, name: operand}
    retrieve = _filtered(operand, scope, 0)
    if retrieve is None or retrieve.get("codes") is None:
        return None
    blank = {**retrieve, "codes": {"type": "Null"}}
    return retrieve, scope.digest(_replaced(node, retrieve, blank))


def _filtered(node: Node, scope: Scope, depth: int) -> Node | None:
    """The retrieve below filters that look at one item at a time."""
    if node.get("type") == "Retrieve":
        return node
    if depth > _DEEPEST:
        return None
    if node.get("type") == "Query" and _is_filter(node):
        return _filtered(node["source"][0]["expression"], scope, depth + 1)
    operands = node.get("operand") or []
    target = followed(node, scope) if node.get("type") == "FunctionRef" and len(operands) == 1 else None
    if target is not None and _passes_on(*target, depth):
        return _filtered(operands[0], scope, depth + 1)
    return None


def _is_filter(query: Node) -> bool:
    """Whether a query keeps some of the items of its one source, by each item alone."""
    if len(query.get("source") or []) != 1 or any(query.get(name) for name in ("relationship", "let", "aggregate")):
        return False
    returned = query.get("return") or {}
    if returned.get("expression") and returned["expression"].get("type") != "AliasRef":
        return False
    where = query.get("where")
    return where is None or not any(part.get("type") == "Retrieve" for part in walk(where))


def _passes_on(body: Node, scope: Scope, depth: int) -> bool:
    """Whether the body of a function is filters upon its operand."""
    if body.get("type") == "OperandRef":
        return True
    if depth > _DEEPEST:
        return False
    if body.get("type") == "Query" and _is_filter(body):
        return _passes_on(body["source"][0]["expression"], scope, depth + 1)
    operands = body.get("operand") or []
    target = followed(body, scope) if body.get("type") == "FunctionRef" and len(operands) == 1 else None
    return target is not None and _passes_on(*target, depth + 1) and _passes_on(operands[0], scope, depth + 1)


def _replaced(node: Node, old: Node, new: Node) -> Node:
    if node is old:
        return new
    if not any(True for _ in children(node)):
        return node
    return {
        key: [_replaced(item, old, new) if isinstance(item, dict) else item for item in value]
        if isinstance(value, list)
        else _replaced(value, old, new)
        if isinstance(value, dict)
        else value
        for key, value in node.items()
    }
