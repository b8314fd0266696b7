"""What an import would do to a server: each entry of a bundle against what is there now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from fhir_content.publish.client import Client, ServerError
from fhir_content.publish.comparison import Difference, differences, digest
from fhir_content.resource import Resource
from fhir_content.source import Json


class Action(StrEnum):
    """What will happen to a resource."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Step:
    """One entry and its fate; `request` names it (`Type/id`, or a search), `version` is the server's versionId."""

    action: Action
    request: str
    entry: dict[str, Json]
    differences: tuple[Difference, ...] = ()
    version: str = ""


def plan(
    client: Client, entries: Sequence[dict[str, Json]], known: Mapping[str, set[str]], force: bool
) -> Iterator[Step]:
    """The fate of each entry. `known` are the digests of what we put there, by request; else it is a conflict."""
    for entry in entries:
        request = name_of(entry)
        stored = read(client, request)
        yield _step(entry, request, stored, known.get(request, set()), force)


def _step(entry: dict[str, Json], request: str, stored: dict[str, Json] | None, ours: set[str], force: bool) -> Step:
    resource = entry.get("resource")
    if stored is None:
        return Step(Action.CREATE if isinstance(resource, dict) else Action.UNCHANGED, request, entry)
    meta = stored.get("meta")
    version = str(meta.get("versionId", "")) if isinstance(meta, dict) else ""
    mine = force or digest(stored) in ours
    if not isinstance(resource, dict):
        return Step(Action.DELETE if mine else Action.CONFLICT, request, entry, (), version)
    found = tuple(differences(resource, stored))
    if all(each.is_digits for each in found):
        return Step(Action.UNCHANGED, request, entry, found, version)
    return Step(Action.UPDATE if mine else Action.CONFLICT, request, entry, found, version)


def name_of(entry: dict[str, Json]) -> str:
    """How the entry's resource is found: `Type/id`, or `Type?url=…&version=…`."""
    request = Resource.of(entry).root.get("request")
    url, condition = (request.text("url"), request.text("ifNoneExist")) if request else ("", "")
    return f"{url}?{condition}" if condition else url


def read(client: Client, request: str) -> dict[str, Json] | None:
    """The resource on the server, or None; raises ServerError where several answer to one url and version."""
    if "?" not in request:
        answer = client.read(quote(request, safe="/"))
        return answer.data if answer.status == 200 and isinstance(answer.data, dict) else None
    found = client.read(f"{request}&_count=2").data
    bundle = Resource.of(found if isinstance(found, dict) else {}).root
    kind = request.partition("?")[0]
    matches = [each.get("resource") for each in bundle.each("entry")]
    resources = [each.value for each in matches if each is not None and each.text("resourceType") == kind]
    if len(resources) > 1:
        raise ServerError(f"the server has several of {request}; remove all but one")
    first = resources[0] if resources else None
    return {name: value for name, value in first.items() if name != "id"} if isinstance(first, dict) else None
