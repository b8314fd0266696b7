"""Same or different: whether any patient is treated otherwise by one version of a pathway than by another.

Both versions are read over the same inputs, so that logic which means the same is the same. Actions are paired by id.
Contested parameters keep their values here: a threshold moved within its range is a change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter

import z3

from fhir_content.cql.error import CqlError
from fhir_content.proof.boundaries import Boundaries
from fhir_content.proof.claim import Claim, Subject
from fhir_content.proof.counterexample import smallest
from fhir_content.proof.patient import Patient, Version
from fhir_content.proof.prove import MOMENT, PlanProof, Verdict
from fhir_content.proof.search import Search
from fhir_content.proof.table import Action
from fhir_content.proof.term import Formula, solver_of

BEFORE = "before"
# What an input is called that is read otherwise now than before.
NOW = "as it is read now"


@dataclass(frozen=True)
class Pair:
    """The two versions of a plan, over one World."""

    old: Subject
    new: Subject

    @cached_property
    def solver(self) -> z3.Solver:
        """A solver that holds what is given in either version."""
        return solver_of(self.old.laws, self.new.laws)


def compare(pair: Pair, limit: float) -> PlanProof:
    """For each action of either version, whether it applies to the same patients and says and doses the same."""
    began = perf_counter()
    proof = PlanProof(pair.new.table.plan, pair.new)
    formulas = [each.applies for side in (pair.old, pair.new) for each in side.table.actions]
    boundaries = Boundaries(formulas)
    proof.verdicts = [_settled(pair, claim, boundaries, limit) for claim in _claims(pair)]
    proof.verdicts += list(_reads(pair))
    proof.seconds = perf_counter() - began
    return proof


def _claims(pair: Pair) -> Iterator[Claim]:
    old, new = _choices(pair.old), _choices(pair.new)
    for key in dict.fromkeys([*old, *new]):
        one = old[key].applies if key in old else z3.BoolVal(False)
        two = new[key].applies if key in new else z3.BoolVal(False)
        shown = new.get(key) or old[key]
        element = shown.element if key in new else pair.new.table.plan.root
        yield Claim(
            f"{key}: same patients",
            element,
            f'"{shown.title}" applies to the same patients as before',
            f'"{shown.title}" applies to other patients than before',
            one != two,
        )


def _choices(subject: Subject) -> dict[str, Action]:
    return {action.id: action for action in subject.table.actions if action.is_choice}


def _settled(pair: Pair, claim: Claim, boundaries: Boundaries, limit: float) -> Verdict:
    """As a claim about one table, but the patient is told and confirmed in both versions."""
    with Search(pair.solver, claim, limit) as search:
        found = search.check()
        if found != z3.sat:
            return Verdict("against", claim, "proved" if found == z3.unsat else "unknown")
        patient = smallest(search, pair.new, claim, boundaries)
        before = _before(pair.old, search)
    told = Patient(patient.inputs, patient.words, patient.rows, patient.actions, (before,))
    unconfirmed = [*_contradicted(pair.new, told.actions, told), *_contradicted(pair.old, before.actions, told)]
    return Verdict("against", claim, "failed", told, tuple(dict.fromkeys(unconfirmed)))


def _before(old: Subject, search: Search) -> Version:
    model = search.model
    assert model is not None  # noqa: S101 - a search that found a patient has a model

    def holds(formula: Formula) -> bool:
        return bool(z3.is_true(model.eval(formula, model_completion=True)))

    rows = ", ".join(row.name.name for row in old.rows if holds(row.holds))
    actions = tuple(action.id for action in old.leaves if holds(action.applies))
    return Version(f"{BEFORE} (rows: {rows or 'none'})", (), actions)


def _contradicted(subject: Subject, actions: tuple[str, ...], patient: Patient) -> Iterator[str]:
    """The actions of which the CQL engine says otherwise in one version."""
    try:
        context = subject.engine.context({each.key: (each, value) for each, value in patient.inputs}, MOMENT)
        for action in subject.leaves:
            claimed = action.names and action.id in actions
            if claimed and not all(subject.engine.value(name, context) is True for name in action.names):
                yield action.id
    except CqlError as error:
        yield f"the engine cannot evaluate it: {error}"


def _reads(pair: Pair) -> Iterator[Verdict]:
    """For each action of both versions, whether its texts and doses are worked out as before."""
    old, new = _choices(pair.old), _choices(pair.new)
    for key in new:
        if key not in old or not (old[key].reads or new[key].reads):
            continue
        claim = Claim(
            f"{key}: same text and dose",
            new[key].element,
            f'the text and dose of "{new[key].title}" are worked out as before',
            f'the text or dose of "{new[key].title}" is worked out otherwise than before',
            z3.BoolVal(False),
        )
        same = _meaning(pair.old, old[key]) == _meaning(pair.new, new[key])
        yield Verdict("against", claim, "proved" if same else "unknown")


def _meaning(subject: Subject, action: Action) -> set[str]:
    return {f"{name.name} {subject.table.terms.logic.of(name)}" for name in action.reads}
