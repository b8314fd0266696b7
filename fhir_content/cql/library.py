"""Library: a compiled ELM library, and the evaluation of its definitions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fhir_content.cql import (  # the chapters enter their node types when they are imported
    aggregate_functions,
    clinical_operators,
    comparison_operators,
    date_time_operators,
    errors_and_messages,
    interval_lists,
    literals,
    logical_operators,
    membership_operators,
    nullological_operators,
    precision_operators,
    properties,
    queries,
    string_operators,
    type_operators,
)
from fhir_content.cql.compiler import BROKEN, Compiler
from fhir_content.cql.context import Context
from fhir_content.cql.elm import Closure, Node, State
from fhir_content.cql.error import CqlError
from fhir_content.cql.functions import Function, declared
from fhir_content.cql.references import UNSET
from fhir_content.cql.values import Code, CodeSystem, Concept, Value, ValueSet

CHAPTERS = (
    aggregate_functions,
    clinical_operators,
    comparison_operators,
    date_time_operators,
    errors_and_messages,
    interval_lists,
    literals,
    logical_operators,
    membership_operators,
    nullological_operators,
    precision_operators,
    properties,
    queries,
    string_operators,
    type_operators,
)


@dataclass(frozen=True, slots=True)
class Definition:
    """A named expression of a library: what it is called, gives, and where it is written."""

    name: str
    result_type: str
    locator: str
    context: str
    access_level: str


class Library:
    """A library that can be evaluated. Made by `from_elm`; holds no data of patients and may be used by many."""

    def __init__(self, compiler: Compiler, identifier: Node, definitions: dict[str, Definition]) -> None:
        self.id, self.version = str(identifier.get("id", "")), str(identifier.get("version", ""))
        self.definitions = definitions
        self.includes = dict(compiler.includes)
        self.slots, self.bodies = compiler.definitions, compiler.bodies
        self.parameters, self.functions = compiler.parameters, compiler.functions
        self.vocabulary = compiler.vocabulary
        self._template: State = [UNSET] * compiler.size
        self._include_slots = [(slot, self.includes[alias]) for alias, slot in compiler.include_slots.items()]

    @classmethod
    def from_elm(cls, elm: Node | bytes | str, includes: Mapping[str, Library] | Iterable[Library] = ()) -> Library:
        """A library from ELM JSON and the libraries it includes, by id or as they come.

        Raises CqlError, with the node's place in the CQL source, for what cannot be evaluated: an unknown node,
        a reference to nothing, an external function, a definition that refers to itself.
        """
        try:
            document = elm if isinstance(elm, Mapping) else json.loads(elm)
            return _Loading(document, includes).library()
        except RecursionError:
            raise CqlError("the ELM is nested too deeply", limit=True) from None
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise CqlError(f"not ELM JSON: {error}") from None
        except BROKEN as error:
            raise CqlError(f"malformed ELM: {error!r}"[:300]) from error

    def state(self, context: Context) -> State:
        """The state of this library in a Context, made the first time it is asked for."""
        state = context.states.get(id(self))
        if state is None:
            state = context.states[id(self)] = self._template.copy()
            state[0] = context
            for slot, library in self._include_slots:
                state[slot] = library.state(context)
        return state

    def evaluate(self, name: str, context: Context) -> Value:
        """The value of a definition; raises CqlError where it cannot be evaluated or takes too much."""
        definition = self.definitions.get(name)
        if definition is None:
            raise CqlError(f"{name} is not defined", library=self.id)
        state, slot = self.state(context), self.slots[name]
        value = state[slot]
        if value is not UNSET:
            return value
        try:
            value = state[slot] = self.bodies[name](state)
        except CqlError as error:
            raise error.within(self.id, name, definition.locator) from None
        except RecursionError:
            deep = CqlError("the expression is nested too deeply", limit=True)
            raise deep.within(self.id, name, definition.locator) from None
        except BROKEN as error:
            problem = CqlError(f"an operator met a value of a type it does not take: {error!r}"[:300])
            raise problem.within(self.id, name, definition.locator) from error
        return value

    def evaluate_all(self, context: Context) -> dict[str, Value]:
        """The values of all definitions, by name."""
        return {name: self.evaluate(name, context) for name in self.definitions}


class _Loading:
    """One library being compiled."""

    def __init__(self, document: Mapping[str, Any], includes: Mapping[str, Library] | Iterable[Library]) -> None:
        self.elm: Node = dict(document.get("library") or document)
        self.compiler = Compiler(self.elm, self._included(includes))
        self.definitions: dict[str, Definition] = {}
        self.uses: dict[str, set[str]] = {}

    def _parts(self, name: str) -> list[Node]:
        return self.compiler.nodes(self.elm.get(name) or {}, "def")

    def _included(self, includes: Mapping[str, Library] | Iterable[Library]) -> dict[str, Library]:
        """The included libraries by the name that this library gives them."""
        given = list(includes.values()) if isinstance(includes, Mapping) else list(includes)
        found: dict[str, Library] = {}
        for node in (self.elm.get("includes") or {}).get("def") or []:
            path, version = str(node.get("path", "")), node.get("version")
            alias = str(node.get("localIdentifier", path))
            fitting = [library for library in given if library.id == path.rsplit("/", 1)[-1]]
            exact = [library for library in fitting if version is None or library.version == version]
            if isinstance(includes, Mapping) and not fitting:
                exact = [includes[key] for key in (alias, path) if key in includes][:1]
            if not exact:
                raise CqlError(
                    f"the included library {path} version {version} is missing", locator=str(node.get("locator", ""))
                )
            found[alias] = exact[0]
        return found

    def library(self) -> Library:
        """Everything compiled, vocabulary first, then parameters, functions and definitions."""
        self._vocabulary()
        for node in self._parts("parameters"):
            self.compiler.parameters[str(node["name"])] = self.compiler.slot()
        statements = self._parts("statements")
        functions = [node for node in statements if node.get("type") == "FunctionDef"]
        expressions = [node for node in statements if node.get("type") != "FunctionDef"]
        for node in expressions:
            self._declare(node)
        made = [(self._function(node), node) for node in functions]
        for node in self._parts("parameters"):
            self._parameter(node)
        for function, node in made:
            names = [operand["name"] for operand in self.compiler.nodes(node, "operand")]
            with self.compiler.bound(dict(zip(names, function.slots, strict=True))):
                function.body = self._compiled(f"{function.name}()", node)
        for node in expressions:
            self.compiler.bodies[node["name"]] = self._compiled(node["name"], node)
        self._refuse_recursion()
        return Library(self.compiler, self.elm.get("identifier") or {}, self.definitions)

    def _declare(self, node: Node) -> None:
        name = self.compiler.text(node, "name")
        if name in self.compiler.definitions:
            raise CqlError(f"{name} is defined twice", locator=str(node.get("locator", "")))
        self.compiler.definitions[name] = self.compiler.slot()
        result = node.get("resultTypeName") or (node.get("resultTypeSpecifier") or {}).get("type") or ""
        self.definitions[name] = Definition(
            name,
            str(result),
            str(node.get("locator", "")),
            str(node.get("context", "")),
            str(node.get("accessLevel", "Public")),
        )

    def _function(self, node: Node) -> Function:
        function = declared(self.compiler, node)
        self.compiler.functions.setdefault(function.name, []).append(function)
        return function

    def _compiled(self, name: str, node: Node) -> Closure:
        self.compiler.uses = set()
        try:
            return self.compiler.operand(node, "expression")
        except CqlError as error:
            identifier = self.elm.get("identifier") or {}
            raise error.within(str(identifier.get("id", "")), name, str(node.get("locator", ""))) from None
        finally:
            functions = self.compiler.functions
            local = {used for alias, used in self.compiler.uses if not alias}
            self.uses.setdefault(name, set()).update(f"{used}()" if used in functions else used for used in local)

    def _parameter(self, node: Node) -> None:
        name = self.compiler.text(node, "name")
        default = self.compiler.optional(node, "default")

        def run(state: State) -> Value:
            parameters = state[0].parameters
            return parameters[name] if name in parameters else default(state)

        self.compiler.bodies[f"parameter {name}"] = run

    def _vocabulary(self) -> None:
        known = self.compiler.vocabulary
        for node in self._parts("codeSystems"):
            known[f"CodeSystem {node['name']}"] = CodeSystem(node.get("id"), node.get("version"), node["name"])
        for node in self._parts("valueSets"):
            known[f"ValueSet {node['name']}"] = ValueSet(node.get("id"), node.get("version"), node["name"])
        for node in self._parts("codes"):
            system = self._referred("CodeSystem", node.get("codeSystem") or {})
            known[f"Code {node['name']}"] = Code(node.get("id"), system.id, system.version, node.get("display"))
        for node in self._parts("concepts"):
            codes = [self._referred("Code", child) for child in self.compiler.nodes(node, "code")]
            known[f"Concept {node['name']}"] = Concept(codes, node.get("display"))

    def _referred(self, kind: str, node: Node) -> Value:
        alias = node.get("libraryName")
        known = self.compiler.included(alias).vocabulary if alias else self.compiler.vocabulary
        key = f"{kind} {node.get('name')}"
        if key not in known:
            raise CqlError(f"{key} is not defined", locator=str(node.get("locator", "")))
        return known[key]

    def _refuse_recursion(self) -> None:
        """An error naming the definitions that, one by another, refer to themselves."""
        done: set[str] = set()
        for name in self.uses:
            path: list[str] = []
            stack: list[Iterator[str]] = [iter((name,))]
            while stack:
                following = next(stack[-1], None)
                if following is None:
                    stack.pop()
                    if path:
                        done.add(path.pop())
                elif following in path:
                    circle = " -> ".join([*path[path.index(following) :], following])
                    raise CqlError(f"recursion is not supported: {circle}"[:300])
                elif following not in done:
                    path.append(following)
                    stack.append(iter(sorted(self.uses.get(following, ()))))
