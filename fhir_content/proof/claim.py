"""Claim: one sentence about a table that a solver can settle, and the subject that claims are made about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import z3

from fhir_content.proof.answers import Readings
from fhir_content.proof.boundaries import Boundaries
from fhir_content.proof.engine import Engine
from fhir_content.proof.facts import Given
from fhir_content.proof.hazards import Contraindication
from fhir_content.proof.logic import Name
from fhir_content.proof.table import Action, Row, Table
from fhir_content.proof.term import STRING, Formula, solver_of
from fhir_content.proof.world import Input, Other
from fhir_content.resource import Element

# Milliseconds to see whether an action asks; where that does not suffice it counts as a proposal.
_QUESTION_LIMIT = 2000


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """That no values of the variables `answers` that are `possible` make one of `effects` true.

    `of` are the variables of the patient of whom this is said.
    """

    possible: Formula
    effects: tuple[Formula, ...]
    of: tuple[Formula, ...]
    answers: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """What is to be proved: that no patient fulfils `violated` (and `no_answer`); with `must_exist`, that one does.

    `others` are the patients with whom he is compared. `fault` is what a failed proof says.
    """

    name: str
    element: Element
    says: str
    fault: str
    violated: Formula
    must_exist: bool = False
    others: tuple[Other, ...] = ()
    no_answer: NoAnswer | None = None


@dataclass(frozen=True)
class Subject:
    """A table with all that is given about its inputs."""

    table: Table
    facts: tuple[Given, ...]
    worse: dict[Name, str]
    contraindications: tuple[Contraindication, ...]
    readings: Readings

    def answers(self, action: Action) -> frozenset[str]:
        """The keys of the inputs that an action answers: it orders the test, or asks the question, they are read by."""
        return self.readings.answered(action.element, self.table.inputs)

    @cached_property
    def solver(self) -> z3.Solver:
        """A solver that holds the laws."""
        return solver_of(self.laws)

    @cached_property
    def engine(self) -> Engine:
        """The logic as the CQL engine runs it; raises CqlError where it cannot."""
        return Engine(self.table.terms.logic, self.table.library, self.table.terms.world)

    @cached_property
    def laws(self) -> Formula:
        """What holds of every patient: the facts, and what the types say."""
        return z3.And(*self.table.terms.world.laws, *(fact.formula for fact in self.facts))

    @cached_property
    def askable(self) -> list[Input]:
        """The inputs that a record may lack."""
        return [each for each in self.table.inputs if each.can_be_asked]

    def can_be_known(self, each: Input) -> Formula:
        """When an input can be known at all: always, unless a fact says only if."""
        return z3.And(*(fact.condition for fact in self.facts if each.key in fact.of))

    def decides(self, each: Input) -> Formula:
        """Whether an input is known well enough to compare.

        In a unit that converts, as one of the texts that the logic names, and not merely within bounds.
        """
        term, texts = each.term, self._texts.get(each.key, [])
        parts = [term.known]
        parts += [term.value == term.high] if term.high is not None else []
        parts += [term.dimension >= 0] if term.dimension is not None else []
        parts += [z3.Or(*(term.value == text for text in texts))] if texts else []
        return z3.And(*parts)

    @cached_property
    def _texts(self) -> dict[str, list[int]]:
        """The texts with which each input is compared."""
        texts = [each for each in self.askable if each.term.kind == STRING]
        return {each.key: self.boundaries.texts(each.term.value) for each in texts}

    @cached_property
    def boundaries(self) -> Boundaries:
        """The numbers and texts that the table compares its inputs with."""
        return Boundaries([action.applies for action in self.table.actions] + [row.holds for row in self.rows])

    def all_known(self, inputs: list[Input] | None = None) -> Formula:
        """Every one of the inputs, or of all, known well enough to compare, if it can be known."""
        can = [(each, self.can_be_known(each)) for each in (self.askable if inputs is None else inputs)]
        return z3.And(*(z3.If(known, self.decides(each), z3.Not(each.term.known)) for each, known in can))

    @cached_property
    def otherwise(self) -> Formula:
        """The rows and definitions called `otherwise`: they say why nothing is proposed."""
        return some(self.table.otherwise)

    @property
    def rows(self) -> list[Row]:
        """The rows in the order of their numbers."""
        return self.table.rows

    @property
    def leaves(self) -> list[Action]:
        """The actions that are not groups."""
        return [action for action in self.table.actions if action.is_leaf]

    @cached_property
    def questions(self) -> list[Action]:
        """The choices that ask for data.

        FHIR marks them as collecting information; or they request a service, and only where something is unknown.
        """
        return [action for action in self.table.choices if action.collects or self._asks(action)]

    @cached_property
    def proposals(self) -> list[Action]:
        """The choices that propose care: all that do not ask, but no group in which each action has a condition."""
        return [
            action
            for action in self.table.choices
            if action not in self.questions
            and (action.is_leaf or not all(child.is_choice for child in self.table.children(action)))
        ]

    def _asks(self, action: Action) -> bool:
        if not action.requests:
            return False
        self.solver.set("timeout", _QUESTION_LIMIT)
        return bool(self.solver.check(action.applies, self.all_known()) == z3.unsat)


def some(formulas: list[Formula]) -> Formula:
    """Any of them."""
    return z3.Or(*formulas)
