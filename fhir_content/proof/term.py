"""Term: a CQL expression as SMT formulas - whether it is known, and its value when it is.

CQL's three-valued logic is kept exactly: null is `known` false, and no formula reads a value that is not known.
https://cql.hl7.org/02-authorsguide.html#nullological-operators
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import z3

Formula = Any  # z3 has no usable types of its own

TRUE = z3.BoolVal(True)
FALSE = z3.BoolVal(False)

BOOLEAN, INTEGER, DECIMAL, STRING, QUANTITY = "Boolean", "Integer", "Decimal", "String", "Quantity"
# A value of which only its absence matters: a resource, a list, a date.
ANY = "Any"
NULL = "Null"
NUMBERS = (INTEGER, DECIMAL)


class Unsupported(Exception):
    """The expression is outside what is modelled; it becomes an opaque input."""


@dataclass(frozen=True, slots=True)
class Term:
    """One expression. `value` is a formula of the kind's sort, None for Any and Null.

    `high`: an Integer known only to lie in `value`..`high`, as a duration between imprecise dates is.
    `dimension`: the index of a Quantity's dimension, its value being in that dimension's first unit; an index of no
    dimension stands for a unit that converts to none of them, or for a quantity without number.
    `false`: of a Boolean made by `verdict`, when it is false; its value is then when it is true.
    """

    kind: str
    known: Formula
    value: Formula = None
    high: Formula = None
    dimension: Formula = None
    false: Formula = None

    @property
    def is_true(self) -> Formula:
        """Known and true."""
        return self.value if self.false is not None else z3.And(self.known, self.value)

    @property
    def is_false(self) -> Formula:
        """Known and false."""
        return self.false if self.false is not None else z3.And(self.known, z3.Not(self.value))

    @property
    def top(self) -> Formula:
        """The upper end of an Integer: its value unless it is uncertain."""
        return self.value if self.high is None else self.high


def number(value: Decimal | int) -> Formula:
    """A number as an exact real."""
    return z3.RealVal(f"{Decimal(value):f}")


def boolean(known: Formula, value: Formula) -> Term:
    """A Boolean term."""
    return Term(BOOLEAN, known, value)


def verdict(true: Formula, false: Formula) -> Term:
    """A Boolean term from when it is true and when it is false, neither being when it is null: the smaller formulas."""
    true, false = z3.simplify(true), z3.simplify(false)
    return Term(BOOLEAN, z3.Or(true, false), true, false=false)


def nothing() -> Term:
    """Null, of no type yet."""
    return Term(NULL, FALSE)


def exact(*terms: Term) -> None:
    """Raises Unsupported where an Integer is uncertain."""
    if any(term.high is not None for term in terms):
        raise Unsupported


def of_kind(term: Term, *kinds: str) -> Term:
    """The term, if it is of one of the kinds; a Null becomes an unknown of the first; raises Unsupported."""
    if term.kind == NULL:
        return _unknown(kinds[0])
    if term.kind not in kinds:
        raise Unsupported
    return term


def _unknown(kind: str) -> Term:
    whole, real = z3.IntVal(0), z3.RealVal(0)
    zeros = {BOOLEAN: FALSE, INTEGER: whole, STRING: whole, DECIMAL: real, QUANTITY: real}
    return Term(kind, FALSE, zeros.get(kind), dimension=z3.IntVal(-1) if kind == QUANTITY else None)


def alike(*terms: Term) -> list[Term]:
    """The terms in one kind, Nulls fitted to the others; raises Unsupported where their kinds differ."""
    kinds = {term.kind for term in terms} - {NULL}
    if len(kinds) > 1:
        raise Unsupported
    if not kinds:
        return list(terms)
    kind = kinds.pop()
    fitted = [_unknown(kind) if term.kind == NULL else term for term in terms]
    if any(term.high is not None for term in fitted):
        fitted = [replace(term, high=term.top) for term in fitted]
    return fitted


def choose(condition: Formula, then: Term, otherwise: Term) -> Term:
    """One term or the other; raises Unsupported where their kinds differ."""
    one, two = alike(then, otherwise)
    if one.kind == BOOLEAN:
        return verdict(z3.If(condition, one.is_true, two.is_true), z3.If(condition, one.is_false, two.is_false))

    def either(left: Formula, right: Formula) -> Formula:
        return None if left is None else z3.If(condition, left, right)

    return Term(
        one.kind,
        z3.If(condition, one.known, two.known),
        either(one.value, two.value),
        either(one.high, two.high),
        either(one.dimension, two.dimension),
    )


def solver_of(*given: Formula) -> z3.Solver:
    """A solver that holds these formulas: z3's core alone, which is several times faster here than with its tactics."""
    solver = z3.SimpleSolver()
    solver.add(*given)
    return solver
