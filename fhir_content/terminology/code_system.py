"""A code system: its concepts, their hierarchy, and the filters that a value set may put on them.

https://hl7.org/fhir/R4/codesystem.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

MAX_PATTERN = 200  # characters of a regex filter
MAX_TEXT = 1000  # characters that a regex filter is tried on


@dataclass(slots=True)
class CodeSystem:
    """A code system that is here: its concepts by code, and the parents of each.

    `complete` is false when only a part of the system is here, so that an unknown code proves nothing.
    """

    url: str
    version: str
    complete: bool
    concepts: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    parents: dict[str, set[str]] = field(default_factory=dict)
    case_sensitive: bool = True

    def display(self, code: str) -> str | None:
        """The display of a code, "" where it has none; None where the code is not here."""
        concept = self.concepts.get(code)
        return None if concept is None else str(concept.get("display", ""))

    def descendants(self, code: str) -> set[str]:
        """Every code below one, itself not counted."""
        below: dict[str, list[str]] = {}
        for child, parents in self.parents.items():
            for parent in parents:
                below.setdefault(parent, []).append(child)
        found: set[str] = set()
        pending = list(below.get(code, ()))
        while pending:
            each = pending.pop()
            if each not in found:
                found.add(each)
                pending.extend(below.get(each, ()))
        return found


def dicts(value: object) -> list[Mapping[str, Any]]:
    """The objects of an array; anything else there is somebody else's issue."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def strings(value: object) -> list[str]:
    """The texts of an array."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def read_code_system(data: Mapping[str, Any]) -> CodeSystem:
    """A CodeSystem resource, as plain data, with its hierarchy unfolded."""
    complete = data.get("content") == "complete"
    system = CodeSystem(str(data.get("url", "")), str(data.get("version", "")), complete)
    system.case_sensitive = data.get("caseSensitive") is not False
    pending: list[tuple[Mapping[str, Any], str]] = [(each, "") for each in reversed(dicts(data.get("concept")))]
    while pending:
        concept, parent = pending.pop()
        code = str(concept.get("code", ""))
        system.concepts.setdefault(code, concept)
        parents = system.parents.setdefault(code, set())
        if parent:
            parents.add(parent)
        # v3 systems are polyhierarchies: further parents are properties
        parents.update(str(value) for key, value in _properties(concept) if key in {"parent", "subsumedBy"})
        pending.extend((child, code) for child in reversed(dicts(concept.get("concept"))))
    return system


def _properties(concept: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for each in dicts(concept.get("property")):
        for key, value in each.items():
            if key.startswith("value"):
                yield str(each.get("code", "")), value


def filtered(system: CodeSystem, filter: Mapping[str, Any]) -> set[str] | None:
    """The codes that one filter lets through; None where it cannot be answered.

    https://hl7.org/fhir/R4/valueset-filter-operator.html
    """
    name, operator, value = (str(filter.get(key, "")) for key in ("property", "op", "value"))
    if operator in {"is-a", "descendent-of", "is-not-a", "generalizes"} and name in {"concept", "code"}:
        if value not in system.concepts:
            return None
        return _by_hierarchy(system, operator, value)
    found: set[str] = set()
    test = _test(operator, value)
    if test is None:
        return None
    for code, concept in system.concepts.items():
        values = _values(name, code, concept)
        matched = any(test(each) for each in values)
        if operator == "exists":
            matched = bool(values) == (value == "true")
        elif operator == "not-in":
            matched = not matched
        if matched:
            found.add(code)
    return found


def _by_hierarchy(system: CodeSystem, operator: str, code: str) -> set[str]:
    if operator == "generalizes":
        return {each for each in system.concepts if each == code or code in system.descendants(each)}
    below = system.descendants(code)
    if operator == "descendent-of":
        return below
    inside = below | {code}
    return inside if operator == "is-a" else set(system.concepts) - inside


def _values(name: str, code: str, concept: Mapping[str, Any]) -> list[str]:
    if name in {"code", "concept"}:
        return [code]
    if name == "display":
        return [str(concept["display"])] if "display" in concept else []
    values = (value for key, value in _properties(concept) if key == name)
    return [str(each).lower() if isinstance(each, bool) else str(_code_of(each)) for each in values]


def _code_of(value: object) -> object:
    return value.get("code", "") if isinstance(value, dict) else value


def _test(operator: str, value: str) -> Callable[[str], bool] | None:
    if operator == "=":
        return lambda each: each == value
    if operator in {"in", "not-in"}:
        wanted = {each.strip() for each in value.split(",")}
        return lambda each: each in wanted
    if operator == "exists":
        return lambda each: True
    if operator == "regex":
        pattern = _safe_pattern(value)
        return None if pattern is None else lambda each: len(each) <= MAX_TEXT and pattern.fullmatch(each) is not None
    return None


_NESTED_REPEAT = re.compile(r"[*+}]\)*[*+{]|\([^()]*[*+{|][^()]*\)[*+{]|\\[1-9]|\(\?")


def _safe_pattern(text: str) -> re.Pattern[str] | None:
    """The pattern of a regex filter; None where it is wrong, or could take time beyond bounds."""
    if len(text) > MAX_PATTERN or _NESTED_REPEAT.search(text):
        return None
    try:
        return re.compile(text)
    except re.error:
        return None
