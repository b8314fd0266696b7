"""Thresholds: the comparisons of compiled logic, and whether the cases stand at, just below and just above each.

A comparison is watched by two definitions added to a copy of its library, one a side. What needs a query's alias or a
function's operand cannot stand alone and is left to mutation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fhir_content.case.mutants import Elm

_COMPARISONS = frozenset({"Less", "LessOrEqual", "Greater", "GreaterOrEqual"})
_BOUND_ELSEWHERE = frozenset({"AliasRef", "OperandRef", "QueryLetRef", "IterationRef"})
_NEAR = Decimal("0.34")  # "just" below or above: within a third of the threshold, or one of what is counted


@dataclass(frozen=True, slots=True)
class Threshold:
    """One comparison with a number that the content chose."""

    library: str
    definition: str
    locator: str
    left: str
    right: str
    limit_is_left: bool


@dataclass(slots=True)
class Sides:
    """On which sides of a threshold a case has stood."""

    below: bool = False
    at: bool = False
    above: bool = False

    def see(self, value: Decimal, limit: Decimal) -> None:
        """Note one pair of a value and its limit, in the same unit."""
        near = abs(value - limit) <= max(abs(limit) * _NEAR, Decimal(1))
        self.at = self.at or value == limit
        self.below = self.below or (value < limit and near)
        self.above = self.above or (value > limit and near)

    @property
    def missing(self) -> list[str]:
        """The sides on which no case has stood."""
        return [name for name in ("below", "at", "above") if not getattr(self, name)]


def watched(elm: Elm) -> tuple[Elm, list[Threshold]]:
    """A copy of a library with two more definitions for each threshold, and the thresholds."""
    library = elm["library"]
    found: list[Threshold] = []
    probes: list[Elm] = []
    for definition in library["statements"]["def"]:
        if definition.get("type") == "FunctionDef" or "expression" not in definition:
            continue
        for node in _comparisons(definition["expression"]):
            number = len(found)
            names = (f"threshold {number} left", f"threshold {number} right")
            probes += [_definition(name, side, definition) for name, side in zip(names, node["operand"], strict=True)]
            identifier, locator = library["identifier"]["id"], node.get("locator", "")
            found.append(Threshold(identifier, definition["name"], locator, *names, _is_limit(node["operand"][0])))
    statements = {**library["statements"], "def": [*library["statements"]["def"], *probes]}
    return {**elm, "library": {**library, "statements": statements}}, found


def _definition(name: str, expression: Elm, beside: Elm) -> Elm:
    return {
        "name": name,
        "context": beside.get("context", "Patient"),
        "accessLevel": "Public",
        "expression": expression,
    }


def _comparisons(node: Elm) -> Iterator[Elm]:
    sides = node.get("operand", []) if node.get("type") in _COMPARISONS else []
    if sum(map(_is_limit, sides)) == 1 and not any(map(_is_zero, sides)) and not _is_bound_elsewhere(node):
        yield node
    for child in _below(node):
        yield from _comparisons(child)


def _below(node: Elm) -> Iterable[Elm]:
    for name, value in node.items():
        if name in ("annotation", "signature"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, dict):
                yield child


def _is_limit(node: Elm) -> bool:
    """A number, or a definition of a parameters library: what the content chose, not what the record says."""
    if node.get("type") in ("Literal", "Quantity"):
        return True
    if node.get("type") in ("ToDecimal", "ToQuantity", "As", "Negate"):
        return _is_limit(node["operand"])
    return node.get("type") == "ExpressionRef" and "Parameters" in node.get("libraryName", "")


def _is_zero(node: Elm) -> bool:
    """Zero is no clinical threshold: `> 0` guards against a record that cannot be meant."""
    return str(node.get("value", "")) in ("0", "0.0")


def _is_bound_elsewhere(node: Elm) -> bool:
    return node.get("type") in _BOUND_ELSEWHERE or any(_is_bound_elsewhere(child) for child in _below(node))


def number(value: Any) -> Decimal | None:  # noqa: ANN401 - whatever CQL gives
    """The number in a CQL value, when it has one."""
    inner = getattr(value, "value", value)
    return Decimal(inner) if isinstance(inner, int | Decimal) and not isinstance(inner, bool) else None
