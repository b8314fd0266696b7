"""Table: what a PlanDefinition does, as formulas - which of its actions apply, and which rows of its logic hold.

https://hl7.org/fhir/R4/plandefinition.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import z3

from fhir_content.canonical import Canonical
from fhir_content.catalog import Catalog
from fhir_content.proof.logic import LogicError, Name
from fhir_content.proof.reads import library_of, names_read
from fhir_content.proof.term import BOOLEAN, NULL, TRUE, Formula
from fhir_content.proof.terms import Terms
from fhir_content.proof.world import Input
from fhir_content.resource import Element, Resource

_ROW = re.compile(r"(?:[A-Z]\.)?(\d+)(?:\.(\d+))?\b")
# The row that says why nothing is proposed, with or without a number before it.
_OTHERWISE = re.compile(r"(?:[A-Z]?[\d.]+ )?otherwise\b", re.IGNORECASE)
_IDENTIFIERS = frozenset({"text/cql-identifier", "text/cql.identifier", "text/cql.name", "text/cql"})
# CPG's marks of an activity that collects information: its code, and the end of its profile's url.
# https://hl7.org/fhir/uv/cpg/CodeSystem-cpg-activity-type.html
_COLLECTS = ("collect-information", "cpg-collectinformationactivity")


@dataclass(frozen=True, slots=True)
class Action:
    """One action, however deep: the formula that says when it applies, its group's condition included.

    `collects`: FHIR marks it as collecting information; `requests`: it orders something, which may be a missing result.
    `names`: the definitions in its own conditions; `reads`: those that its dynamic values rest on.
    """

    element: Element
    parent: str
    applies: Formula
    collects: bool
    requests: bool
    is_leaf: bool
    names: tuple[Name, ...]
    reads: frozenset[Name]

    @property
    def is_choice(self) -> bool:
        """Whether something is decided here: it has conditions of its own, or stands at the root."""
        return not self.parent or any(each.text("kind") == "applicability" for each in self.element.each("condition"))

    @property
    def id(self) -> str:
        """The action's id, or its place where it has none."""
        return self.element.text("id") or self.element.expression

    @property
    def title(self) -> str:
        """What a clinician reads."""
        return self.element.text("title") or self.id


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the decision table: a Boolean definition whose name begins with the row's number."""

    name: Name
    order: tuple[int, int]
    holds: Formula


@dataclass
class Table:
    """A PlanDefinition with its logic read."""

    plan: Resource
    library: str
    terms: Terms
    actions: list[Action] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    otherwise: list[Formula] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    @property
    def choices(self) -> list[Action]:
        """The actions at which something is decided; the others come with the group around them."""
        return [action for action in self.actions if action.is_choice]

    def children(self, group: Action) -> list[Action]:
        """The actions directly in a group."""
        return [action for action in self.actions if action.parent == group.element.expression]

    @cached_property
    def inputs(self) -> list[Input]:
        """The inputs on which an action or a row depends; asked for only once the table is read."""
        formulas = {action.applies.get_id(): action.applies for action in self.actions}
        formulas |= {row.holds.get_id(): row.holds for row in self.rows}
        return self.terms.world.used(*formulas.values())


def read(plan: Resource, catalog: Catalog, terms: Terms) -> Table:
    """The table of a plan; raises LogicError when its library or a definition that it names is not there."""
    library = library_of(plan, catalog)
    table = Table(plan, library, terms)
    for element in plan.root.each("action"):
        _read_action(table, element, "", TRUE, catalog)
    if library:
        table.otherwise = [holds for _, holds in _named(terms, library, _OTHERWISE)]
        table.rows = sorted(_rows(terms, library), key=lambda row: (row.order, row.name.name))
    return table


def _read_action(table: Table, element: Element, parent: str, outer: Formula, catalog: Catalog) -> None:
    own, names = [], []
    for condition in element.each("condition"):
        if condition.text("kind") == "applicability":
            formula, name = _condition(table, condition)
            own.append(formula)
            names += [name] if name else []
    applies = z3.simplify(z3.And(outer, *own))
    inner = list(element.each("action"))
    collects, requests = _purpose(element, catalog)
    reads = names_read(element, table.library, catalog, table.terms.logic)
    table.actions.append(Action(element, parent, applies, collects, requests, not inner, tuple(names), reads))
    for child in inner:
        _read_action(table, child, element.expression, applies, catalog)


def _condition(table: Table, condition: Element) -> tuple[Formula, Name | None]:
    """When a condition is true: null and what is no Boolean count as not. Without expression it holds."""
    expression = condition.get("expression")
    if expression is None:
        return TRUE, None
    language, text = expression.text("language"), expression.text("expression")
    if language not in _IDENTIFIERS or not table.library:
        table.unread.append(f"{expression.expression}: {language} {text}")
        key = f"{language}:{text}"
        owner = Name(table.library, text)
        made = table.terms.world.input(key, text, BOOLEAN, {}, table.library, owner, never_null=True)
        return made.term.value, None
    name = Name(_stated_library(expression, table.library), text)
    term = table.terms.definition(name)
    if term.kind == NULL:
        return z3.BoolVal(False), name
    if term.kind != BOOLEAN:
        raise LogicError(f'{expression.expression}: "{name.name}" is {term.kind}, not Boolean')
    return term.is_true, name


def _stated_library(expression: Element, default: str) -> str:
    reference = expression.text("reference")
    return Canonical.parse(reference).id if reference else default


def _purpose(element: Element, catalog: Catalog) -> tuple[bool, bool]:
    """Whether an action collects information, and whether it requests a service.

    A group requests when all in it do, and collects when besides some of it collects.
    """
    inner = [_purpose(child, catalog) for child in element.each("action")]
    if _is_collecting(element):
        return True, True
    if inner:
        requests = all(requests for _, requests in inner)
        return requests and any(collects for collects, _ in inner), requests
    reference = element.text("definitionCanonical")
    definition = catalog.resolve(reference) if reference else None
    if Canonical.parse(reference).type == "Questionnaire":
        return True, True
    if definition is None or definition.type != "ActivityDefinition":
        return False, False
    profiles = [str(each.value) for meta in definition.root.each("meta") for each in meta.each("profile")]
    profiles.append(definition.root.text("profile"))
    collects = _is_collecting(definition.root) or any(each.partition("|")[0].endswith(_COLLECTS) for each in profiles)
    return collects, collects or definition.root.text("kind") == "ServiceRequest"


def _is_collecting(element: Element) -> bool:
    return any(coding.text("code") in _COLLECTS for coding in _codings(element))


def _codings(element: Element) -> Iterator[Element]:
    for concept in element.each("code"):
        yield from concept.each("coding")


def _rows(terms: Terms, library: str) -> Iterator[Row]:
    for name, holds in _named(terms, library, _ROW):
        match = _ROW.match(name.name)
        if match:
            yield Row(name, (int(match[1]), int(match[2] or 0)), holds)


def _named(terms: Terms, library: str, pattern: re.Pattern[str]) -> Iterator[tuple[Name, Formula]]:
    """The Boolean definitions of a library whose name begins so, and when they are true."""
    for name in terms.logic.library(library).statements:
        if pattern.match(name):
            term = terms.definition(Name(library, name))
            if term.kind == BOOLEAN:
                yield Name(library, name), z3.simplify(term.is_true)
