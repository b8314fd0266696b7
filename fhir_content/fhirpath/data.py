"""The types that expressions walk over, and data that knows its type.

FHIRPath sees a FHIR type a little differently from JSON: `value` stands for all of `valueQuantity`, `valueString` …,
and a primitive carries its `_name` sibling with it. https://hl7.org/fhir/R4/fhirpath.html
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple, Protocol
from weakref import WeakKeyDictionary

from fhir_content.fhirpath.quantity import Quantity
from fhir_content.fhirpath.temporal import DATE, DATE_TIME, TIME, Temporal


class ChildLike(Protocol):
    """One JSON property: its JSON name (`valueQuantity`), declared name (`value`), and the type below it."""

    name: str
    element: str
    min: int
    is_list: bool

    @property
    def structure(self) -> StructureLike:
        """The type of what stands there."""


class StructureLike(Protocol):
    """A FHIR type or backbone, as `fhir_content.structure` gives it."""

    name: str
    kind: str

    @property
    def base(self) -> StructureLike | None:
        """The type that this one specializes."""

    @property
    def children(self) -> Mapping[str, ChildLike]:
        """Its JSON properties by JSON name."""


class DefinitionsLike(Protocol):
    """All types by name."""

    def structure(self, name: str, /) -> StructureLike | None:
        """The type of a name or of a backbone's path; None if unknown."""


SYSTEM_TYPES = {
    "boolean": "Boolean",
    "integer": "Integer",
    "positiveInt": "Integer",
    "unsignedInt": "Integer",
    "decimal": "Decimal",
    "date": DATE,
    "dateTime": DATE_TIME,
    "instant": DATE_TIME,
    "time": TIME,
}
"""The System type that each FHIR primitive turns into; those not named turn into String."""


class Member(NamedTuple):
    """One way to a child: JSON name, name of the sibling that holds id and extensions ("" for none), its type."""

    name: str
    shadow: str
    type: Type
    is_list: bool


class Type:
    """A FHIR type as expressions see it.

    `system` is the System type of a primitive, "" for others; `lineage` the names of it and all that it specializes.
    """

    def __init__(self, name: str, structure: StructureLike | None, model: Model) -> None:
        self.name = name
        self.model = model
        self.is_known = structure is not None
        self.is_primitive = structure is not None and structure.kind == "primitive-type"
        self.is_resource = structure is not None and structure.kind == "resource"
        self.is_backbone = structure is not None and structure.kind == "backbone"
        self.system = SYSTEM_TYPES.get(name, "String") if self.is_primitive else ""
        base = structure.base if structure is not None else None
        self.base = model.type(base.name) if base is not None else None
        self.lineage: frozenset[str] = (self.base.lineage if self.base else frozenset()) | {name}
        self.is_quantity = "Quantity" in self.lineage
        self._structure = structure
        self._members: dict[str, tuple[Member, ...]] = {}
        self._properties: dict[str, Type] = {}

    def member(self, name: str) -> tuple[Member, ...]:
        """The JSON properties behind an element name; () where the type has no such element."""
        found = self._members.get(name)
        if found is None:
            found = self._members[name] = self._find(name)
        return found

    def property(self, name: str) -> Type:
        """The type of a JSON property (`valueQuantity`); one without known elements where there is no such property."""
        found = self._properties.get(name)
        if found is None:
            child = self._structure.children.get(name) if self._structure else None
            found = self._properties[name] = self._member(child).type if child else self.model.type("")
        return found

    def required(self, name: str) -> bool:
        """Whether every object of this type must have the element."""
        children = self._structure.children.values() if self._structure else ()
        return any(child.element == name and child.min > 0 for child in children)

    @builtins.property
    def names(self) -> list[str]:
        """The element names, in the order of the definition; `value` of a primitive is not among them."""
        if self._structure is None:
            return []
        skipped = {"value"} if self.is_primitive else set()
        return [
            name for name in dict.fromkeys(c.element for c in self._structure.children.values()) if name not in skipped
        ]

    def _find(self, name: str) -> tuple[Member, ...]:
        if self._structure is None:
            return (Member(name, f"_{name}", self.model.type(""), False),)
        children = [child for child in self._structure.children.values() if child.element == name]
        return tuple(self._member(child) for child in children)

    def _member(self, child: ChildLike) -> Member:
        type = self.model.type(child.structure.name)
        if child.name == "id" and self.is_resource:
            type = self.model.type("id")
        return Member(child.name, f"_{child.name}" if type.is_primitive else "", type, child.is_list)

    def __repr__(self) -> str:
        return f"<Type {self.name}>"


class Model:
    """The types of some definitions, each made when first met."""

    def __init__(self, definitions: DefinitionsLike) -> None:
        self._definitions = definitions
        self._types: dict[str, Type] = {}

    def type(self, name: str) -> Type:
        """The type of a name (`Patient`, `Patient.contact`); one without known elements where there is none such."""
        found = self._types.get(name)
        if found is None:
            structure = self._definitions.structure(name) if name else None
            found = self._types[name] = Type(name, structure, self)
        return found

    def knows(self, name: str) -> bool:
        """Whether there is a type of this name."""
        return self.type(name).is_known


