"""The elements of a resource, walked once for all the rules that look at each of them."""

from __future__ import annotations

from functools import lru_cache

from fhir_content.resource import Element, Resource


@lru_cache(maxsize=2)  # rules are asked resource by resource: more would only hold memory
def elements(resource: Resource) -> tuple[Element, ...]:
    """Every object of a resource, itself first, in the order written."""
    found: list[Element] = []
    stack = [resource.root]
    while stack:
        element = stack.pop()
        value, path = element.value, element.path
        if isinstance(value, dict):
            found.append(element)
            below = [
                Element(resource, (*path, key), each) for key, each in value.items() if isinstance(each, dict | list)
            ]
        else:
            items = enumerate(value) if isinstance(value, list) else ()
            below = [Element(resource, (*path, key), each) for key, each in items if isinstance(each, dict | list)]
        stack.extend(reversed(below))
    return tuple(found)


@lru_cache(maxsize=2)
def coded(resource: Resource) -> tuple[Element, ...]:
    """The elements that name a code system: codings, quantities, parts of a value set."""
    return tuple(element for element in elements(resource) if element.text("system"))
