"""What the cases have seen: conditions, actions, definitions, rows and thresholds; and what they have not."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from fhir_content.apply import Explained, Logic
from fhir_content.case.nullness import Nullness
from fhir_content.case.run import CaseRun, actions_of, moment, parameters_of
from fhir_content.case.thresholds import Sides, Threshold, number, watched
from fhir_content.catalog import Catalog
from fhir_content.cql import Context, CqlError, Library
from fhir_content.resource import Resource

_ROW = re.compile(r"\d+\.\d+")
_SEEN = {True: "true", False: "false", None: "null"}


@dataclass(frozen=True, slots=True, order=True)
class Hole:
    """Something that no case has seen: of which kind, where, and what is missing."""

    kind: str
    home: str
    name: str
    missing: str

    def __str__(self) -> str:
        return f"{self.home}: {self.kind} `{self.name}` never {self.missing}"


@dataclass(slots=True)
class Coverage:
    """Counts over all runs of the cases of some plans."""

    catalog: Catalog
    logic: Logic
    conditions: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    actions: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    definitions: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    thresholds: dict[Threshold, Sides] = field(default_factory=lambda: defaultdict(Sides))
    _watching: Logic | None = None
    _limits: dict[str, list[Threshold]] = field(default_factory=dict)
    _plans: dict[str, Resource] = field(default_factory=dict)

    def see(self, run: CaseRun) -> None:
        """Take in what one case has seen."""
        if run.outcome is None:
            return
        context = Context(
            list(run.data),
            now=moment(run.written),
            parameters=parameters_of(run.written),
            value_sets=self.logic.value_set,
        )
        for plan, entry in _entries(run.outcome.explanation, ""):
            self._plans.setdefault(plan, self.catalog.get(plan) or Resource.of({}))
            if entry.reason != "not-reached":
                self._see_entry(plan, entry, context)
        for library in list(self._libraries_seen(context)):
            self._see_thresholds(library, context)

    def _see_entry(self, plan: str, entry: Explained, context: Context) -> None:
        self.actions[plan, entry.id].add("applied" if entry.applies else "left out")
        for condition in entry.conditions:
            self.conditions[plan, f"{entry.id}: {condition.expression}"].add(condition.value.lower() or "error")
            self._evaluate(condition.library, condition.expression, context)
        if not entry.applies:
            return
        home = self._plans[plan]
        for change in entry.dynamic_values:
            self._evaluate_in(home, change.expression, context)
        activity = self.catalog.resolve(entry.definition) if entry.definition else None
        if activity is not None and activity.type == "ActivityDefinition":
            for value in activity.root.each("dynamicValue"):
                expression = value.get("expression")
                self._evaluate_in(activity, expression.text("expression") if expression else "", context)

    def _evaluate_in(self, definition: Resource, name: str, context: Context) -> None:
        for canonical in definition.root.each("library"):
            self._evaluate(self.logic.library(str(canonical.value)).id, name, context)
            return

    def _evaluate(self, library_name: str, name: str, context: Context) -> None:
        library = self._watched_logic.ready(library_name) if library_name else None
        if library is None or name not in library.definitions:
            return
        try:
            library.evaluate(name, context)
        except CqlError:
            return  # the case itself fails with this error

    @property
    def _watched_logic(self) -> Logic:
        """The same logic, each library with the two sides of its thresholds as definitions of their own."""
        if self._watching is None:
            changed = {}
            for name, elm in self.logic.trees().items():
                changed[name], self._limits[name] = watched(elm)
            self._watching = self.logic.with_trees(changed)
        return self._watching

    def _libraries_seen(self, context: Context) -> Iterator[Library]:
        """The libraries that this context has evaluated something of; their remembered values are taken in."""
        for name in self.logic.trees():
            library = self._watched_logic.ready(name)
            values = library.evaluated(context)
            for definition, value in values.items():
                if definition != "Patient" and not definition.startswith("threshold "):
                    self.definitions[name, definition].add(_SEEN[value] if value in (True, False, None) else "a value")
            if values:
                yield library

    def _see_thresholds(self, library: Library, context: Context) -> None:
        for limit in self._limits[library.id]:
            left, right = (self._side(library, name, context) for name in (limit.left, limit.right))
            if left is not None and right is not None:
                value, bound = (right, left) if limit.limit_is_left else (left, right)
                self.thresholds[limit].see(value, bound)

    def _side(self, library: Library, name: str, context: Context) -> Any:  # noqa: ANN401
        try:
            return number(library.evaluate(name, context))
        except CqlError:
            return None

    def holes(self) -> list[Hole]:
        """Everything that no case has seen, sorted."""
        return sorted({*self._plan_holes(), *self._definition_holes(), *self._threshold_holes()})

    def _plan_holes(self) -> Iterator[Hole]:
        for key, plan in self._plans.items():
            for action in actions_of(plan.data):
                name = action.get("id", "")
                seen = self.actions.get((key, name), set())
                if "applied" not in seen:
                    yield Hole("action", plan.id, name, "applied")
                for condition in action.get("condition", []):
                    expression = condition["expression"].get("expression", "")
                    found = self.conditions.get((key, f"{name}: {expression}"), set())
                    for value in ("true", "false"):
                        if value not in found:
                            yield Hole("condition", plan.id, f"{name}: {expression}", value)

    def _definition_holes(self) -> Iterator[Hole]:
        trees = self.logic.trees()
        nullness = Nullness(trees)
        for library in self._pathway_libraries():
            for definition in trees[library]["library"]["statements"]["def"]:
                name = definition["name"]
                if definition.get("type") == "FunctionDef" or name == "Patient" or "expression" not in definition:
                    continue
                seen = self.definitions.get((library, name), set())
                if not seen:
                    yield Hole("definition", library, name, "evaluated")
                elif _ROW.match(name):
                    wanted = ("true", "false", "null") if nullness.can_be_null(library, name) else ("true", "false")
                    yield from (Hole("row", library, name, value) for value in wanted if value not in seen)

    def _threshold_holes(self) -> Iterator[Hole]:
        wanted = self._pathway_libraries()
        for library, limits in self._limits.items():
            if library in wanted:
                for limit in limits:
                    for side in self.thresholds[limit].missing:
                        yield Hole("threshold", library, f"{limit.definition} {limit.locator}".strip(), side)

    @property
    def homes(self) -> set[str]:
        """The plans and libraries that holes are looked for in."""
        return {plan.id for plan in self._plans.values()} | self._pathway_libraries()

    def _pathway_libraries(self) -> set[str]:
        """The libraries of the plans that the cases apply; what those share is answered for by all cases together."""
        canonicals = [str(each.value) for plan in self._plans.values() for each in plan.root.each("library")]
        return {self.logic.library(canonical).id for canonical in canonicals}

    def tally(self, holes: list[Hole]) -> dict[str, tuple[int, int]]:
        """For each kind, how many were seen in full and how many there are; `holes` are those that count."""
        plans = [action for plan in self._plans.values() for action in actions_of(plan.data)]
        trees, libraries = self.logic.trees(), self._pathway_libraries()
        names = [each["name"] for name in libraries for each in trees[name]["library"]["statements"]["def"]]
        totals = {
            "action": len(plans),
            "condition": 2 * sum(len(action.get("condition", [])) for action in plans),
            "definition": len(names),
            "row": sum(1 for name in names if _ROW.match(name)),
            "threshold": 3 * sum(len(self._limits.get(name, [])) for name in libraries),
        }
        missing = {kind: sum(hole.kind == kind for hole in holes) for kind in totals}
        missing["row"] = len({(hole.home, hole.name) for hole in holes if hole.kind == "row"})
        return {kind: (total - missing[kind], total) for kind, total in totals.items()}


def _entries(entry: Explained, plan: str) -> Iterator[tuple[str, Explained]]:
    """Each action's entry with the key of the plan it stands in."""
    below = entry.id if entry.id.startswith("PlanDefinition/") else plan
    if "/" not in entry.id and entry.id:
        yield plan, entry
    for action in entry.actions:
        yield from _entries(action, below)
