"""Complete: with every input known, some action applies, or a row called "otherwise" says why nothing does."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from fhir_content.proof.claim import Claim, Subject, some


def claims(subject: Subject) -> Iterator[Claim]:
    """One claim about the plan as a whole."""
    if subject.leaves:
        applies = some([action.applies for action in subject.leaves])
        yield Claim(
            "no gap",
            subject.table.plan.root,
            "with every input known, some action applies or the row `otherwise` says why not",
            "every input is known, no action applies, and no row `otherwise` says why",
            z3.And(subject.all_known(), z3.Not(applies), z3.Not(subject.otherwise)),
        )
