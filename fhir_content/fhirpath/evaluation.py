"""What an evaluation carries along: variables, clock, doors to the outside, and how much it may still do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from fhir_content.fhirpath.data import Item, Items, Model, Typed, system
from fhir_content.fhirpath.errors import FhirPathError
from fhir_content.fhirpath.patterns import Allowance

MAX_WORK = 1_000_000
CALL = 4
"""What one evaluation of a criterion or projection on an item counts for; an item handed on counts for one."""
MAX_TEXT = 1_000_000

TRUE: Items = [True]
FALSE: Items = [False]
NOTHING: Items = []
"""Shared results: never changed by who receives them."""


@dataclass(frozen=True, slots=True)
class Doors:
    """What an evaluation may ask of the world outside; a function whose door is absent is an error.

    `resolve` follows a reference or canonical from the resource it stands in; None where it leads nowhere.
    `member_of` says whether data is in a value set, `conforms_to` whether it meets a profile (None: cannot tell),
    `html_checks` whether narrative is the XHTML that FHIR allows.
    """

    resolve: Callable[[str, Typed | None], Typed | None] | None = None
    member_of: Callable[[Typed, str], bool | None] | None = None
    conforms_to: Callable[[Typed, str], bool | None] | None = None
    html_checks: Callable[[str], bool] | None = None


class Environment:
    """One evaluation: shared by all frames of it."""

    __slots__ = ("doors", "model", "now", "patterns", "traces", "variables", "work")

    def __init__(
        self, model: Model, variables: Mapping[str, Items], now: datetime | None = None, doors: Doors | None = None
    ) -> None:
        self.model = model
        self.variables = variables
        self.now = now
        self.doors = doors or Doors()
        self.traces: list[Trace] = []
        self.work = MAX_WORK
        self.patterns = Allowance()

    def spend(self, amount: int) -> None:
        """Count work done; raises FhirPathError once there was too much of it."""
        self.work -= amount
        if self.work < 0:
            raise FhirPathError(f"stopped after {MAX_WORK} steps: the expression does too much on this data")


@dataclass(frozen=True, slots=True)
class Trace:
    """What `trace(name)` saw."""

    name: str
    items: Items = field(default_factory=list)


class Frame:
    """Where an expression stands: `$this`, `$index`, `$total`, and the evaluation it belongs to."""

    __slots__ = ("environment", "index", "this", "total")

    def __init__(self, this: Items, environment: Environment, index: int | None = None, total: Items = NOTHING) -> None:
        self.this = this
        self.environment = environment
        self.index = index
        self.total = total


Closure = Callable[[Frame], Items]


def boolean(items: Items) -> bool | None:
    """The truth of a collection: none of an empty one, its one Boolean, and true for any other single item.

    https://hl7.org/fhirpath/N1/#singleton-evaluation-of-collections
    """
    if not items:
        return None
    if len(items) > 1:
        raise FhirPathError(f"expected one Boolean, found {len(items)} items")
    value = system(items[0])
    return value if value.__class__ is bool else True


def verdict(value: bool | None) -> Items:
    """A truth as a collection."""
    return NOTHING if value is None else TRUE if value else FALSE


def single(items: Items, what: str) -> Item | None:
    """The one System value of a collection; None of an empty one; raises FhirPathError for more."""
    if not items:
        return None
    if len(items) > 1:
        raise FhirPathError(f"{what} takes one item, found {len(items)}")
    return system(items[0])


def text(items: Items, what: str) -> str | None:
    """The one String of a collection; None of an empty one; raises FhirPathError for anything else."""
    value = single(items, what)
    if value is None or isinstance(value, str):
        return value
    if isinstance(items[0], Typed) and items[0].type.system and not isinstance(value, Typed):
        return str(items[0].data) if isinstance(items[0].data, str) else _not_text(what, value)
    return None if isinstance(value, Typed) and value.type.is_primitive else _not_text(what, value)


def _not_text(what: str, value: Item) -> str:
    from fhir_content.fhirpath.comparison import kind

    raise FhirPathError(f"{what} takes a String, found {kind(value)}")


def integer(items: Items, what: str) -> int | None:
    """The one Integer of a collection; None of an empty one; raises FhirPathError for anything else."""
    value = single(items, what)
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise FhirPathError(f"{what} takes an Integer")
