"""The parts an expression is made of, as the parser leaves them: a tree of terms, changed by nobody after it.

Plain data classes without the extras, which would cost more at import than the parser does at work.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from fhir_content.fhirpath.quantity import Quantity
from fhir_content.fhirpath.temporal import Temporal


@dataclass(eq=False, repr=False)
class Term:
    """Any part: where it begins, and how many levels lie in and below it (bounded by the parser)."""

    offset: int
    depth: int = field(default=1, kw_only=True)

    def parts(self) -> Iterator[Term]:
        """The terms directly inside this one."""
        return iter(())


@dataclass(eq=False, repr=False)
class Literal(Term):
    """A value written out."""

    value: bool | int | Decimal | str | Temporal | Quantity


@dataclass(eq=False, repr=False)
class Empty(Term):
    """The empty collection `{}`."""


@dataclass(eq=False, repr=False)
class Special(Term):
    """One of `$this`, `$index` and `$total`."""

    name: str


@dataclass(eq=False, repr=False)
class Variable(Term):
    """A variable of the environment, `%name`."""

    name: str


@dataclass(eq=False, repr=False)
class Member(Term):
    """A name: an element, or at the start of a path the type of the context."""

    name: str


@dataclass(eq=False, repr=False)
class Call(Term):
    """A function with its arguments."""

    name: str
    arguments: tuple[Term, ...]

    def parts(self) -> Iterator[Term]:
        """The arguments."""
        return iter(self.arguments)


@dataclass(eq=False, repr=False)
class Path(Term):
    """A chain `start.step.step[index]`: kept flat, so that long chains stay shallow."""

    start: Term
    steps: tuple[Term, ...]

    def parts(self) -> Iterator[Term]:
        """The start, then the steps."""
        yield self.start
        yield from self.steps


@dataclass(eq=False, repr=False)
class Index(Term):
    """The indexer step `[…]` of a path."""

    at: Term

    def parts(self) -> Iterator[Term]:
        """The index expression."""
        yield self.at


@dataclass(eq=False, repr=False)
class Polarity(Term):
    """A sign before an expression."""

    sign: str
    operand: Term

    def parts(self) -> Iterator[Term]:
        """The operand."""
        yield self.operand


@dataclass(eq=False, repr=False)
class Binary(Term):
    """Two operands and the operator between them."""

    operator: str
    left: Term
    right: Term

    def parts(self) -> Iterator[Term]:
        """Left, then right."""
        yield self.left
        yield self.right


@dataclass(eq=False, repr=False)
class TypeTest(Term):
    """`is` or `as` with a type; `name` may be qualified (`System.Boolean`)."""

    operator: str
    operand: Term
    name: str

    def parts(self) -> Iterator[Term]:
        """The operand."""
        yield self.operand
