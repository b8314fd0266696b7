"""Counterexamples made small: few known inputs, and round numbers just past a boundary.

Greedy: one input after the other is given its plainest value that the claim's violation still allows.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import z3

from fhir_content.proof.boundaries import Boundaries
from fhir_content.proof.claim import Claim, Subject
from fhir_content.proof.patient import Answer, Patient, Version, answer, is_plain
from fhir_content.proof.search import Search
from fhir_content.proof.term import ANY, BOOLEAN, NUMBERS, QUANTITY, STRING, Formula, Term, number
from fhir_content.proof.world import Input, Other

# Seconds for one wish about the patient: one that takes longer is not granted.
_WISH = 0.3
# For a number that is compared with nothing.
_ROUND = [Decimal(value) for value in (1, 10, 100)]


def smallest(search: Search, subject: Subject, claim: Claim, boundaries: Boundaries | None = None) -> Patient:
    """The patient of a search that found one, after its value in each input is the plainest possible."""
    world = subject.table.terms.world
    inputs = dict.fromkeys([*subject.table.inputs, *world.used(z3.simplify(claim.violated))])
    inputs |= dict.fromkeys(each for other in claim.others for each in other.inputs)
    search.seconds = min(search.seconds, _WISH)
    boundaries = boundaries or subject.boundaries
    for each in sorted(inputs, key=_rank):
        settle(search, _plainest(each, each.term, boundaries, subject))
    before = [Other("", (), ())]
    for other in claim.others:
        for each in other.inputs:
            term = other.term(each)
            same = [_equal(earlier.term(each), term) for earlier in reversed(before)]
            settle(search, [*same, *_plainest(each, term, boundaries, subject)])
        before.append(other)
    return _told(search, subject, claim, list(inputs))


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
        for each in [*boundaries.around(term), *_ROUND]:
            yield z3.And(certain, fits, term.value == number(each))
        yield certain
    elif term.kind == STRING:
        for text in [*boundaries.texts(term.value), len(subject.table.terms.world.texts)]:
            yield term.value == text


def _told(search: Search, subject: Subject, claim: Claim, inputs: list[Input]) -> Patient:
    world, model = subject.table.terms.world, search.model
    assert model is not None  # noqa: S101 - a search that found a patient has a model

    def holds(formula: Formula) -> bool:
        return bool(z3.is_true(model.eval(formula, model_completion=True)))

    others = []
    for other in claim.others:
        values = tuple((each, answer(other.term(each), model, world)) for each in other.inputs)
        actions = tuple(action.id for action in subject.leaves if holds(other.formula(action.applies)))
        others.append(Version(other.says, values, actions))
    values = tuple((each, answer(each.term, model, world)) for each in inputs)
    return Patient(
        values,
        tuple(_words(values, subject, model)),
        tuple(row.name.name for row in subject.rows if holds(row.holds)),
        tuple(action.id for action in subject.leaves if holds(action.applies)),
        tuple(others),
    )


def _words(
    values: tuple[tuple[Input, Answer], ...], subject: Subject, model: z3.ModelRef
) -> Iterator[tuple[str, Answer]]:
    """What is known of a patient, each thing once.

    An input that is only a part of a definition is told as that definition, unless it is one of the table's rows.
    """
    table = subject.table
    rows = {row.name for row in table.rows} | {name for action in table.actions for name in action.names}
    told: set[str] = set()
    for each, value in values:
        name, said = each.name, value
        if each.owner.name != each.name and each.owner not in rows:
            term = table.terms.definition(each.owner)
            name, said = each.owner.name, answer(term, model, table.terms.world)
        if name not in told and not is_plain(each, said):
            told.add(name)
            yield name, said
