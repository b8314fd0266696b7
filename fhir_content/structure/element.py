"""The parts of an ElementDefinition that can be checked, read from FHIR's JSON.

https://hl7.org/fhir/R4/elementdefinition.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_FHIR_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"
_MAX_VALUE_SET = "http://hl7.org/fhir/StructureDefinition/elementdefinition-maxValueSet"


@dataclass(frozen=True, slots=True)
class Invariant:
    """A constraint written in FHIRPath; `severity` is "error" or "warning", `source` the url of who states it."""

    key: str
    severity: str
    human: str
    expression: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Binding:
    """Which value set an element's codes come from, and how strictly.

    `strength` is required | extensible | preferred | example; `value_set` a canonical as written (`url|version`);
    `max_value_set` is the outer bound that an extensible or preferred binding may have, or "".
    """

    strength: str
    value_set: str
    max_value_set: str = ""


@dataclass(frozen=True, slots=True)
class ElementType:
    """One type that an element may have: its name, the profiles it must meet, the profiles a reference may target."""

    code: str
    profiles: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    aggregation: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Discriminator:
    """How slices are told apart: `type` is value | exists | pattern | type | profile, `path` a simple FHIRPath."""

    type: str
    path: str


@dataclass(frozen=True, slots=True)
class Slicing:
    """How the repetitions of an element are cut into slices; `rules` is open | closed | openAtEnd."""

    discriminators: tuple[Discriminator, ...]
    rules: str = "open"
    ordered: bool = False


@dataclass(slots=True, eq=False)
class ElementDefinition:
    """One element as a StructureDefinition states it; what is not stated is None, or empty.

    `name` has no `[x]`; `max` is None for both "*" and not stated: ask `is_list`, or `max_stated`.
    `fixed` and `pattern` are (type name, value), `min_value` and `max_value` too.
    """

    path: str
    name: str
    id: str = ""
    is_choice: bool = False
    min: int = 0
    max: int | None = None
    max_stated: bool = False
    types: tuple[ElementType, ...] = ()
    content_reference: str = ""
    binding: Binding | None = None
    invariants: tuple[Invariant, ...] = ()
    fixed: tuple[str, Any] | None = None
    pattern: tuple[str, Any] | None = None
    min_value: tuple[str, Any] | None = None
    max_value: tuple[str, Any] | None = None
    max_length: int | None = None
    is_modifier: bool = False
    slicing: Slicing | None = None
    slice_name: str = ""

    @property
    def is_list(self) -> bool:
        """Whether JSON holds it in an array, by this definition alone."""
        return self.max != 1

    @classmethod
    def of(cls, data: Mapping[str, Any], source: str = "") -> ElementDefinition:
        """Read one from JSON; `source` is the url of the StructureDefinition that holds it."""
        path = str(data.get("path", ""))
        name = path.rpartition(".")[2]
        most = data.get("max")
        binding = data.get("binding")
        slicing = data.get("slicing")
        values = {key: value for key, value in data.items() if key.startswith(("fixed", "pattern", "minV", "maxV"))}
        return cls(
            path=path,
            name=name.removesuffix("[x]"),
            id=str(data.get("id", path)),
            is_choice=name.endswith("[x]"),
            min=int(data.get("min", 0)),
            max=int(most) if isinstance(most, str) and most.isdecimal() else None,
            max_stated=most is not None,
            types=tuple(_type(each) for each in data.get("type", ())),
            content_reference=_content_reference(str(data.get("contentReference", ""))),
            binding=_binding(binding) if binding else None,
            invariants=tuple(_invariant(each, source) for each in data.get("constraint", ())),
            fixed=_value(values, "fixed"),
            pattern=_value(values, "pattern"),
            min_value=_value(values, "minValue"),
            max_value=_value(values, "maxValue"),
            max_length=int(data["maxLength"]) if "maxLength" in data else None,
            is_modifier=data.get("isModifier") is True,
            slicing=_slicing(slicing) if slicing else None,
            slice_name=str(data.get("sliceName", "")),
        )


def _content_reference(text: str) -> str:
    return text.rpartition("#")[2]


def _extension(data: Mapping[str, Any], url: str) -> str:
    for extension in data.get("extension", ()):
        if extension.get("url") == url:
            return next((str(value) for key, value in extension.items() if key.startswith("value")), "")
    return ""


def _type(data: Mapping[str, Any]) -> ElementType:
    code = str(data.get("code", ""))
    if code.startswith("http://hl7.org/fhirpath/System."):
        code = _extension(data, _FHIR_TYPE) or code.rpartition(".")[2].lower()
    return ElementType(
        code,
        _strings(data.get("profile", ())),
        _strings(data.get("targetProfile", ())),
        _strings(data.get("aggregation", ())),
    )


def _strings(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(str(each) for each in values)


def _binding(data: Mapping[str, Any]) -> Binding:
    return Binding(str(data.get("strength", "")), str(data.get("valueSet", "")), _extension(data, _MAX_VALUE_SET))


def _invariant(data: Mapping[str, Any], source: str) -> Invariant:
    return Invariant(
        str(data.get("key", "")),
        str(data.get("severity", "error")),
        str(data.get("human", "")),
        str(data.get("expression", "")),
        str(data.get("source", source)),
    )


def _slicing(data: Mapping[str, Any]) -> Slicing:
    discriminators = (
        Discriminator(str(each.get("type", "")), str(each.get("path", ""))) for each in data.get("discriminator", ())
    )
    return Slicing(tuple(discriminators), str(data.get("rules", "open")), bool(data.get("ordered", False)))


def _value(values: Mapping[str, Any], prefix: str) -> tuple[str, Any] | None:
    for key, value in values.items():
        if key.startswith(prefix) and len(key) > len(prefix):
            kind = key[len(prefix) :]
            return kind, value
    return None
