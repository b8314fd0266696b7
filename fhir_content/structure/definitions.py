"""Types as JSON sees them: which properties an object of a FHIR type may have, and of which type each is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any

from fhir_content.core import Core, core
from fhir_content.structure.element import Binding, ElementDefinition, ElementType, Invariant

CANONICAL = "http://hl7.org/fhir/StructureDefinition/"
_INLINE = frozenset({"BackboneElement", "Element"})


class Child:
    """One JSON property of an object: `valueQuantity` of an Observation, `action` of a PlanDefinition.

    `name` is the JSON name, `element` the declared one (`value`), `type` the name of its one type.
    """

    def __init__(self, name: str, type: ElementType, definition: ElementDefinition, owner: Structure) -> None:
        self.name = name
        self.definition = definition
        self.owner = owner
        self.element = definition.name
        self.path = definition.path
        self.type = type.code
        self.profiles = type.profiles
        self.targets = type.targets
        self.aggregation = type.aggregation
        self.min = definition.min
        self.max = definition.max
        self.is_list = definition.is_list
        self.is_choice = definition.is_choice
        self.binding: Binding | None = definition.binding

    @cached_property
    def structure(self) -> Structure:
        """What may stand below: the backbone, the data type, or the element that a contentReference names."""
        inline = self.owner.backbone(self.path)
        if inline is not None:
            return inline
        found = self.owner.definitions.structure(self.type)
        if found is None:
            raise LookupError(f"{self.path} has the unknown type {self.type}")
        return found

    @property
    def is_primitive(self) -> bool:
        """Whether JSON holds it as a plain value."""
        return self.structure.kind == "primitive-type"

    @cached_property
    def invariants(self) -> tuple[Invariant, ...]:
        """The invariants of a value here: those of the element, then those of its type."""
        inherited = self.structure.invariants
        own = tuple(each for each in self.definition.invariants if each not in inherited)
        return own + inherited

    def __repr__(self) -> str:
        return f"<Child {self.owner.path}.{self.name}: {self.type}{'[]' if self.is_list else ''}>"


class Structure:
    """A FHIR type, or a backbone element of one, as JSON sees it.

    `kind` is resource | complex-type | primitive-type | backbone;
    `path` is `PlanDefinition` or `PlanDefinition.action`.
    """

    def __init__(self, definitions: Definitions, record: Mapping[str, Any], elements: _Elements, path: str) -> None:
        head, *rest = elements.of(path)
        self.definitions = definitions
        self.definition = head
        self.path = path
        self.url = str(record["url"])
        self.name = path if "." in path else str(record["name"])
        self.type = "BackboneElement" if "." in path else str(record["type"])
        self.kind = "backbone" if "." in path else str(record["kind"])
        self.is_abstract = bool(record.get("abstract"))
        self.elements: tuple[ElementDefinition, ...] = tuple(rest)
        self._record = record
        self._elements = elements

    @cached_property
    def base(self) -> Structure | None:
        """The type that this one specializes."""
        if self.kind == "backbone":
            return self.definitions.structure(self.definition.types[0].code if self.definition.types else "Element")
        return self.definitions.structure(str(self._record.get("baseDefinition", "")))

    @cached_property
    def children(self) -> dict[str, Child]:
        """Every JSON property by its name, in the order of the definition; `_name` siblings are not listed."""
        return {child.name: child for element in self.elements for child in self._children(element)}

    @cached_property
    def choices(self) -> dict[str, tuple[Child, ...]]:
        """The choice elements by declared name: `value` -> (valueQuantity, valueString, ...)."""
        return {each.name: tuple(self._children(each)) for each in self.elements if each.is_choice}

    def child(self, name: str) -> tuple[Child, ...]:
        """The properties that a declared or JSON name stands for: several for `value`, one for `valueQuantity`."""
        if name in self.choices:
            return tuple(child for child in self.children.values() if child.element == name)
        return (self.children[name],) if name in self.children else ()

    @cached_property
    def invariants(self) -> tuple[Invariant, ...]:
        """The invariants stated on this type and on those it specializes, most general first."""
        inherited = self.base.invariants if self.base else ()
        return inherited + self.definition.invariants

    def is_a(self, type: str) -> bool:
        """Whether this is the named type or specializes it."""
        return self.type == type or (self.base is not None and self.base.is_a(type))

    def backbone(self, path: str) -> Structure | None:
        """The structure of an element that is defined in place, by its path; None where it has a type of its own."""
        return self._elements.structure(self.definitions, self._record, path)

    def _children(self, element: ElementDefinition) -> Iterator[Child]:
        if element.content_reference:
            yield Child(element.name, ElementType("BackboneElement"), element, self)
        for type in element.types:
            name = element.name + type.code[:1].upper() + type.code[1:] if element.is_choice else element.name
            yield Child(name, type, element, self)
            if not element.is_choice:
                return

    def __repr__(self) -> str:
        return f"<Structure {self.path}>"


class _Elements:
    """The elements of one snapshot, grouped by the element that holds them."""

    def __init__(self, elements: Iterable[Mapping[str, Any]], url: str) -> None:
        self._groups: dict[str, list[ElementDefinition]] = {}
        self._structures: dict[str, Structure] = {}
        self._referenced: dict[str, str] = {}
        heads: dict[str, ElementDefinition] = {}
        for data in elements:
            element = ElementDefinition.of(data, url)
            heads[element.path] = element
            parent = element.path.rpartition(".")[0]
            if parent:
                self._groups.setdefault(parent, [heads[parent]]).append(element)
            if element.content_reference:
                self._referenced[element.path] = element.content_reference
        self._heads = heads

    def of(self, path: str) -> list[ElementDefinition]:
        return self._groups.get(path) or [self._heads[path]]

    def structure(self, definitions: Definitions, record: Mapping[str, Any], path: str) -> Structure | None:
        path = self._referenced.get(path, path)
        if path not in self._groups:
            return None
        if path not in self._structures:
            self._structures[path] = Structure(definitions, record, self, path)
        return self._structures[path]


class Definitions:
    """All types of R4, each read when first asked for."""

    def __init__(self, package: Core) -> None:
        self._package = package
        self._structures: dict[str, Structure | None] = {}

    def structure(self, name: str) -> Structure | None:
        """The type of a name (`Quantity`), url, or the backbone of a path (`PlanDefinition.action`); None if unknown.

        A profile is not a type: see `fhir_content.conformance`.
        """
        if name not in self._structures:
            self._structures[name] = self._find(name)
        return self._structures[name]

    def children(self, path: str) -> tuple[Child, ...]:
        """The properties at the end of a path without indexes: `Observation.component.value` gives one per type."""
        head, *names = path.split(".")
        structure = self.structure(head)
        found: tuple[Child, ...] = ()
        structures: tuple[Structure, ...] = (structure,) if structure else ()
        for name in names:
            found = tuple(child for each in structures for child in each.child(name))
            structures = tuple(child.structure for child in found)
        return found

    @cached_property
    def resource_types(self) -> frozenset[str]:
        """The names of all resource types that can be instantiated (146 in R4)."""
        return frozenset(self._names("resource"))

    @cached_property
    def data_types(self) -> frozenset[str]:
        """The names of all data types, primitive ones too."""
        return frozenset(self._names("complex-type")) | frozenset(self._names("primitive-type"))

    def record(self, url: str) -> dict[str, Any] | None:
        """The StructureDefinition of a url as FHIR's JSON, reduced to what can be checked; profiles too."""
        return self._package.read("StructureDefinition", url.partition("|")[0])

    def _names(self, kind: str) -> Iterator[str]:
        names: Mapping[str, Any] = self._package.read("index", "types") or {}
        yield from names.get(kind, ())

    def _find(self, name: str) -> Structure | None:
        if ":" in name:
            short = name.partition("|")[0].removeprefix(CANONICAL)
            return None if ":" in short else self.structure(short)
        head, dot, _ = name.partition(".")
        if dot:
            owner = self.structure(head)
            return owner.backbone(name) if owner else None
        record = self.record(CANONICAL + head) if head else None
        if record is None or "snapshot" not in record or record["kind"] == "logical":
            return None
        elements = _Elements(record["snapshot"]["element"], record["url"])
        return Structure(self, record, elements, str(record["type"]))


@cache
def definitions() -> Definitions:
    """The definitions of FHIR R4 (4.0.1), compiled once per process; raises CoreMissing."""
    return Definitions(core())
