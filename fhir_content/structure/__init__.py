"""The types of FHIR R4, from the compiled core package: children by JSON name, types, bindings, invariants."""

from fhir_content.structure.definitions import CANONICAL, Child, Definitions, Structure, definitions
from fhir_content.structure.element import (
    Binding,
    Discriminator,
    ElementDefinition,
    ElementType,
    Invariant,
    Slicing,
)

__all__ = [
    "CANONICAL",
    "Binding",
    "Child",
    "Definitions",
    "Discriminator",
    "ElementDefinition",
    "ElementType",
    "Invariant",
    "Slicing",
    "Structure",
    "definitions",
]
