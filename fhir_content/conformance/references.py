"""References, canonicals and local links: their form, the type they point at, and whether it is there.

https://hl7.org/fhir/R4/references.html
"""

from __future__ import annotations

import re

from fhir_content.canonical import Canonical
from fhir_content.conformance.primitives import CHECKS
from fhir_content.conformance.walk import Link, Scope, Walk
from fhir_content.issue import Severity
from fhir_content.source import Json, Path
from fhir_content.structure import CANONICAL, Child, definitions

_LITERAL = re.compile(
    r"(?:(?:https?)://[^\s?#]*/)?([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?"
)
_WHITE = re.compile(r"\s")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")


def note_reference(walk: Walk, child: Child, value: Json, path: Path) -> None:
    """Remember a Reference; it is judged when the whole file has been walked."""
    if isinstance(value, dict):
        text, declared = value.get("reference"), value.get("type")
        if isinstance(text, str) and text:
            declared = declared if isinstance(declared, str) else ""
            walk.scope.links.append(Link((*path, "reference"), text, "Reference", child.targets, declared))


def note_address(walk: Walk, child: Child, value: Json, path: Path) -> None:
    """Remember a canonical, and a uri or url that points inside the resource."""
    if isinstance(value, str) and (child.type == "canonical" or value[:1] == "#" or _is_own_url(child)):
        walk.scope.links.append(Link(path, value, child.type, child.targets))


def _is_own_url(child: Child) -> bool:
    """Whether it is the `url` by which a definition is known: canonicals point at it."""
    return child.name == "url" and child.owner.kind == "resource" and "status" in child.owner.children


def check(walk: Walk) -> None:
    """Judge the links of all resources of the file."""
    bundle = _full_urls(walk)
    for scope in walk.scopes:
        for link in scope.links:
            if link.text[:1] == "#":
                _local(walk, scope, link)
            elif link.type == "uri":
                _own_url(walk, link)
            elif link.type == "canonical":
                _canonical(walk, link)
            else:
                _reference(walk, link, bundle)
    _contained(walk)


def _full_urls(walk: Walk) -> dict[str, str]:
    """The resource type behind each fullUrl of a Bundle."""
    found: dict[str, str] = {}
    for scope in walk.scopes:
        entries = scope.data.get("entry")
        if scope.structure.type == "Bundle" and isinstance(entries, list):
            for entry in entries:
                if isinstance(entry, dict) and isinstance(entry.get("resource"), dict):
                    found[str(entry.get("fullUrl"))] = str(entry["resource"].get("resourceType"))  # type: ignore[union-attr]
    return found


def _local(walk: Walk, scope: Scope, link: Link) -> None:
    name = link.text[1:]
    if not name or link.type in {"uri", "url"}:
        return
    contained = scope.root.data.get("contained")
    for each in contained if isinstance(contained, list) else ():
        if isinstance(each, dict) and each.get("id") == name:
            _target_type(walk, link, str(each.get("resourceType")))
            return
    message = f"{link.text} names no contained resource of this {scope.root.structure.type}"
    help = f"contain a resource with the id '{name}', or point elsewhere"
    walk.report(link.path, "contained-missing", message, help, code="not-found")


def _own_url(walk: Walk, link: Link) -> None:
    if not _SCHEME.match(link.text):
        message, help = (
            f"the url '{link.text[:80]}' is not absolute",
            "write a whole url, by which others can refer to it",
        )
        walk.report(link.path, "reference-format", message, help, code="value")


def _canonical(walk: Walk, link: Link) -> None:
    if not _SCHEME.match(link.text):
        message = f"the canonical '{link.text}' is not absolute"
        help = "write the whole url of the definition, as its `url` element has it"
        walk.report(link.path, "reference-format", message, help, code="value")
        return
    found = walk.catalog.resolve(link.text) if walk.catalog is not None else None
    if found is not None:
        _target_type(walk, link, found.type)
    elif walk.catalog is not None and walk.catalog.is_ours(link.text):
        wanted = Canonical.parse(link.text)
        versions = [each for each in walk.catalog.versions(wanted.url) if each]
        message = f"{link.text} is not in this project"
        help = f"it is here as version {', '.join(versions)}" if versions else "correct the url, or add the definition"
        walk.report(link.path, "reference-not-found", message, help, code="not-found")


