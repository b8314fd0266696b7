"""What a walk over one resource gathers: issues, elements that have invariants, links, resources inside resources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from fhir_content.catalog import Catalog
from fhir_content.issue import Issue, Location, Severity
from fhir_content.resource import Resource
from fhir_content.source import Json, Path
from fhir_content.structure import Invariant, Structure

# Invariants that the walk itself checks, faster and with a better message than their FHIRPath would give.
NATIVE = frozenset({"ele-1", "ext-1", "dom-3", "ref-1", "txt-1", "txt-2", "sqty-1"})


class Visit(NamedTuple):
    """An element that has invariants: its path, its value, the invariants, the path of the resource it lies in."""

    path: Path
    value: Json
    invariants: tuple[Invariant, ...]
    owner: Path


@dataclass(slots=True)
class Link:
    """A reference, canonical or uri that points at something.

    `type` is that of the element (Reference, canonical, uri, url), `targets` the profiles it may point at,
    `declared_type` what Reference.type says.
    """

    path: Path
    text: str
    type: str
    targets: tuple[str, ...] = ()
    declared_type: str = ""


@dataclass(slots=True, eq=False)
class Scope:
    """One resource on the walk: the file's own, a contained one, or an entry of a Bundle."""

    path: Path
    data: dict[str, Json]
    structure: Structure
    container: Scope | None = None
    links: list[Link] = field(default_factory=list)
    ids: dict[tuple[str | int, str], Path] = field(default_factory=dict)
    profiles: list[tuple[Path, str]] = field(default_factory=list)

    @property
    def root(self) -> Scope:
        """The resource whose `contained` holds what `#id` means here."""
        return self if self.container is None else self.container.root


@dataclass(slots=True, eq=False)
class Walk:
    """The state of one walk."""

    resource: Resource
    catalog: Catalog | None
    issues: list[Issue] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    unknown_extensions: dict[str, list[Path]] = field(default_factory=dict)
    scope: Scope = field(init=False)

    def report(
        self,
        path: Path,
        rule: str,
        message: str,
        help: str = "",
        *,
        severity: Severity = Severity.ERROR,
        code: str = "invalid",
        on_key: bool = False,
    ) -> None:
        """Add an issue at `path`."""
        where = self.resource.location(path, on_key=on_key)
        if any(isinstance(step, str) and step[:1] == "_" for step in path):
            names = tuple(step.removeprefix("_") if isinstance(step, str) else step for step in path)
            where = Location(where.file, where.line, where.column, self.resource.expression(names))
        self.issues.append(Issue(where, rule, severity, message, code, help))

    def contained(self, scope: Scope) -> Iterator[Scope]:
        """The resources contained in one."""
        return (each for each in self.scopes if each.container is scope)
