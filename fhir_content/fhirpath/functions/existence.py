"""Existence: empty, exists, all, count, distinct and their kin.

https://hl7.org/fhirpath/N1/#existence
"""

from __future__ import annotations

from fhir_content.fhirpath.comparison import Holding, distinct
from fhir_content.fhirpath.data import Items, system
from fhir_content.fhirpath.errors import FhirPathError
from fhir_content.fhirpath.evaluation import CALL, FALSE, NOTHING, TRUE, Closure, Environment, Frame, boolean, verdict
from fhir_content.fhirpath.functions.registry import function


@function("empty")
def empty(environment: Environment, items: Items) -> Items:
    """Whether there is nothing."""
    return FALSE if items else TRUE


@function("exists", 0, 1, is_lazy=True)
def exists(frame: Frame, items: Items, criterion: Closure | None = None) -> Items:
    """Whether there is anything (that meets the criterion)."""
    if criterion is None:
        return TRUE if items else FALSE
    environment = frame.environment
    environment.spend(CALL * len(items))
    for index, item in enumerate(items):
        if boolean(criterion(Frame([item], environment, index, frame.total))):
            return TRUE
    return FALSE


@function("all", 1, is_lazy=True)
def every(frame: Frame, items: Items, criterion: Closure) -> Items:
    """Whether every item meets the criterion; an open answer counts as no."""
    environment = frame.environment
    environment.spend(CALL * len(items))
    for index, item in enumerate(items):
        if not boolean(criterion(Frame([item], environment, index, frame.total))):
            return FALSE
    return TRUE


def _truths(items: Items, name: str) -> list[bool]:
    found = [system(item) for item in items]
    for value in found:
        if not isinstance(value, bool):
            raise FhirPathError(f"{name}() takes Booleans")
    return [value is True for value in found]


@function("allTrue")
def all_true(environment: Environment, items: Items) -> Items:
    """Whether all are true."""
    return verdict(all(_truths(items, "allTrue")))


@function("anyTrue")
def any_true(environment: Environment, items: Items) -> Items:
    """Whether one is true."""
    return verdict(any(_truths(items, "anyTrue")))


@function("allFalse")
def all_false(environment: Environment, items: Items) -> Items:
    """Whether all are false."""
    return verdict(not any(_truths(items, "allFalse")))


@function("anyFalse")
def any_false(environment: Environment, items: Items) -> Items:
    """Whether one is false."""
    return verdict(not all(_truths(items, "anyFalse")))


@function("subsetOf", 1)
def subset_of(environment: Environment, items: Items, other: Items) -> Items:
    """Whether the other collection holds every item."""
    holding = Holding(other)
    return verdict(all(item in holding for item in items))


@function("supersetOf", 1)
def superset_of(environment: Environment, items: Items, other: Items) -> Items:
    """Whether every item of the other collection is here."""
    return subset_of(environment, other, items)


@function("count")
def count(environment: Environment, items: Items) -> Items:
    """How many items."""
    return [len(items)]


@function("distinct")
def each_once(environment: Environment, items: Items) -> Items:
    """Each item once."""
    return distinct(items)


@function("isDistinct")
def is_distinct(environment: Environment, items: Items) -> Items:
    """Whether no two are equal."""
    return verdict(len(distinct(items)) == len(items))


@function("not")
def negation(environment: Environment, items: Items) -> Items:
    """The opposite truth."""
    value = boolean(items)
    return NOTHING if value is None else verdict(not value)
