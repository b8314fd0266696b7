"""FHIR R4 as the logic sees it: elements of JSON data with their types, read by name.

The types come from FHIR's own structure definitions; what reads an element is made once per type and name.
A choice element is asked for by its bare name (`value`), a primitive holds its System value under `value`.
https://hl7.org/fhir/R4/json.html
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TypeAlias

from fhir_content.cql.conversions import parse_date_time, to_date, to_time
from fhir_content.cql.error import CqlError
from fhir_content.cql.values import Long, Value
from fhir_content.structure import Child, Structure, definitions

Read: TypeAlias = "Callable[[Element], Value]"
_MAX_DIGITS = 60
# Types of the model info that are profiles in R4: the data say only what they are profiles of.
_PROFILED = {"SimpleQuantity": "Quantity", "MoneyQuantity": "Quantity"}


class Element:
    """A value in FHIR data: an object, or a primitive with its `_name` sibling as `extra`."""

    __slots__ = ("data", "extra", "type")

    def __init__(self, type: Type, data: Value, extra: Value = None) -> None:
        self.type, self.data, self.extra = type, data, extra

    def get(self, name: str) -> Value:
        """The child of that name: an Element, a list of them, a System value, or None."""
        return self.type.members[name](self)

    def children(self) -> list[Value]:
        """All children that are there."""
        found: list[Value] = []
        for name in self.type.element_names():
            value = self.get(name)
            found.extend(value if isinstance(value, list) else [] if value is None else [value])
        return found

    def __repr__(self) -> str:
        identity = self.data.get("id") if isinstance(self.data, dict) else self.data
        return f"{self.type.name}({identity})"


class _Readers(dict[str, Read]):
    """What reads each element of a type, made when it is first asked for."""

    def __init__(self, make: Callable[[str], Read]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, name: str) -> Read:
        read = self[name] = self._make(name)
        return read


class Type:
    """A FHIR type: its name, all types that it is, and how its elements (`members`) and their values are read."""

    __slots__ = ("members", "model", "name", "names", "primitive", "structure", "values")

    def __init__(self, model: Model, structure: Structure) -> None:
        self.model, self.structure = model, structure
        self.name = structure.path if structure.kind == "backbone" else structure.name
        self.names = frozenset(_ancestors(structure))
        self.primitive = _PRIMITIVES.get(structure.name, _text) if structure.kind == "primitive-type" else None
        self.members, self.values = _Readers(self.reader), _Readers(self.value_reader)

    def element_names(self) -> list[str]:
        """The declared names of the elements, choices once, and `value` for a primitive."""
        names = list(dict.fromkeys(child.element for child in self.structure.children.values()))
        return [*names, "value"] if self.primitive and "value" not in names else names

    def reader(self, name: str) -> Read:
        """What reads the element of that name; it gives null where the type has none."""
        if self.primitive:
            return self._primitive_reader(name)
        children = self.structure.child(name)
        if not children:
            return lambda element: None
        reads = [_child_reader(self.model, child) for child in children]
        if len(reads) == 1:
            return reads[0]

        def read(element: Element) -> Value:
            for one in reads:
                value = one(element)
                if value is not None:
                    return value
            return None

        return read

    def value_reader(self, name: str) -> Read:
        """What reads `name.value`: for a single primitive, straight from the JSON."""
        children = () if self.primitive else self.structure.child(name)
        if len(children) != 1 or children[0].is_list or not children[0].is_primitive:
            return lambda element: _value_below(self.members[name](element))
        type, key, offset = self.model.type_of(children[0].structure), children[0].name, self.model.offset
        convert = type.primitive or _text

        def read(element: Element) -> Value:
            value = element.data.get(key)
            return None if value is None else convert(value, offset)

        return read

    def _primitive_reader(self, name: str) -> Read:
        convert, offset = self.primitive or _text, self.model.offset
        if name == "value":
            return lambda element: None if element.data is None else convert(element.data, offset)
        extension = self.model.type("Extension")
        if name == "extension":

            def read(element: Element) -> Value:
                found = element.extra.get("extension") if isinstance(element.extra, dict) else None
                return None if found is None else [Element(extension, item) for item in _objects(found, name)]

            return read
        return lambda element: element.extra.get(name) if isinstance(element.extra, dict) else None


def _value_below(value: Value) -> Value:
    if isinstance(value, list):
        return [found for item in value if (found := _value_below(item)) is not None]
    return value.get("value") if isinstance(value, Element) else None


def _ancestors(structure: Structure | None) -> list[str]:
    names = []
    while structure is not None:
        names.append(structure.path if structure.kind == "backbone" else structure.name)
        structure = structure.base
    return names


def _object(value: Value, name: str) -> Value:
    if not isinstance(value, dict):
        raise CqlError(f"the data hold {str(value)[:40]!r} where {name} is an object")
    return value


def _objects(value: Value, name: str) -> list[Value]:
    if not isinstance(value, list):
        raise CqlError(f"the data hold {str(value)[:40]!r} where {name} is a list")
    return [_object(item, name) for item in value]


def _child_reader(model: Model, child: Child) -> Read:
    name, path = child.name, child.path
    if child.type == "Resource":
        return _resource_reader(model, child)
    type = model.type_of(child.structure)
    if child.is_primitive:
        return _primitive_list(type, name, path) if child.is_list else _primitive_single(type, name)

    def read(element: Element) -> Value:
        value = element.data.get(name)
        return None if value is None else Element(type, _object(value, path))

    def read_list(element: Element) -> Value:
        value = element.data.get(name)
        return None if value is None else [Element(type, item) for item in _objects(value, path)]

    return read_list if child.is_list else read


def _primitive_single(type: Type, name: str) -> Read:
    sibling = f"_{name}"

    def read(element: Element) -> Value:
        data = element.data
        value = data.get(name)
        if sibling in data:
            return Element(type, value, data[sibling])
        return None if value is None else Element(type, value)

    return read


def _primitive_list(type: Type, name: str, path: str) -> Read:
    sibling = f"_{name}"

    def read(element: Element) -> Value:
        values, extras = element.data.get(name), element.data.get(sibling)
        if values is None and extras is None:
            return None
        values, extras = values or [], extras or []
        if not isinstance(values, list) or not isinstance(extras, list):
            raise CqlError(f"the data hold a single value where {path} is a list")
        count = max(len(values), len(extras))
        padded = [*extras, *[None] * (count - len(extras))]
        return [
            Element(type, value, extra)
            for value, extra in zip([*values, *[None] * (count - len(values))], padded, strict=True)
        ]

    return read


def _resource_reader(model: Model, child: Child) -> Read:
    name, path = child.name, child.path

    def read(element: Element) -> Value:
        value = element.data.get(name)
        if value is None:
            return None
        if child.is_list:
            return [model.resource(item) for item in _objects(value, path)]
        return model.resource(_object(value, path))

    return read


class Model:
    """The types of FHIR R4; dates and times without offset are taken at this one, in minutes."""

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self._types: dict[str, Type] = {}
        self._resources: dict[object, Type] = {}

    def type(self, name: str) -> Type:
        """The type of that name or path; raises CqlError for one that FHIR does not know."""
        found = self._types.get(name)
        if found is None:
            structure = definitions().structure(name)
            if structure is None:
                raise CqlError(f"unknown FHIR type {name[:80]}")
            found = self._types[name] = self.type_of(structure)
        return found

    def type_of(self, structure: Structure) -> Type:
        """The type that a structure describes."""
        key = structure.path
        if key not in self._types:
            self._types[key] = Type(self, structure)
        return self._types[key]

    def resource(self, data: Value) -> Element:
        """A resource with its type; raises CqlError for one without a known `resourceType`."""
        name = data.get("resourceType") if isinstance(data, dict) else None
        if type(name) is str and name in self._resources:
            return Element(self._resources[name], data)
        if not isinstance(name, str) or name not in definitions().resource_types:
            raise CqlError(f"not a resource of FHIR R4: resourceType {str(name)[:60]}")
        self._resources[name] = self.type(name)
        return Element(self._resources[name], data)


@lru_cache(maxsize=64)
def model_at(offset: int) -> Model:
    """The types, with dates and times taken at an offset in minutes."""
    return Model(offset)


def _text(value: Value, offset: int) -> str:
    if not isinstance(value, str):
        raise CqlError(f"the data hold {str(value)[:40]!r} where a string is expected")
    return value


def _boolean(value: Value, offset: int) -> bool:
    if not isinstance(value, bool):
        raise CqlError(f"the data hold {str(value)[:40]!r} where a boolean is expected")
    return value


def _integer(value: Value, offset: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**31:
        raise CqlError(f"the data hold {str(value)[:40]!r} where an integer is expected")
    return value


def _integer64(value: Value, offset: int) -> Long:
    return Long(_integer(value, offset))


def decimal(value: Value, offset: int) -> Decimal:
    """A decimal of FHIR data with its digits; raises CqlError for anything else."""
    if type(value) in (Decimal, int, float):
        try:
            number = value if isinstance(value, Decimal) else Decimal(repr(value))
            if number.is_finite() and number.adjusted() < 28 and len(number.as_tuple().digits) < _MAX_DIGITS:
                return number
        except (InvalidOperation, ValueError):
            pass
    raise CqlError(f"the data hold {str(value)[:40]!r} where a decimal is expected")


@lru_cache(maxsize=65_536)
def _date(value: str, offset: int) -> Value:
    return to_date(_text(value, offset))


@lru_cache(maxsize=65_536)
def _date_time(value: str, offset: int) -> Value:
    return parse_date_time(_text(value, offset), offset)


def _time(value: Value, offset: int) -> Value:
    return to_time(_text(value, offset))


def _hashable(convert: Callable[[str, int], Value]) -> Callable[[Value, int], Value]:
    """A remembered conversion of text, with an error for what is not text."""
    return lambda value, offset: convert(value if type(value) is str else _text(value, offset), offset)


_PRIMITIVES: dict[str, Callable[[Value, int], Value]] = {
    "boolean": _boolean,
    "integer": _integer,
    "positiveInt": _integer,
    "unsignedInt": _integer,
    "integer64": _integer64,
    "decimal": decimal,
    "date": _hashable(_date),
    "dateTime": _hashable(_date_time),
    "instant": _hashable(_date_time),
    "time": _time,
}


def type_test(name: str) -> Callable[[Value], bool]:
    """Whether a value is of a FHIR type; a name that is no type is that of a set of codes in the model info."""
    known = structure_named(name)
    if known is None:
        return lambda value: type(value) is Element and "string" in value.type.names
    wanted = known.path if known.kind == "backbone" else known.name
    return lambda value: type(value) is Element and wanted in value.type.names


def structure_named(name: str) -> Structure | None:
    """The structure of a type of the model info: `Observation.Component` there is `Observation.component` in FHIR."""
    name = _PROFILED.get(name, name)
    first, *rest = name.split(".")
    path = ".".join([first, *(part[:1].lower() + part[1:] for part in rest)])
    return definitions().structure(name) or definitions().structure(path)
