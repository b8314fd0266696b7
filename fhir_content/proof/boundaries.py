"""Boundaries: the numbers and texts that each variable of a formula is compared with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

import z3

from fhir_content.proof.term import INTEGER, Formula, Term
from fhir_content.proof.world import is_variable, plain, real, variables

_COMPARISONS = (z3.Z3_OP_LE, z3.Z3_OP_GE, z3.Z3_OP_LT, z3.Z3_OP_GT, z3.Z3_OP_EQ, z3.Z3_OP_DISTINCT)
# Numbers beyond this are limits of CQL's types, not of anyone's table.
_LARGEST = 10**6


class Boundaries:
    """What the comparisons in some formulas compare with."""

    def __init__(self, formulas: Iterable[Formula]) -> None:
        """Collect it from every comparison of numbers; texts are numbers here."""
        self._numbers: dict[str, set[Decimal]] = {}
        self._equals: dict[str, set[int]] = {}
        seen: set[int] = set()
        waiting = list(formulas)
        while waiting:
            part = waiting.pop()
            if part.get_id() in seen:
                continue
            seen.add(part.get_id())
            waiting.extend(part.children())
            if z3.is_app(part) and part.decl().kind() in _COMPARISONS and z3.is_arith(part.arg(0)):
                self._compare(part)

    def _compare(self, part: Formula) -> None:
        numbers = set(_numerals(part))
        for name in variables(part):
            self._numbers.setdefault(name, set()).update(numbers)
        for one, two in (part.children(), part.children()[::-1]):
            if z3.is_int_value(two):
                for leaf in _leaves(one):
                    self._equals.setdefault(str(leaf), set()).add(two.as_long())

    def of(self, value: Formula) -> list[Decimal]:
        """What the variables in a value are compared with, the largest first."""
        found: set[Decimal] = set().union(*(self._numbers.get(name, set()) for name in variables(value)))
        return sorted((each for each in found if abs(each) < _LARGEST), reverse=True)

    def texts(self, value: Formula) -> list[int]:
        """The numbers of the texts that a variable is equal to or not."""
        return sorted(set().union(*(self._equals.get(name, set()) for name in variables(value))))

    def around(self, term: Term) -> list[Decimal]:
        """Each boundary of a number, and one step below and above it."""
        whole = term.kind == INTEGER
        step = Decimal(1) if whole else Decimal("0.1")
        found = [each.to_integral_value() if whole else each for each in self.of(term.value)]
        return [plain(near) for each in found for near in (each, each - step, each + step)]


def _leaves(value: Formula) -> Iterator[Formula]:
    """The variables that a value is one of, by some condition."""
    if is_variable(value):
        yield value
    elif z3.is_app(value) and value.decl().kind() == z3.Z3_OP_ITE:
        yield from _leaves(value.arg(1))
        yield from _leaves(value.arg(2))


def _numerals(part: Formula) -> Iterator[Decimal]:
    waiting = [part]
    while waiting:
        each = waiting.pop()
        if z3.is_rational_value(each) or z3.is_int_value(each):
            yield real(each)
        waiting.extend(each.children())
