"""Why a definition has its value: the values it rests on, and the resources behind them.

Made after the evaluation, from what the Context remembers; evaluating costs nothing more for it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fhir_content.cql.context import Context
from fhir_content.cql.elm import UNSET
from fhir_content.cql.model import Element
from fhir_content.cql.values import Value

if TYPE_CHECKING:
    from fhir_content.cql.library import Library

MAX_DEPTH = 50


@dataclass(frozen=True, slots=True)
class Found:
    """What one retrieve found: a resource type, the codes asked for ("" for all), the resources."""

    type: str
    codes: str
    locator: str
    resources: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A definition or parameter with its value.

    `evaluated` is False where nothing asked for it; `repeated` is True where it was explained further up.
    """

    library: str
    name: str
    locator: str
    value: Value
    evaluated: bool
    repeated: bool = False
    retrieves: tuple[Found, ...] = ()
    parts: tuple[Explanation, ...] = field(default=())


def explanation(library: Library, name: str, context: Context) -> Explanation:
    """The tree below a definition, each definition explained once."""
    library.evaluate(name, context)
    return _explained(library, name, context, set(), 0)


def _explained(library: Library, name: str, context: Context, seen: set[tuple[int, str]], depth: int) -> Explanation:
    slot = library.slots[name] if name in library.slots else library.parameters[name.removeprefix("parameter ")]
    value = library.state(context)[slot]
    evaluated, locator = value is not UNSET, library.locators.get(name, "")
    value = value if evaluated else None
    key = (id(library), name)
    if key in seen or depth >= MAX_DEPTH:
        return Explanation(library.id, name, locator, value, evaluated, repeated=True)
    seen.add(key)
    parts = tuple(_explained(where, used, context, seen, depth + 1) for where, used in library.dependencies(name))
    retrieves = _found(library, name, context) if evaluated else ()
    return Explanation(library.id, name, locator, value, evaluated, retrieves=retrieves, parts=parts)


def _found(library: Library, name: str, context: Context) -> tuple[Found, ...]:
    """The retrieves written in the definition, each with what it found."""
    state = library.state(context)
    return tuple(
        Found(retrieval.type, retrieval.codes, retrieval.locator, tuple(retrieval.ask(state)))
        for retrieval in library.retrieves.get(name, ())
    )
