"""Value sets, code systems and concept maps: expand, validate_code, translate.

What is known is the Catalog and the compiled R4 package. A code of any other system (SNOMED CT, LOINC, RxNorm) is
known only where a value set lists it; whatever would need the whole system is "not checked", never guessed.
https://hl7.org/fhir/R4/terminology-service.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from fhir_content.canonical import Canonical
from fhir_content.catalog import Catalog
from fhir_content.core import VERSION, core
from fhir_content.resource import Resource
from fhir_content.terminology.code_system import CodeSystem, dicts, read_code_system
from fhir_content.terminology.expansion import GRAMMARS, Concept, Expander, Expansion

__all__ = [
    "GRAMMARS",
    "CodeSystem",
    "Concept",
    "Expansion",
    "Terminology",
    "Validation",
    "expand",
    "terminology",
    "translate",
    "validate_code",
]


@dataclass(frozen=True, slots=True)
class Validation:
    """What is known of a code: `result` None means not checked; `display` is the right one where known."""

    result: bool | None
    message: str = ""
    display: str = ""


class Terminology:
    """The code systems and value sets of a Catalog and of the R4 package, each read once.

    What the package alone decides is read once for all catalogs.
    """

    def __init__(self, catalog: Catalog | None = None) -> None:
        """Look into `catalog` first, then into the package."""
        self._catalog = catalog
        self._own = {each.url for each in catalog.of("CodeSystem", "ValueSet")} if catalog is not None else set()
        self._package = package_terminology() if catalog is not None else None
        self._systems: dict[tuple[str, str], CodeSystem | None] = {}
        self._expansions: dict[str, Expansion | None] = {}

    def code_system(self, url: str, version: str = "") -> CodeSystem | None:
        """The code system of a url, or None where it is not here."""
        if self._package is not None and url not in self._own:
            return self._package.code_system(url, version)
        key = (url, version)
        if key not in self._systems:
            data = self._find("CodeSystem", Canonical(url, version))
            self._systems[key] = read_code_system(data) if data is not None else None
        return self._systems[key]

    def value_set(self, canonical: str) -> Expansion | None:
        """The expansion of the value set of a canonical; None where it is not here."""
        if canonical not in self._expansions:
            data = self._find("ValueSet", Canonical.parse(canonical))
            self._expansions[canonical] = self._expansion(canonical, data) if data is not None else None
        return self._expansions[canonical]

    def _expansion(self, canonical: str, data: Mapping[str, Any]) -> Expansion:
        """The package's own expansion, unless the catalog holds something that it would be made of."""
        shared = self._package.value_set(canonical) if self._package is not None else None
        if (
            shared is None
            or self._own & package_urls()
            or any(each in key for key in shared.unknown for each in self._own)
        ):
            return self.expand(data)
        return shared

    def expand(self, data: Mapping[str, Any]) -> Expansion:
        """The codes of a ValueSet given as plain data."""
        return Expander(self).expand(data, ())

    def find_value_set(self, canonical: str) -> Mapping[str, Any] | None:
        """The ValueSet itself, as plain data."""
        return self._find("ValueSet", Canonical.parse(canonical))

    def _find(self, kind: str, canonical: Canonical) -> Mapping[str, Any] | None:
        wanted = Canonical(canonical.url, canonical.version)
        found = self._catalog.resolve(wanted) if self._catalog is not None else None
        if found is not None and found.type == kind:
            return found.data
        record = core().read(kind, canonical.url)
        if record is None:
            return None
        # The package's own elements name old versions of v2 and v3 value sets: the one it carries is meant.
        same = canonical.version in {"", VERSION, record.get("version")} or canonical.url.startswith(_HL7)
        return record if same else None


_HL7 = ("http://terminology.hl7.org/", "http://hl7.org/fhir/")


@lru_cache(maxsize=8)
def _terminology_of(catalog: Catalog) -> Terminology:
    return Terminology(catalog)


def terminology(catalog: Catalog | None = None) -> Terminology:
    """The terminology of a Catalog, made once for each."""
    return package_terminology() if catalog is None else _terminology_of(catalog)


@cache
def package_terminology() -> Terminology:
    """The terminology of the R4 package alone, for as long as the process lives."""
    return Terminology()


@cache
def package_urls() -> frozenset[str]:
    """The urls of the package's code systems and value sets."""
    return frozenset((*core().urls("CodeSystem"), *core().urls("ValueSet")))


def expand(value_set: Resource, catalog: Catalog | None = None) -> Expansion:
    """The codes of a ValueSet resource, from what is here; the same on every run."""
    return terminology(catalog).expand(value_set.data)


def validate_code(
    system: str, code: str, catalog: Catalog | None = None, *, display: str = "", value_set: str = ""
) -> Validation:
    """Whether a code exists in its system (and in a value set, when one is named), and has this display."""
    known = terminology(catalog)
    if value_set:
        expansion = known.value_set(value_set)
        inside = expansion.has(system, code) if expansion is not None else None
        if inside is False:
            return Validation(False, f"{system}#{code} is not in the value set {value_set}")
    code_system = known.code_system(system)
    if code_system is None:
        listed = value_set and inside
        return Validation(True if listed else None, "" if listed else f"the code system {system} is not here")
    right = code_system.display(code)
    if right is None:
        if code_system.complete:
            return Validation(False, f"{code} is not a code of {system}")
        return Validation(None, f"only a part of {system} is here")
    if display and right and display.casefold() != right.casefold():
        return Validation(False, f"the display of {code} is '{right}', not '{display}'", right)
    return Validation(True, "", right)


def translate(concept_map: Resource, system: str, code: str, target: str = "") -> list[tuple[Concept, str]]:
    """The targets that a ConceptMap gives for a code, each with its equivalence; `target` narrows to one system."""
    found: list[tuple[Concept, str]] = []
    for group in dicts(concept_map.data.get("group")):
        to = str(group.get("target", ""))
        if group.get("source", system) != system or (target and to != target):
            continue
        elements = [each for each in dicts(group.get("element")) if each.get("code") == code]
        for element in elements:
            for each in dicts(element.get("target")):
                concept = Concept(to, str(each.get("code", "")), str(each.get("display", "")))
                found.append((concept, str(each.get("equivalence", "equivalent"))))
        if not elements:
            found.extend(_unmapped(group.get("unmapped"), to, code))
    return found


def _unmapped(unmapped: object, system: str, code: str) -> Iterator[tuple[Concept, str]]:
    if isinstance(unmapped, dict):
        if unmapped.get("mode") == "provided":
            yield Concept(system, code), "equivalent"
        elif unmapped.get("mode") == "fixed":
            yield Concept(system, str(unmapped.get("code", "")), str(unmapped.get("display", ""))), "inexact"
