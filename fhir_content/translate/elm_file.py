"""build/elm/<Library>-<version>.json: compiled ELM, tracked, with the hash of its sources inside.

One definition a line, so that a change shows as the lines it touches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fhir_content.issue import Issue, Location, Severity
from fhir_content.source import Json, dumps, read
from fhir_content.translate.header import read_header
from fhir_content.translate.translator import sources
from fhir_content.writing import write_whole

RULE = "elm-is-stale"
_WAY_OUT = "run `fhir-content compile` and commit build/elm"


@dataclass(frozen=True, slots=True)
class ElmFolder:
    """The folder of compiled libraries; `name` is what issues call it."""

    path: Path
    name: str = "build/elm"

    def write(self, elm: Mapping[str, dict[str, Json]]) -> list[str]:
        """Write what differs, remove what has no library any more; the names of the files changed."""
        wanted = {_file_name(tree): layout(tree) for tree in elm.values()}
        self.path.mkdir(parents=True, exist_ok=True)
        changed = []
        for file_name, content in sorted(wanted.items()):
            file = self.path / file_name
            if not file.is_file() or file.read_bytes() != content:
                write_whole(file, content)
                changed.append(file_name)
        for file in self._leftovers(set(wanted)):
            file.unlink()
            changed.append(file.name)
        return sorted(changed)

    def differing(self, elm: Mapping[str, dict[str, Json]]) -> Iterator[Issue]:
        """An issue for each file whose bytes are not what the translator gives now."""
        for tree in elm.values():
            file = self.path / _file_name(tree)
            if file.is_file() and file.read_bytes() != layout(tree):
                yield self._issue(file.name, "the file is not what the translator makes of its sources")

    def stale(self, libraries: Mapping[str, tuple[str, str]]) -> Iterator[Issue]:
        """An issue for each library without ELM or with ELM of other sources, and each ELM without library. No Node."""
        headers = {name: read_header(text) for name, (_, text) in libraries.items()}
        for name, header in sorted(headers.items()):
            file = self.path / header.file_name
            if not file.is_file():
                yield self._issue(header.file_name, f"the ELM of {libraries[name][0]} is missing")
            elif digest_of(read(file).data) != sources(name, libraries, headers):
                yield self._issue(header.file_name, f"{libraries[name][0]}, or what it includes, has changed since")
        for file in self._leftovers({header.file_name for header in headers.values()}):
            yield self._issue(file.name, "there is no library for this ELM")

    def _leftovers(self, wanted: set[str]) -> list[Path]:
        return [file for file in sorted(self.path.glob("*.json")) if file.name not in wanted]

    def _issue(self, file_name: str, message: str) -> Issue:
        return Issue(Location(f"{self.name}/{file_name}"), RULE, Severity.ERROR, message, "conflict", _WAY_OUT)


def fresh(libraries: Mapping[str, tuple[str, str]], folder: Path) -> list[Issue]:
    """Nothing, where the ELM in `folder` was compiled from exactly these libraries; else what is stale. No Node."""
    return list(ElmFolder(folder).stale(libraries))


def layout(tree: dict[str, Json]) -> bytes:
    """The bytes of an ELM file: the translator's JSON, a line for each definition."""
    library: Any = tree["library"]
    sections = [_section(key, value) for key, value in library.items()]
    return b'{"library":{\n' + b",\n".join(sections) + b"\n}}\n"


def _section(key: str, value: Json) -> bytes:
    if isinstance(value, dict) and list(value) == ["def"]:
        definitions = value["def"] if isinstance(value["def"], list) else []
        lines = b",\n".join(dumps(definition) for definition in definitions)
        return dumps(key) + b':{"def":[\n' + lines + b"\n]}"
    return dumps(key) + b":" + dumps(value)


def _file_name(tree: dict[str, Json]) -> str:
    library: Any = tree["library"]
    identifier = library["identifier"]
    version = identifier.get("version")
    return f"{identifier['id']}-{version}.json" if version else f"{identifier['id']}.json"


def digest_of(data: Json) -> str:
    """The hash of its sources that an ELM document carries; "" where it carries none."""
    library = data.get("library") if isinstance(data, dict) else None
    notes = library.get("annotation") if isinstance(library, dict) else None
    for note in notes if isinstance(notes, list) else []:
        tags = note.get("t") if isinstance(note, dict) else None
        for tag in tags if isinstance(tags, list) else []:
            if isinstance(tag, dict) and tag.get("name") == "sources":
                return str(tag.get("value"))
    return ""
