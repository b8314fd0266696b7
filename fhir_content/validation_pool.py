"""Validation by several processes: each loads the same sources and takes every n-th resource of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING

from fhir_content.catalog import Catalog
from fhir_content.issue import Issue, in_order
from fhir_content.validate import check_resource

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

Load = Callable[[], Catalog]  # must be picklable: a function of a module, or a partial of one

_catalog: Catalog | None = None  # of a worker process: loaded when it starts


def validate_in_parallel(load: Load, jobs: int, profiles: Sequence[str] = ()) -> list[Issue]:
    """The issues that one process finds, found by `jobs` of them, in the same order."""
    context: BaseContext = get_context("spawn")  # the same on every system; a fork copies open locks
    with ProcessPoolExecutor(jobs, context, _begin, (load,)) as pool:
        tasks = [pool.submit(_check_slice, first, jobs, tuple(profiles)) for first in range(jobs)]
        found = [issue for task in tasks for issue in task.result()]
    return in_order(found)


def _begin(load: Load) -> None:
    global _catalog  # noqa: PLW0603 - how a pool's initializer hands over
    _catalog = load()


def _check_slice(first: int, step: int, profiles: tuple[str, ...]) -> list[Issue]:
    assert _catalog is not None  # noqa: S101 - _begin has run
    found = list(_catalog.issues) if first == 0 else []
    for resource in list(_catalog)[first::step]:
        found.extend(check_resource(resource, _catalog, profiles))
    return found
