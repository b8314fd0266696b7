"""Small wrongs put into compiled logic on purpose: a case must fail for each, or a case is missing.

A mutant is a copy of a library's ELM with one node changed. The copy shares all that it does not change.
https://cql.hl7.org/elm.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Elm = dict[str, Any]
Path = tuple[str | int, ...]

_COMPARATORS = {
    "Less": ("LessOrEqual", "Greater"),
    "LessOrEqual": ("Less", "GreaterOrEqual"),
    "Greater": ("GreaterOrEqual", "Less"),
    "GreaterOrEqual": ("Greater", "LessOrEqual"),
}
_UNITS = {
    "g/L": "mg/dL",
    "mg/dL": "g/L",
    "mg/kg": "g/kg",
    "g/kg": "mg/kg",
    "/uL": "10*9/L",
    "10*9/L": "/uL",
    "g": "mg",
    "mg": "g",
}
_NOT_LOGIC = frozenset({"annotation", "signature", "locator", "localId", "resultTypeName", "resultTypeSpecifier"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: in which definition of which library, where in its text, and what was done."""

    library: str
    definition: str
    locator: str
    change: str
    path: Path
    node: Elm

    def applied_to(self, elm: Elm) -> Elm:
        """The library with the change made."""
        changed: Elm = _replaced(elm, self.path, self.node)
        return changed


def mutants(elm: Elm) -> Iterator[Mutant]:
    """Every mutant of a library's expressions, in the order of its text."""
    library = elm["library"]
    for index, definition in enumerate(library["statements"]["def"]):
        if definition["name"] == "Patient" or "expression" not in definition:
            continue
        start: Path = ("library", "statements", "def", index, "expression")
        root = definition["expression"]
        found = list(_changes(root, start, root.get("locator", "")))
        if _is_boolean(definition) and root["type"] not in ("Literal", "ExpressionRef"):
            negated = {"type": "Not", "operand": root, "resultTypeName": definition["resultTypeName"]}
            found.insert(0, ("the definition is negated", root.get("locator", ""), start, negated))
        for change, locator, path, node in found:
            yield Mutant(library["identifier"]["id"], definition["name"], locator, change, path, node)


_Change = tuple[str, str, Path, Elm]


def _changes(node: Elm, path: Path, locator: str) -> Iterator[_Change]:
    """The changes at a node, then at each below it; a node without a locator has that of the one above."""
    locator = node.get("locator", locator)
    for change, changed in _changes_here(node):
        yield change, locator, path, changed
    for name, child in node.items():
        if name in _NOT_LOGIC:
            continue
        if isinstance(child, dict):
            yield from _changes(child, (*path, name), locator)
        elif isinstance(child, list):
            for index, item in enumerate(child):
                if isinstance(item, dict):
                    yield from _changes(item, (*path, name, index), locator)


def _changes_here(node: Elm) -> Iterator[tuple[str, Elm]]:
    kind = node.get("type", "")
    if kind in _COMPARATORS:
        for other in _COMPARATORS[kind]:
            yield f"{kind} becomes {other}", {**node, "type": other}
    elif kind in ("And", "Or"):
        for index, name in ((1, "left"), (0, "right")):
            yield f"the {name} side of `{kind.lower()}` is dropped", node["operand"][index]
    elif kind == "Literal":
        yield from _shifted_literal(node)
    elif kind == "Quantity":
        yield from _shifted_quantity(node)


def _shifted_literal(node: Elm) -> Iterator[tuple[str, Elm]]:
    if node["valueType"].rpartition("}")[2] not in ("Integer", "Decimal"):
        return
    value = Decimal(node["value"])
    for shifted in _neighbours(value):
        yield f"{value} becomes {shifted}", {**node, "value": str(shifted)}


def _shifted_quantity(node: Elm) -> Iterator[tuple[str, Elm]]:
    value = Decimal(str(node["value"]))
    unit = node.get("unit", "1")
    for shifted in _neighbours(value):
        number = int(shifted) if shifted == shifted.to_integral_value() else float(shifted)
        yield f"{value} {unit} becomes {shifted} {unit}", {**node, "value": number}
    if unit in _UNITS:
        yield f"{value} {unit} becomes {value} {_UNITS[unit]}", {**node, "unit": _UNITS[unit]}


def _neighbours(value: Decimal) -> tuple[Decimal, Decimal]:
    """The number one step below and above, where the step is one in the last digit written."""
    exponent = value.as_tuple().exponent
    step = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0)
    return value - step, value + step


def _is_boolean(definition: Elm) -> bool:
    return str(definition.get("resultTypeName", "")).endswith("}Boolean")


def _replaced(tree: Any, path: Path, node: Elm) -> Any:  # noqa: ANN401 - ELM is plain JSON
    if not path:
        return node
    copy = tree.copy()
    copy[path[0]] = _replaced(tree[path[0]], path[1:], node)
    return copy
