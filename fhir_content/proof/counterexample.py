"""Counterexamples made small: few known inputs, and round numbers just past a boundary.

Greedy: one input after the other is given its plainest value that the claim's violation still allows.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from fhir_content.proof.boundaries import Boundaries
from fhir_content.proof.claim import Claim, Subject
from fhir_content.proof.patient import Patient, answer
from fhir_content.proof.search import Search
from fhir_content.proof.term import ANY, BOOLEAN, NUMBERS, QUANTITY, STRING, Formula, Term, number
from fhir_content.proof.world import Input, variables


def smallest(search: Search, subject: Subject, claim: Claim) -> Patient:
    """The patient of a search that found one, after its value in each input is the plainest possible."""
    world = subject.table.terms.world
    formula = z3.simplify(claim.violated)
    names = variables(formula)
    inputs = [each for each in world.inputs.values() if any(str(part) in names for part in each.variables)]
    inputs += [each for other in claim.others for each in other.inputs if each not in inputs]
    boundaries = Boundaries([formula, subject.laws, *(action.applies for action in subject.table.actions)])
    for each in sorted(inputs, key=_rank):
        settle(search, _plainest(each, each.term, boundaries, subject))
    for other in claim.others:
        for each in other.inputs:
            term = other.term(each)
            settle(search, [_equal(each.term, term), *_plainest(each, term, boundaries, subject)])
    search.check()
    return _told(search, subject, claim, inputs)


def settle(search: Search, wishes: Iterator[Formula] | list[Formula]) -> None:
    """Assert the first wish that can be granted."""
    for wish in wishes:
        if search.check(wish) == z3.sat:
            search.add(wish)
            return


def _rank(each: Input) -> tuple[int, str]:
    """Parameters first, then what is always known, then what may be missing: the order in which values are settled."""
    return (0 if each.is_parameter else 2 if each.can_be_asked else 1, each.name)


def _equal(one: Term, two: Term) -> Formula:
    pairs = [(one.known, two.known), (one.value, two.value), (one.high, two.high), (one.dimension, two.dimension)]
    return z3.And(*(left == right for left, right in pairs if left is not None))


def _plainest(asked: Input, term: Term, boundaries: Boundaries, subject: Subject) -> Iterator[Formula]:
    """What we should like the value to be, best first."""
    if asked.is_parameter:
        default = subject.table.terms.default(asked)
        if default is not None:
            yield term.value == default
    if not z3.is_true(term.known):
        yield z3.Not(term.known)
    if term.kind == ANY:
        return
    if term.kind == BOOLEAN:
        yield z3.Not(term.value)
    elif term.kind in NUMBERS or term.kind == QUANTITY:
        certain = z3.BoolVal(True) if term.high is None else term.value == term.high
        fits = z3.BoolVal(True) if term.dimension is None else term.dimension >= 0
        if asked.never_null and not asked.is_parameter:
            yield term.value == 0
        for each in boundaries.around(term):
            yield z3.And(certain, fits, term.value == number(each))
        yield certain
    elif term.kind == STRING:
        for each in boundaries.of(term.value):
            yield term.value == int(each)


def _told(search: Search, subject: Subject, claim: Claim, inputs: list[Input]) -> Patient:
    world, model = subject.table.terms.world, search.model
    assert model is not None  # noqa: S101 - a search that found a patient has a model

    def holds(formula: Formula) -> bool:
        return bool(z3.is_true(model.eval(formula, model_completion=True)))

    compared = []
    for other in claim.others:
        values = [(each, answer(other.term(each), model, world)) for each in other.inputs]
        changed = tuple((each, value) for each, value in values if value != answer(each.term, model, world))
        actions = tuple(action.id for action in subject.leaves if holds(other.formula(action.applies)))
        compared.append((other.says, changed, actions))
    return Patient(
        tuple((each, answer(each.term, model, world)) for each in inputs),
        tuple(row.name.name for row in subject.rows if holds(row.holds)),
        tuple(action.id for action in subject.leaves if holds(action.applies)),
        tuple(compared),
    )
