"""The expansion of a value set: which codes it has, and which part of it cannot be told here.

https://hl7.org/fhir/R4/valueset.html#compositions
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from fhir_content.terminology.code_system import CodeSystem, dicts, filtered, strings

MAX_CONCEPTS = 200_000
_MAX_NESTING = 50
# Systems that are a grammar, not a list: their codes are judged by code.
GRAMMARS = frozenset({"http://unitsofmeasure.org", "urn:ietf:bcp:13", "urn:ietf:bcp:47", "urn:iso:std:iso:4217"})


@dataclass(frozen=True, slots=True)
class Concept:
    """A code of a system, with its display ("" where none is given)."""

    system: str
    code: str
    display: str = ""
    version: str = ""


@dataclass(slots=True)
class Expansion:
    """The codes of a value set.

    `unknown` lists the systems and value sets whose part could not be told, with the reason of each;
    `problems` what is wrong with the definition itself (a circle, a filter that no system can answer).
    """

    concepts: dict[tuple[str, str], Concept] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    grammars: set[str] = field(default_factory=set)
    _codes: frozenset[str] | None = None

    @property
    def complete(self) -> bool:
        """Whether every code of the value set is listed."""
        return not self.unknown and not self.grammars

    @property
    def codes(self) -> frozenset[str]:
        """The codes alone, whatever their system: what an element of type code may hold."""
        if self._codes is None:
            self._codes = frozenset(code for _, code in self.concepts)
        return self._codes

    def has(self, system: str, code: str) -> bool | None:
        """Whether the value set has the code; None when that cannot be told here."""
        if (system, code) in self.concepts:
            return True
        untold = system in self.grammars or system in self.unknown or any("ValueSet" in each for each in self.unknown)
        return None if untold else False


class Known(Protocol):
    """Where an expansion finds what it refers to."""

    def code_system(self, url: str, version: str = "") -> CodeSystem | None:
        """The code system of a url."""

    def find_value_set(self, canonical: str) -> Mapping[str, Any] | None:
        """The ValueSet of a canonical."""


class Expander:
    """One expansion; `seen` on the way down finds circles."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._done: dict[str, Expansion] = {}

    def expand(self, data: Mapping[str, Any], seen: tuple[str, ...]) -> Expansion:
        """The codes of a ValueSet; `seen` are the urls of those that include it."""
        expansion = Expansion()
        url = str(data.get("url", ""))
        if (url and url in seen) or len(seen) > _MAX_NESTING:
            expansion.problems.append(f"the value set {url} includes itself")
            return expansion
        seen = (*seen, url)
        compose = data.get("compose")
        compose = compose if isinstance(compose, dict) else {}
        for part in dicts(compose.get("include")):
            self._merge(expansion, self._part(part, seen))
        for part in dicts(compose.get("exclude")):
            self._remove(expansion, self._part(part, seen))
        if not compose and isinstance(data.get("expansion"), dict):
            for concept in _contains(data["expansion"]):
                expansion.concepts.setdefault((concept.system, concept.code), concept)
        return expansion

    def _merge(self, expansion: Expansion, part: Expansion) -> None:
        for key, concept in part.concepts.items():
            if len(expansion.concepts) >= MAX_CONCEPTS:
                expansion.unknown.setdefault("ValueSet", f"it has over {MAX_CONCEPTS} codes")
                break
            expansion.concepts.setdefault(key, concept)
        expansion.unknown.update(part.unknown)
        expansion.grammars |= part.grammars
        expansion.problems.extend(part.problems)

    def _remove(self, expansion: Expansion, part: Expansion) -> None:
        for key in part.concepts:
            expansion.concepts.pop(key, None)
        expansion.problems.extend(part.problems)
        for system, reason in part.unknown.items():
            touched = [key for key in expansion.concepts if key[0] == system]
            if touched or "ValueSet" in system:
                expansion.unknown[system] = f"what is excluded of it: {reason}"
                for key in touched:
                    expansion.concepts.pop(key)

    def _part(self, part: Mapping[str, Any], seen: tuple[str, ...]) -> Expansion:
        """One include or exclude: the codes of a system, and of them those in every value set named."""
        sets = [self._nested(each, seen) for each in strings(part.get("valueSet"))]
        found = self._of_system(part) if isinstance(part.get("system"), str) else None
        for each in sets:
            found = each if found is None else _both(found, each)
        return found if found is not None else Expansion()

    def _nested(self, canonical: str, seen: tuple[str, ...]) -> Expansion:
        data = self._known.find_value_set(canonical)
        if data is None:
            return Expansion(unknown={f"ValueSet {canonical}": "it is not here"})
        if canonical not in self._done:
            self._done[canonical] = self.expand(data, seen)
        return self._done[canonical]

    def _of_system(self, part: Mapping[str, Any]) -> Expansion:
        url, version = str(part["system"]), str(part.get("version", ""))
        listed, filters = dicts(part.get("concept")), dicts(part.get("filter"))
        system = self._known.code_system(url, version)
        if listed:
            return Expansion(_listed(url, version, listed, system))
        if url in GRAMMARS and not filters:
            return Expansion(grammars={url})
        if system is None or not system.complete:
            return Expansion(unknown={url: "the code system is not here"})
        codes: Iterable[str] = system.concepts
        expansion = Expansion()
        for each in filters:
            answer = filtered(system, each)
            if answer is None:
                what = f"{each.get('property')} {each.get('op')} {each.get('value')}"
                return Expansion(unknown={url: f"the filter {what} cannot be answered here"})
            codes = [code for code in codes if code in answer]
        for code in codes:
            display = str(system.concepts[code].get("display", ""))
            expansion.concepts[url, code] = Concept(url, code, display, version)
        return expansion


def _listed(
    url: str, version: str, listed: Sequence[Mapping[str, Any]], system: CodeSystem | None
) -> dict[tuple[str, str], Concept]:
    found: dict[tuple[str, str], Concept] = {}
    for each in listed:
        code = str(each.get("code", ""))
        display = each.get("display") or (system.display(code) if system is not None else "") or ""
        found.setdefault((url, code), Concept(url, code, str(display), version))
    return found


def _both(left: Expansion, right: Expansion) -> Expansion:
    """What two expansions share; what either could not tell stays untold."""
    if left.complete and right.complete:
        return Expansion({key: each for key, each in left.concepts.items() if key in right.concepts})
    shared = {key: each for key, each in left.concepts.items() if key in right.concepts}
    return Expansion(shared, {**left.unknown, **right.unknown}, [*left.problems, *right.problems])


def _contains(data: Mapping[str, Any]) -> Iterator[Concept]:
    for each in dicts(data.get("contains")):
        if "code" in each and not each.get("abstract"):
            yield Concept(str(each.get("system", "")), str(each["code"]), str(each.get("display", "")))
        yield from _contains(each)
