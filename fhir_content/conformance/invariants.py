"""Invariants: the constraints that definitions state in FHIRPath, evaluated on every element that has them.

https://hl7.org/fhir/R4/conformance-rules.html#constraints
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from fhir_content import fhirpath
from fhir_content.fhirpath.dependence import Dependence, dependence
from fhir_content.fhirpath.predicate import Predicate, predicate
from fhir_content.issue import Issue, Severity
from fhir_content.structure import CANONICAL, Invariant, definitions

if TYPE_CHECKING:
    from fhir_content.conformance.walk import Visit
    from fhir_content.resource import Resource
    from fhir_content.source import Json, Path


class Override(NamedTuple):
    """What is done instead of a faulty invariant of R4: another expression, or nothing here ("")."""

    expression: str
    reason: str
    link: str


class _Check(NamedTuple):
    """One invariant ready to run on one type.

    `predicate` is the same on plain JSON, for simple expressions; `dependence` tells when running can be spared.
    """

    invariant: Invariant
    expression: fhirpath.Expression | None
    predicate: Predicate | None
    dependence: Dependence | None
    fault: str


@cache
def overrides() -> dict[tuple[str, str], Override]:
    """The override table, by key and the type that states it ("" for any)."""
    content = files("fhir_content.conformance").joinpath("invariant_overrides.toml").read_bytes()
    table: dict[tuple[str, str], Override] = {}
    for entry in tomllib.loads(content.decode())["override"]:
        override = Override(entry.get("expression", ""), entry["reason"], entry["link"])
        table |= {(key, entry.get("source", "")): override for key in entry["keys"]}
    return table


def override(invariant: Invariant) -> Override | None:
    """The override of an invariant of R4 itself; None for all others, and for every invariant of a profile."""
    if not is_core(invariant):
        return None
    table = overrides()
    source = invariant.source.removeprefix(CANONICAL)
    return table.get((invariant.key, source)) or table.get((invariant.key, ""))


@cache
def is_core(invariant: Invariant) -> bool:
    """Whether a type of R4 itself states the invariant, and no profile."""
    source = invariant.source.removeprefix(CANONICAL)
    return "/" not in source and definitions().structure(source) is not None


def is_checked(invariant: Invariant) -> bool:
    """Whether the invariant is evaluated here: not those that other checks cover."""
    instead = override(invariant)
    return instead is None or bool(instead.expression)


class Checks:
    """All invariants met so far, each compiled once for each type that it stands on."""

    def __init__(self) -> None:
        self.model = fhirpath.model(definitions())
        self._checks: dict[tuple[fhirpath.Type, tuple[Invariant, ...]], tuple[_Check, ...]] = {}

    def of(self, type: fhirpath.Type, invariants: tuple[Invariant, ...]) -> tuple[_Check, ...]:
        """The checks for a type with these invariants."""
        key = (type, invariants)
        found = self._checks.get(key)
        if found is None:
            kept = (each for each in dict.fromkeys(invariants) if is_checked(each))
            found = self._checks[key] = tuple(self._check(each, type) for each in kept)
        return found

    def _check(self, invariant: Invariant, type: fhirpath.Type) -> _Check:
        instead = override(invariant)
        try:
            expression = fhirpath.compile(instead.expression if instead else invariant.expression)
        except fhirpath.SyntaxFault as fault:
            return _Check(invariant, None, None, None, f"it does not parse: {fault}")
        return _Check(invariant, expression, predicate(expression, type), dependence(expression, type), "")


@cache
def checks() -> Checks:
    """The compiled invariants of this process."""
    return Checks()


def check(resource: Resource, visits: Iterable[Visit], resolve: Resolve | None = None) -> Iterator[Issue]:
    """The invariants that do not hold, in the order of the visits.

    `resolve` follows references out of the resource; without it only contained resources are found.
    """
    known = checks()
    scopes: dict[Path, _Scope] = {}
    for visit in visits:
        scope = scopes.get(visit.owner)
        if scope is None:
            scope = scopes[visit.owner] = _Scope(resource, visit.owner, known.model, resolve)
        type = scope.type(visit)
        for each in known.of(type, visit.invariants):
            verdict = scope.holds(each, visit.value, type)
            if verdict is not True:
                yield _issue(resource, visit, each, verdict or "")


Resolve = Callable[[str, "fhirpath.Typed | None"], "fhirpath.Typed | None"]


class _Scope:
    """One resource within the file: what %resource and %rootResource stand for in it."""

    def __init__(self, resource: Resource, owner: Path, model: fhirpath.Model, resolve: Resolve | None) -> None:
        self.model = model
        root = owner
        while root[-2:-1] == ("contained",):
            root = root[:-2]
        self.path = owner
        self.owner = self._resource(resource, owner)
        self.root = self.owner if root == owner else self._resource(resource, root)
        self.doors = fhirpath.Doors(resolve=resolve)

    def _resource(self, resource: Resource, path: Path) -> fhirpath.Typed:
        value: Any = resource.data
        for step in path:
            value = value[step]
        return fhirpath.typed(value, self.model.type("Resource"))

    def type(self, visit: Visit) -> fhirpath.Type:
        """The type of what is visited."""
        found = self.owner.type
        for step in visit.path[len(self.path) :]:
            if step.__class__ is str:
                found = found.property(step)
        return found

    def holds(self, check: _Check, value: Json, type: fhirpath.Type) -> bool | str:
        """True, False, or why it cannot be evaluated."""
        reads = check.dependence
        is_object = value.__class__ is dict
        if is_object and check.predicate is not None:
            verdict = check.predicate(value)  # type: ignore[arg-type]
        elif is_object and reads is not None and reads.names.isdisjoint(value):  # type: ignore[arg-type]
            verdict = reads.verdict
        elif check.expression is None:
            return check.fault
        else:
            try:
                verdict = self._evaluated(check.expression, value, type)
            except fhirpath.FhirPathError as error:
                # R4's own expressions fail only on data of a wrong shape, which the structure check has reported.
                return True if is_core(check.invariant) else f"it cannot be evaluated: {error}"
        if verdict is None and is_object and reads is not None:
            # Open for want of an element that must be there: its absence is reported as what it is.
            return any(names.isdisjoint(value) for names in reads.required)  # type: ignore[arg-type]
        return verdict is True

    def _evaluated(self, expression: fhirpath.Expression, value: Json, type: fhirpath.Type) -> bool | None:
        items = expression.evaluate(
            fhirpath.typed(value, type), type.name, self.model, resource=self.owner, root=self.root, doors=self.doors
        )
        return fhirpath.boolean(items)


def _issue(resource: Resource, visit: Visit, check: _Check, fault: bool | str) -> Issue:
    invariant = check.invariant
    where = resource.location(visit.path)
    if fault:
        message = f"The invariant {invariant.key} was not checked: {fault}"
        return Issue(where, invariant.key, Severity.WARNING, message, "not-supported", "Correct it in its profile.")
    expression = check.expression.text if check.expression else invariant.expression
    help = f"Make this true here: {expression}" + (f" (stated by {invariant.source})" if invariant.source else "")
    return Issue(
        where, invariant.key, Severity(invariant.severity), f"{invariant.human} ({expression})", "invariant", help
    )
