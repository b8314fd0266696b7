"""Steady: as a value that is said to get worse one way does so, no proposal comes, goes and comes again.

Everything else is known: what is asked for in between is another property's matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import z3

from fhir_content.proof.claim import Claim, Subject
from fhir_content.proof.term import NUMBERS, QUANTITY, Formula
from fhir_content.proof.world import Input, Other, fresh


def claims(subject: Subject) -> Iterator[Claim]:
    """One claim for each proposal and each input that gets worse one way."""
    for name, direction in subject.worse.items():
        for each in subject.table.inputs:
            if each.owner == name and each.name == name.name and each.term.kind in (*NUMBERS, QUANTITY):
                yield from _of(subject, each, direction)


def _of(subject: Subject, each: Input, direction: str) -> Iterator[Claim]:
    others = tuple(
        Other(says, (each,), tuple((part, fresh(part, f" {says}")) for part in each.variables))
        for says in (direction, f"still {direction}")
    )
    rest = [other for other in subject.askable if other is not each]
    order = z3.And(_in_order(each, others, direction), *(other.formula(subject.laws) for other in others))
    order = z3.And(order, subject.all_known(rest))
    for action in subject.proposals:
        between, worse = (other.formula(action.applies) for other in others)
        if between.eq(action.applies):
            continue
        yield Claim(
            f"{action.id} as {each.name} gets {direction}",
            action.element,
            f'"{action.title}" does not stop and come back as "{each.name}" gets {direction}',
            f'"{action.title}" stops and comes back as "{each.name}" gets {direction}',
            z3.And(action.applies, z3.Not(between), worse, order),
            others=others,
        )


def _in_order(each: Input, others: tuple[Other, ...], direction: str) -> Formula:
    """Three known values, each worse than the one before, in one unit."""
    terms = [each.term, *(other.term(each) for other in others)]
    order = [two.top < one.value if direction == "lower" else two.value > one.top for one, two in pairwise(terms)]
    same = [term.dimension == terms[0].dimension for term in terms if term.dimension is not None]
    return z3.And(*(term.known for term in terms), *order, *same)
