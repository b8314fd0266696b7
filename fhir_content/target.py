"""A target: one kind of release artifact, made from a project. One target, one file of `targets/`.

A target is a pure function of the project and a recipe: the same sources give the same bytes, on every machine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fhir_content.issue import Issue, Severity
from fhir_content.project import Project


@dataclass(frozen=True, slots=True)
class Output:
    """What a target made: the content of each file, by its name below the target's folder, and what was wrong."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()

    @property
    def is_usable(self) -> bool:
        """Whether nothing found forbids a release."""
        return not any(issue.severity.reaches(Severity.ERROR) for issue in self.issues)


Make = Callable[[Project], Output]


@dataclass(frozen=True, slots=True)
class Target:
    """A target as declared: its file's name, its file's docstring, and `make`, which gets the project as released."""

    name: str
    page: str
    make: Make

    @property
    def title(self) -> str:
        """The first line of the page, without its full stop."""
        return self.page.strip().splitlines()[0].rstrip(".")


def target(make: Make) -> Target:
    """Declare the function below as the target of its file."""
    module = sys.modules[make.__module__]
    name = make.__module__.rpartition(".")[2].replace("_", "-")
    return Target(name, module.__doc__ or "", make)
