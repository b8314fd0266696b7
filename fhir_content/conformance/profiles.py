"""Profiles: those that meta.profile names, those asked for, those that a type names, and the definitions of extensions.

A profile is checked as what it adds to the type, on the parts of the resource that it speaks of.
https://hl7.org/fhir/R4/profiling.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from fhir_content.catalog import Catalog
from fhir_content.conformance import bindings, slices
from fhir_content.conformance.profile import BaseMissing, Node, Profile, build
from fhir_content.conformance.values import bound_problem, fixed_problem, pattern_problem
from fhir_content.conformance.walk import NATIVE, Link, Visit, Walk
from fhir_content.issue import Severity
from fhir_content.source import Json, Path
from fhir_content.structure import Child, Structure, definitions

_PACKAGES = {
    "http://hl7.org/fhir/us/core/": "hl7.fhir.us.core",
    "http://hl7.org/fhir/uv/cpg/": "hl7.fhir.uv.cpg",
    "http://hl7.org/fhir/uv/crmi/": "hl7.fhir.uv.crmi",
    "http://hl7.org/fhir/uv/ips/": "hl7.fhir.uv.ips",
    "http://hl7.org/fhir/us/cqfmeasures/": "hl7.fhir.us.cqfmeasures",
}


class Item(NamedTuple):
    """One value of an element, whatever choice it was written as."""

    path: Path
    value: Json
    child: Child


@lru_cache(maxsize=8)
def _known(catalog: Catalog | None) -> dict[str, Profile | BaseMissing | None]:
    del catalog  # the key: what is found is kept for each catalog
    return {}


def _record(catalog: Catalog | None, url: str) -> Mapping[str, Any] | None:
    found = catalog.resolve(url) if catalog is not None else None
    if found is not None and found.type == "StructureDefinition":
        return found.data
    return definitions().record(url)


def find(walk: Walk, url: str) -> Profile | None:
    """The profile of a url, from the Catalog or the R4 package; None where it, or its base, is not here."""
    found = _find(walk, url)
    return found if isinstance(found, Profile) else None


def _find(walk: Walk, url: str) -> Profile | BaseMissing | None:
    known = _known(walk.catalog)
    if url not in known:
        record = _record(walk.catalog, url)
        known[url] = None if record is None else _built(walk, record)
    return known[url]


def _built(walk: Walk, record: Mapping[str, Any]) -> Profile | BaseMissing | None:
    try:
        return build(record, lambda base: _record(walk.catalog, base))
    except BaseMissing as missing:
        return missing
    except (TypeError, ValueError, AttributeError, KeyError):
        return None  # a StructureDefinition of the wrong shape: the issues of its own file say what is wrong with it


def note(walk: Walk, child: Child, value: Json, path: Path) -> None:
    """Remember the profiles that meta.profile names."""
    del child
    if isinstance(value, dict) and path == (*walk.scope.path, "meta"):
        named = value.get("profile")
        for index, url in enumerate(named if isinstance(named, list) else ()):
            if isinstance(url, str):
                walk.scope.profiles.append(((*path, "profile", index), url))


def check(walk: Walk, asked: Sequence[str]) -> None:
    """Check the profiles of every resource of the file; `asked` are the urls that the whole file must meet too."""
    for index, scope in enumerate(walk.scopes):
        named = [*scope.profiles, *((scope.path, url) for url in asked if index == 0)]
        for path, url in named:
            found = _find(walk, url)
            if not isinstance(found, Profile):
                if not _is_type(url):
                    _not_checked(walk, path, url, found)
            elif found.type != scope.structure.type:
                message = f"{url} is a profile of {found.type}, this is a {scope.structure.type}"
                walk.report(path, "type", message, "name a profile of this type", code="structure")
            else:
                outer, walk.scope = walk.scope, scope
                check_node(walk, found, found.root, scope.data, scope.structure, scope.path)
                walk.scope = outer


def _is_type(url: str) -> bool:
    return definitions().structure(url) is not None


def _not_checked(walk: Walk, path: Path, url: str, found: BaseMissing | None) -> None:
    missing = found.url if found is not None else url
    package = next((name for start, name in _PACKAGES.items() if missing.startswith(start)), "")
    what = f"package {package} not installed" if package else f"{missing} is not here"
    help = f"install {package}" if package else "add its StructureDefinition to the project"
    message = f"profile {url} not checked: {what}"
    walk.report(path, "profile-not-checked", message, help, severity=Severity.INFORMATION, code="not-supported")


def check_type(walk: Walk, child: Child, value: Json, path: Path) -> None:
    """Check a value against the profiles that its type must meet (a SimpleQuantity has no comparator)."""
    found = [profile for profile in (find(walk, url) for url in child.profiles) if profile is not None]
    if len(found) == 1 and isinstance(value, dict):
        check_node(walk, found[0], found[0].root, value, child.structure, path)


def check_value(walk: Walk, profile: Profile, value: dict[str, Json], path: Path) -> None:
    """Check an object against a profile of its type."""
    structure = definitions().structure(profile.type)
    if structure is not None:
        check_node(walk, profile, profile.root, value, structure, path)


def items(value: Mapping[str, Json], structure: Structure, name: str, path: Path) -> Iterator[Item]:
    """The values of an element in an object; a primitive that has only extensions counts, with value None."""
    for child in structure.child(name):
        here, sibling = value.get(child.name), value.get(f"_{child.name}")
        if isinstance(here, list):
            for index, each in enumerate(here):
                yield Item((*path, child.name, index), each, child)
        elif here is not None:
            yield Item((*path, child.name), here, child)
        elif isinstance(sibling, list):
            for index in range(len(sibling)):
                yield Item((*path, f"_{child.name}", index), None, child)
        elif isinstance(sibling, dict):
            yield Item((*path, f"_{child.name}"), None, child)


def check_node(
    walk: Walk, profile: Profile, node: Node, value: dict[str, Json], structure: Structure, path: Path
) -> None:
    """Check an object and what is below it against a node of the profile's tree."""
    own = tuple(each for each in node.invariants if each.key not in NATIVE and each not in structure.invariants)
    if own:
        walk.visits.append(Visit(path, value, own, walk.scope.path))
    for name, below in node.children.items():
        found = list(items(value, structure, name, path))
        if not (found or below.min or below.slices):
            continue
        if found or not _is_required(structure, name):  # else the type itself has said that it is missing
            check_count(walk, profile, below, len(found), (*path, name))
        for item in found:
            check_item(walk, profile, below, item)
        if below.slices:
            slices.check(walk, profile, below, found, (*path, name))


