"""What would make a server refuse, rewrite or silently lose part of a bundle: found before the bundle is written.

Each check comes from reports on real servers; docs/import.md tells them with their sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from fhir_content.canonical import DEFINITIONAL, Canonical
from fhir_content.catalog import Catalog
from fhir_content.issue import Issue, Severity
from fhir_content.package import Package
from fhir_content.release.transaction import Entry
from fhir_content.resource import Resource
from fhir_content.source import Path

_ID = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9.-]{1,64}")
_XHTML = "{http://www.w3.org/1999/xhtml}"
# https://hl7.org/fhir/R4/narrative.html#rules
_ELEMENTS = frozenset(
    {
        *("a", "abbr", "acronym", "b", "big", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd"),
        *("dfn", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img", "li", "ol", "p"),
        *("pre", "q", "samp", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th"),
        *("thead", "tr", "tt", "ul", "var"),
    }
)


def check(entries: Sequence[Entry], catalog: Catalog, package: Package) -> Iterator[Issue]:
    """The issues that stop a bundle of these entries; `catalog` is all that the project has."""
    yield from _collisions(entries)
    written = {id(resource) for resource in catalog}  # the rest, as the manifest, is made here
    for entry in entries:
        resource = entry.resource
        if resource is None:
            continue
        yield from _identity(entry, resource)
        if id(resource) in written:
            yield from _canonicals(resource, catalog)
            yield from _dependencies(resource, catalog, package)
        yield from _state(resource)
        yield from _narrative(resource)


def has_canonical(resource: Resource) -> Iterator[Issue]:
    """Url and version: without them a server that chooses ids cannot tell whether it has the resource."""
    if not (resource.url and resource.version):
        message = f"{resource.key} has no url and version: it can be imported by its id only"
        yield Issue(resource.location(), "resource-has-no-canonical", Severity.WARNING, message, "required")


def _issue(resource: Resource, path: Path, rule: str, message: str, way_out: str, code: str = "business-rule") -> Issue:
    return Issue(resource.location(path), rule, Severity.ERROR, message, code, way_out)


def _collisions(entries: Sequence[Entry]) -> Iterator[Issue]:
    """One way of making requests a bundle, and nothing in it twice: servers drop or refuse the second."""
    methods = {entry.method for entry in entries if entry.resource is not None}
    first: dict[str, Entry] = {}
    for entry in entries:
        if entry.resource is None:
            continue
        if len(methods) > 1 and entry.method == "POST":
            message = "a bundle updates by id (PUT) or creates by condition (POST), not both"
            yield _issue(entry.resource, (), "request-modes-are-mixed", message, "make two bundles of it")
        yield from _repeats(first, entry, entry.resource)


def _repeats(first: dict[str, Entry], entry: Entry, resource: Resource) -> Iterator[Issue]:
    keys = {
        "duplicate-id": f"{entry.method} {entry.url}" if entry.method == "PUT" else "",
        "duplicate-canonical": f"{resource.type} {resource.canonical}" if resource.url else "",
        "duplicate-condition": f"{resource.type}?{entry.condition}" if entry.condition else "",
    }
    for rule, key in keys.items():
        if key and first.setdefault(key, entry) is not entry:
            other = first[key].resource
            where = f"; the other is {other.location()}" if other is not None else ""
            message = f"{key} stands in the bundle twice"
            yield _issue(resource, (), rule, message, f"keep one{where}", "duplicate")


def _identity(entry: Entry, resource: Resource) -> Iterator[Issue]:
    if not _ID.fullmatch(resource.id):
        message = f"servers refuse or change the id `{resource.id}`"
        way_out = "1 to 64 of A-Z a-z 0-9 - and ., at least one of them a letter"
        yield _issue(resource, ("id",), "id-is-not-importable", message, way_out, "invalid")
    conditional = "?" in entry.url or entry.method == "POST"
    if not conditional and entry.url != resource.key:
        message = f"the request goes to {entry.url}, the resource is {resource.key}: servers take the request's word"
        yield _issue(resource, ("id",), "request-does-not-match-id", message, "name both the same")
    if entry.method == "PUT" and not conditional and not entry.full_url.endswith(f"/{resource.key}"):
        message = f"the fullUrl {entry.full_url} does not end in {resource.key}"
        yield _issue(resource, ("id",), "full-url-does-not-match-id", message, "name both the same")
    if entry.method == "POST" and resource.url and entry.full_url == resource.url:
        message = "the fullUrl is the canonical url: a server may rewrite every uri equal to it"
        yield _issue(resource, ("url",), "full-url-is-canonical", message, "give a urn:uuid as fullUrl")


def _canonicals(resource: Resource, catalog: Catalog) -> Iterator[Issue]:
    if resource.url and not _is_stable(resource.url):
        message = f"`{resource.url}` is not a url that others can name"
        yield _issue(resource, ("url",), "canonical-is-not-absolute", message, "give the absolute http url", "value")
    for reference in catalog.references(resource):
        path = reference.element.path
        if reference.literal:
            continue
        if not _is_stable(reference.text):
            message = f"`{reference.text}` is not an absolute canonical: each server resolves it its own way"
            way_out = "write url|version, as the other resource's own url and version say"
            yield _issue(resource, path, "canonical-is-not-absolute", message, way_out, "value")
        elif catalog.is_ours(reference.text) and not reference.canonical.version and path[-1] != "system":
            message = f"`{reference.text}` does not say which version"
            versions = " or ".join(catalog.versions(reference.canonical.url)) or "its version"
            yield _issue(resource, path, "canonical-is-unversioned", message, f"write |{versions} after it", "value")


def _is_stable(text: str) -> bool:
    canonical = Canonical.parse(text)
    return canonical.is_absolute and not canonical.url.lower().startswith("urn:uuid:")


def _dependencies(resource: Resource, catalog: Catalog, package: Package) -> Iterator[Issue]:
    for reference in catalog.references(resource):
        if catalog.target(reference) is not None:
            continue
        path = reference.element.path
        if reference.literal or catalog.is_ours(reference.text):
            message = f"`{reference.text}` is not in the project"
            yield _issue(resource, path, "dependency-is-missing", message, "add it, or mend the name", "not-found")
        elif package.external and not reference.text.startswith(tuple(package.external)):
            message = f"`{reference.text}` lies outside the project, and package.yaml does not expect it there"
            way_out = "add its prefix to `external` in definitions/package.yaml, or mend the canonical"
            yield _issue(resource, path, "external-is-not-listed", message, way_out, "not-found")


def _state(resource: Resource) -> Iterator[Issue]:
    status = resource.root.text("status")
    if resource.type in DEFINITIONAL and status not in ("active", "retired"):
        message = f"the status is `{status}`: servers skip what is not active, and say nothing"
        yield _issue(resource, ("status",), "status-is-not-active", message, "release it as active, or leave it out")
    if resource.type == "ValueSet" and "expansion" in resource.data and "compose" not in resource.data:
        message = "an expansion without compose: servers expand it to nothing, with status 200"
        yield _issue(resource, ("expansion",), "value-set-has-no-compose", message, "write its codes in compose")


def _narrative(resource: Resource) -> Iterator[Issue]:
    text = resource.root.get("text")
    fault = _xhtml_fault(text.text("div")) if text is not None else ""
    if fault:
        way_out = "leave `text` out: a narrative is made at release"
        yield _issue(resource, ("text", "div"), "narrative-is-not-xhtml", fault, way_out, "invalid")


def _xhtml_fault(div: str) -> str:
    if "<!" in div or "<?" in div:
        return "a narrative has no declarations and comments"  # also keeps entity expansion out of the parser
    try:
        root = ElementTree.fromstring(div)  # noqa: S314 - without declarations there are no entities to expand
    except ElementTree.ParseError as error:
        return f"the narrative is not well-formed: {error.msg}"
    if root.tag != f"{_XHTML}div":
        return 'the narrative is not one <div xmlns="http://www.w3.org/1999/xhtml">'
    names = sorted({element.tag.removeprefix(_XHTML) for element in root.iter()} - _ELEMENTS)
    if names:
        return f"<{names[0]}> may not stand in a narrative"
    scripted = [name for element in root.iter() for name in element.attrib if name.lower().startswith("on")]
    return f"the attribute {scripted[0]} may not stand in a narrative" if scripted else ""
