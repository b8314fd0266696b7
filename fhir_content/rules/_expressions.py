"""The expressions of a definition, and the libraries in which their names are defined."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from fhir_content.catalog import Catalog
from fhir_content.resource import Element, Resource
from fhir_content.rules._elements import elements
from fhir_content.rules._elm import Node, statements

# how "the name of a CQL definition" is written; text/cql is a name to some engines and inline CQL to others
NAME_LANGUAGES = ("text/cql-identifier", "text/cql.identifier", "text/cql.name")
CQL_LANGUAGES = ("text/cql-expression", "text/cql.expression")


@dataclass(frozen=True, slots=True)
class Named:
    """An expression that is the name of a CQL definition: where it stands, the name, and the libraries meant."""

    element: Element
    name: str
    libraries: tuple[Resource, ...]

    @property
    def statement(self) -> tuple[Resource, Node] | None:
        """The compiled definition and its library, where both are here."""
        for library in self.libraries:
            node = statements(library).get(self.name)
            if node is not None:
                return library, node
        return None


def expressions(resource: Element) -> Iterator[Element]:
    """Every Expression of a resource: what has both a language and an expression."""
    return iter(_expressions(resource.resource))


@lru_cache(maxsize=2)
def _expressions(resource: Resource) -> tuple[Element, ...]:
    return tuple(each for each in elements(resource) if each.text("language") and each.text("expression"))


def named_expressions(resource: Element, catalog: Catalog) -> Iterator[Named]:
    """The expressions that name a CQL definition, where every library that they may mean is here."""
    for element in expressions(resource):
        if element.text("language") in NAME_LANGUAGES:
            libraries = libraries_of(element, resource, catalog)
            if libraries:
                yield Named(element, unquoted(element.text("expression")), libraries)


def libraries_of(expression: Element, resource: Element, catalog: Catalog) -> tuple[Resource, ...]:
    """The libraries that a name is looked up in: the one referred to, else all of the definition; () if not here."""
    reference = expression.text("reference")
    names = [reference] if reference else [str(each.value) for each in resource.each("library")]
    found = [_library(name, resource, catalog) for name in names]
    known = tuple(library for library in found if library is not None)
    return known if len(known) == len(names) else ()


def unquoted(name: str) -> str:
    """A CQL identifier without the quotes that it may stand in."""
    quoted = len(name) > 2 and name[0] == name[-1] and name[0] in '"`'
    return name[1:-1] if quoted else name


def _library(name: str, resource: Element, catalog: Catalog) -> Resource | None:
    if not name.startswith("#"):
        found = catalog.resolve(name)
        return found if found is not None and found.type == "Library" else None
    for held in resource.each("contained"):
        if held.text("id") == name[1:] and isinstance(held.value, dict):
            return Resource(held.value, resource.resource.source)
    return None
