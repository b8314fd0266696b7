"""The words of a case: values, dates and ages as a clinician writes them, and names of codes the project knows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from fhir_content.catalog import Catalog
from fhir_content.resource import Element

UCUM = "http://unitsofmeasure.org"
_AGO = re.compile(r"(\d+) (day|week|month|year)s?(?: (ago|from now))?")
_NUMBER = r"\d+(?:\.\d+)?"
_QUANTITY = re.compile(rf"(?P<sign><=|<|>=|>)?\s*(?P<low>-?{_NUMBER})(?:-(?P<high>{_NUMBER}))?(?:\s+(?P<unit>\S+))?")


class WordError(Exception):
    """A word of a case that cannot be understood; the message says what would be."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number or a range with its unit, perhaps with a comparator as laboratories write it."""

    low: Decimal
    high: Decimal
    unit: str
    comparator: str

    @classmethod
    def parse(cls, text: str) -> Amount | None:
        """`3.8 g/L`, `<0.07 g/L`, `28-42 g`, `12`; None when the text is none of these."""
        match = _QUANTITY.fullmatch(text.strip())
        if match is None:
            return None
        low = Decimal(match["low"])
        high = Decimal(match["high"]) if match["high"] else low
        return cls(low, high, match["unit"] or "", match["sign"] or "")

    def quantity(self) -> dict[str, Any]:
        """As a FHIR Quantity, its unit a UCUM code."""
        comparator = {"comparator": self.comparator} if self.comparator else {}
        unit = {"unit": self.unit, "system": UCUM, "code": self.unit} if self.unit else {}
        return {"value": self.low, **comparator, **unit}


def day(text: str, today: date) -> date:
    """`2026-11-22`, `today`, `3 weeks ago`, `2 years` (ago, where the word is left out); raises WordError."""
    if text in ("today", "now"):
        return today
    match = _AGO.fullmatch(text)
    if match is None:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise WordError(f"`{text}` is not a day: write 2026-11-22, today, 3 weeks ago or 2 years ago") from None
    number = int(match[1]) * (1 if match[3] == "from now" else -1)
    if match[2] in ("day", "week"):
        return today + timedelta(days=number * (7 if match[2] == "week" else 1))
    return _months_later(today, number * (12 if match[2] == "year" else 1))


def _months_later(start: date, months: int) -> date:
    """The same day of another month, or its last day where the month is shorter."""
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(start.day, (following - timedelta(days=1)).day))


class Vocabulary:
    """The names of the project's codes: titles of value sets, displays and codes of its concepts."""

    def __init__(self, catalog: Catalog) -> None:
        """Read the names from the catalog's value sets and code systems."""
        self._catalog = catalog

    @cached_property
    def _names(self) -> dict[str, dict[str, str]]:
        names: dict[str, dict[str, str]] = {}
        for system in self._catalog.of("CodeSystem"):
            for concept in system.root.walk():
                if "code" in concept.path or not concept.text("code") or concept.path[-2:-1] != ("concept",):
                    continue
                coding = _coding(system.url, concept)
                names.setdefault(concept.text("code").lower(), coding)
                names.setdefault(concept.text("display").lower(), coding)
        titled: dict[str, dict[str, str]] = {}
        for value_set in self._catalog.of("ValueSet"):
            for include in (value_set.root.get("compose") or value_set.root).each("include"):
                for concept in include.each("concept"):
                    title = value_set.root.text("title").lower()
                    titled.setdefault(title, _coding(include.text("system"), concept))
        return {**names, **titled}

    def coding(self, word: str) -> dict[str, str]:
        """The coding that a word stands for; raises WordError with the nearest names."""
        found = self._names.get(word.lower())
        if found is None:
            from difflib import get_close_matches

            near = get_close_matches(word.lower(), self._names, n=3, cutoff=0.5)
            hint = f"; did you mean {', '.join(f'`{each}`' for each in near)}?" if near else ""
            raise WordError(f"`{word}` is not the title of a value set or a concept of this project{hint}")
        return found

    def concept(self, word: str) -> dict[str, Any]:
        """The CodeableConcept that a word stands for, with the word as its text."""
        return {"coding": [self.coding(word)], "text": word}


def _coding(system: str, concept: Element) -> dict[str, str]:
    coding = {"system": system, "code": concept.text("code")}
    return {**coding, "display": concept.text("display")} if concept.text("display") else coding
