"""A profile as a tree of constraints: the differentials of a StructureDefinition and of its bases, merged.

The tree holds only what a profile adds to the type. A profile without a snapshot is thus as good as one with;
one that has only a snapshot is read from that.
https://hl7.org/fhir/R4/profiling.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from fhir_content.structure import Binding, Discriminator, ElementDefinition, ElementType, Invariant, Slicing

Find = Callable[[str], Mapping[str, Any] | None]
_MAX_CHAIN = 20


class Node:
    """The constraints on one element, or on one slice of it."""

    def __init__(self, name: str, slice_name: str = "") -> None:
        """An element of that declared name, not constrained yet."""
        self.name = name
        self.slice_name = slice_name
        self.min = 0
        self.max: int | None = None
        self.types: tuple[ElementType, ...] = ()
        self.fixed: tuple[str, Any] | None = None
        self.pattern: tuple[str, Any] | None = None
        self.min_value: tuple[str, Any] | None = None
        self.max_value: tuple[str, Any] | None = None
        self.max_length: int | None = None
        self.binding: Binding | None = None
        self.invariants: tuple[Invariant, ...] = ()
        self.is_modifier = False
        self.slicing: Slicing | None = None
        self.slices: dict[str, Node] = {}
        self.children: dict[str, Node] = {}

    def constrain(self, element: ElementDefinition) -> None:
        """Add what one ElementDefinition says; the later one wins."""
        self.min = max(self.min, element.min)
        if element.max_stated and element.max is not None:
            self.max = element.max if self.max is None else min(self.max, element.max)
        self.types = element.types or self.types
        self.fixed = element.fixed or self.fixed
        self.pattern = element.pattern or self.pattern
        self.min_value = element.min_value or self.min_value
        self.max_value = element.max_value or self.max_value
        self.max_length = element.max_length or self.max_length
        self.binding = element.binding or self.binding
        known = {each.key for each in element.invariants}
        self.invariants = (*(each for each in self.invariants if each.key not in known), *element.invariants)
        self.is_modifier = element.is_modifier or self.is_modifier
        if element.slicing is not None and (element.slicing.discriminators or self.slicing is None):
            self.slicing = element.slicing

    @property
    def discriminators(self) -> tuple[Discriminator, ...]:
        """How its slices are told apart; extensions and choices have a way of their own when none is stated."""
        if self.slicing is not None and self.slicing.discriminators:
            return self.slicing.discriminators
        if self.name in {"extension", "modifierExtension"}:
            return (Discriminator("value", "url"),)
        if all(each.types for each in self.slices.values()):
            return (Discriminator("type", "$this"),)
        return ()


class Profile:
    """A StructureDefinition that constrains a type; `root` holds the constraints."""

    def __init__(self, record: Mapping[str, Any], root: Node) -> None:
        """Keep the merged constraints of `record`."""
        self.url = str(record.get("url", ""))
        self.name = str(record.get("title") or record.get("name") or self.url)
        self.type = str(record.get("type", ""))
        self.contexts: list[Mapping[str, Any]] = [each for each in record.get("context", ()) if isinstance(each, dict)]
        self.root = root


class BaseMissing(LookupError):
    """A profile that the profile is derived from is not here."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


def build(record: Mapping[str, Any], find: Find) -> Profile:
    """The profile of a StructureDefinition; raises BaseMissing when one that it is derived from cannot be found."""
    chain = list(_chain(record, find))
    root = Node(str(record.get("type", "")))
    for each in reversed(chain):
        _apply(root, each)
    return Profile(record, root)


def _chain(record: Mapping[str, Any], find: Find) -> Iterator[Mapping[str, Any]]:
    seen: set[str] = set()
    while record.get("derivation") == "constraint" and len(seen) < _MAX_CHAIN:
        yield record
        if _elements(record) is record.get("snapshot", {}).get("element"):
            return  # a snapshot says all that those before it said
        base = str(record.get("baseDefinition", ""))
        found = find(base)
        if found is None:
            raise BaseMissing(base)
        if base in seen:
            return
        seen.add(base)
        record = found


def _elements(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    differential = record.get("differential", {}).get("element")
    if differential:
        return list(differential)
    snapshot: list[Mapping[str, Any]] = record.get("snapshot", {}).get("element", [])
    return snapshot


def _apply(root: Node, record: Mapping[str, Any]) -> None:
    slices: dict[str, str] = {}
    for data in _elements(record):
        element = ElementDefinition.of(data, str(record.get("url", "")))
        if element.path:
            _node(root, _id(element, slices)).constrain(element)


def _id(element: ElementDefinition, slices: dict[str, str]) -> str:
    """The element's id, or one made from path and slice names where it has none that tells."""
    if element.id.count(".") == element.path.count(".") and (":" in element.id or not element.slice_name):
        return element.id
    parent = element.path.rpartition(".")[0]
    head = slices.get(parent, parent)
    tail = element.path.rpartition(".")[2]
    made = f"{head}.{tail}" if head else tail
    if element.slice_name:
        made = f"{made}:{element.slice_name}"
    slices[element.path] = made
    return made


def _node(root: Node, id: str) -> Node:
    node = root
    for segment in id.split(".")[1:]:
        name, _, slice_name = segment.partition(":")
        name = name.removesuffix("[x]")
        node = node.children.setdefault(name, Node(name))
        if slice_name:
            node = node.slices.get(slice_name) or _new_slice(node, slice_name)
    return node


def _new_slice(node: Node, name: str) -> Node:
    """A slice; one that cuts a slice again (`a/b`) begins with what that slice says."""
    original = node.slices.get(name.rpartition("/")[0])
    made = deepcopy(original) if original is not None else Node(node.name)
    made.slice_name = name
    if original is not None:
        made.min = 0
    node.slices[name] = made
    return made
