"""What the text and the dose of a proposal are made from: the definitions behind its dynamic values."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.canonical import Canonical
from fhir_content.catalog import Catalog
from fhir_content.proof.logic import Logic, Name, walk
from fhir_content.resource import Element, Resource


def library_of(definition: Resource, catalog: Catalog) -> str:
    """The name of the first library, which is the one that engines read; "" where it has none."""
    for element in definition.root.each("library"):
        canonical = Canonical.parse(str(element.value))
        resource = catalog.resolve(canonical)
        return resource.name if resource is not None else canonical.id
    return ""


def names_read(action: Element, library: str, catalog: Catalog, logic: Logic) -> frozenset[Name]:
    """Every definition that the dynamic values of an action rest on.

    Its own, those of the ActivityDefinition behind it, and those of the actions in it that come without conditions.
    """
    return frozenset(_below(logic, dict.fromkeys(_dynamic(action, library, catalog, logic))))


def _dynamic(action: Element, library: str, catalog: Catalog, logic: Logic) -> Iterator[Name]:
    yield from _stated(action, library, logic)
    definition = catalog.resolve(action.text("definitionCanonical")) if action.text("definitionCanonical") else None
    if definition is not None and definition.type == "ActivityDefinition":
        yield from _stated(definition.root, library_of(definition, catalog), logic)
    for child in action.each("action"):
        if not any(child.each("condition")):
            yield from _dynamic(child, library, catalog, logic)


def _stated(element: Element, library: str, logic: Logic) -> Iterator[Name]:
    for value in element.each("dynamicValue"):
        expression = value.get("expression")
        name = expression.text("expression") if expression else ""
        if library in logic.libraries and name in logic.library(library).statements:
            yield Name(library, name)


def _below(logic: Logic, names: dict[Name, None]) -> Iterator[Name]:
    """The definitions and all that they refer to."""
    waiting, seen = list(names), set(names)
    while waiting:
        current = waiting.pop()
        yield current
        for node in walk(logic.body(current)):
            if node.get("type") == "ExpressionRef":
                target = logic.resolve(node, current.library)
                if target not in seen and target.library in logic.libraries:
                    seen.add(target)
                    waiting.append(target)
