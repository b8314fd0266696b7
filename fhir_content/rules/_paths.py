"""The paths of dynamicValue: FHIRPath's simple subset, on the resource that a definition makes.

https://hl7.org/fhir/R4/fhirpath.html#simple
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fhir_content.catalog import Catalog
from fhir_content.resource import Element
from fhir_content.rules._actions import actions
from fhir_content.structure import Child, definitions

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_INDEX = re.compile(r"\[(?:[0-9]+|%?[A-Za-z]\w*)\]")


@dataclass(frozen=True, slots=True)
class DynamicValue:
    """A dynamicValue, and the type of what its path begins at; "" where that is not known."""

    element: Element
    target: str

    @property
    def path(self) -> str:
        """The path as engines take it: a leading `%` means nothing, nor does a word for the resource itself."""
        text = self.element.text("path").removeprefix("$this.").removeprefix("%")
        head, dot, rest = text.partition(".")
        return rest if dot and head in ("resource", "context", self.target) else text

    @property
    def names(self) -> tuple[str, ...]:
        """The names along the path; () where more than names and indexes stand in it, or it is no path at all."""
        steps = split(self.path) or []
        return tuple(name for name, called in steps) if not any(called for _, called in steps) else ()

    def ends(self) -> tuple[Child, ...]:
        """What the path ends at, one for each type that may stand there; () when there is no such element."""
        return definitions().children(".".join((self.target, *self.names)))


def split(path: str) -> list[tuple[str, bool]] | None:
    """The steps of a path, and whether each is a function; None for an empty step or an open bracket."""
    steps: list[tuple[str, bool]] = []
    offset = 0
    while True:
        name = _NAME.match(path, offset)
        if name is None:
            return None
        offset = name.end()
        called = path[offset : offset + 1] == "("
        if called:
            offset = _after_brackets(path, offset)
        index = _INDEX.match(path, offset)
        offset = index.end() if index else offset
        steps.append((name.group(), called))
        if offset == len(path):
            return steps
        if path[offset] != ".":
            return None
        offset += 1


def _after_brackets(path: str, offset: int) -> int:
    """Where a bracketed argument ends; quotes may hide a bracket. An unclosed one ends nowhere: at its beginning."""
    depth, quoted = 0, False
    for at in range(offset, len(path)):
        letter = path[at]
        if letter == "'":
            quoted = not quoted
        elif not quoted:
            depth += (letter == "(") - (letter == ")")
            if depth == 0:
                return at + 1
    return offset


def dynamic_values(definition: Element, catalog: Catalog) -> Iterator[DynamicValue]:
    """Every dynamicValue of an ActivityDefinition or PlanDefinition."""
    if definition.resource.type == "ActivityDefinition":
        kind = definition.text("kind")
        yield from (DynamicValue(each, kind) for each in definition.each("dynamicValue"))
        return
    for action in actions(definition):
        made = _made(action, catalog)
        for each in action.each("dynamicValue"):
            path = each.text("path").removeprefix("%")
            of_action = path == "action" or path.startswith(("action.", "action["))
            yield DynamicValue(each, "RequestGroup" if of_action else made)


def _made(action: Element, catalog: Catalog) -> str:
    """The type of the resource that an action makes; its own place in the proposal when it makes none."""
    canonical = action.text("definitionCanonical")
    if not canonical:
        return "RequestGroup.action" if not action.get("definitionUri") else ""
    definition = catalog.resolve(canonical)
    if definition is None or definition.type not in ("ActivityDefinition", "PlanDefinition"):
        return ""
    return definition.root.text("kind") if definition.type == "ActivityDefinition" else "RequestGroup"
