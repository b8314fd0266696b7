"""Reachable: each row holds for some patient and adds to the rows above it; each action applies to someone."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from fhir_content.proof.claim import Claim, Subject


def claims(subject: Subject) -> Iterator[Claim]:
    """Two claims for each row, one for each action."""
    above: list[z3.BoolRef] = []
    for row in subject.rows:
        holds = f'row "{row.name.name}" holds for some patient'
        yield Claim(
            f"{row.name.name}: possible",
            subject.table.plan.root,
            holds,
            f'row "{row.name.name}" holds for no patient',
            row.holds,
            must_exist=True,
        )
        if above:
            yield Claim(
                f"{row.name.name}: adds",
                subject.table.plan.root,
                f'row "{row.name.name}" holds for some patient for whom no row above it does',
                f'row "{row.name.name}" adds nothing: whenever it holds, a row above it does',
                z3.And(row.holds, z3.Not(z3.Or(*above))),
                must_exist=True,
            )
        above.append(row.holds)
    for action in subject.table.actions:
        yield Claim(
            f"{action.id}: possible",
            action.element,
            f'"{action.title}" applies to some patient',
            f'"{action.title}" applies to no patient',
            action.applies,
            must_exist=True,
        )
