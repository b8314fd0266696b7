"""A Library's CQL and compiled ELM, as rules read them.

https://cql.hl7.org/04-logicalspecification.html
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import PurePath
from typing import Any

import orjson

from fhir_content.catalog import Catalog
from fhir_content.issue import Location
from fhir_content.resource import Resource
from fhir_content.rules._index import per_catalog

Node = dict[str, Any]

SYSTEM = "{urn:hl7-org:elm-types:r1}"
FHIR = "{http://hl7.org/fhir}"
_DEFINE = re.compile(
    r"""//[^\n]*|/\*(?:.*?\*/|.*)|'(?:\\.|[^'\\])*'
    |\b(?:define|(?P<parameter>parameter))\s+(?:public\s+|private\s+)?
     (?P<name>"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`|\w+)\s*(?(parameter)|:)""",
    re.VERBOSE | re.DOTALL,
)
_NOT_LOGIC = ("annotation", "locator", "localId", "resultTypeName", "resultTypeSpecifier", "signature")


def cql_text(library: Resource) -> str:
    """The CQL of a library, or "" where it holds none that can be read."""
    data = _content(library, "text/cql")
    return _decoded(data).decode("utf-8", "replace") if data else ""


def library_elm(library: Resource) -> Node:
    """The ELM library object of a library, or {} where it holds none that can be read."""
    data = _content(library, "application/elm+json")
    return _tree(data) if data else {}


def statements(library: Resource) -> Mapping[str, Node]:
    """The definitions of a compiled library by name, functions not among them."""
    return _statements(_content(library, "application/elm+json"))


def defined_names(library: Resource) -> frozenset[str]:
    """The definitions and parameters that an expression may name, from the ELM or the CQL; empty without both."""
    compiled = statements(library)
    if compiled:
        return frozenset(compiled) | {str(each.get("name")) for each in declarations(library, "parameters")}
    found = (match["name"] for match in _DEFINE.finditer(cql_text(library)) if match["name"])
    return frozenset(name[1:-1] if name[0] in '"`' else name for name in found)


def kind(node: Node) -> str:
    """The type of an ELM node: `ExpressionRef`, `Less`, ...; "" where it does not say."""
    said = node.get("type")
    return said if isinstance(said, str) else ""


def several(node: Node, name: str) -> list[Node]:
    """The nodes in a list below a node: `caseItem`, `source`, `def`; what is no node is left out."""
    held = node.get(name)
    return [each for each in held if isinstance(each, dict)] if isinstance(held, list) else []


def declarations(library: Resource, section: str) -> list[Node]:
    """What a compiled library declares in a section: `includes`, `parameters`, `statements`."""
    held = library_elm(library).get(section)
    return several(held, "def") if isinstance(held, dict) else []


def walk(node: Any) -> Iterator[Node]:  # noqa: ANN401 - any JSON
    """Every ELM node below, itself first; what is not logic (annotations, types) is left out."""
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, dict):
            if kind(current):
                yield current
            stack.extend(value for key, value in reversed(current.items()) if key not in _NOT_LOGIC)
        elif isinstance(current, list):
            stack.extend(reversed(current))


def cql_location(library: Resource, node: Node) -> Location | None:
    """Where an ELM node is written in the .cql file beside the library; None when the CQL is not a file of its own."""
    start = re.match(r"(\d+):(\d+)", str(node.get("locator", "")))
    return _in_cql_file(library, int(start[1]), int(start[2])) if start else None


def place_in_cql(library: Resource, text: str, offset: int) -> Location | None:
    """Where an offset in the text of a library is, in the .cql file beside it; None as above."""
    return _in_cql_file(library, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


def _in_cql_file(library: Resource, line: int, column: int) -> Location | None:
    if "content" in library.authored:
        return None
    file = PurePath(library.file).with_name(f"{library.name}.cql").as_posix()
    return Location(file, line, column, f"{library.type}.content[0]")


def bare(node: Any) -> Any:  # noqa: ANN401 - any JSON
    """The logic of a node alone: two nodes that mean the same text of CQL are equal."""
    if isinstance(node, dict):
        return {key: bare(value) for key, value in node.items() if key not in _NOT_LOGIC}
    return [bare(each) for each in node] if isinstance(node, list) else node


def _content(library: Resource, content_type: str) -> str:
    for attachment in library.root.each("content"):
        if attachment.text("contentType").partition(";")[0] == content_type:
            return attachment.text("data")
    return ""


def _decoded(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=False)
    except (binascii.Error, ValueError):
        return b""


@lru_cache(maxsize=256)
def _tree(data: str) -> Node:
    try:
        tree = orjson.loads(_decoded(data))
    except orjson.JSONDecodeError:
        return {}
    library = tree.get("library") if isinstance(tree, dict) else None
    return library if isinstance(library, dict) else {}


@lru_cache(maxsize=256)
def _statements(data: str) -> Mapping[str, Node]:
    held = _tree(data).get("statements") if data else None
    found = several(held, "def") if isinstance(held, dict) else []
    return {str(node.get("name")): node for node in found if kind(node) != "FunctionDef"}


def included(library: Resource, alias: str, catalog: Catalog) -> Resource | None:
    """The library that an include of a compiled library names, where it is here."""
    for include in declarations(library, "includes"):
        if include.get("localIdentifier") == alias:
            return libraries_by_name(catalog).get((str(include.get("path")), str(include.get("version") or "")))
    return None


@per_catalog
def libraries_by_name(catalog: Catalog) -> dict[tuple[str, str], Resource]:
    """The libraries by the name and version of their CQL, and by the name alone."""
    found: dict[tuple[str, str], Resource] = {}
    for library in catalog.of("Library"):
        found[library.name, library.version] = library
        found[library.name, ""] = library
    return found
