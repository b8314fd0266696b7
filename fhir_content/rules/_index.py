"""What is computed once for a whole Catalog, though a rule is asked one resource at a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

from fhir_content.catalog import Catalog

_T = TypeVar("_T")


def per_catalog(build: Callable[[Catalog], _T]) -> Callable[[Catalog], _T]:
    """Remember what `build` made of a Catalog for as long as that Catalog lives."""
    made: WeakKeyDictionary[Catalog, _T] = WeakKeyDictionary()

    @wraps(build)
    def remembered(catalog: Catalog) -> _T:
        if catalog not in made:
            made[catalog] = build(catalog)
        return made[catalog]

    return remembered
