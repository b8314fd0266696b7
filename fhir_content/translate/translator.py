"""All libraries of a project in one run of the official translator."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fhir_content.issue import Issue, Location, Severity, in_order
from fhir_content.source import Json
from fhir_content.translate.header import Header, read_header, with_includes
from fhir_content.translate.node import SCRIPTS, run

# List promotion and demotion would turn a value into a list, or a list into a value, without a word: off.
OPTIONS = ("EnableAnnotations", "EnableLocators", "EnableResultTypes", "DisableListDemotion", "DisableListPromotion")
SIGNATURES = "Overloads"
RULE = "cql-translation"
_SECONDS = 180
# Always empty where they are: 40% of the characters, and absent means the same to every reader of ELM.
_EMPTY = ("annotation", "signature", "include", "codeFilter", "dateFilter", "otherFilter")


@dataclass(frozen=True, slots=True)
class Translation:
    """ELM by library name, for each library without errors, and what the translator had to say."""

    elm: dict[str, dict[str, Json]] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()


def translate(libraries: Mapping[str, tuple[str, str]], only: tuple[str, ...] = ()) -> Translation:
    """Translate CQL libraries, given as name -> (file, text); `only` some of them, with what these include.

    Every error and warning becomes an Issue at its line and column. Raises TranslatorUnavailableError when there is
    no Node, the npm packages cannot be had, or the translator does not finish in time.
    """
    headers = {name: read_header(text) for name, (_, text) in libraries.items()}
    issues = [*_misnamed(libraries, headers), *_circles(libraries, headers)]
    order = dict.fromkeys(other for name in sorted(only or libraries) for other in with_includes(name, headers))
    if issues or not order:
        return Translation({}, tuple(issues))
    request: dict[str, Json] = {
        "libraries": [
            {"name": name, "version": headers[name].version, "text": unix(text)}
            for name, (_, text) in libraries.items()
        ],
        "compile": list(order),
        "options": list(OPTIONS),
        "signatureLevel": SIGNATURES,
    }
    answer: Any = run(request, _SECONDS)
    elm: dict[str, dict[str, Json]] = {}
    for result in answer["results"]:
        name = result["name"]
        # In dependency order. An error in what a library includes is told there; its echoes here would mislead.
        if any(other in headers and other not in elm for other in headers[name].includes):
            continue
        tree = json.loads(result["elm"]) if result["elm"] else {}
        found = list(_messages(name, libraries[name][0], tree, result["messages"]))
        issues.extend(found)
        if not any(issue.severity is Severity.ERROR for issue in found):
            elm[name] = digested(without_empty(tree), sources(name, libraries, headers))
    return Translation(elm, tuple(in_order(issues)))


def sources(name: str, libraries: Mapping[str, tuple[str, str]], headers: Mapping[str, Header]) -> str:
    """The hash of all that the ELM of a library depends on: its text, its includes' texts, translator and options."""
    digest = hashlib.sha256((SCRIPTS / "package-lock.json").read_bytes())
    digest.update((SCRIPTS / "translate.mjs").read_bytes())
    digest.update(" ".join((*OPTIONS, SIGNATURES)).encode())
    for included in sorted(with_includes(name, headers)):
        digest.update(f"\0{included}\0{unix(libraries[included][1])}".encode())
    return f"sha256:{digest.hexdigest()}"


def helpers_text() -> str:
    """The CQL of FHIRHelpers 4.0.1, for content that includes it and does not bring it."""
    return (Path(__file__).parent / "FHIRHelpers.cql").read_text("utf-8")


def unix(text: str) -> str:
    """The text with the line ends of Unix, so that a checkout on Windows gives the same ELM and hash."""
    return text.replace("\r\n", "\n").removeprefix("\ufeff")


def digested(tree: Json, digest: str) -> dict[str, Json]:
    """The ELM with the hash of its sources as a tag, which is ELM's own place for what an engine does not read."""
    library: Any = tree["library"] if isinstance(tree, dict) else {}
    tag: Json = {"type": "Annotation", "t": [{"name": "sources", "value": digest}]}
    return {"library": {**library, "annotation": [*library.get("annotation", []), tag]}}


def without_empty(tree: Json) -> Json:
    """The ELM without the lists that the translator writes empty at every node."""
    if isinstance(tree, dict):
        return {key: without_empty(value) for key, value in tree.items() if value != [] or key not in _EMPTY}
    return [without_empty(item) for item in tree] if isinstance(tree, list) else tree


def _misnamed(libraries: Mapping[str, tuple[str, str]], headers: Mapping[str, Header]) -> Iterator[Issue]:
    for name, (file, _) in libraries.items():
        if headers[name].name != name:
            message = f"the library calls itself `{headers[name].name}`, its file `{name}`"
            way_out = f"begin with: library {name} version '0.1.0'"
            yield Issue(Location(file, 1, 1), RULE, Severity.ERROR, message, "invalid", way_out)


def _circles(libraries: Mapping[str, tuple[str, str]], headers: Mapping[str, Header]) -> Iterator[Issue]:
    for name, header in headers.items():
        for included in header.includes:
            if included in headers and name in with_includes(included, headers):
                message = f"the library includes itself, through `{included}`"
                yield Issue(Location(libraries[name][0], 1, 1), RULE, Severity.ERROR, message, "invalid", _CIRCLE)


def _messages(name: str, file: str, tree: dict[str, Any], bare: list[dict[str, Any]]) -> Iterator[Issue]:
    """The translator's findings about this library; those about its includes are told with them."""
    notes = tree.get("library", {}).get("annotation", [])
    found = [note for note in notes if note.get("type") == "CqlToElmError"]
    if not found:
        # It failed before there was a tree to write its findings into.
        found = [{**entry, "errorSeverity": entry["severity"].lower()} for entry in bare]
    told = [note for note in found if note.get("errorType") != "internal"]
    for note in told or found:
        if note.get("libraryId") in (None, name):
            where = Location(file, max(note.get("startLine", 1), 1), max(note.get("startChar", 1), 1))
            yield Issue(where, RULE, _SEVERITIES[note["errorSeverity"]], note["message"], "invalid")


_CIRCLE = "move what both need into a library of its own"
_SEVERITIES = {"error": Severity.ERROR, "warning": Severity.WARNING, "info": Severity.INFORMATION}
