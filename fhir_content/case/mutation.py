"""Mutation: put one small wrong at a time into the logic, the plans and the value sets; some case must fail for each.

A case is run again only where an expression of its plan changes its value: what asks and answers the same cannot fail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from fhir_content.apply import Logic
from fhir_content.case.mutants import Mutant, mutants
from fhir_content.case.run import CaseRun, actions_of, moment, parameters_of, plans_below, run
from fhir_content.case.suite import Suite, run_cases
from fhir_content.catalog import Catalog
from fhir_content.cql import Context, CqlError, Library
from fhir_content.project import load
from fhir_content.resource import Resource

Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Survivor:
    """A wrong that no case noticed: where it was put, and what it was."""

    home: str
    place: str
    change: str
    locator: str = ""
    number: int = 1

    @property
    def name(self) -> str:
        """Its place, told apart from others with the same change there; it stays when lines above it move."""
        return f"{self.place} #{self.number}" if self.number > 1 else self.place

    def __str__(self) -> str:
        return f"{self.home}: {f'{self.name} {self.locator}'.strip()}: {self.change}; no case fails"


@dataclass(frozen=True, slots=True)
class MutationResult:
    """How many wrongs were put in, where, and those that nobody noticed."""

    total: int
    homes: frozenset[str]
    survivors: tuple[Survivor, ...]

    def score(self, unnoticed: int) -> float:
        """Percent noticed, when so many that could have been noticed were not."""
        countable = self.total - len(self.survivors) + unnoticed
        return 100 * (countable - unnoticed) / countable if countable else 100.0


@dataclass(slots=True)
class _Usual:
    """What a case gives when nothing is wrong: its context, the values behind its result, and what made them."""

    context: Context
    steps: int
    libraries: frozenset[Library]
    expressions: list[tuple[str, str]]
    values: list[Any]
    definitions: dict[tuple[str, str], Any]

    def forget(self) -> None:
        """Leave nothing of a mutant in the context: the states of its libraries, and the steps it took."""
        for library in set(self.context.states) - self.libraries:
            del self.context.states[library]
        self.context.steps = self.steps


@dataclass(slots=True)
class _Bench:
    """One process's suite, with what each case's expressions give when nothing is wrong."""

    suite: Suite
    wrongs: list[Mutant | Survivor] = field(default_factory=list)
    usual: list[_Usual] = field(default_factory=list)

    def prepare(self) -> None:
        """List the wrongs, and remember for each case the usual values and the definitions that made them."""
        self.suite.runs = [each for each in self.suite.runs if each.passed]
        self.usual = [self._usual(done) for done in self.suite.runs]
        self.wrongs = [*self._logic_wrongs(), *self._content_wrongs()]

    def _usual(self, done: CaseRun) -> _Usual:
        logic, context = self.suite.logic, _context(done, self.suite.logic)
        expressions = self._expressions(done)
        values = [_value(logic, library, name, context) for library, name in expressions]
        seen = {
            (name, each): value
            for name in logic.trees()
            for each, value in logic.ready(name).evaluated(context).items()
        }
        return _Usual(context, context.steps, frozenset(context.states), expressions, values, seen)

    def _plans(self) -> list[Resource]:
        names = {f"PlanDefinition/{each.written.case.plan}" for each in self.suite.runs}
        catalog = self.suite.project.catalog
        tops = [plan for name in sorted(names) if (plan := catalog.get(name)) is not None]
        return list({below.key: below for plan in tops for below in plans_below(plan, catalog)}.values())

    def _logic_wrongs(self) -> Iterator[Mutant]:
        """The mutants of every definition and function that some case evaluates."""
        seen = {key for each in self.usual for key in each.definitions}
        for name, elm in sorted(self.suite.logic.trees().items()):
            functions = {
                each["name"] for each in elm["library"]["statements"]["def"] if each.get("type") == "FunctionDef"
            }
            if name == "FHIRHelpers" or not any(library == name for library, _ in seen):
                continue
            yield from (
                each for each in mutants(elm) if (name, each.definition) in seen or each.definition in functions
            )

    def _content_wrongs(self) -> Iterator[Survivor]:
        for plan in self._plans():
            yield from (Survivor(plan.key, each["id"], "the action is removed") for each in actions_of(plan.data))
        trees = self.suite.logic.trees()
        evaluated = {library for usual in self.usual for library, _ in usual.definitions}
        used = {str(each["id"]) for name in evaluated for each in _value_sets(trees[name])}
        for value_set in self.suite.project.catalog.of("ValueSet"):
            if value_set.url in used:
                yield Survivor(value_set.key, "compose", "all members are removed")

    def _expressions(self, done: CaseRun) -> list[tuple[str, str]]:
        """Library and name of every expression behind a case's result, conditions and dynamic values alike."""
        found: dict[tuple[str, str], None] = {}
        for entry in done.outcome.explanation.walk() if done.outcome else ():
            found.update({(each.library, each.expression): None for each in entry.conditions})
            owner = self.suite.project.catalog.resolve(entry.definition) if entry.definition else None
            if owner is not None and owner.type == "ActivityDefinition":
                home = self._library_of(owner)
                names = [each.get("expression") for each in owner.root.each("dynamicValue")]
                found.update({(home, each.text("expression")): None for each in names if each})
            library = next((each.library for each in entry.conditions), "")
            found.update({(library, each.expression): None for each in entry.dynamic_values if library})
        return list(found)

    def _library_of(self, definition: Resource) -> str:
        canonicals = [str(each.value) for each in definition.root.each("library")]
        return self.suite.logic.library(canonicals[0]).id if canonicals else ""

    def survives(self, index: int) -> bool:
        """Whether no case fails with that wrong in place."""
        wrong = self.wrongs[index]
        if isinstance(wrong, Mutant):
            tree = self.suite.logic.trees()[wrong.library]
            logic = self.suite.logic.with_trees({wrong.library: wrong.applied_to(tree)})
            return not any(self._notices(index, wrong, logic) for index in self._asking(wrong))
        catalog = _without(self.suite.project.catalog, wrong)
        logic = replace(self.suite.logic, catalog=catalog, _definitions={}, _names={})
        return not any(self._fails(each, logic, catalog) for each in self._touched(wrong))

    def _asking(self, wrong: Mutant) -> list[int]:
        """The cases that evaluate the definition; for a function, those that evaluate anything of its library."""
        key = (wrong.library, wrong.definition)
        asking = [index for index, usual in enumerate(self.usual) if key in usual.definitions]
        return asking or [
            index
            for index, usual in enumerate(self.usual)
            if any(library == wrong.library for library, _ in usual.definitions)
        ]

    def _notices(self, index: int, wrong: Mutant, logic: Logic) -> bool:
        """Whether a case fails; it is run only when the definition, then its plan's expressions, give other values."""
        usual, done = self.usual[index], self.suite.runs[index]
        try:
            key = (wrong.library, wrong.definition)
            if key in usual.definitions and _value(logic, *key, usual.context) == _plain(usual.definitions[key]):
                return False
            values = [_value(logic, library, name, usual.context) for library, name in usual.expressions]
            return values != usual.values and self._fails(done, logic, logic.catalog)
        finally:
            usual.forget()

    def _touched(self, wrong: Survivor) -> Iterator[CaseRun]:
        """The cases in which the action applies, or whose data hold a member of the value set."""
        if not wrong.home.startswith("ValueSet/"):
            yield from (each for each in self.suite.runs if wrong.place in each.applied)
            return
        value_set = self.suite.project.catalog.get(wrong.home)
        members = self.suite.logic.value_set(value_set.url) if value_set else None
        for each in self.suite.runs:
            if members and any(coding in members for coding in _codings(each.data)):
                yield each

    def _fails(self, done: CaseRun, logic: Logic, catalog: Catalog) -> bool:
        return not run(done.written, catalog, logic, self.suite.vocabulary).passed


