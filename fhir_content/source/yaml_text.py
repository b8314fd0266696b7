"""YAML read event by event, without recursion, as FHIR's JSON and no further.

Anchors, aliases, merge keys, tags and several documents in one file are refused: each makes a reviewer read something
that is not written where it acts. https://yaml.org/spec/1.2.2/#103-core-schema (only its JSON part is used)
"""

from __future__ import annotations

import re
from decimal import Decimal

import yaml

from fhir_content.source.document import (
    MAX_DEPTH,
    Allowance,
    Json,
    Path,
    Place,
    Places,
    Source,
    expression_of,
    place_of,
    stop,
)

_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<fraction>(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)")
_WORDS: dict[str, Json] = {"": None, "~": None, "null": None, "true": True, "false": False}
_ALLOWANCE = re.compile(r"(?:^|(?<=\s))#\s*allow\s+([a-z0-9-]+)\s*:\s*(\S.*?)\s*$")
_TYPE = re.compile(r"""^["']?resourceType["']?[ ]*:[ ]*["']?([A-Za-z]+)""", re.MULTILINE)
_MAX_DIGITS = 100  # more is no number of FHIR's; kept as text, so that the type check names it

_Frame = tuple[Path, dict[str, Json] | list[Json]]


def parse_yaml(text: str, file: str) -> Source:
    """The data of one YAML document, the places of its elements, and the allowances in its comments."""
    reading = _Reading(file, text)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            reading.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        message, way_out = _explain(text, place, error.problem or "this is not YAML")
        stop(file, place, "yaml-syntax", message, way_out, expression=reading.expression)
    except yaml.reader.ReaderError as error:
        # the C reader counts bytes, the Python one characters: look the character up
        offset = next((at for at, letter in enumerate(text) if ord(letter) == error.character), 0)
        message = f"the character U+{ord(text[offset]):04X} may not stand in YAML"
        stop(file, place_of(text, offset), "yaml-syntax", message, "remove it, or write it as an escape in quotes")
    places = reading.places
    issues = tuple(places.repeated_keys(file, reading.data))
    allowances = tuple(_allowances(text, reading.block_lines)) if "allow" in text else ()
    return Source(file, reading.data, issues, allowances, text, lambda: places)


class _Reading:
    """One pass over the events of a file."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.data: Json = None
        self.places = Places()
        self.block_lines: set[int] = set()
        self._frames: list[_Frame] = []
        self._key: tuple[str, Place] | None = None
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        """Take the next event; raises through `stop` on what is not FHIR's JSON."""
        if isinstance(event, yaml.ScalarEvent):
            self._refuse_extras(event, event.tag)
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._refuse_extras(event, event.tag)
            self._open({} if isinstance(event, yaml.MappingStartEvent) else [], event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._frames.pop()
        elif isinstance(event, yaml.AliasEvent):
            self._stop(event, "an alias repeats something written elsewhere", "write it out here")
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._stop(event, "a second document begins", "write one resource a file")

    @property
    def expression(self) -> str:
        """FHIRPath of the element being read."""
        above = self._frames[-1][0] if self._frames else ()
        container = self._frames[-1][1] if self._frames else None
        step: Path = (len(container),) if isinstance(container, list) else (self._key[0],) if self._key else ()
        kind = _TYPE.search(self.text)
        return expression_of(kind and kind[1], (*above, *step))

    def _refuse_extras(self, event: yaml.NodeEvent, tag: str | None) -> None:
        if event.anchor is not None:
            self._stop(event, f"the anchor `&{event.anchor}` is not read", "write the content out where it is used")
        if tag is not None:
            self._stop(event, f"the tag `{tag}` is not read", "remove it; quotes make a text, FHIR knows the types")

    def _stop(self, event: yaml.Event, message: str, way_out: str) -> None:
        stop(self.file, _start(event), "yaml-extra", message, way_out, "not-supported", self.expression)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        first, last = _start(event)[0], event.end_mark.line if event.end_mark else 0
        self.block_lines.update(range(first, last + 1))
        if self._expects_key():
            if event.value == "<<" and not event.style:
                self._stop(event, "a merge key `<<` is not read", "write the content out here")
            self._key = (event.value, _start(event))
            return
        self._put(event.value if event.style else _plain(event.value), event)

    def _expects_key(self) -> bool:
        return bool(self._frames) and isinstance(self._frames[-1][1], dict) and self._key is None

    def _open(self, container: dict[str, Json] | list[Json], event: yaml.Event) -> None:
        if self._expects_key():
            self._stop(event, "a list or object stands where a key belongs", "write a plain key")
        if len(self._frames) >= MAX_DEPTH:
            message = f"more than {MAX_DEPTH} levels deep"
            stop(self.file, _start(event), "nesting", message, "no FHIR resource is", "too-costly")
        self._frames.append((self._put(container, event), container))

    def _put(self, value: Json, event: yaml.Event) -> Path:
        place = _start(event)
        if not self._frames:
            self.data = value
            self.places.note((), None, place)
            return ()
        above, container = self._frames[-1]
        if isinstance(container, list):
            path: Path = (*above, len(container))
            container.append(value)
            self.places.note(path, None, place)
            return path
        assert self._key is not None  # noqa: S101 - a mapping's value always follows its key
        key, key_place = self._key
        self._key = None
        path = (*above, key)
        container[key] = value
        self.places.note(path, key_place, place)
        return path


def _start(event: yaml.Event) -> Place:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _plain(text: str) -> Json:
    if text in _WORDS:
        return _WORDS[text]
    number = _NUMBER.fullmatch(text)
    if not number or len(text) > _MAX_DIGITS:
        return text
    return Decimal(text) if number["fraction"] else int(text)


def _explain(text: str, place: Place, problem: str) -> tuple[str, str]:
    lines = text.splitlines()
    line = lines[place[0] - 1] if place[0] <= len(lines) else ""
    if "\t" in line[: place[1]]:
        return "a tab is used for indentation", "indent with spaces"
    if "exceeded maximum" in problem or "depth" in problem:
        return f"more than {MAX_DEPTH} levels deep", "no FHIR resource is"
    return problem, "mend the YAML here"


def _allowances(text: str, block_lines: set[int]) -> list[Allowance]:
    """The `# allow RULE: reason` comments; one that stands alone speaks of the next line that is not a comment."""
    found = []
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        match = None if number - 1 in block_lines else _ALLOWANCE.search(line)
        if match is None:
            continue
        target = number
        while line.lstrip().startswith("#") and target < len(lines) and lines[target - 1].lstrip()[:1] in ("#", ""):
            target += 1
        found.append(Allowance(match[1], match[2], target, (number, match.start() + 1)))
    return found
