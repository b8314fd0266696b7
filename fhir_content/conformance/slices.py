"""Slicing: which slice each repetition belongs to, told by its discriminators, and what the slice then demands.

https://hl7.org/fhir/R4/profiling.html#slicing
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from fhir_content.conformance import profiles
from fhir_content.conformance.profile import Node, Profile
from fhir_content.conformance.values import equal, fits
from fhir_content.conformance.walk import Walk
from fhir_content.source import Json, Path
from fhir_content.structure import Discriminator, definitions
from fhir_content.terminology import terminology

_EXTENSION = re.compile(r"extension\('([^']+)'\)")
_OF_TYPE = re.compile(r"(?:ofType|as)\(([A-Za-z]+)\)")
_STEP = re.compile(r"[A-Za-z]+\([^)]*\)|[^.]+")


def check(walk: Walk, profile: Profile, node: Node, found: Sequence[profiles.Item], path: Path) -> None:
    """Sort the values of a sliced element into its slices and check each slice; `path` ends in its name."""
    discriminators = node.discriminators
    if not discriminators:
        return
    members: dict[str, list[profiles.Item]] = {name: [] for name in node.slices}
    unsure = False
    for item in found:
        matched = False
        for name, each in node.slices.items():
            answer = _matches(walk, each, item, discriminators)
            unsure = unsure or answer is None
            matched = matched or answer is not False
            if answer:
                members[name].append(item)
        if not matched and node.slicing is not None and node.slicing.rules == "closed":
            names = ", ".join(node.slices)
            why = f"none of the slices {names} of {profile.name} ({profile.url}), which are all that is allowed"
            message = f"{node.name} fits {why}"
            walk.report(item.path, "slice", message, "remove it, or make it one of these", code="structure")
    for name, each in node.slices.items():
        if not unsure:
            profiles.check_count(walk, profile, each, len(members[name]), path)
        for item in members[name]:
            profiles.check_item(walk, profile, each, item)


def _matches(walk: Walk, slice: Node, item: profiles.Item, discriminators: Sequence[Discriminator]) -> bool | None:
    """Whether a value belongs to a slice; None where a discriminator cannot be followed here."""
    result: bool | None = True
    for discriminator in discriminators:
        answer = _answer(walk, slice, item, discriminator)
        if answer is False:
            return False
        result = answer if answer is None else result
    return result


def _answer(walk: Walk, slice: Node, item: profiles.Item, discriminator: Discriminator) -> bool | None:
    path = [] if discriminator.path in {"$this", ""} else _STEP.findall(discriminator.path)
    if any(step.startswith("resolve") for step in path):
        return None
    if discriminator.path == "url" and item.child.type == "Extension":
        return _by_url(slice, item)
    reached = list(_follow(item, path))
    nodes = _nodes(slice, path)
    if discriminator.type == "exists":
        return _exists(nodes, bool(reached))
    if not nodes:
        return None
    tests = {"value": _by_value, "pattern": _by_value, "type": _by_type, "profile": _by_profile}
    test = tests.get(discriminator.type)
    if test is None:
        return None
    answers = [test(walk, node, each) for node in nodes for each in reached]
    if any(answers):
        return True
    told = [each for each in answers if each is not None]
    return False if told or not reached else None


def _follow(item: profiles.Item, path: Sequence[str]) -> Iterator[profiles.Item]:
    """The values that a discriminator's path leads to."""
    if not path:
        yield item
        return
    step, rest = path[0], path[1:]
    of_type, extension = _OF_TYPE.fullmatch(step), _EXTENSION.fullmatch(step)
    if of_type is not None:
        if item.child.type == of_type.group(1):
            yield from _follow(item, rest)
    elif isinstance(item.value, dict):
        structure = item.child.structure
        if structure.kind == "resource":
            structure = definitions().structure(str(item.value.get("resourceType"))) or structure
        name = "extension" if extension is not None else step
        for each in profiles.items(item.value, structure, name, item.path):
            url = each.value.get("url") if isinstance(each.value, dict) else None
            if extension is None or url == extension.group(1):
                yield from _follow(each, rest)


def _nodes(slice: Node, path: Sequence[str]) -> list[Node]:
    """The nodes at the end of a discriminator's path, in slices of slices too; none where the slice says nothing."""
    nodes = [slice]
    for step in path:
        if not _OF_TYPE.fullmatch(step):
            nodes = [below for node in nodes for below in _below(node, step)]
    return nodes