def _context(done: CaseRun, logic: Logic) -> Context:
    parameters = parameters_of(done.written)
    return Context(list(done.data), now=moment(done.written), parameters=parameters, value_sets=logic.value_set)


def _value(logic: Logic, library: str, name: str, context: Context) -> Any:  # noqa: ANN401 - whatever CQL gives
    try:
        return _plain(logic.ready(library).evaluate(name, context))
    except CqlError as error:
        return ("error", str(error))


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever CQL gives
    return getattr(value, "data", value)


def _codings(data: Any) -> Iterator[tuple[str | None, str | None]]:  # noqa: ANN401 - FHIR is plain JSON
    """System and code of everything coded in the data."""
    if isinstance(data, dict):
        if isinstance(data.get("code"), str):
            yield data.get("system"), data["code"]
        data = list(data.values())
    if isinstance(data, list):
        for each in data:
            yield from _codings(each)


def _value_sets(elm: dict[str, Any]) -> list[dict[str, Any]]:
    return list(elm["library"].get("valueSets", {}).get("def", []))


def _without(catalog: Catalog, wrong: Survivor) -> Catalog:
    """The catalog without an action, or without the members of a value set."""
    changed = []
    for resource in catalog:
        data = resource.data
        if resource.key == wrong.home:
            data = _without_action(data, wrong.place) if resource.type == "PlanDefinition" else _emptied(data)
        changed.append(resource if data is resource.data else Resource(data, resource.source))
    return Catalog(changed, base=catalog.base)


def _without_action(data: dict[str, Any], id: str) -> dict[str, Any]:
    actions = [_without_action(each, id) for each in data.get("action", []) if each.get("id") != id]
    return {**data, "action": actions} if "action" in data else data


def _emptied(data: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in data.items() if name != "expansion"}
    return {**kept, "compose": {"include": [{"system": "urn:oid:2.999", "concept": [{"code": "none"}]}]}}


_bench: _Bench | None = None


def _start(root: Path, paths: tuple[Path, ...]) -> None:
    global _bench  # noqa: PLW0603 - one suite for each process of the pool
    _bench = _Bench(run_cases(load(root), paths))
    _bench.prepare()


def _survives(index: int) -> bool:
    assert _bench is not None  # noqa: S101 - `_start` has run in this process
    return _bench.survives(index)


def mutate(suite: Suite, paths: tuple[Path, ...], advance: Advance, jobs: int) -> MutationResult:
    """Try every wrong on the cases of a suite that passes, in `jobs` processes."""
    bench = _Bench(suite)
    bench.prepare()
    told = _told(bench.wrongs)
    pool = ProcessPoolExecutor(jobs, get_context("spawn"), _start, (suite.project.root, paths))
    with pool:
        verdicts = pool.map(_survives, range(len(bench.wrongs)), chunksize=8)
        survivors = []
        for index, (wrong, survived) in enumerate(zip(told, verdicts, strict=True)):
            advance(index + 1, len(told))
            if survived:
                survivors.append(wrong)
    homes = frozenset(wrong.home for wrong in told)
    return MutationResult(len(bench.wrongs), homes, tuple(survivors))


def _told(wrongs: list[Mutant | Survivor]) -> list[Survivor]:
    """The wrongs as they are told, numbered where one definition has several of the same."""
    counts: Counter[tuple[str, str, str]] = Counter()
    told = []
    for wrong in wrongs:
        if isinstance(wrong, Survivor):
            told.append(wrong)
            continue
        key = (wrong.library, wrong.definition, wrong.change)
        counts[key] += 1
        told.append(Survivor(*key, wrong.locator, counts[key]))
    return told
