"""JSON read strictly, as FHIR asks: no comments, no repeated keys, no NaN, decimals with their digits.

https://hl7.org/fhir/R4/json.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from itertools import accumulate
from typing import NoReturn

import orjson

from fhir_content.source.document import MAX_DEPTH, Json, Path, Place, Places, Source, expression_of, place_of, stop

_TOKEN = re.compile(
    r'[ \t\r\n]*(?:(?P<mark>[{}\[\],:])|(?P<string>"(?:[^"\\]|\\.)*")|(?P<word>[^\s{}\[\],:"]+)|(?P<odd>.))'
)
_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"{}[]")
_OPENS = bytes.maketrans(b"{[]}", bytes([1, 1, 0, 0]))


def parse_json(text: str, file: str) -> Source:
    """The data of a JSON text; a repeated key is an issue, anything that is not JSON stops the reading."""
    _check_depth(text, file)
    repeated = False

    def to_dict(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        nonlocal repeated
        data = dict(pairs)
        repeated = repeated or len(data) != len(pairs)
        return data

    try:
        decoder = json.JSONDecoder(object_pairs_hook=to_dict, parse_float=Decimal, parse_constant=_not_json)
        data: Json = decoder.decode(text)
        if "\\ud" in text or "\\uD" in text:
            orjson.loads(text)  # refuses half a surrogate pair, which cannot be written as UTF-8
    except json.JSONDecodeError as error:
        offset = min(error.pos, len(text))
        message, way_out = _explain(text, error)
        stop(file, place_of(text, offset), "json-syntax", message, way_out, expression=_expression_at(text, offset))
    except ValueError as error:  # NaN and its like, or more digits than Python reads
        message = str(error) if "not a JSON number" in str(error) else "a number with thousands of digits"
        offset, way_out = _bad_number(text), "write a number that FHIR can hold"
        stop(file, place_of(text, offset), "json-syntax", message, way_out, expression=_expression_at(text, offset))
    source = Source(file, data, text=text, find_places=lambda: _find_places(text))
    if repeated:
        source.issues = tuple(_find_places(text).repeated_keys(file, data))
    return source


def _not_json(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _check_depth(text: str, file: str) -> None:
    """Refuse deep nesting before a recursive reader meets it; brackets inside strings only cost a second look."""
    brackets = text.encode("utf-8", "surrogatepass").translate(_OPENS, _NOT_BRACKETS)
    if len(brackets) <= MAX_DEPTH or max(accumulate(1 if byte else -1 for byte in brackets)) <= MAX_DEPTH:
        return
    depth = 0
    for token in _TOKEN.finditer(text):
        mark = token["mark"]
        depth += (mark in ("{", "[")) - (mark in ("}", "]"))
        if depth > MAX_DEPTH:
            place = place_of(text, token.start("mark"))
            stop(file, place, "nesting", f"more than {MAX_DEPTH} levels deep", "no FHIR resource is", "too-costly")


def _explain(text: str, error: json.JSONDecodeError) -> tuple[str, str]:
    rest = text[error.pos : error.pos + 2]
    if rest in ("//", "/*"):
        return "JSON has no comments", "remove it, or write the resource in YAML"
    after_comma = text[: error.pos].rstrip()[-1:] == ","
    if (rest[:1] in ("}", "]") and after_comma) or "trailing comma" in error.msg:
        return "a comma stands before the end of a list or object", "remove the comma"
    if "surrogate" in error.msg:
        return "half a surrogate pair is not a character", "write both halves, or the character itself"
    return error.msg[:1].lower() + error.msg[1:], "mend the JSON here"


def _bad_number(text: str) -> int:
    for token in _TOKEN.finditer(text):
        word = token["word"]
        if word and (len(word) > 4000 or word in ("NaN", "Infinity", "-Infinity")):
            return token.start("word")
    return 0


def _expression_at(text: str, offset: int) -> str:
    """FHIRPath of the element that was being read at `offset` of a text that does not parse."""
    open_paths: list[Path] = []
    steps: list[str | int] = []  # the key or the index reached in each open object or list; "" before the first key
    kind = string = ""
    path: Path | None = None

    def here() -> Path:
        return (*(open_paths[-1] if open_paths else ()), *steps[-1:])

    for token in _TOKEN.finditer(text):
        if path is None and token.end() > offset:
            path = here()
        mark = token["mark"]
        if mark in ("{", "["):
            open_paths.append(here())
            steps.append("" if mark == "{" else 0)
        elif mark in ("}", "]") and steps:
            open_paths.pop()
            steps.pop()
        elif mark == "," and steps:
            last = steps[-1]
            steps[-1] = last + 1 if isinstance(last, int) else ""
        elif mark == ":" and steps and isinstance(steps[-1], str):
            steps[-1] = string
        elif token["string"]:
            string = token["string"][1:-1]
            kind = string if steps == ["resourceType"] else kind
    return expression_of(kind, [step for step in path or here() if step != ""])


def _find_places(text: str) -> Places:
    """Where each element stands: read only when an issue asks for it, and only of text that has parsed."""
    places = Places()
    place = _counting_lines(text)
    open_paths: list[Path] = []
    open_counts: list[int] = []  # -1 for an object, else the index in the list
    path: Path = ()
    key: Place | None = None
    wants_key = False
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup or "odd"
        mark = token["mark"]
        if mark in ("}", "]"):
            open_paths.pop()
            open_counts.pop()
        elif mark == ",":
            wants_key = open_counts[-1] < 0
            open_counts[-1] += not wants_key
        elif mark == ":":
            wants_key = False
        elif wants_key:
            string = token["string"]
            name = str(json.loads(string)) if "\\" in string else string[1:-1]
            path, key = (*open_paths[-1], name), place(token.start("string"))
        else:
            if open_counts and open_counts[-1] >= 0:
                path, key = (*open_paths[-1], open_counts[-1]), None
            places.note(path, key, place(token.start(kind)))
            if mark:
                open_paths.append(path)
                open_counts.append(-1 if mark == "{" else 0)
                wants_key = mark == "{"
    return places


def _counting_lines(text: str) -> Callable[[int], Place]:
    """Offset to place, for offsets that only grow: the whole text is walked once."""
    line, begin = 1, 0

    def place(offset: int) -> Place:
        nonlocal line, begin
        while (end := text.find("\n", begin, offset)) >= 0:
            line, begin = line + 1, end + 1
        return line, offset - begin + 1

    return place
