"""Patient: one assignment of values to the inputs, read from a solver's model and told in the clinician's words."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import z3

from fhir_content.proof.term import ANY, BOOLEAN, INTEGER, QUANTITY, STRING, Formula, Term
from fhir_content.proof.world import NO_NUMBER, Input, World, real

# In place of a unit: the quantity has no number, or its unit converts to none that the logic names.
NUMBERLESS, UNRELATED = "(no number)", "(a unit that does not convert)"


@dataclass(frozen=True, slots=True)
class Answer:
    """The value of one term for one patient: None when it is not known. `high` where only bounds are known."""

    kind: str
    known: bool
    value: bool | int | Decimal | str | None = None
    high: int | None = None
    unit: str = ""

    def __str__(self) -> str:
        if not self.known:
            return "absent" if self.kind == ANY else "not known"
        if self.kind == ANY:
            return "present"
        if self.kind == BOOLEAN:
            return "yes" if self.value else "no"
        if self.high is not None and self.high != self.value:
            return f"{self.value} to {self.high}"
        return f"{self.value} {self.unit}".strip() if self.kind == QUANTITY else str(self.value)


def answer(term: Term, model: z3.ModelRef, world: World) -> Answer:
    """The value of a term in a model."""

    def read(formula: Formula) -> Formula:
        return model.eval(formula, model_completion=True)

    known = z3.is_true(read(term.known))
    if not known or term.value is None:
        return Answer(term.kind, known)
    value = read(term.value)
    if term.kind == BOOLEAN:
        return Answer(term.kind, True, z3.is_true(value))
    if term.kind == STRING:
        return Answer(term.kind, True, world.text_of(value.as_long()))
    if term.kind == INTEGER:
        high = None if term.high is None else read(term.high).as_long()
        return Answer(term.kind, True, value.as_long(), high)
    if term.kind == QUANTITY:
        return Answer(term.kind, True, real(value), unit=_unit(read(term.dimension).as_long(), world))
    return Answer(term.kind, True, real(value))


def _unit(dimension: int, world: World) -> str:
    return world.unit_of(dimension) or (NUMBERLESS if dimension == NO_NUMBER else UNRELATED)


@dataclass(frozen=True, slots=True)
class Version:
    """The same patient with some inputs otherwise, and the actions that apply then."""

    says: str
    inputs: tuple[tuple[Input, Answer], ...]
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Patient:
    """A counterexample: every input that matters with its value, the rows and actions that hold, and its versions.

    `words`: what is known of the patient beyond the plainest, what is neither missing, nor no, nor a count of 0.
    """

    inputs: tuple[tuple[Input, Answer], ...]
    words: tuple[tuple[str, Answer], ...] = ()
    rows: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    versions: tuple[Version, ...] = ()

    def __getitem__(self, key: str) -> Answer:
        return {each.key: value for each, value in self.inputs}[key]

    @property
    def open(self) -> list[Input]:
        """The inputs in which his versions differ from each other, or from him where there is one."""
        chosen = [dict(version.inputs) for version in self.versions]
        own = [dict(self.inputs)] if len(chosen) == 1 else []
        return [each for each in chosen[0] if len({one[each] for one in [*own, *chosen]}) > 1] if chosen else []


def is_plain(each: Input, value: Answer) -> bool:
    """Whether a value goes without saying."""
    return not value.known or value.value is False or (each.never_null and value.value == 0)
