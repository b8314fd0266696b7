"""ELM to terms: the walk over the nodes, definitions followed across libraries, everything else an opaque input.

https://cql.hl7.org/04-logicalspecification.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import z3

from fhir_content.proof import shape
from fhir_content.proof.logic import Logic, LogicError, Name, Node, source_text
from fhir_content.proof.term import ANY, QUANTITY, Formula, Term, Unsupported
from fhir_content.proof.world import NO_NUMBER, Input, World

Build: TypeAlias = "Callable[[Terms, Node, Place], Term]"
OPERATORS: dict[str, Build] = {}
_DEEPEST = 120
_TEXT_LENGTH = 90


def operator(*names: str) -> Callable[[Build], Build]:
    """Enter what makes a term of the node types of these names; it raises Unsupported where it cannot."""

    def enter(build: Build) -> Build:
        for name in names:
            OPERATORS[name] = build
        return build

    return enter


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands: the definition that holds it, and what the operands of the function around it are.

    Inside a function nothing opaque is allowed: the function as a whole is the input then.
    """

    name: Name
    operands: Mapping[str, Term] | None = None
    depth: int = 0

    @property
    def library(self) -> str:
        """The library around."""
        return self.name.library


@dataclass(slots=True)
class Terms:
    """The terms of a set of libraries. `fixed`: definitions and parameters whose value is stated from outside."""

    logic: Logic
    world: World = field(default_factory=World)
    fixed: dict[Name, Term] = field(default_factory=dict)
    _known: dict[Name, Term] = field(default_factory=dict)
    _open: set[Name] = field(default_factory=set)
    _whole: dict[str, Name] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Remember which definition is nothing but an expression, so that the input is called by its name."""
        from fhir_content.proof import operators  # noqa: F401 - enters what is modelled

        for library in self.logic.libraries.values():
            for name, definition in library.statements.items():
                if isinstance(definition.get("expression"), dict):
                    where = Name(library.name, name)
                    if definition["expression"].get("type") != "ExpressionRef":
                        self._whole.setdefault(self.logic.of(where), where)

    def definition(self, name: Name) -> Term:
        """The term of a definition; raises LogicError when it is not there or calls itself."""
        if name in self.fixed:
            return self.fixed[name]
        if name not in self._known:
            if name in self._open:
                raise LogicError(f'the definition "{name.name}" of library {name.library} calls itself')
            self._open.add(name)
            body, place = self.logic.body(name), Place(name)
            reads = shape.is_reading(body, shape.Scope(self.logic, name.library))
            self._known[name] = self.opaque(body, place).term if reads else self.term(body, place)
            self._open.discard(name)
        return self._known[name]

    def term(self, node: Node, place: Place) -> Term:
        """The term of a node: modelled exactly, or an opaque input; raises Unsupported only inside a function."""
        if place.depth > _DEEPEST:
            raise LogicError(f'the definition "{place.name.name}" of library {place.library} is nested too deep')
        build = OPERATORS.get(str(node.get("type")))
        if build is not None:
            try:
                return build(self, node, replace(place, depth=place.depth + 1))
            except Unsupported:
                pass
        if place.operands is not None:
            raise Unsupported
        return self.opaque(node, place).term

    def operands(self, node: Node, place: Place, count: int = 0) -> list[Term]:
        """The terms of the operands; Unsupported unless there are `count`, when given."""
        given = node.get("operand") or []
        given = given if isinstance(given, list) else [given]
        if count and len(given) != count:
            raise Unsupported
        return [self.term(each, place) for each in given]

    def parameter(self, name: Name) -> Term:
        """The term of a CQL parameter: any value of its type; null only where it has no default."""
        if name in self.fixed:
            return self.fixed[name]
        found = self.logic.library(name.library).parameters.get(name.name)
        if found is None:
            raise LogicError(f'there is no parameter "{name.name}" in library {name.library}')
        node: Node = {"type": "ParameterRef", "name": name.name, "resultTypeName": found.get("resultTypeName")}
        kind = shape.kind_of(node, shape.Scope(self.logic, name.library))
        key = self.logic.digest(node, name.library)
        never_null = found.get("default") is not None and kind != ANY
        return self.world.input(
            key, name.name, kind, node, name.library, name, never_null=never_null, is_parameter=True
        ).term

    def default(self, each: Input) -> Formula:
        """The value that a parameter has where nobody states another; None for one without."""
        if not each.is_parameter:
            return None
        name = each.owner
        parameter = self.logic.library(name.library).parameters.get(name.name)
        node = parameter.get("default") if parameter else self.logic.body(name)
        if node is None:
            return None
        term = self.term(node, Place(name))
        return term.value

    def opaque(self, node: Node, place: Place) -> Input:
        """The input that stands for an expression which is not looked into."""
        key = self.logic.digest(node, place.library)
        if key in self.world.inputs:
            return self.world.inputs[key]
        scope = shape.Scope(self.logic, place.library)
        kind = shape.kind_of(node, scope)
        made = self.world.input(
            key,
            self._called(key, node, place),
            kind,
            node,
            place.library,
            self._whole.get(key, place.name),
            never_null=kind != ANY and shape.is_never_null(node, scope),
            uncertain=shape.may_be_uncertain(node, scope),
            dimension=self._dimension(key, node, scope) if kind == QUANTITY else None,
        )
        if shape.is_count(node):
            self.world.laws.append(made.term.value >= 0)
        return made

    def _called(self, key: str, node: Node, place: Place) -> str:
        """The name of the definition that is this expression, else that of the one around and the CQL written there."""
        if key in self._whole:
            return self._whole[key].name
        text = source_text(self.logic.definition(place.name), node)
        text = text if len(text) <= _TEXT_LENGTH else text[: _TEXT_LENGTH - 3] + "..."
        return f"{place.name.name}: {text or node.get('type')}"

    def _dimension(self, key: str, node: Node, scope: shape.Scope) -> Formula:
        """The dimension of an opaque quantity, as far as the logic tells it."""
        units = shape.units_of(node, scope)
        if units.any_unit:
            return None
        places = sorted({self.world.place(unit)[0] for unit in units.units})
        if len(places) == 1 and units.always_number:
            return z3.IntVal(places[0])
        dimension = z3.Int(f"{len(self.world.inputs)}.dimension")
        self.world.laws.append(z3.Or(*(dimension == each for each in [*places, NO_NUMBER])))
        return dimension
