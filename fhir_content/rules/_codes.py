"""The codes that a value set lists one by one."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_content.catalog import Catalog
from fhir_content.resource import Element, Resource
from fhir_content.rules._index import per_catalog

Code = tuple[str, str]


def listed_codes(value_set: Resource) -> frozenset[Code] | None:
    """Every (system, code); None where a filter, a whole system or another value set decides as well."""
    compose = value_set.root.get("compose")
    if compose is None:
        return None
    included: set[Code] = set()
    for include in compose.each("include"):
        if not include.text("system") or not include.get("concept") or include.get("valueSet"):
            return None
        included.update(_codes(include))
    for exclude in compose.each("exclude"):
        if not exclude.get("concept"):
            return None
        included.difference_update(_codes(exclude))
    return frozenset(included)


def _codes(part: Element) -> Iterator[Code]:
    return ((part.text("system"), concept.text("code")) for concept in part.each("concept"))


@per_catalog
def code_lists(catalog: Catalog) -> list[tuple[Resource, frozenset[Code]]]:
    """The value sets that list their codes, with those codes, in the order of the catalog."""
    found = ((resource, listed_codes(resource)) for resource in catalog.of("ValueSet"))
    return [(resource, codes) for resource, codes in found if codes]


@per_catalog
def lists_by_code(catalog: Catalog) -> dict[Code, list[int]]:
    """For each code, which of `code_lists` hold it."""
    found: dict[Code, list[int]] = {}
    for index, (_, codes) in enumerate(code_lists(catalog)):
        for code in codes:
            found.setdefault(code, []).append(index)
    return found
