"""What changed between two releases, each change with its class and, for logic and doses, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fhir_content.catalog import Catalog
from fhir_content.difference.classes import Class, Operation, class_of
from fhir_content.difference.logic import definitions
from fhir_content.resource import Resource
from fhir_content.source import Json, dumps

__all__ = ["Change", "Class", "Operation", "difference", "says_so", "worst"]

# Made at release, or the version itself: a change here says nothing that is not said elsewhere.
_NOT_COMPARED = frozenset({"text", "meta", "expansion", "version"})
_KEYS = ("id", "linkId", "code", "url", "path", "resource", "system", "contentType")


@dataclass(frozen=True, slots=True)
class Change:
    """One change: `path` in FHIRPath, the values as FHIR JSON ("" where there is none), for logic its sentences."""

    key: str
    path: str
    operation: Operation
    kind: Class
    old: str = ""
    new: str = ""

    @property
    def sentence(self) -> str:
        """The change as a line to read."""
        if self.operation is Operation.ADD:
            return f"{self.key} {self.path}: added {self.new}".rstrip()
        if self.operation is Operation.DELETE:
            return f"{self.key} {self.path}: removed {self.old}".rstrip()
        return f"{self.key} {self.path}: {self.old} -> {self.new}"


def difference(old: Catalog, new: Catalog) -> list[Change]:
    """Every change from `old` to `new`, worst first, then by resource and place."""
    before, after = ({each.key: each for each in catalog} for catalog in (old, new))
    found: list[Change] = []
    for key in sorted({*before, *after}):
        if key not in after:
            found.append(_whole(before[key], Operation.DELETE))
        elif key not in before:
            found.append(_whole(after[key], Operation.ADD))
        else:
            found.extend(_changes(before[key], after[key]))
    order = list(Class)
    return sorted(found, key=lambda each: (order.index(each.kind), each.key, each.path))


def worst(changes: Sequence[Change]) -> Class | None:
    """The worst class of the changes; None where there are none."""
    return min((each.kind for each in changes), key=list(Class).index, default=None)


def says_so(old: str, new: str, changes: Sequence[Change]) -> str:
    """The least version that would say what the changes from `old` are; "" where `new` does.

    A non-compatible change needs a new major version, a compatible one a minor, any other a patch. Before 1.0.0 nothing
    is promised yet (semver.org): there a minor version says non-compatible, and a patch the rest.
    """
    kind = worst(changes)
    if kind is None:
        return ""
    major, minor, patch = _numbers(old)
    if kind is Class.NON_COMPATIBLE:
        least = (major + 1, 0, 0) if major else (0, minor + 1, 0)
    elif kind is Class.COMPATIBLE and major:
        least = (major, minor + 1, 0)
    else:
        least = (major, minor, patch + 1)
    return "" if _numbers(new) >= least else ".".join(map(str, least))


def _numbers(version: str) -> tuple[int, int, int]:
    parts = [int(part) if part.isdigit() else 0 for part in version.partition("-")[0].split(".")]
    major, minor, patch = (*parts, 0, 0, 0)[:3]
    return major, minor, patch


def _whole(resource: Resource, operation: Operation) -> Change:
    title = resource.root.text("title") or resource.name
    old, new = ("", title) if operation is Operation.ADD else (title, "")
    return Change(resource.key, resource.type, operation, class_of(resource.type, (), operation), old, new)


def _changes(old: Resource, new: Resource) -> Iterator[Change]:
    logic = (definitions(old), definitions(new)) if old.type == "Library" else ({}, {})
    skipped = _NOT_COMPARED | ({"content"} if all(logic) else set())
    before, after = ({name: each.data[name] for name in each.data if name not in skipped} for each in (old, new))
    for names, path, operation, one, other in _compare(before, after, (), old.type):
        kind = class_of(old.type, names, operation)
        yield Change(old.key, path, operation, kind, one, other)
    if all(logic):
        yield from _logic(old.key, *logic)


def _logic(key: str, old: Mapping[str, tuple[str, str]], new: Mapping[str, tuple[str, str]]) -> Iterator[Change]:
    for name in sorted({*old, *new}):
        (one, before), (other, after) = old.get(name, ("", "")), new.get(name, ("", ""))
        if one == other:
            continue
        operation = Operation.REPLACE if one and other else Operation.ADD if other else Operation.DELETE
        # a definition that nothing had asked for yet changes no recommendation
        kind = Class.COMPATIBLE if operation is Operation.ADD else Class.NON_COMPATIBLE
        yield Change(key, f'Library.content."{name}"', operation, kind, before, after)


_Row = tuple[tuple[str, ...], str, Operation, str, str]


def _compare(old: Json, new: Json, names: tuple[str, ...], path: str) -> Iterator[_Row]:
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted({*old, *new}):
            yield from _pair(old.get(name), new.get(name), (*names, name), f"{path}.{name}")
    elif isinstance(old, list) and isinstance(new, list):
        before, after = _keyed(old, new)
        for key in [*before, *(each for each in after if each not in before)]:
            yield from _pair(before.get(key), after.get(key), names, f"{path}[{key}]")
    elif _plain(old) != _plain(new):
        yield names, path, Operation.REPLACE, _plain(old), _plain(new)


def _pair(old: Json, new: Json, names: tuple[str, ...], path: str) -> Iterator[_Row]:
    if old is None and new is not None:
        yield names, path, Operation.ADD, "", _plain(new)
    elif new is None and old is not None:
        yield names, path, Operation.DELETE, _plain(old), ""
    else:
        yield from _compare(old, new, names, path)


def _keyed(old: list[Json], new: list[Json]) -> tuple[dict[str, Json], dict[str, Json]]:
    """The items by what names them, else by their number: an item put in between is then one change, not many."""
    for name in _KEYS:
        keys = [[each.get(name) if isinstance(each, dict) else None for each in items] for items in (old, new)]
        if all(isinstance(key, str) for side in keys for key in side) and all(len(set(s)) == len(s) for s in keys):
            before, after = (
                {_unversioned(str(key)): item for key, item in zip(side, items, strict=True)}
                for side, items in zip(keys, (old, new), strict=True)
            )
            return before, after
    before, after = ({str(index): each for index, each in enumerate(items)} for items in (old, new))
    return before, after


def _plain(value: Json) -> str:
    """The value as text; the version in a canonical is not a change of its own."""
    return _unversioned(value) if isinstance(value, str) else dumps(value).decode()


def _unversioned(text: str) -> str:
    return text.partition("|")[0] if text.startswith(("http://", "https://")) else text
