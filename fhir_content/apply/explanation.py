"""Why each action is, or is not, in the result: a tree beside it, printed by `apply --explain`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fhir_content.apply.fhir_value import described
from fhir_content.source import Json

if TYPE_CHECKING:
    from fhir_content.cql.explanation import Explanation

_MAX_DEPTH = 6
_MAX_RESOURCES = 8


@dataclass(slots=True)
class Judged:
    """A condition: its expression, what that gave, whether it holds, and the definitions and data behind it."""

    expression: str
    language: str
    library: str = ""
    value: str = ""
    holds: bool = False
    error: str = ""
    behind: Explanation | None = None


@dataclass(slots=True)
class Changed:
    """A dynamicValue: the path it sets, the expression, and the value or why nothing was set."""

    path: str
    expression: str
    value: str = ""
    error: str = ""


@dataclass(slots=True)
class Explained:
    """One action, or a whole definition: whether it applies, why, and what is below it.

    `reason` is applicable | condition | not-reached (an earlier action of an "any" group applied, or the parent did
    not); `made` the reference of the resource that came of it.
    """

    title: str
    id: str = ""
    expression: str = ""
    reason: str = "applicable"
    conditions: list[Judged] = field(default_factory=list)
    dynamic_values: list[Changed] = field(default_factory=list)
    definition: str = ""
    made: str = ""
    errors: list[str] = field(default_factory=list)
    actions: list[Explained] = field(default_factory=list)

    @property
    def applies(self) -> bool:
        """Whether the action is in the result."""
        return self.reason == "applicable"

    def walk(self) -> Iterator[Explained]:
        """It and all below, in order."""
        yield self
        for action in self.actions:
            yield from action.walk()

    def to_json(self) -> dict[str, Json]:
        """The tree as plain JSON; what is empty is left out."""
        tree: dict[str, Any] = {
            "id": self.id,
            "title": self.title,
            "expression": self.expression,
            "applies": self.applies,
            "reason": self.reason,
            "conditions": [_condition_json(each) for each in self.conditions],
            "dynamicValues": [
                {"path": each.path, "expression": each.expression, "value": each.value, "error": each.error}
                for each in self.dynamic_values
            ],
            "definition": self.definition,
            "resource": self.made,
            "errors": self.errors,
            "actions": [action.to_json() for action in self.actions],
        }
        return {name: value for name, value in tree.items() if value not in ("", [], None)}

    def lines(self, indent: str = "") -> Iterator[str]:
        """The tree as text, for people."""
        mark = {"applicable": "+", "condition": "-"}.get(self.reason, " ")
        name = f"{self.id}: " if self.id else ""
        why = {"applicable": "", "condition": ""}.get(self.reason, f" ({self.reason.replace('-', ' ')})")
        yield f"{indent}{mark} {name}{self.title}{why}"
        inner = f"{indent}    "
        for condition in self.conditions:
            yield from _condition_lines(condition, inner)
        for change in self.dynamic_values:
            told = f"not set: {change.error}" if change.error else f"= {change.value}"
            yield f"{inner}{change.path} {told}  [{change.expression}]"
        if self.definition:
            yield f"{inner}{self.definition} -> {self.made or 'nothing'}"
        for error in self.errors:
            yield f"{inner}! {error}"
        for action in self.actions:
            yield from action.lines(inner)


def _condition_lines(condition: Judged, indent: str) -> Iterator[str]:
    told = f"error: {condition.error}" if condition.error else condition.value
    where = f"{condition.library}." if condition.library else ""
    yield f'{indent}{"holds" if condition.holds else "does not hold"}: {where}"{condition.expression}" is {told}'
    if condition.behind is not None:
        yield from _behind_lines(condition.behind.parts, indent + "    ", 1)


def _behind_lines(parts: tuple[Explanation, ...], indent: str, depth: int) -> Iterator[str]:
    for part in parts:
        if not part.evaluated:
            yield f'{indent}{part.library}."{part.name}" was not needed'
            continue
        again = " (see above)" if part.repeated and (part.parts or part.retrieves) else ""
        yield f'{indent}{part.library}."{part.name}" = {described(part.value)}{again}'
        for found in part.retrieves:
            shown = ", ".join(described(each) for each in found.resources[:_MAX_RESOURCES])
            more = len(found.resources) - _MAX_RESOURCES
            what = f"{found.type} in {found.codes}" if found.codes else found.type
            yield f"{indent}    {what}: {shown or 'none in the data'}{f' and {more} more' if more > 0 else ''}"
        if depth < _MAX_DEPTH:
            yield from _behind_lines(part.parts, indent + "    ", depth + 1)


def _condition_json(condition: Judged) -> dict[str, Json]:
    tree: dict[str, Any] = {
        "expression": condition.expression,
        "language": condition.language,
        "library": condition.library,
        "holds": condition.holds,
        "value": condition.value,
        "error": condition.error,
        "behind": [_behind_json(part, 1) for part in condition.behind.parts] if condition.behind else [],
    }
    return {name: value for name, value in tree.items() if value not in ("", [])}


def _behind_json(part: Explanation, depth: int) -> dict[str, Json]:
    tree: dict[str, Any] = {
        "definition": f"{part.library}.{part.name}",
        "evaluated": part.evaluated,
        "value": described(part.value) if part.evaluated else "",
        "data": [
            {"type": found.type, "codes": found.codes, "found": [described(each) for each in found.resources]}
            for found in part.retrieves
        ],
        "behind": [_behind_json(each, depth + 1) for each in part.parts] if depth < _MAX_DEPTH else [],
    }
    return {name: value for name, value in tree.items() if value not in ("", [])}
