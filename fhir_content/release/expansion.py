"""The expansion of a value set, embedded beside its compose.

HAPI's clinical reasoning wants it there, and an engine without a terminology service needs it. A value set that
cannot be expanded whole from what is here (a filter on SNOMED CT, all of LOINC) is released with its compose alone.
https://hl7.org/fhir/R4/valueset.html#expansion
"""

from __future__ import annotations

from fhir_content.catalog import Catalog
from fhir_content.resource import Resource
from fhir_content.source import Json
from fhir_content.terminology import Concept, expand

MAX_CODES = 1000  # more is a server's business: HAPI answers such an expansion with 500


def expansion(value_set: Resource, catalog: Catalog) -> dict[str, Json]:
    """`expansion` as an element to add, or nothing where it cannot be had here whole."""
    found = expand(value_set, catalog)
    if not found.complete or found.problems or not 0 < len(found.concepts) <= MAX_CODES:
        return {}
    contains: list[Json] = [_contained(concept) for _, concept in sorted(found.concepts.items())]
    # the time of making it would make every build differ: the definition's own date says as much
    date = value_set.root.text("date") or "1970-01-01"
    return {"expansion": {"timestamp": date, "total": len(contains), "contains": contains}}


def _contained(concept: Concept) -> dict[str, Json]:
    fields = {"system": concept.system, "version": concept.version, "code": concept.code, "display": concept.display}
    return {name: value for name, value in fields.items() if value}
