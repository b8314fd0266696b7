"""What a question asks for: the inputs behind each `is null` in its condition."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.proof.logic import Name, Node, walk
from fhir_content.proof.table import Action, Table
from fhir_content.proof.terms import Place
from fhir_content.proof.world import Input


def asked_for(action: Action, table: Table) -> list[Input]:
    """The inputs that an action asks for: none where its conditions themselves test nothing for null."""
    found = [each for name in action.names for each in _tested(_meant(name, table), table)]
    return [each for each in table.inputs if each in found]


def _meant(name: Name, table: Table) -> Name:
    """The definition itself, or the one for which it is only another name."""
    body = table.terms.logic.body(name)
    return _meant(table.terms.logic.resolve(body, name.library), table) if body.get("type") == "ExpressionRef" else name


def _tested(name: Name, table: Table) -> Iterator[Input]:
    for node in walk(table.terms.logic.body(name)):
        if node.get("type") == "IsNull":
            yield from _behind(node, name, table)


def _behind(node: Node, name: Name, table: Table) -> list[Input]:
    """The inputs on which it depends whether the operand is null."""
    operand = node["operand"]
    term = table.terms.term(operand[0] if isinstance(operand, list) else operand, Place(name))
    return [each for each in table.terms.world.used(term.known) if each.can_be_asked]
