"""Simple paths: the FHIRPath that names one place in a resource, as dynamicValue.path does.

Names, constant indexes, and the functions extension(url), ofType(type) and resolve(); nothing else.
Choice elements may be named as FHIRPath does (`value.ofType(Quantity)`) or as JSON does (`valueQuantity`), as content
in use does. https://hl7.org/fhir/R4/fhirpath.html#simple
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches

from fhir_content.fhirpath.data import Member as Way
from fhir_content.fhirpath.data import Model, Type
from fhir_content.fhirpath.errors import FhirPathError, SyntaxFault, at
from fhir_content.fhirpath.parser import parse, type_name
from fhir_content.fhirpath.syntax import Call, Index, Literal, Member, Path, Term

ACTION_TARGET = "RequestGroup"
"""Where a path that begins with `action` leads when the target has no such element: the $apply result of the plan."""


@dataclass(frozen=True, slots=True)
class Place:
    """What stands at the end of a path: its possible types, and whether the element repeats."""

    types: tuple[Type, ...]
    is_list: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the types."""
        return tuple(type.name for type in self.types)


def place(path: str, type_name: str, model: Model) -> Place:
    """The place that a simple path leads to from a resource type; raises FhirPathError, pointing into the path."""
    term = parse(path)
    steps = (term.start, *term.steps) if isinstance(term, Path) else (term,)
    here = Place((model.type(type_name),))
    if not here.types[0].is_known:
        raise FhirPathError(f"there is no type {type_name}")
    first = steps[0]
    if isinstance(first, Member) and first.name == type_name:
        steps = steps[1:]
    elif isinstance(first, Member) and first.name == "action" and not _ways(here.types[0], "action"):
        here = Place((model.type(ACTION_TARGET),))
    for step in steps:
        here = _next(path, here, step, model)
    return here


def check_path(path: str, type_name: str, model: Model) -> list[str]:
    """What is wrong with a simple path on a type, in words: nothing where it exists."""
    try:
        place(path, type_name, model)
    except FhirPathError as error:
        return [error.message]
    return []


def _next(path: str, here: Place, step: Term, model: Model) -> Place:
    match step:
        case Member(name=name):
            return _member(path, here, step, name)
        case Index(at=Literal(value=int())):
            return replace(here, is_list=False)
        case Call(name="extension", arguments=(Literal(value=str()),)):
            return Place((model.type("Extension"),), is_list=True)
        case Call(name="ofType", arguments=(argument,)):
            wanted = type_name(argument).removeprefix("FHIR.")
            kept = tuple(each for each in here.types if wanted in each.lineage)
            if not kept:
                raise at(f"{_named(here)} is never {wanted}", path, step.offset)
            return replace(here, types=kept)
        case Call(name="resolve", arguments=()):
            return Place((model.type("Resource"),), here.is_list)
    message = "not a simple path: only names, [index], extension('url'), ofType(Type) and resolve()"
    raise at(message, path, step.offset, SyntaxFault)


def _member(path: str, here: Place, step: Term, name: str) -> Place:
    if any(each.name in {"Resource", "DomainResource"} for each in here.types):
        return Place((here.types[0].model.type("Element"),), is_list=True)
    ways = [way for each in here.types for way in _ways(each, name)]
    if not ways:
        known = [other for each in here.types for other in each.names]
        close = get_close_matches(name, known, 1)
        hint = f": did you mean {close[0]}?" if close else ""
        raise at(f"{_named(here)} has no element {name}{hint}", path, step.offset)
    return Place(tuple(dict.fromkeys(way.type for way in ways)), any(way.is_list for way in ways))


def _ways(type: Type, name: str) -> tuple[Way, ...]:
    """The ways to an element by its declared name, or by its JSON name where it is a choice."""
    found = type.member(name)
    if found:
        return found
    return tuple(way for element in type.names for way in type.member(element) if way.name == name)


def _named(here: Place) -> str:
    return " or ".join(here.names[:3])
