"""What a Bundle demands of its entries: fullUrl and id that agree, search results, links that stay inside a document.

https://hl7.org/fhir/R4/bundle.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from urllib.parse import parse_qs

from fhir_content.conformance.walk import Scope, Walk
from fhir_content.source import Json, Path
from fhir_content.structure import definitions

_REST = re.compile(r"(https?://[^?#]*/)([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]+)?")
# What must be found in the document or message itself, by the type of its first resource.
_INSIDE = {
    "Composition": frozenset({"subject", "encounter", "author", "attester", "custodian", "event", "section"}),
    "MessageHeader": frozenset({"focus"}),
}


class _Entry(NamedTuple):
    path: Path
    data: Mapping[str, Json]
    resource: Mapping[str, Json]

    def text(self, name: str) -> str:
        value = self.data.get(name)
        return value if isinstance(value, str) else ""

    @property
    def type(self) -> str:
        return str(self.resource.get("resourceType", ""))

    @property
    def id(self) -> str:
        return str(self.resource.get("id", ""))

    @property
    def version(self) -> str:
        meta = self.resource.get("meta")
        return str(meta.get("versionId", "")) if isinstance(meta, dict) else ""


def check(walk: Walk) -> None:
    """The issues of every Bundle of the file."""
    for scope in walk.scopes:
        if scope.structure.type == "Bundle":
            entries = list(_entries(scope))
            kind = str(scope.data.get("type"))
            for entry in entries:
                if kind not in {"transaction", "batch"}:
                    _check_full_url(walk, entry)
                if kind == "searchset":
                    _check_result(walk, scope, entry)
            if kind in {"document", "message"} and entries:
                _check_inside(walk, entries)


def _entries(scope: Scope) -> Iterator[_Entry]:
    entries = scope.data.get("entry")
    for index, each in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(each, dict):
            resource = each.get("resource")
            yield _Entry((*scope.path, "entry", index), each, resource if isinstance(resource, dict) else {})


def _check_full_url(walk: Walk, entry: _Entry) -> None:
    match = _REST.fullmatch(entry.text("fullUrl"))
    if match is None or match.group(2) not in definitions().resource_types or not entry.id:
        return
    if (match.group(2), match.group(3)) != (entry.type, entry.id):
        message = f"fullUrl '{match.group()}' does not end with {entry.type}/{entry.id}, the resource's type and id"
        help = "let fullUrl and id agree, or use a urn:uuid as fullUrl"
        walk.report((*entry.path, "fullUrl"), "reference-format", message, help, code="value")


def _check_result(walk: Walk, scope: Scope, entry: _Entry) -> None:
    """A search result has an id, is of a type searched for, and an outcome is an OperationOutcome."""
    search = entry.data.get("search")
    mode = search.get("mode") if isinstance(search, dict) else None
    path = (*entry.path, "resource")
    if mode is None or not entry.type:
        return
    if mode == "outcome":
        if entry.type != "OperationOutcome":
            message = f"a search entry of mode outcome must be an OperationOutcome, this is a {entry.type}"
            walk.report(path, "resource-type", message, "correct the mode, or the resource", code="structure")
        return
    if not entry.id and entry.type != "OperationOutcome":
        message = f"the search result {entry.type} has no id"
        walk.report(path, "cardinality", message, "give it the id that it has on its server", code="required")
    wanted = _searched(scope)
    if mode == "match" and wanted and entry.type not in wanted:
        message = f"{entry.type} is not a type that was searched for ({', '.join(sorted(wanted))})"
        walk.report(path, "resource-type", message, "mark it as include or outcome", code="structure")


def _searched(scope: Scope) -> frozenset[str]:
    """The types that the search of the self link asks for; none where it does not say."""
    links = scope.data.get("link")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("relation") == "self" and isinstance(link.get("url"), str):
            address, _, query = str(link["url"]).partition("?")
            asked = [name for value in parse_qs(query).get("_type", ()) for name in value.split(",")]
            names = {address.rstrip("/").rpartition("/")[2], *asked}
            return frozenset(names & definitions().resource_types)
    return frozenset()


def _check_inside(walk: Walk, entries: list[_Entry]) -> None:
    """The first resource of a document or message refers only to what is inside, and to one thing each."""
    first = entries[0]
    names = _INSIDE.get(first.type)
    path = (*first.path, "resource")
    scope = next((each for each in walk.scopes if each.path == path), None)
    if names is None or scope is None:
        return
    for link in scope.links:
        element = link.path[len(path)]
        if link.type != "Reference" or element not in names or link.text[:1] == "#":
            continue
        count = len(_targets(link.text, first.text("fullUrl"), entries))
        if count == 0:
            message = f"{link.text} is not in this {'document' if first.type == 'Composition' else 'message'}"
            help = "add an entry whose fullUrl it resolves to"
            walk.report(link.path, "reference-not-found", message, help, code="not-found")
        elif count > 1:
            message = f"{link.text} is in this Bundle {count} times"
            walk.report(
                link.path, "reference-not-found", message, "say which version is meant", code="multiple-matches"
            )


def _targets(text: str, source: str, entries: list[_Entry]) -> list[_Entry]:
    """The entries that a reference resolves to, by the rules for fullUrl."""
    address, _, version = text.partition("/_history/")
    if ":" not in address:
        match = _REST.fullmatch(source)
        if match is None:  # no base to resolve it against: type and id must do
            found = [each for each in entries if f"{each.type}/{each.id}" == address]
            return [each for each in found if not version or each.version == version]
        address = match.group(1) + address
    found = [each for each in entries if each.text("fullUrl").partition("/_history/")[0] == address]
    return [each for each in found if not version or each.version == version]
