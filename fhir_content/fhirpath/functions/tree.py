"""Tree navigation: children and descendants.

https://hl7.org/fhirpath/N1/#tree-navigation
"""

from __future__ import annotations

from fhir_content.fhirpath import data
from fhir_content.fhirpath.data import Items
from fhir_content.fhirpath.evaluation import Environment
from fhir_content.fhirpath.functions.registry import function


@function("children")
def children(environment: Environment, items: Items) -> Items:
    """What lies directly below the items."""
    found: Items = []
    for item in items:
        found += data.children(item)
    environment.spend(len(found))
    return found


@function("descendants")
def descendants(environment: Environment, items: Items) -> Items:
    """Everything below the items, level by level, without the items."""
    found: Items = []
    level = items
    while level:
        level = children(environment, level)
        found += level
    return found
