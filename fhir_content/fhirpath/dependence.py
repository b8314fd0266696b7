"""What an expression depends on: where it reads only some children of its context, its value is known without them.

An invariant such as `dose.exists() or rate.exists()` has one and the same value on every object that has neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fhir_content.fhirpath.data import Type
from fhir_content.fhirpath.errors import FhirPathError
from fhir_content.fhirpath.evaluation import boolean
from fhir_content.fhirpath.expression import Expression
from fhir_content.fhirpath.syntax import Call, Literal, Member, Path, Special, Term, Variable
from fhir_content.fhirpath.variables import FIXED

_LAMBDAS = {"where", "select", "all", "exists", "repeat"}


@dataclass(frozen=True, slots=True)
class Dependence:
    """What an expression reads of an object: JSON `names`, and those of elements that every such object must have.

    `verdict` is its truth on an object that has none of the names; None where that stays open.
    """

    names: frozenset[str]
    required: tuple[frozenset[str], ...]
    verdict: bool | None


class _Unbounded(Exception):
    """The expression may read anything."""


def dependence(expression: Expression, type: Type) -> Dependence | None:
    """What the expression reads of an object of the type; None where that cannot be told."""
    if not type.is_known or type.is_primitive:
        return None
    try:
        members = sorted(set(_read(expression.term)))
        verdict = boolean(expression.evaluate({}, type.name, type.model))
    except (_Unbounded, FhirPathError):
        return None
    names = {name: _json_names(name, type) for name in members}
    required = tuple(names[name] for name in members if type.required(name))
    return Dependence(frozenset().union(*names.values()), required, verdict)


def _json_names(name: str, type: Type) -> frozenset[str]:
    ways = type.member(name)
    return frozenset({way.name for way in ways} | {way.shadow for way in ways if way.shadow})


def _read(term: Term) -> Iterator[str]:
    """The names of the children of the context that a term reads."""
    match term:
        case Member(name=name):
            if name[:1].isupper():
                raise _Unbounded
            yield name
        case Path():
            yield from _read_path(term)
        case Call() | Special():
            raise _Unbounded
        case Variable(name=name):
            if name not in FIXED:
                raise _Unbounded
        case Literal():
            return
        case _:
            for part in term.parts():
                yield from _read(part)


def _read_path(path: Path) -> Iterator[str]:
    yield from _read(path.start)
    for step in path.steps:
        # The arguments of these are evaluated on each item, hence not at all where there is none.
        if isinstance(step, Member) or (isinstance(step, Call) and step.name in _LAMBDAS):
            continue
        if isinstance(step, Call) and step.name == "iif":
            raise _Unbounded
        if isinstance(step, Call) and step.name in {"is", "as", "ofType"}:
            continue
        for part in step.parts():
            yield from _read(part)
