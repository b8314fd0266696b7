"""Facts: what relates the inputs and is not written in the logic.

They stand in `definitions/<pathway>/facts.yaml`, or in the logic as tagged definitions.
A definition with `@fact: source` in its comment is a fact that must hold for every patient. Each fact has a source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Literal

import z3
from pydantic import Field, ValidationError, model_validator

from fhir_content.package import Declaration
from fhir_content.project import ProjectError, declaration_issues
from fhir_content.proof.logic import Logic, LogicError, Name, tags
from fhir_content.proof.operators import comparable
from fhir_content.proof.term import BOOLEAN, NULL, NUMBERS, QUANTITY, Formula, Term, Unsupported, number
from fhir_content.proof.terms import Terms
from fhir_content.proof.world import Input
from fhir_content.source import read


class Range(Declaration):
    """A number that lies within bounds whenever it is known; of a quantity in `unit`."""

    of: str
    low: Decimal | None = None
    high: Decimal | None = None
    unit: str = "1"


class KnownIf(Declaration):
    """A value that there can be only where a condition is true, or where another value is known too.

    Months since a transplant, after a transplant; the day of a result, with the result. `of` is a definition: what is
    said holds for all inputs that only it is made from.
    """

    of: str
    only_if: str = Field(default="", alias="if")
    together_with: str = Field(default="", alias="with")

    @model_validator(mode="after")
    def _one_form(self) -> KnownIf:
        if bool(self.only_if) == bool(self.together_with):
            raise ValueError("a value is known either `if` a condition is true or `with` another value")
        return self


class Fact(Declaration):
    """One fact, in exactly one of the forms, over definitions of one library."""

    says: str
    source: str
    library: str
    implies: tuple[str, str] | None = None
    range: Range | None = None
    known: KnownIf | None = None
    at_most: tuple[str, str] | None = Field(default=None, alias="at-most")
    never_together: list[str] | None = Field(default=None, alias="never-together", min_length=2)

    @model_validator(mode="after")
    def _one_form(self) -> Fact:
        forms = (self.implies, self.range, self.known, self.at_most, self.never_together)
        if sum(form is not None for form in forms) != 1:
            raise ValueError("a fact is one of implies, range, known, at-most, never-together")
        return self


class Worse(Declaration):
    """Which way a value gets worse: the outcome does not flip back on the way."""

    of: str
    library: str
    direction: Literal["lower", "higher"]
    source: str


class Allowed(Declaration):
    """A claim about a plan that does not hold, and why that is right so."""

    plan: str
    claim: str
    reason: str = Field(min_length=10)


class FactsFile(Declaration):
    """The content of a facts.yaml."""

    facts: list[Fact] = []
    worse: list[Worse] = []
    allow: list[Allowed] = []


@dataclass(frozen=True, slots=True)
class Given:
    """A fact as a formula. `condition`: for values known only if, when the inputs of these keys can be known."""

    says: str
    source: str
    formula: Formula
    of: tuple[str, ...] = ()
    condition: Formula = None


def read_files(paths: Iterable[tuple[Path, str]]) -> FactsFile:
    """All facts of the files, each path with the name by which issues call it; raises ProjectError."""
    facts: list[Fact] = []
    worse: list[Worse] = []
    allow: list[Allowed] = []
    for path, name in paths:
        source = read(path, name)
        if source.issues:
            raise ProjectError(f"{name} cannot be read", source.issues)
        try:
            found = FactsFile.model_validate(source.data or {})
        except ValidationError as error:
            raise ProjectError(f"{name} is not a list of facts", tuple(declaration_issues(source, error))) from None
        facts += found.facts
        worse += found.worse
        allow += found.allow
    return FactsFile(facts=facts, worse=worse, allow=allow)


def worsening(logic: Logic, library: str, stated: FactsFile) -> dict[Name, str]:
    """The definitions below a library that say which way is worse, by tag `@worse: lower|higher` or in a file."""
    reach = logic.reach(library)
    found: dict[Name, str] = {
        Name(each.library, each.of): each.direction for each in stated.worse if each.library in reach
    }
    for other in reach:
        for name, definition in logic.library(other).statements.items():
            direction = tags(definition).get("worse")
            if direction in ("lower", "higher"):
                found[Name(other, name)] = direction
    return dict(found)


def given(terms: Terms, library: str, stated: FactsFile) -> list[Given]:
    """The facts about definitions below a library; raises LogicError for one about a definition that is not there."""
    reach = terms.logic.reach(library)
    found = [_formula(terms, fact) for fact in stated.facts if fact.library in reach]
    return found + [fact for other in reach for fact in _tagged(terms, other)]


def _tagged(terms: Terms, library: str) -> Iterator[Given]:
    for name, definition in terms.logic.library(library).statements.items():
        source = tags(definition).get("fact")
        if source is not None:
            if not source:
                raise LogicError(f'the fact "{name}" of library {library} has no source')
            yield Given(name, source, terms.definition(Name(library, name)).is_true)


def _formula(terms: Terms, fact: Fact) -> Given:
    def term(name: str, *kinds: str) -> Term:
        found = terms.definition(Name(fact.library, name))
        if found.kind not in (*kinds, NULL):
            raise LogicError(f'fact "{fact.says}": "{name}" is {found.kind}, not {" or ".join(kinds)}')
        return found

    of: tuple[str, ...] = ()
    condition = None
    if fact.implies:
        one, two = (term(name, BOOLEAN) for name in fact.implies)
        formula = z3.Implies(one.is_true, two.is_true)
    elif fact.never_together:
        held = [term(name, BOOLEAN).is_true for name in fact.never_together]
        formula = z3.AtMost(*held, 1)
    elif fact.known:
        condition = _condition(terms, fact.library, fact.known)
        inputs = _made_from(terms, Name(fact.library, fact.known.of))
        of = tuple(each.key for each in inputs)
        formula = z3.And(*(z3.Implies(each.term.known, condition) for each in inputs))
    elif fact.at_most:
        small, large = (term(name, *NUMBERS, QUANTITY) for name in fact.at_most)
        formula = _at_most(small, large, fact)
    elif fact.range:
        formula = _within(terms, term(fact.range.of, *NUMBERS, QUANTITY), fact.range)
    return Given(fact.says, fact.source, z3.simplify(formula), of, condition)


def _condition(terms: Terms, library: str, known: KnownIf) -> Formula:
    name = Name(library, known.only_if or known.together_with)
    term = terms.definition(name)
    return term.is_true if known.only_if else term.known


def _made_from(terms: Terms, name: Name) -> list[Input]:
    """The inputs that a definition is, or is made from and no other definition."""
    terms.definition(name)
    return [each for each in terms.world.inputs.values() if each.owner == name]


def _at_most(one: Term, two: Term, fact: Fact) -> Formula:
    try:
        left, right, known = comparable(one, two, *NUMBERS, QUANTITY)
    except Unsupported:
        raise LogicError(f'fact "{fact.says}": the two are not of one type') from None
    return z3.Implies(known, left.top <= right.value) if left.kind != NULL else z3.BoolVal(True)


def _within(terms: Terms, term: Term, bounds: Range) -> Formula:
    factor, known = Decimal(1), term.known
    if term.kind == QUANTITY:
        dimension, factor = terms.world.place(bounds.unit)
        known = z3.And(known, term.dimension == dimension)
    parts = []
    if bounds.low is not None:
        parts.append(term.value >= number(bounds.low * factor))
    if bounds.high is not None:
        parts.append(term.top <= number(bounds.high * factor))
    return z3.Implies(known, z3.And(*parts))
