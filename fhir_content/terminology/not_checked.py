"""Which codes nobody could check: those of systems that are not here.

A validator that stays silent about them would let its reader believe that they are right.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from fhir_content.catalog import Catalog
from fhir_content.source import Json
from fhir_content.terminology import GRAMMARS, Terminology, terminology


def codes_not_checked(catalog: Catalog) -> dict[str, int]:
    """How many different codes of each system that is not here (SNOMED CT, LOINC) the catalog uses, by system.

    A code counts as checked when its code system is here in whole, or the part that is here has it, or the system is
    a grammar (UCUM, MIME types) by which every code can be judged.
    """
    known = terminology(catalog)
    used: set[tuple[str, str]] = set()
    for resource in catalog:
        used.update(_codes(resource.data))
    return dict(sorted(Counter(system for system, code in used if not _is_checked(known, system, code)).items()))


def _is_checked(known: Terminology, system: str, code: str) -> bool:
    if system in GRAMMARS:
        return True
    here = known.code_system(system)
    return here is not None and (here.complete or code in here.concepts)


def _codes(data: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    """Every (system, code) below: codings, quantities, and the concepts that a value set lists."""
    pending: list[Json] = [dict(data)]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            system = value.get("system")
            if isinstance(system, str):
                yield from ((system, code) for code in _written(value))
            pending.extend(each for each in value.values() if isinstance(each, dict | list))
        elif isinstance(value, list):
            pending.extend(each for each in value if isinstance(each, dict | list))


def _written(value: Mapping[str, Json]) -> Iterator[str]:
    concepts = value.get("concept")
    listed: Iterable[Json] = concepts if isinstance(concepts, list) else ()
    for each in (value, *listed):
        code = each.get("code") if isinstance(each, dict) else None
        if isinstance(code, str):
            yield code
