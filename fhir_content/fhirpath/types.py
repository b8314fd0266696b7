"""`is`, `as` and `ofType`: which type an item has.

https://hl7.org/fhirpath/N1/#types
"""

from __future__ import annotations

from fhir_content.fhirpath.comparison import type_info
from fhir_content.fhirpath.data import Item, Items, Model, Typed
from fhir_content.fhirpath.errors import FhirPathError

SYSTEM = frozenset({"Boolean", "String", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity", "Any"})


def split(name: str, model: Model) -> tuple[str, str]:
    """Namespace and name of a type as written, the namespace "" where none was; raises FhirPathError if unknown."""
    namespace, _, short = name.rpartition(".")
    known = {
        "": short in SYSTEM or model.knows(short),
        "System": short in SYSTEM,
        "FHIR": model.knows(short),
    }
    if not known.get(namespace, False):
        raise FhirPathError(f"there is no type {name}")
    return namespace, short


def has_type(item: Item, name: tuple[str, str]) -> bool:
    """`is`: whether the item is of the type or of one that specializes it."""
    namespace, short = name
    if isinstance(item, Typed):
        return namespace != "System" and short in item.type.lineage
    return namespace != "FHIR" and (short == "Any" or type_info(item).name == short)


def is_cast(item: Item, name: tuple[str, str]) -> bool:
    """`as` and `ofType`: the same, but a primitive only as exactly what it is (a code is not taken as a string)."""
    if isinstance(item, Typed) and item.type.is_primitive:
        return name[0] != "System" and item.type.name == name[1]
    return has_type(item, name)


def cast(items: Items, name: tuple[str, str]) -> Items:
    """The items that are of the type."""
    return [item for item in items if is_cast(item, name)]
