"""A resource: its data, the file it came from, and where each element of it is written.

Resources stay JSON; there is no class for each FHIR type. `Resource.model()` gives the typed one to who wants it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from fhir_content.canonical import Canonical
from fhir_content.issue import Location
from fhir_content.source import Json, Path, Source, dumps, expression_of

if TYPE_CHECKING:
    from fhir.resources.R4B.fhirresourcemodel import FHIRResourceModel


class Resource:
    """One FHIR resource as read; `data` is never changed by who reads it."""

    def __init__(self, data: dict[str, Json], source: Source, *, authored: dict[str, Json] | None = None) -> None:
        """Hold `data` read from `source`; `authored` is the data before defaults were filled in."""
        self.data = data
        self.source = source
        self.authored = data if authored is None else authored

    @classmethod
    def of(cls, data: dict[str, Json], file: str = "") -> Resource:
        """A resource from plain data, its places unknown."""
        return cls(data, Source(file, data))

    def _text(self, name: str) -> str:
        value = self.data.get(name)
        return value if isinstance(value, str) else ""

    @cached_property
    def type(self) -> str:
        """The resource type, or "" when it is not said."""
        return self._text("resourceType")

    @cached_property
    def id(self) -> str:
        """The logical id, or ""."""
        return self._text("id")

    @cached_property
    def url(self) -> str:
        """The canonical url, or ""."""
        return self._text("url")

    @cached_property
    def version(self) -> str:
        """The business version, or ""."""
        return self._text("version")

    @cached_property
    def name(self) -> str:
        """The computable name, or ""."""
        return self._text("name")

    @property
    def key(self) -> str:
        """`Type/id`, as a literal reference writes it."""
        return f"{self.type}/{self.id}"

    @property
    def canonical(self) -> Canonical:
        """`url|version`."""
        return Canonical(self.url, self.version)

    @property
    def file(self) -> str:
        """The file as issues name it."""
        return self.source.file

    @property
    def root(self) -> Element:
        """The resource as an element."""
        return Element(self, (), self.data)

    def at(self, path: Path) -> Element:
        """The element at `path`; KeyError or IndexError when there is none."""
        value: Json = self.data
        for step in path:
            value = value[step]  # type: ignore[index]
        return Element(self, path, value)

    def expression(self, path: Path = ()) -> str:
        """FHIRPath of the element, with indexes: `PlanDefinition.action[0].title`."""
        return expression_of(self.type, path)

    def location(self, path: Path = (), *, on_key: bool = False) -> Location:
        """Where the element at `path` is written, or its nearest ancestor."""
        line, column = self.source.place(path, on_key=on_key)
        return Location(self.file, line, column, self.expression(path))

    def model(self) -> FHIRResourceModel:
        """The typed view by fhir.resources (R4B, the nearest it has to R4).

        Raises pydantic's ValidationError where that library disagrees: a second opinion, not the validator.
        """
        from fhir.resources.R4B import get_fhir_model_class  # costs 0.2 s

        model: Any = get_fhir_model_class(self.type)
        return model.model_validate_json(dumps(self.data))  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"<Resource {self.key} {self.file}>"


class Element:
    """A place inside a resource: its path and the value there."""

    __slots__ = ("path", "resource", "value")

    def __init__(self, resource: Resource, path: Path, value: Json) -> None:
        """Point at `value`, found at `path` of `resource`."""
        self.resource = resource
        self.path = path
        self.value = value

    @property
    def expression(self) -> str:
        """FHIRPath with indexes."""
        return self.resource.expression(self.path)

    @property
    def location(self) -> Location:
        """Where it is written."""
        return self.resource.location(self.path)

    def get(self, name: str) -> Element | None:
        """The child of that JSON name, or None."""
        if isinstance(self.value, dict) and name in self.value:
            return Element(self.resource, (*self.path, name), self.value[name])
        return None

    def __getitem__(self, step: str | int) -> Element:
        return Element(self.resource, (*self.path, step), self.value[step])  # type: ignore[index]

    def text(self, name: str) -> str:
        """The child's text, or "" when absent or not a text."""
        value = self.value.get(name) if isinstance(self.value, dict) else None
        return value if isinstance(value, str) else ""

    def each(self, name: str) -> Iterator[Element]:
        """The items of a repeating child, or the one child, or nothing."""
        child = self.get(name)
        if child is None:
            return
        if isinstance(child.value, list):
            for index, item in enumerate(child.value):
                yield Element(self.resource, (*child.path, index), item)
        else:
            yield child

    def walk(self) -> Iterator[Element]:
        """Every object below, itself first, in the order written."""
        if isinstance(self.value, dict):
            yield self
            for name, value in self.value.items():
                if isinstance(value, dict | list):
                    yield from Element(self.resource, (*self.path, name), value).walk()
        elif isinstance(self.value, list):
            for index, value in enumerate(self.value):
                if isinstance(value, dict | list):
                    yield from Element(self.resource, (*self.path, index), value).walk()

    def __repr__(self) -> str:
        return f"<Element {self.expression}>"
