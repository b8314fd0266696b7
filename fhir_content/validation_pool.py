"""Validation by several processes: each takes every n-th resource of the same catalog.

On Linux they are forked with the catalog in hand; elsewhere each loads it again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from fhir_content.catalog import Catalog
from fhir_content.issue import Issue, in_order
from fhir_content.validate import check_resource

Load = Callable[[], Catalog]  # must be picklable: a function of a module, or a partial of one

_loaded: list[Catalog] = []  # the catalog of a worker process


def validate_in_parallel(catalog: Catalog, load: Load, jobs: int, profiles: Sequence[str] = ()) -> list[Issue]:
    """The issues that one process finds, found by `jobs` of them, in the same order; `load` loads `catalog` anew."""
    forks = sys.platform == "linux"
    context = get_context("fork" if forks else "spawn")
    _begin(lambda: catalog)
    try:
        with (
            ProcessPoolExecutor(jobs, context) if forks else ProcessPoolExecutor(jobs, context, _begin, (load,)) as pool
        ):
            tasks = [pool.submit(_check_slice, first, jobs, tuple(profiles)) for first in range(jobs)]
            found = [issue for task in tasks for issue in task.result()]
    finally:
        _loaded.clear()
    return in_order(found)


def _begin(load: Load) -> None:
    _loaded[:] = [load()]


def _check_slice(first: int, step: int, profiles: tuple[str, ...]) -> list[Issue]:
    [catalog] = _loaded
    found = list(catalog.issues) if first == 0 else []
    for resource in list(catalog)[first::step]:
        found.extend(check_resource(resource, catalog, profiles))
    return found
