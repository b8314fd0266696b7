"""ELM to closures: the walk over the nodes, the names in scope, and what is constant.

Each node type is built by the chapter that entered it in `elm.OPERATORS`; an unknown one is an error here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fhir_content.cql.context import Context
from fhir_content.cql.elm import OPERATORS, PURE, SYSTEM, UNSET, Closure, Node, State
from fhir_content.cql.error import BROKEN, CqlError
from fhir_content.cql.values import Value

if TYPE_CHECKING:
    from fhir_content.cql.functions import Function
    from fhir_content.cql.library import Library
    from fhir_content.cql.retrieve import Retrieval

FHIR = "{http://hl7.org/fhir}"
# Steps that folding one constant expression at load may take.
_FOLDING_STEPS = 20_000


class Compiler:
    """What is known while one library is compiled."""

    def __init__(self, library: str, includes: Mapping[str, Library]) -> None:
        self.library = library
        self.includes = includes
        self.size = 1  # slot 0 holds the Context
        self.scope: dict[str, int] = {}
        self.definitions: dict[str, int] = {}
        self.bodies: dict[str, Closure] = {}
        self.functions: dict[str, list[Function]] = {}
        self.parameters: dict[str, int] = {}
        self.include_slots: dict[str, int] = {}
        self.vocabulary: dict[str, Value] = {}
        self.locators: dict[str, str] = {}
        self.uses: dict[tuple[str, str], None] = {}  # (alias or "", name) in the order of the text
        self.retrieves: list[Retrieval] = []
        self.helpers: set[str] = set()  # the names under which FHIRHelpers is included
        self._shared: dict[str, Closure] = {}
        self._constants: dict[Closure, Value] = {}
        self._varies = False
        self._folding = Context(steps=_FOLDING_STEPS)

    def slot(self) -> int:
        """A new place in the state."""
        self.size += 1
        return self.size - 1

    @contextmanager
    def bound(self, names: Mapping[str, int]) -> Iterator[None]:
        """Names that mean a slot for as long as the block lasts."""
        outer, self.scope = self.scope, {**self.scope, **names}
        try:
            yield
        finally:
            self.scope = outer

    def compile(self, node: Value) -> Closure:
        """The closure of a node; raises CqlError, with the node's place, for one that cannot be compiled."""
        if not isinstance(node, dict):
            raise CqlError(f"an expression is needed, not {str(node)[:40]!r}")
        name, locator = node.get("type"), node.get("locator")
        build = OPERATORS.get(name) if isinstance(name, str) else None
        if build is None:
            raise CqlError(f"unknown ELM node type {str(name)[:80]!r}", locator=str(locator or ""))
        outer, self._varies = self._varies, name not in PURE
        try:
            closure = build(self, node)
        except CqlError as error:
            error.locator = error.locator or str(locator or "")
            raise
        except BROKEN as error:
            raise CqlError(f"malformed ELM node {name}: {error!r}"[:300], locator=str(locator or "")) from error
        if not self._varies:
            closure = self._fold(closure)
        self._varies = self._varies or outer
        return closure

    def _fold(self, closure: Closure) -> Closure:
        """A closure that gives the value of a constant expression; itself, where evaluating it fails."""
        if closure in self._constants:
            return closure
        try:
            value = closure([self._folding])
        except (CqlError, RecursionError, *BROKEN):
            self._varies = True
            return closure
        return self.fixed(value)

    def fixed(self, value: Value) -> Closure:
        """A closure that always gives this value."""

        def constant(state: State) -> Value:
            return value

        self._constants[constant] = value
        return constant

    def is_constant(self, closure: Closure) -> bool:
        """Whether the closure always gives one value."""
        return closure in self._constants

    def constant(self, closure: Closure) -> Value:
        """The value that a constant closure gives."""
        return self._constants[closure]

    def shared(self, key: str, closure: Closure) -> Closure:
        """One closure for all that ask by the same key, evaluated once in a Context."""
        if key not in self._shared:
            slot = self.slot()

            def run(state: State) -> Value:
                value = state[slot]
                if value is UNSET:
                    value = state[slot] = closure(state)
                return value

            self._shared[key] = run
        return self._shared[key]

    def varies(self) -> None:
        """Say that the node being built hangs on the Context."""
        self._varies = True

    def operand(self, node: Node, name: str = "operand") -> Closure:
        """The closure of a named child."""
        child = node.get(name)
        if isinstance(child, list) and len(child) == 1:
            child = child[0]
        if child is None:
            raise CqlError(f"{node.get('type')} without {name}")
        return self.compile(child)

    def optional(self, node: Node, name: str) -> Closure:
        """The closure of a child that may be absent: null then."""
        return self.compile(node[name]) if node.get(name) is not None else self.fixed(None)

    def operands(self, node: Node, count: int = 0) -> list[Closure]:
        """The closures of the operands; an error unless there are `count` of them, when given."""
        closures = [self.compile(child) for child in self.nodes(node, "operand")]
        if count and len(closures) != count:
            raise CqlError(f"{node.get('type')} needs {count} operands, not {len(closures)}")
        return closures

    def nodes(self, node: Node, name: str) -> list[Node]:
        """The children under a name as a list of objects; empty when absent."""
        children = node.get(name)
        if children is None:
            return []
        children = children if isinstance(children, list) else [children]
        if not all(isinstance(child, dict) for child in children):
            raise CqlError(f"{node.get('type')}.{name} must hold objects")
        return children

    def text(self, node: Node, name: str) -> str:
        """The string under a name; an error when there is none."""
        value = node.get(name)
        if not isinstance(value, str):
            raise CqlError(f"{node.get('type')} without {name}")
        return value

    def type_name(self, qualified: object) -> str:
        """`Integer` for a System type, `FHIR.Patient` for a FHIR type; an error for another model."""
        text = str(qualified)
        if text.startswith(SYSTEM):
            return text[len(SYSTEM) :]
        if text.startswith(FHIR):
            return f"FHIR.{text[len(FHIR) :]}"
        raise CqlError(f"unknown type {text[:80]}")

    def included(self, alias: str) -> Library:
        """The library included under a name."""
        if alias not in self.includes:
            raise CqlError(f"library {alias} is not included")
        return self.includes[alias]

    def include_slot(self, alias: str) -> int:
        """Where the state of an included library stands in this one's."""
        if alias not in self.include_slots:
            self.include_slots[alias] = self.slot()
        return self.include_slots[alias]