def _reference(walk: Walk, link: Link, bundle: dict[str, str]) -> None:
    text = link.text
    if text[:4] == "urn:":
        problem = CHECKS["uuid" if text[:9] == "urn:uuid:" else "oid"](text) if text[4:8] in {"uuid", "oid:"} else ""
        if problem:  # a warning: Reference.reference is a string, and R4 gives it no format
            message, severity = f"reference: {problem}", Severity.WARNING
            walk.report(link.path, "reference-format", message, "correct it", code="value", severity=severity)
        elif text in bundle:
            _target_type(walk, link, bundle[text])
        return
    match = _LITERAL.fullmatch(text.partition("#")[0])
    if match is not None:
        _literal(walk, link, match.group(1), match.group(2), bundle)
    elif _WHITE.search(text):
        message = f"the reference '{text[:80]}' holds white space"
        walk.report(link.path, "reference-format", message, "write it as Type/id", code="value")
    elif not _SCHEME.match(text) and not (bundle and "?" in text):
        message = f"the reference '{text[:80]}' is neither Type/id nor an absolute url"
        help = 'write it as "Type/id", "#contained-id", a url or urn:uuid:…; or give only an identifier'
        walk.report(link.path, "reference-format", message, help, code="value", severity=Severity.WARNING)


def _literal(walk: Walk, link: Link, type: str, id: str, bundle: dict[str, str]) -> None:
    relative = not _SCHEME.match(link.text)
    if type not in definitions().resource_types:
        if relative:
            message = f"the reference '{link.text[:80]}' names {type}, which is not a resource type of FHIR R4"
            walk.report(link.path, "reference-format", message, "write it as Type/id", code="value")
        return
    _target_type(walk, link, type)
    in_project = walk.catalog is not None and bool(walk.catalog.base) and not bundle
    if relative and in_project and walk.catalog is not None and walk.catalog.get(f"{type}/{id}") is None:
        message = f"{type}/{id} is not in this project"
        walk.report(link.path, "reference-not-found", message, "correct it, or add the resource", code="not-found")


def _target_type(walk: Walk, link: Link, type: str) -> None:
    """Whether the target is of a type that the element may point at, and of the one that Reference.type says."""
    allowed = {_type_of(walk, target) for target in link.targets}
    if allowed and not allowed & {type, "Resource", ""}:
        names = ", ".join(sorted(allowed))
        message = f"{link.text[:80]} is a {type}; the target here must be {names}"
        walk.report(link.path, "reference-target-type", message, f"point at a {names}", code="value")
    declared = link.declared_type.removeprefix(CANONICAL)
    if declared and declared != type and declared in definitions().resource_types:
        message = f"type says {declared}, but {link.text[:80]} is a {type}"
        walk.report((*link.path[:-1], "type"), "reference-target-type", message, "let both agree", code="value")


def _type_of(walk: Walk, target: str) -> str:
    """The resource type of a target profile; "" when it is not known, or no resource: then any will do."""
    name = target.partition("|")[0].removeprefix(CANONICAL)
    if name in definitions().resource_types or name == "Resource":
        return name
    record = definitions().record(target)
    if record is None and walk.catalog is not None:
        found = walk.catalog.resolve(target)
        record = dict(found.data) if found is not None else None
    type = record.get("type") if record else None
    return type if type in definitions().resource_types else ""


def _contained(walk: Walk) -> None:
    """Contained resources: an id each, no id twice, each one used."""
    for scope in walk.scopes:
        inner = list(walk.contained(scope))
        if not inner or scope.container is not None:  # contained twice is dom-2's to say
            continue
        used = {link.text for each in (scope, *inner) for link in each.links}
        ids: set[str] = set()
        for each in inner:
            id = each.data.get("id")
            if isinstance(id, str) and id in ids:
                message, help = f"two contained resources have the id '{id}'", "give one of them another id"
                walk.report((*each.path, "id"), "element-id-duplicate", message, help, code="duplicate")
            ids.add(str(id))
            back = any(link.text == "#" for link in each.links)
            if f"#{id}" not in used and not back:
                what = f"the contained {each.structure.type}"
                message = f"{what} '{id}' is referred to by nothing" if id else f"{what} has no id"
                help = f"refer to it as #{id}, or remove it" if id else "give it an id and refer to it by #id"
                walk.report(each.path, "contained-unused", message, help, code="invariant")
