"""Queries: https://cql.hl7.org/03-developersguide.html#conversation-queries .

A query walks its sources one inside the other; each alias and let has its slot in the state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from fhir_content.cql.elm import Closure, Node, State, operator
from fhir_content.cql.error import CqlError
from fhir_content.cql.list_operators import distinct
from fhir_content.cql.sorting import sorted_by
from fhir_content.cql.values import Tuple, Value

if TYPE_CHECKING:
    from fhir_content.cql.compiler import Compiler

Test: TypeAlias = Callable[[State], bool]


@operator("AliasRef", "QueryLetRef", "OperandRef", pure=False)
def _reference(compiler: Compiler, node: Node) -> Closure:
    name = compiler.text(node, "name")
    if name not in compiler.scope:
        raise CqlError(f"{node['type']} to {name}, which is not in scope")
    slot = compiler.scope[name]
    return lambda state: state[slot]


@dataclass(slots=True)
class _Query:
    """A compiled query up to the rows that count."""

    sources: list[Closure] = field(default_factory=list)
    slots: list[int] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    lets: list[tuple[int, Closure]] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)
    where: Closure | None = None

    def counts(self, state: State) -> bool:
        """Whether the row whose items stand in the slots meets every condition; the lets are set."""
        for slot, closure in self.lets:
            state[slot] = closure(state)
        for test in self.tests:
            if not test(state):
                return False
        return self.where is None or self.where(state) is True

    def rows(self, state: State, items: list[list[Value]], depth: int = 0) -> Iterator[None]:
        """Stops once for each row that counts, with its items in the slots."""
        slot, last = self.slots[depth], depth + 1 == len(self.slots)
        state[0].spend(len(items[depth]) + 1)
        for item in items[depth]:
            state[slot] = item
            if not last:
                yield from self.rows(state, items, depth + 1)
            elif self.counts(state):
                yield

    def walk(self, state: State, items: list[Value], result: Closure | None) -> list[Value]:
        """The same for one source, without the generator; the items themselves where there is no `result`."""
        slot, where = self.slots[0], self.counts if self.lets or self.tests else self.where
        state[0].spend(len(items) + 1)
        found = []
        for item in items:
            state[slot] = item
            if where is None or where(state) is True:
                found.append(result(state) if result else item)
        return found


@operator("Query", pure=False)
def _query(compiler: Compiler, node: Node) -> Closure:
    query, names = _Query(), dict[str, int]()
    for source in compiler.nodes(node, "source"):
        with compiler.bound(names):
            query.sources.append(compiler.operand(source, "expression"))
        query.slots.append(compiler.slot())
        query.aliases.append(compiler.text(source, "alias"))
        names[query.aliases[-1]] = query.slots[-1]
    if not query.sources:
        raise CqlError("a query without source")
    for let in compiler.nodes(node, "let"):
        with compiler.bound(names):
            query.lets.append((compiler.slot(), compiler.operand(let, "expression")))
        names[compiler.text(let, "identifier")] = query.lets[-1][0]
    with compiler.bound(names):
        query.tests = [_relationship(compiler, child) for child in compiler.nodes(node, "relationship")]
        query.where = compiler.operand(node, "where") if node.get("where") else None
        if node.get("aggregate"):
            return _aggregate(compiler, node["aggregate"], query)
        return _listed(compiler, node, query)


def _relationship(compiler: Compiler, node: Node) -> Test:
    """`with` or `without`: whether an item of the other source meets the condition."""
    source, slot = compiler.operand(node, "expression"), compiler.slot()
    with compiler.bound({compiler.text(node, "alias"): slot}):
        condition = compiler.operand(node, "suchThat") if node.get("suchThat") else compiler.fixed(True)
    wanted = {"With": True, "Without": False}[compiler.text(node, "type")]

    def test(state: State) -> bool:
        items = _items(source(state))
        state[0].spend(len(items) + 1)
        for item in items:
            state[slot] = item
            if condition(state) is True:
                return wanted
        return not wanted

    return test


def _items(value: Value) -> list[Value]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _result(compiler: Compiler, node: Node, query: _Query) -> Closure | None:
    """What one row gives: the return clause, a tuple of the items, or None for the item of the only source."""
    if node.get("return"):
        return compiler.operand(node["return"], "expression")
    if len(query.slots) == 1:
        return None
    pairs = list(zip(query.aliases, query.slots, strict=True))
    return lambda state: Tuple((name, state[slot]) for name, slot in pairs)


def _listed(compiler: Compiler, node: Node, query: _Query) -> Closure:
    unique = bool(node.get("return")) and node["return"].get("distinct", True) is not False
    sort = sorted_by(compiler, node["sort"]) if node.get("sort") else None
    result = _result(compiler, node, query)
    single = query.sources[0] if len(query.sources) == 1 else None

    def rows(state: State) -> Value:
        values = [source(state) for source in query.sources]
        if not any(type(value) is list for value in values):
            return None if None in values else _only(state, query, values, result)
        found = [result(state) if result else None for _ in query.rows(state, [_items(value) for value in values])]
        return finish(state, found)

    def walk(state: State) -> Value:
        items = single(state) if single else None
        if type(items) is not list:
            return None if items is None else _only(state, query, [items], result)
        return finish(state, query.walk(state, items, result))

    def finish(state: State, found: list[Value]) -> list[Value]:
        if unique and len(found) > 1:
            found = distinct(found, state[0])
        return sort(state, found) if sort else found

    return walk if single else rows


def _only(state: State, query: _Query, values: list[Value], result: Closure | None) -> Value:
    """The value of a query whose sources are single values: null where the row does not count."""
    for slot, value in zip(query.slots, values, strict=True):
        state[slot] = value
    if not query.counts(state):
        return None
    return result(state) if result else values[0]


def _aggregate(compiler: Compiler, node: Node, query: _Query) -> Closure:
    starting = compiler.optional(node, "starting")
    accumulator, unique = compiler.slot(), node.get("distinct") is True
    with compiler.bound({compiler.text(node, "identifier"): accumulator}):
        expression = compiler.operand(node, "expression")

    def run(state: State) -> Value:
        items = [_items(source(state)) for source in query.sources]
        if not unique:
            total = starting(state)
            for _ in query.rows(state, items):
                state[accumulator] = total
                total = expression(state)
            return total
        kept = distinct([Tuple(_row(state, query)) for _ in query.rows(state, items)], state[0])
        total = starting(state)
        for row in kept:
            for slot, name in zip(query.slots, query.aliases, strict=True):
                state[slot] = row[name]
            query.counts(state)
            state[accumulator] = total
            total = expression(state)
        return total

    return run


def _row(state: State, query: _Query) -> dict[str, Value]:
    return {name: state[slot] for name, slot in zip(query.aliases, query.slots, strict=True)}
