"""Library: a compiled ELM library, and the evaluation of its definitions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

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
    references,
    retrieve,
    string_operators,
    type_operators,
)
from fhir_content.cql.context import Context
from fhir_content.cql.elm import UNSET, Node, State
from fhir_content.cql.error import BROKEN, CqlError
from fhir_content.cql.explanation import Explanation, explanation
from fhir_content.cql.loading import Loading
from fhir_content.cql.references import failure
from fhir_content.cql.values import Value

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
    references,
    retrieve,
    string_operators,
    type_operators,
)


class Library:
    """A library that can be evaluated. Made by `from_elm`; holds no data of patients and may be used by many."""

    def __init__(self, loading: Loading) -> None:
        compiler = loading.compiler
        self.id, self.version = loading.id, loading.version
        self.definitions = loading.definitions
        self.includes = dict(compiler.includes)
        self.slots, self.bodies = compiler.definitions, compiler.bodies
        self.parameters, self.functions = compiler.parameters, compiler.functions
        self.vocabulary = compiler.vocabulary
        self.uses, self.retrieves = loading.uses, loading.retrieves
        self.locators = compiler.locators
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
            loading = Loading(document, includes)
            loading.compile()
            return cls(loading)
        except RecursionError:
            raise CqlError("the ELM is nested too deeply", limit=True) from None
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise CqlError(f"not ELM JSON: {error}") from None
        except BROKEN as error:
            raise CqlError(f"malformed ELM: {error!r}"[:300]) from error

    def state(self, context: Context) -> State:
        """The state of this library in a Context, made the first time it is asked for."""
        state = context.states.get(self)
        if state is None:
            state = context.states[self] = self._template.copy()
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
        except (CqlError, RecursionError, *BROKEN) as error:
            raise failure(error, self.id, name, definition.locator) from error
        return value

    def evaluate_all(self, context: Context) -> dict[str, Value]:
        """The values of all definitions, by name."""
        state, values = self.state(context), {}
        name = ""
        try:
            for name, slot in self.slots.items():
                value = state[slot]
                if value is UNSET:
                    value = state[slot] = self.bodies[name](state)
                values[name] = value
        except (CqlError, RecursionError, *BROKEN) as error:
            raise failure(error, self.id, name, self.definitions[name].locator) from error
        return values

    def evaluated(self, context: Context) -> dict[str, Value]:
        """The values of the definitions that the context has already evaluated, by name."""
        state = context.states.get(self)
        if state is None:
            return {}
        return {name: state[slot] for name, slot in self.slots.items() if state[slot] is not UNSET}

    def dependencies(self, name: str) -> list[tuple[Library, str]]:
        """What a definition refers to, in the order of its text and through the functions it calls.

        Each is a library and the name of a definition in it, or `parameter NAME`.
        """
        found: dict[tuple[int, str], tuple[Library, str]] = {}
        visited: set[tuple[int, str]] = set()
        self._gather(name, found, visited)
        return list(found.values())

    def _gather(
        self, name: str, found: dict[tuple[int, str], tuple[Library, str]], visited: set[tuple[int, str]]
    ) -> None:
        for alias, used in self.uses.get(name, ()):
            library = self.includes[alias] if alias else self
            key = (id(library), used)
            if key in visited:
                continue
            visited.add(key)
            if used in library.definitions or used.startswith("parameter "):
                found[key] = (library, used)
            else:
                library._gather(used, found, visited)

    def explain(self, name: str, context: Context) -> Explanation:
        """How a definition came by its value: those of all that it depends on, and the resources behind them."""
        return explanation(self, name, context)