def _is_required(structure: Structure, name: str) -> bool:
    return any(element.name == name and element.min > 0 for element in structure.elements)


def check_count(walk: Walk, profile: Profile, node: Node, count: int, path: Path) -> None:
    """Check how often an element, or a slice of it, occurs; `path` ends in its name."""
    name = f"{node.name}:{node.slice_name}" if node.slice_name else node.name
    if count < node.min:
        many = f" {node.min} times" if node.min > 1 else ""
        message = f"{name} must be present{many} in {profile.name} ({profile.url}), here it occurs {count} times"
        rule = "slice" if node.slice_name else "cardinality"
        walk.report(path[:-1], rule, message, f"add {name}", code="required")
    if node.max is not None and count > node.max:
        message = f"{name} may occur {node.max} times at most in {profile.name} ({profile.url}), here {count} times"
        at = (*path, 0) if node.slice_name else path
        walk.report(at, "cardinality", message, "remove it" if not node.max else "remove the others", code="structure")


def check_item(walk: Walk, profile: Profile, node: Node, item: Item) -> None:
    """Check one value against a node: its type, its value, its binding, and what is below it."""
    path, value, child = item
    type = child.type
    if isinstance(value, dict) and child.structure.kind == "resource":
        type = str(value.get("resourceType"))
    types = [each for each in node.types if each.code == type or each.code in _ROOTS]
    if node.types and not types and child.type != "BackboneElement":
        names = " or ".join(each.code for each in node.types)
        message = f"{child.name} must be of type {names} in {profile.name} ({profile.url})"
        walk.report(path, "type", message, f"write it as {_written(child, node.types[0].code)}", code="structure")
        return
    if value is None:
        return
    for rule, problem in (
        ("fixed", fixed_problem(node.fixed, value)),
        ("pattern", pattern_problem(node.pattern, value)),
        ("primitive", bound_problem(node.min_value, node.max_value, node.max_length, value)),
    ):
        if problem:
            message = f"{child.name}: {problem} ({profile.url})"
            walk.report(path, rule, message, "write the value that the profile demands", code="value")
    if node.binding is not None and node.binding != child.binding:
        bindings.check(walk, child, node.binding, value, path)
    if isinstance(value, dict):
        _below(walk, profile, node, value, item)
        targets = tuple(target for each in types for target in each.targets)
        if child.type == "Reference" and targets and isinstance(value.get("reference"), str):
            walk.scope.links.append(Link((*path, "reference"), str(value["reference"]), "Reference", targets))


_ROOTS = frozenset({"Element", "Resource", "DomainResource", "BackboneElement"})


def _below(walk: Walk, profile: Profile, node: Node, value: dict[str, Json], item: Item) -> None:
    structure: Structure | None = item.child.structure
    if structure is not None and structure.kind == "resource":
        structure = definitions().structure(str(value.get("resourceType")))
    if structure is None:
        return
    check_node(walk, profile, node, value, structure, item.path)
    named = [url for each in node.types if each.code == structure.type for url in each.profiles]
    if item.child.type == "Extension" or not named:
        return  # found by its url, and checked where it was met
    found = [each for each in (find(walk, url) for url in named) if each is not None]
    if len(named) == 1 and found and found[0] is not profile:
        check_node(walk, found[0], found[0].root, value, structure, item.path)


def _written(child: Child, type: str) -> str:
    return child.element + type[:1].upper() + type[1:] if child.is_choice else type
