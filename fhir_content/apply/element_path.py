"""Setting a value at a simple path of a resource being made: `dosageInstruction[0].doseAndRate[0].doseQuantity`.

Names, indexes and `extension('url')`; a choice element by its bare name (`occurrence`) takes the type of the value.
What lies on the way and is not there yet is made. https://hl7.org/fhir/R4/fhirpath.html#simple
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches

from fhir_content.apply.fhir_value import UnfitError, as_type, described, fitting
from fhir_content.source import Json
from fhir_content.structure import Child, Structure, definitions

_STEP = re.compile(
    r"\.?(?:extension\(\s*'(?P<url>[^']+)'\s*\)|ofType\(\s*(?P<type>\w+)\s*\)|(?P<name>[A-Za-z_]\w*))(?:\[(?P<index>\d+)\])?"
)
_MAX_INDEX = 100


class PathError(ValueError):
    """The path names nothing in a resource of this type, or is not a simple path."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: an element, or an extension by its url; `index` where one is written; `type` after ofType."""

    name: str
    index: int | None = None
    url: str = ""
    type: str = ""


def steps_of(path: str, resource_type: str) -> list[Step]:
    """The steps of a simple path, without a leading resource type; raises PathError for any other text."""
    steps: list[Step] = []
    position = 0
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            raise PathError(f"`{path}` is not a simple path: names, [index], extension('url') and ofType(Type) only")
        index = int(match["index"]) if match["index"] else None
        if index is not None and index > _MAX_INDEX:
            raise PathError(f"`{path}`: an index above {_MAX_INDEX} is a mistake")
        if match["type"] and steps:
            steps[-1] = Step(steps[-1].name, steps[-1].index, steps[-1].url, match["type"])
        else:
            steps.append(Step(match["name"] or "extension", index, match["url"] or ""))
        position = match.end()
    if len(steps) > 1 and steps[0].name == resource_type:
        steps = steps[1:]
    return steps


def set_at(resource: dict[str, Json], path: str, values: list[object], type_name: str) -> None:
    """Put the values at the path of `resource`; raises PathError or UnfitError and then has changed nothing.

    Several values fill an element that repeats from the start; an element that does not repeat takes exactly one.
    """
    steps = steps_of(path, type_name.split(".", maxsplit=1)[0])
    if not steps:
        raise PathError("the path is empty")
    structure = definitions().structure(type_name)
    if structure is None:
        raise PathError(f"there is no type {type_name}")
    trial = _Trial(path)
    trial.walk(resource, structure, steps, values)


class _Trial:
    """The walk down one path. Nothing is attached to the resource before the value is known to fit."""

    def __init__(self, path: str) -> None:
        self.path = path

    def walk(self, target: dict[str, Json], structure: Structure, steps: list[Step], values: list[object]) -> None:
        step, rest = steps[0], steps[1:]
        if not rest:
            self._set(target, structure, step, values)
            return
        child = self._child(structure, step, None)
        if child.is_primitive:
            raise PathError(f"`{self.path}`: `{step.name}` is a {child.type}, with nothing below it")
        holder = target.get(child.name)
        items: list[Json] = [] if holder is None else [*holder] if isinstance(holder, list) else [holder]
        below, made = self._item(items, child, step)
        self.walk(below, child.structure, rest, values)
        if made:
            target[child.name] = [*items, below] if child.is_list else below

    def _item(self, items: list[Json], child: Child, step: Step) -> tuple[dict[str, Json], bool]:
        """The object that a step leads to, and whether it had to be made."""
        if step.url:
            found = [each for each in items if isinstance(each, dict) and each.get("url") == step.url]
            return (found[0], False) if found else ({"url": step.url}, True)
        index = min(step.index or 0, len(items)) if child.is_list else 0
        if index < len(items):
            here = items[index]
            if not isinstance(here, dict):
                raise PathError(f"`{self.path}`: `{step.name}` is not an object here")
            return here, False
        return {}, True

    def _set(self, target: dict[str, Json], structure: Structure, step: Step, values: list[object]) -> None:
        if step.url:
            raise PathError(f"`{self.path}` ends at an extension: name its value, as in .valueString")
        child = self._child(structure, step, values[0])
        if not child.is_list and len(values) > 1:
            raise UnfitError(f"`{step.name}` takes one value, the expression gives {len(values)}")
        fitted = [as_type(value, child.type) for value in values]
        self._check_code(child, fitted)
        for sibling in structure.choices.get(child.element, ()):
            target.pop(sibling.name, None)
        if not child.is_list:
            target[child.name] = fitted[0]
            return
        present = target.get(child.name)
        items = list(present) if isinstance(present, list) and step.index is not None else []
        index = min(step.index or 0, len(items))
        target[child.name] = items[:index] + fitted + items[index + len(fitted) :]

    def _child(self, structure: Structure, step: Step, value: object) -> Child:
        """The JSON property that a step names: of a choice the one of the value's type."""
        found = structure.child(step.name)
        if step.type:
            found = tuple(each for each in found if each.type.lower() == step.type.lower())
        if not found:
            near = get_close_matches(step.name, structure.children, 1)
            hint = f"; did you mean `{near[0]}`?" if near else ""
            raise PathError(f"`{self.path}`: {structure.path} has no element `{step.name}`{hint}")
        if len(found) == 1:
            return found[0]
        if value is None:
            raise PathError(f"`{self.path}`: say which type of `{step.name}` is meant, as in {found[0].name}")
        wanted = fitting(value, [each.type for each in found])
        if wanted is None:
            kinds = ", ".join(each.type for each in found)
            raise UnfitError(f"{described(value)} fits no type of `{step.name}` ({kinds})")
        return next(each for each in found if each.type == wanted)

    @staticmethod
    def _check_code(child: Child, fitted: list[Json]) -> None:
        """A code must be one of its required value set, or the resource cannot be read by anyone."""
        if child.type != "code" or child.binding is None or child.binding.strength != "required":
            return
        from fhir_content.terminology import terminology

        expansion = terminology().value_set(child.binding.value_set)
        for code in fitted:
            if expansion is not None and expansion.complete and code not in expansion.codes:
                raise UnfitError(f"'{code}' is not a code of {child.path} ({child.binding.value_set})")
