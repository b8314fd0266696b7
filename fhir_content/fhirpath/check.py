"""What can be known of an expression before it runs: elements and types that do not exist, functions misapplied.

Types are followed through the expression as far as they are certain; where they are not, nothing is said.
"""

from __future__ import annotations

from dataclasses import dataclass

from fhir_content.fhirpath.data import Model, Type
from fhir_content.fhirpath.errors import FhirPathError, at
from fhir_content.fhirpath.expression import Expression
from fhir_content.fhirpath.parser import type_name
from fhir_content.fhirpath.syntax import (
    Binary,
    Call,
    Index,
    Literal,
    Member,
    Path,
    Polarity,
    Special,
    Term,
    TypeTest,
    Variable,
)
from fhir_content.fhirpath.types import SYSTEM, split

_SAME = {
    "where", "first", "last", "tail", "skip", "take", "single", "distinct", "exclude", "intersect", "trace", "sort",
}  # fmt: skip
_LAMBDAS = {"where", "select", "all", "exists", "repeat", "trace", "sort", "aggregate"}
_ORDERED = {"first", "last", "tail", "skip", "take"}
_BOOLEAN = {"exists", "empty", "all", "not", "hasValue", "isDistinct", "matches", "startsWith", "endsWith", "contains"}


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of a collection: the types its items may have (None: anything), and whether it has an order."""

    types: tuple[Type | str, ...] | None = None
    is_ordered: bool = True


ANYTHING = Kind()


def problems(expression: Expression, type: str, model: Model) -> list[FhirPathError]:
    """What cannot work in an expression that starts on a type (`Patient`, `Patient.contact`), in order of place."""
    start = Kind((model.type(type),)) if model.knows(type) else ANYTHING
    head = model.type(type.partition(".")[0])
    checker = _Checker(expression.text, model, Kind((head,)) if head.is_resource else ANYTHING)
    checker.kind(expression.term, start, start)
    return sorted(checker.found, key=lambda error: (error.line, error.column))


class _Checker:
    def __init__(self, text: str, model: Model, resource: Kind) -> None:
        self.text = text
        self.model = model
        self.resource = resource
        self.found: list[FhirPathError] = []

    def complain(self, message: str, term: Term) -> Kind:
        self.found.append(at(message, self.text, term.offset))
        return ANYTHING

    def kind(self, term: Term, this: Kind, context: Kind) -> Kind:
        """The kind that a term gives, where `$this` is `this`."""
        match term:
            case Literal(value=value):
                return Kind((value.__class__.__name__,)) if isinstance(value, bool | str) else ANYTHING
            case Special(name="$this"):
                return this
            case Variable(name=name):
                return {"context": context, "resource": self.resource}.get(name, ANYTHING)
            case Member():
                return self.first_member(term, this)
            case Call():
                return self.call(term, this, this, context)
            case Path():
                found = self.kind(term.start, this, context)
                for step in term.steps:
                    found = self.step(step, found, this, context)
                return found
            case TypeTest(operand=operand, name=name, operator=operator):
                return self.cast(term, operator, name, self.kind(operand, this, context))
            case Binary(operator="|", left=left, right=right):
                return _merged(self.kind(left, this, context), self.kind(right, this, context))
            case Binary() | Polarity():
                for part in term.parts():
                    self.kind(part, this, context)
                return ANYTHING
        return ANYTHING

    def step(self, term: Term, items: Kind, this: Kind, context: Kind) -> Kind:
        match term:
            case Member():
                return self.member(term, items)
            case Call():
                return self.call(term, items, this, context)
            case Index(at=inner):
                self.kind(inner, this, context)
                return items
        return ANYTHING

    def first_member(self, term: Member, this: Kind) -> Kind:
        if this.types is None:
            return ANYTHING
        if term.name[:1].isupper():
            known = [type for type in this.types if isinstance(type, Type)]
            if any(term.name in type.lineage for type in known):
                return this
            return self.complain(f"the expression starts on {_named(this.types)}, not on {term.name}", term)
        return self.member(term, this)

    def member(self, term: Member, items: Kind) -> Kind:
        if items.types is None:
            return ANYTHING
        found: list[Type] = []
        for type in items.types:
            if not isinstance(type, Type) or not type.is_known or _is_open(type):
                return ANYTHING
            found += [way.type for way in type.member(term.name)]
            if type.is_primitive and term.name == "value":
                return ANYTHING
        if not found:
            return self.complain(f"{_named(items.types)} has no element {term.name}{self.hint(items, term)}", term)
        return Kind(tuple(dict.fromkeys(found)), items.is_ordered)

    def hint(self, items: Kind, term: Member) -> str:
        for type in items.types or ():
            if isinstance(type, Type):
                for name in type.names:
                    if any(way.name == term.name for way in type.member(name)):
                        return f": FHIRPath calls it {name}"
        return ""

    def call(self, call: Call, items: Kind, this: Kind, context: Kind) -> Kind:
        if call.name in {"is", "as", "ofType"}:
            return self.cast(call, call.name, type_name(call.arguments[0]), items)
        if call.name in _ORDERED and not items.is_ordered:
            self.complain(f"{call.name}() on a collection that has no order", call)
        inner = items if call.name in _LAMBDAS or call.name == "iif" else this
        results = [self.kind(argument, inner, context) for argument in call.arguments]
        if call.name in _SAME:
            return items
        if call.name == "select":
            return results[0]
        if call.name in {"union", "combine"}:
            return _merged(items, results[0])
        if call.name in {"children", "descendants"}:
            return Kind(None, is_ordered=False)
        if call.name == "extension":
            return Kind((self.model.type("Extension"),))
        return Kind(("bool",)) if call.name in _BOOLEAN else ANYTHING

    def cast(self, term: Term, operator: str, name: str, items: Kind) -> Kind:
        try:
            namespace, short = split(name, self.model)
        except FhirPathError as error:
            return self.complain(error.message, term)
        if operator == "is":
            return Kind(("bool",))
        if namespace == "System" or (not namespace and short in SYSTEM - {"Quantity"}):
            return ANYTHING
        return Kind((self.model.type(short),), items.is_ordered)


def _is_open(type: Type) -> bool:
    """A type that says little of what really stands there: any resource, any element."""
    return type.name in {"Resource", "DomainResource", "Element", "BackboneElement"}


def _merged(left: Kind, right: Kind) -> Kind:
    if left.types is None or right.types is None:
        return ANYTHING
    return Kind(tuple(dict.fromkeys((*left.types, *right.types))))


def _named(types: tuple[Type | str, ...]) -> str:
    return " or ".join(type.name if isinstance(type, Type) else type for type in types)
