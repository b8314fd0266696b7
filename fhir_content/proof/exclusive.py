"""Exclusive: what selectionBehavior says of a group is true of every patient. Engines do not enforce it.

https://hl7.org/fhir/R4/valueset-action-selection-behavior.html
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import z3

from fhir_content.proof.claim import Claim, Subject

_AT_MOST = ("at-most-one", "exactly-one")
_AT_LEAST = ("one-or-more", "exactly-one")


def claims(subject: Subject) -> Iterator[Claim]:
    """For each group that states it: no two of its actions together, and at least one."""
    for group in subject.table.actions:
        behavior = group.element.text("selectionBehavior")
        inner = subject.table.children(group)
        if behavior in _AT_MOST:
            for one, two in combinations(inner, 2):
                yield Claim(
                    f"{group.id}: {one.id}, {two.id}",
                    two.element,
                    f'"{one.title}" and "{two.title}" never apply together ({behavior})',
                    f'"{one.title}" and "{two.title}" apply together, although the group says {behavior}',
                    z3.And(one.applies, two.applies),
                )
        if behavior in _AT_LEAST:
            yield Claim(
                f"{group.id}: at least one",
                group.element,
                f'of "{group.title}" at least one applies whenever the group does ({behavior})',
                f'"{group.title}" applies and nothing in it does, although it says {behavior}',
                z3.And(group.applies, *(z3.Not(each.applies) for each in inner)),
            )
