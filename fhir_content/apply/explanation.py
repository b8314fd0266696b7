"""Why each action is, or is not, in the result: a tree beside it, printed by `apply --explain`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fhir_content.apply.fhir_value import described
from fhir_content.source import Json

if TYPE_CHECKING:
    from fhir_content.cql.explanation import Explanation

_MAX_DEPTH = 12
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

    def lines(self) -> Iterator[str]:
        """The tree as text, for people: each definition is explained where it is met first."""
        yield from _Telling().action(self, "")


class _Telling:
    """A tree being told: what each definition rests on is said once, at the first mention."""

    def __init__(self) -> None:
        self.told: set[str] = set()
        self.known: dict[str, Explanation] = {}

    def action(self, explained: Explained, indent: str) -> Iterator[str]:
        mark = {"applicable": "+", "condition": "-"}.get(explained.reason, " ")
        name = f"{explained.id}: " if explained.id else ""
        why = "" if explained.reason in ("applicable", "condition") else f" ({explained.reason.replace('-', ' ')})"
        yield f"{indent}{mark} {name}{explained.title}{why}"
        inner = f"{indent}    "
        for condition in explained.conditions:
            yield from self.condition(condition, inner)
        for change in explained.dynamic_values:
            outcome = f"not set: {change.error}" if change.error else f"= {change.value}"
            yield f"{inner}{change.path} {outcome}  [{change.expression}]"
        if explained.definition:
            yield f"{inner}{explained.definition} -> {explained.made or 'nothing'}"
        yield from (f"{inner}! {error}" for error in explained.errors)
        for action in explained.actions:
            yield from self.action(action, inner)

    def condition(self, condition: Judged, indent: str) -> Iterator[str]:
        value = f"error: {condition.error}" if condition.error else condition.value
        where = f"{condition.library}." if condition.library else ""
        verdict = "holds" if condition.holds else "does not hold"
        yield f'{indent}{verdict}: {where}"{condition.expression}" is {value}'
        if condition.behind is not None and _name(condition.behind) not in self.told:
            self.learn(condition.behind)
            self.told.add(_name(condition.behind))
            yield from self.behind(condition.behind, indent + "    ")

    def learn(self, of: Explanation) -> None:
        """Remember where each definition is explained: elsewhere in the tree it is only named."""
        if not of.repeated:
            self.known[_name(of)] = of
        for part in of.parts:
            self.learn(part)

    def behind(self, of: Explanation, indent: str) -> Iterator[str]:
        """What a definition rests on: the resources found, and the definitions that were needed."""
        for found in of.retrieves:
            shown = ", ".join(described(each) for each in found.resources[:_MAX_RESOURCES])
            more = len(found.resources) - _MAX_RESOURCES
            what = f"{found.type} in {_named(found.codes)}" if found.codes else found.type
            yield f"{indent}{what}: {shown or 'none in the data'}{f' and {more} more' if more > 0 else ''}"
        for part in of.parts:
            if part.evaluated:
                yield from self.part(self.known.get(_name(part), part), indent)

    def part(self, part: Explanation, indent: str) -> Iterator[str]:
        again = _name(part) in self.told and bool(part.parts or part.retrieves)
        yield f"{indent}{_name(part)} = {described(part.value)}{' (see above)' if again else ''}"
        if not again:
            self.told.add(_name(part))
            yield from self.behind(part, indent + "    ")


def _name(of: Explanation) -> str:
    kind = "parameter " if of.name.startswith("parameter ") else ""
    return f"{kind}{of.library}.{of.name.removeprefix('parameter ')}"


def _named(codes: str) -> str:
    """A value set by the last part of its url, which is its id."""
    return codes.rsplit("/", 1)[-1] if codes.startswith("http") else codes


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
            {
                "type": found.type,
                **({"codes": found.codes} if found.codes else {}),
                "found": [described(each) for each in found.resources],
            }
            for found in part.retrieves
        ],
        "behind": [_behind_json(each, depth + 1) for each in part.parts] if depth < _MAX_DEPTH else [],
    }
    return {name: value for name, value in tree.items() if value not in ("", [])}
