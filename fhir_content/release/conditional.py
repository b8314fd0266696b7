"""Entries for servers that choose ids themselves, or keep several versions side by side.

A resource is named by its url and version; links between resources become the fullUrls of their entries, which a
server replaces by the ids it gives. https://hl7.org/fhir/R4/http.html#trules
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from fhir_content.release.transaction import Entry
from fhir_content.resource import Resource
from fhir_content.source import Json


def conditional(resources: Sequence[Resource], method: Literal["POST", "PUT"]) -> list[Entry]:
    """POST with ifNoneExist (a version once there is never changed), or PUT by url and version."""
    urns = {each.key: f"urn:uuid:{uuid5(NAMESPACE_URL, f'{each.canonical}#{each.key}')}" for each in resources}
    entries = []
    for each in resources:
        # a search parameter of type uri is compared as text: everything but the url's own marks is escaped
        condition = f"url={quote(each.url, safe=':/')}&version={quote(each.version, safe='')}"
        data = {name: _linked(value, urns) for name, value in each.data.items() if name != "id"}
        released = Resource(data, each.source, authored=each.authored)
        if method == "POST":
            entries.append(Entry(released, method, each.type, urns[each.key], condition))
        else:
            entries.append(Entry(released, method, f"{each.type}?{condition}", urns[each.key]))
    return entries


def _linked(value: Json, urns: Mapping[str, str]) -> Json:
    if isinstance(value, dict):
        return {
            name: urns.get(child, child) if name == "reference" and isinstance(child, str) else _linked(child, urns)
            for name, child in value.items()
        }
    if isinstance(value, list):
        return [_linked(child, urns) for child in value]
    return value
