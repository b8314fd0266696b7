"""The same logic run by the CQL engine, with the inputs given as values: what a counterexample is confirmed with.

The ELM is rewritten so that each opaque expression is a parameter; nothing else of it changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from fhir_content.cql import Context, Library
from fhir_content.cql.values import Quantity, Tuple, Uncertainty, Value
from fhir_content.proof.logic import Logic, Name, Node
from fhir_content.proof.patient import NUMBERLESS, UNRELATED, Answer
from fhir_content.proof.term import ANY, DECIMAL, INTEGER, QUANTITY, STRING
from fhir_content.proof.world import Input, World

_PREFIX = "input "
# No unit of UCUM: it converts to nothing.
_STRANGE_UNIT = "furlong"
_KEPT = frozenset({"annotation", "resultTypeSpecifier", "signature"})


class Engine:
    """The libraries below one, ready to be evaluated for any assignment of the inputs."""

    def __init__(self, logic: Logic, library: str, world: World) -> None:
        """Rewrite and compile; raises CqlError where the engine cannot read the ELM."""
        self._keys = set(world.inputs)
        self._logic = logic
        self._libraries: dict[str, Library] = {}
        self._contested = {each.owner for each in world.inputs.values() if each.key.startswith("contested:")}
        for name in reversed(_dependencies_first(logic, library)):
            elm = {"library": self._rewritten(name)}
            self._libraries[name] = Library.from_elm(elm, self._libraries)

    def value(self, name: Name, context: Context) -> Value:
        """The value of a definition; raises CqlError."""
        return self._libraries[name.library].evaluate(name.name, context)

    def context(self, patient: Mapping[str, tuple[Input, Answer]], now: datetime) -> Context:
        """A Context in which the inputs have the values of a patient."""
        parameters: dict[str, Value] = {}
        for key, (each, value) in patient.items():
            plain = each.is_parameter and not key.startswith("contested:")
            parameters[each.name if plain else _PREFIX + key] = value_of(value)
        return Context(now=now, parameters=parameters)

    def _rewritten(self, library: str) -> Node:
        tree = self._logic.library(library).tree
        used: set[str] = set()
        statements = []
        for each in self._logic.library(library).section("statements"):
            if each.get("type") == "FunctionDef" or not isinstance(each.get("expression"), dict):
                statements.append(each)
                continue
            expression = self._replaced(each["expression"], library, used)
            if Name(library, each["name"]) in self._contested:
                key = f"contested:{library}:{each['name']}"
                used.add(key)
                given = {"type": "ParameterRef", "name": _PREFIX + key}
                expression = _where_known(expression, given)
            statements.append({**each, "expression": expression})
        parameters = [*self._logic.library(library).section("parameters")]
        parameters += [{"name": _PREFIX + key, "accessLevel": "Public"} for key in sorted(used)]
        return {**tree, "parameters": {"def": parameters}, "statements": {"def": statements}}

    def _below(self, value: object, library: str, used: set[str]) -> object:
        if isinstance(value, list):
            return [self._below(item, library, used) for item in value]
        return self._replaced(value, library, used) if isinstance(value, dict) else value

    def _replaced(self, node: Node, library: str, used: set[str]) -> Node:
        if "type" in node and node["type"] not in ("ExpressionRef", "ParameterRef", "Literal"):
            key = self._logic.digest(node, library)
            if key in self._keys:
                used.add(key)
                return {"type": "ParameterRef", "name": _PREFIX + key}
        return {key: value if key in _KEPT else self._below(value, library, used) for key, value in node.items()}


def _where_known(expression: Node, given: Node) -> Node:
    """The given value, but null wherever the definition is."""
    return {
        "type": "If",
        "condition": {"type": "IsNull", "operand": expression},
        "then": {"type": "Null"},
        "else": given,
    }


def _dependencies_first(logic: Logic, library: str) -> list[str]:
    """The library and its includes, so that reversed each comes after what it includes."""
    order: list[str] = []

    def visit(name: str) -> None:
        if name in order or name not in logic.libraries:
            return
        for each in logic.library(name).includes.values():
            visit(each)
        order.append(name)

    visit(library)
    return order[::-1]


def value_of(answer: Answer) -> Value:
    """The engine's value of an answer."""
    if not answer.known:
        return None
    if answer.kind == ANY:
        return Tuple()
    if answer.kind == QUANTITY:
        unit = _STRANGE_UNIT if answer.unit in (NUMBERLESS, UNRELATED) else answer.unit
        return Quantity(None if answer.unit == NUMBERLESS else Decimal(str(answer.value)), unit)
    if answer.kind == INTEGER and answer.high is not None and answer.high != answer.value:
        return Uncertainty(int(str(answer.value)), answer.high)
    if answer.kind == DECIMAL:
        return Decimal(str(answer.value))
    if answer.kind == STRING:
        return str(answer.value)
    return answer.value