def _below(node: Node, step: str) -> Iterator[Node]:
    extension = _EXTENSION.fullmatch(step)
    found = node.children.get("extension" if extension is not None else step)
    if found is not None and extension is None:
        yield found
        yield from found.slices.values()
    elif found is not None and extension is not None:
        yield from (each for each in found.slices.values() if _url_of(each) == extension.group(1))
    else:
        given = node.fixed or node.pattern
        if given is not None and isinstance(given[1], dict) and step in given[1]:
            implied = Node(step)
            implied.pattern = (given[0], given[1][step])
            yield implied


def _url_of(slice: Node) -> str:
    url = slice.children.get("url")
    if url is not None and url.fixed is not None:
        return str(url.fixed[1])
    return next((profile for each in slice.types for profile in each.profiles), "")


def _by_url(slice: Node, item: profiles.Item) -> bool | None:
    wanted = _url_of(slice)
    if not wanted or not isinstance(item.value, dict):
        return None
    return item.value.get("url") == wanted.partition("|")[0]


def _exists(nodes: Sequence[Node], present: bool) -> bool | None:
    if not nodes:
        return None
    if nodes[0].max == 0:
        return not present
    return present if nodes[0].min > 0 else None


def _by_value(walk: Walk, node: Node, item: profiles.Item) -> bool | None:
    """By a fixed value or pattern of the element or of what is below it, or by a required binding."""
    verdicts = list(_verdicts(walk, node, item))
    if not verdicts:
        return None
    return all(verdicts)


def _verdicts(walk: Walk, node: Node, item: profiles.Item) -> Iterator[bool]:
    if node.fixed is not None:
        yield equal(item.value, node.fixed[1])
    if node.pattern is not None:
        yield fits(item.value, node.pattern[1])
    if node.binding is not None and node.binding.strength == "required" and node.fixed is None:
        yield from _in_value_set(walk, node.binding.value_set, item)
    if isinstance(item.value, dict):
        for name, below in node.children.items():
            inner = list(profiles.items(item.value, item.child.structure, name, item.path))
            told = [verdict for verdict in (_by_value(walk, below, each) for each in inner) if verdict is not None]
            if told:
                yield any(told)
            elif not inner and (below.fixed or below.pattern) and below.min:
                yield False
            for each in below.slices.values():
                if each.min and (each.fixed or each.pattern or each.children):
                    yield any(_by_value(walk, each, one) for one in inner)


def _in_value_set(walk: Walk, canonical: str, item: profiles.Item) -> Iterator[bool]:
    expansion = terminology(walk.catalog).value_set(canonical)
    if expansion is None:
        return
    for system, code in _codes(item.value):
        answer = expansion.has(system, code) if system else code in expansion.codes
        if answer is not None:
            yield answer


def _codes(value: Json) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield "", value
    elif isinstance(value, Mapping):
        coding = value.get("coding")
        for each in coding if isinstance(coding, list) else (value,):
            if isinstance(each, Mapping) and isinstance(each.get("code"), str):
                yield str(each.get("system", "")), str(each["code"])


def _by_type(walk: Walk, node: Node, item: profiles.Item) -> bool | None:
    del walk
    if not node.types:
        return None
    type = item.child.type
    if isinstance(item.value, dict) and isinstance(item.value.get("resourceType"), str):
        type = str(item.value["resourceType"])
    return any(each.code == type for each in node.types)


def _by_profile(walk: Walk, node: Node, item: profiles.Item) -> bool | None:
    """Whether the value conforms to one of the profiles that the slice names: tried on a walk of its own."""
    named = [url for each in node.types for url in each.profiles]
    found = [each for each in (profiles.find(walk, url) for url in named) if each is not None]
    if not found or len(found) < len(named) or not isinstance(item.value, dict):
        return None
    for profile in found:
        trial = Walk(walk.resource, walk.catalog)
        trial.scope = walk.scope
        links = len(walk.scope.links)
        profiles.check_value(trial, profile, item.value, item.path)
        del walk.scope.links[links:]
        same_type = item.value.get("resourceType", profile.type) == profile.type
        if same_type and not any(each.severity.rank <= 1 for each in trial.issues):
            return True
    return False