_MODELS: WeakKeyDictionary[DefinitionsLike, Model] = WeakKeyDictionary()


def model(definitions: DefinitionsLike) -> Model:
    """The model over some definitions: one per definitions, shared by all expressions."""
    found = _MODELS.get(definitions)
    if found is None:
        found = _MODELS[definitions] = Model(definitions)
    return found


class Typed:
    """FHIR data with its type: an object, or a primitive's value with its `_name` sibling in `shadow`."""

    __slots__ = ("data", "shadow", "type")

    def __init__(self, data: Any, type: Type, shadow: Any = None) -> None:  # noqa: ANN401 - any JSON
        self.data = data
        self.type = type
        self.shadow = shadow

    @property
    def has_value(self) -> bool:
        """Whether it is a primitive with a value, and not with extensions alone."""
        return self.data is not None and self.data.__class__ is not dict

    def __repr__(self) -> str:
        return f"<{self.type.name} {self.data!r}>"


class TypeInfo(NamedTuple):
    """What `type()` returns."""

    namespace: str
    name: str


Item = bool | int | Decimal | str | Temporal | Quantity | Typed | TypeInfo
Items = list[Item]


def system(item: Item) -> Item:
    """The System value that FHIR data stands for; what has none (an object, a value of a wrong kind) as it is."""
    if item.__class__ is not Typed:
        return item
    assert isinstance(item, Typed)  # noqa: S101 - tells the type checker what the line above found
    data, kind = item.data, item.type.system
    if data.__class__ is str:
        if kind in {DATE, DATE_TIME, TIME}:
            parsed = Temporal.parse(data, kind)
            return data if parsed is None else parsed
        return data
    if isinstance(data, bool | int | Decimal):
        return Decimal(data) if kind == "Decimal" and not isinstance(data, bool) else data
    if isinstance(data, float):
        return Decimal(repr(data))
    return _quantity(item) if item.type.is_quantity else item


def _quantity(item: Typed) -> Item:
    """The System quantity of a FHIR one: by its UCUM code, else by its unit as text.

    https://hl7.org/fhir/R4/fhirpath.html#quantity
    """
    data = item.data
    value = data.get("value") if isinstance(data, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float):
        return item
    code = data.get("code") if data.get("system") == "http://unitsofmeasure.org" else data.get("unit")
    return Quantity(Decimal(str(value)), code if isinstance(code, str) and code else "1")


_FIELDS: dict[type[object], tuple[str, ...]] = {TypeInfo: TypeInfo._fields, Quantity: ("value", "unit")}


def navigate(items: Items, name: str) -> Items:
    """The children called `name` of each item, in order."""
    found: Items = []
    for item in items:
        if item.__class__ is Typed:
            _step(item, name, found)
        elif name in _FIELDS.get(item.__class__, ()):
            found.append(getattr(item, name))
    return found


def _step(item: Typed, name: str, found: Items) -> None:
    type, data = item.type, item.data
    if type.is_primitive or data.__class__ is not dict:
        if name == "value":
            if item.has_value:
                found.append(system(item))
            return
        data = item.shadow
        if data.__class__ is not dict:
            return
    for member in type.member(name):
        value = data.get(member.name)
        shadow = data.get(member.shadow) if member.shadow else None
        if value is not None or shadow is not None:
            _add(member.type, value, shadow, found)


def _add(type: Type, value: Any, shadow: Any, found: Items) -> None:  # noqa: ANN401 - any JSON
    if value.__class__ is not list and shadow.__class__ is not list:
        found.append(typed(value, type, shadow))
        return
    values = value if value.__class__ is list else [value]
    shadows = shadow if shadow.__class__ is list else [shadow]
    for index in range(max(len(values), len(shadows) if shadow is not None else 0)):
        one = values[index] if index < len(values) else None
        other = shadows[index] if index < len(shadows) else None
        if one is not None or other is not None:
            found.append(typed(one, type, other))


def typed(value: Any, type: Type, shadow: Any = None) -> Typed:  # noqa: ANN401 - any JSON
    """The value with its type; a resource takes the type that it names itself."""
    if value.__class__ is dict and type.is_resource:
        named = value.get("resourceType")
        if isinstance(named, str) and named != type.name:
            type = type.model.type(named)
    return Typed(value, type, shadow)


def children(item: Item) -> Items:
    """All children of an item, in the order of the data: FHIRPath leaves it open."""
    found: Items = []
    if not isinstance(item, Typed):
        return found
    data = item.data if item.data.__class__ is dict else item.shadow
    if data.__class__ is not dict:
        return found
    type = item.type
    for key in data:
        name = key[1:] if key[:1] == "_" else key
        if name == "resourceType" or (name is not key and name in data):
            continue
        child = type.property(name)
        if child.is_known or not type.is_known:
            _add(child, data.get(name), data.get(f"_{name}"), found)
    return found
