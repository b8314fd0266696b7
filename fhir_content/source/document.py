"""What reading a file yields: data, the place of each element, and what was wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NoReturn, TypeAlias

from fhir_content.issue import Issue, Location, Severity

Json: TypeAlias = "bool | int | Decimal | str | list[Json] | dict[str, Json] | None"
Path: TypeAlias = tuple[str | int, ...]
Place: TypeAlias = tuple[int, int]

MAX_BYTES = 32 * 1024 * 1024
MAX_DEPTH = 200  # FHIR's own resources stay below 60; Python's recursion limit is 1,000


@dataclass(frozen=True, slots=True)
class Allowance:
    """`# allow RULE: reason` in a YAML file, and the line it speaks of."""

    rule: str
    reason: str
    line: int
    written_at: Place


@dataclass(slots=True)
class Places:
    """Where each element is written: of its value, and of its key. Lines and columns count from 1."""

    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)
    repeated: list[tuple[Path, Place]] = field(default_factory=list)

    def at(self, path: Path, on_key: bool) -> Place:
        """The place of `path`, else of the nearest element above it."""
        while path not in self.values and path:
            path = path[:-1]
        if on_key and path in self.keys:
            return self.keys[path]
        return self.values.get(path, (0, 0))

    def note(self, path: Path, key: Place | None, value: Place) -> None:
        """Remember an element; of two equal keys the first keeps its place and the second is a repetition."""
        if key is not None:
            if path in self.keys:
                self.repeated.append((path, key))
                return
            self.keys[path] = key
        self.values[path] = value

    def repeated_keys(self, file: str, data: Json) -> Iterator[Issue]:
        """An issue for each key that stands twice in one object of `data`."""
        kind = data.get("resourceType") if isinstance(data, dict) else None
        for path, place in self.repeated:
            message = f"the key `{path[-1]}` is written twice (first in line {self.keys[path][0]})"
            way_out = "keep one: most readers silently take the last"
            where = Location(file, *place, expression_of(kind, path))
            yield Issue(where, "duplicate-key", Severity.ERROR, message, "structure", way_out)


@dataclass(slots=True)
class Source:
    """One file as read. `data` is None when it could not be read; then `issues` says why."""

    file: str
    data: Json = None
    issues: tuple[Issue, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    text: str = ""
    find_places: Callable[[], Places] = Places
    _places: Places | None = None

    def place(self, path: Sequence[str | int], *, on_key: bool = False) -> Place:
        """Line and column (from 1) of the element at `path`, or of its nearest ancestor; (0, 0) when unknown."""
        if self._places is None:
            self._places = self.find_places()
        return self._places.at(tuple(path), on_key)


class UnreadableError(Exception):
    """Stops the reading of one file; carries the issue that its reader will see. Never leaves this package."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(issue.message)
        self.issue = issue


def stop(
    file: str, place: Place, rule: str, message: str, way_out: str = "", code: str = "structure", expression: str = ""
) -> NoReturn:
    """Give up on `file` with a fatal issue at `place`."""
    raise UnreadableError(Issue(Location(file, *place, expression), rule, Severity.FATAL, message, code, way_out))


def expression_of(kind: Json, path: Sequence[str | int]) -> str:
    """FHIRPath of an element, with indexes: `PlanDefinition.action[0].title`; `Resource` where the type is not said."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return (kind if isinstance(kind, str) and kind else "Resource") + "".join(steps)


def place_of(text: str, offset: int) -> Place:
    """Line and column, from 1, of the character at `offset`."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
