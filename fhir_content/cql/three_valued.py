"""Conjunction and disjunction of verdicts that may be unknown."""

from __future__ import annotations


def every(*verdicts: bool | None) -> bool | None:
    """False if any is, otherwise null if any is, otherwise true."""
    return False if False in verdicts else None if None in verdicts else True


def some(*verdicts: bool | None) -> bool | None:
    """True if any is, otherwise null if any is, otherwise false."""
    return True if True in verdicts else None if None in verdicts else False


def negation(verdict: bool | None) -> bool | None:
    """The opposite, if it is known."""
    return None if verdict is None else not verdict
