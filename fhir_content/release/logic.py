"""What a Library's logic needs: the libraries, value sets and code systems named in its ELM.

Servers and packagers find a Library's needs in relatedArtifact only; authors write them once, in CQL.
https://hl7.org/fhir/uv/crmi/distribution.html
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass

from fhir_content.catalog import Catalog
from fhir_content.resource import Resource
from fhir_content.source import Json, parse

_ELM = "application/elm+json"


def logic_dependencies(library: Resource, catalog: Catalog) -> Iterator[dict[str, Json]]:
    """A relatedArtifact of type depends-on for each canonical its ELM names and its author did not list."""
    listed = {each.text("resource").partition("|")[0] for each in library.root.each("relatedArtifact")}
    for canonical in sorted(set(_canonicals(library, catalog))):
        if canonical.partition("|")[0] not in listed:
            yield {"type": "depends-on", "resource": canonical}


@dataclass(frozen=True, slots=True, order=True)
class Retrieve:
    """What a library asks of the record: a resource type, and the value set that an element of it must be in."""

    type: str
    path: str = ""
    value_set: str = ""


def retrieves(library: Resource) -> set[Retrieve]:
    """Every retrieve of the Library's own ELM."""
    elm = elm_of(library)
    urls = {str(each.get("name", "")): str(each.get("id", "")) for each in _definitions(elm, "valueSets")}
    found: set[Retrieve] = set()
    stack: list[Json] = [elm]
    while stack:
        node = stack.pop()
        if isinstance(node, list):
            stack.extend(node)
        elif isinstance(node, dict):
            stack.extend(node.values())
            if node.get("type") == "Retrieve":
                found.add(_retrieve(node, urls))
    return found


def _retrieve(node: dict[str, Json], urls: dict[str, str]) -> Retrieve:
    kind = str(node.get("dataType", "")).rpartition("}")[2]
    codes = node.get("codes")
    name = str(codes.get("name", "")) if isinstance(codes, dict) else ""
    return Retrieve(kind, str(node.get("codeProperty", "")), urls[name]) if name in urls else Retrieve(kind)


def elm_of(library: Resource) -> dict[str, Json]:
    """The `library` object of the Library's compiled ELM; empty where it has none that can be read."""
    for content in library.root.each("content"):
        if content.text("contentType") != _ELM:
            continue
        try:
            elm = parse(base64.b64decode(content.text("data"), validate=True), "elm.json").data
        except binascii.Error:
            continue
        found = elm.get("library") if isinstance(elm, dict) else None
        return found if isinstance(found, dict) else {}
    return {}


def _canonicals(library: Resource, catalog: Catalog) -> Iterator[str]:
    elm = elm_of(library)
    libraries = {(each.name, each.version): each for each in catalog.of("Library")}
    for include in _definitions(elm, "includes"):
        name, version = str(include.get("path", "")).rpartition("/")[2], str(include.get("version", ""))
        found = libraries.get((name, version))
        yield str(found.canonical) if found else f"{catalog.base}/Library/{name}" + (f"|{version}" if version else "")
    for kind in ("valueSets", "codeSystems"):
        for definition in _definitions(elm, kind):
            url, version = str(definition.get("id", "")), str(definition.get("version", ""))
            target = catalog.resolve(f"{url}|{version}" if version else url)
            yield str(target.canonical) if target else f"{url}|{version}" if version else url


def _definitions(elm: dict[str, Json], kind: str) -> Iterator[dict[str, Json]]:
    section = elm.get(kind)
    definitions = section.get("def") if isinstance(section, dict) else None
    for definition in definitions if isinstance(definitions, list) else ():
        if isinstance(definition, dict):
            yield definition
