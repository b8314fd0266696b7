"""The bundles that a server is sent, one after the other; and the same turned into their retirement or removal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fhir_content.canonical import DEFINITIONAL
from fhir_content.publish.plan import name_of
from fhir_content.source import Json, read

Bundle = dict[str, Json]


class NotBuiltError(Exception):
    """There are no bundles to send."""


def read_parts(folder: Path) -> list[Bundle]:
    """The parts of a built target in their order; raises NotBuiltError."""
    bundles = [read(path).data for path in sorted(folder.glob("part-*.json"))]
    parts = [each for each in bundles if isinstance(each, dict) and each.get("resourceType") == "Bundle"]
    if not parts or len(parts) < len(bundles):
        raise NotBuiltError(f"there is nothing to send in {folder}; run fhir-content build first")
    return parts


def entries_of(bundle: Bundle) -> list[dict[str, Json]]:
    """The entries of a bundle."""
    entries = bundle.get("entry")
    return [each for each in entries if isinstance(each, dict)] if isinstance(entries, list) else []


def retired(parts: Sequence[Bundle]) -> list[Bundle]:
    """The same resources with status retired."""
    return [{**part, "entry": [_retired(each) for each in entries_of(part)]} for part in parts]


def _retired(entry: dict[str, Json]) -> dict[str, Json]:
    resource = entry.get("resource")
    if not isinstance(resource, dict) or resource.get("resourceType") not in DEFINITIONAL:
        return entry
    return {**entry, "resource": {**resource, "status": "retired"}}


def removed(parts: Sequence[Bundle]) -> list[Bundle]:
    """A deletion of each resource, what depends on others first."""
    return [{**part, "entry": [_removed(each) for each in reversed(entries_of(part))]} for part in reversed(parts)]


def _removed(entry: dict[str, Json]) -> dict[str, Json]:
    return {"request": {"method": "DELETE", "url": name_of(entry)}}
