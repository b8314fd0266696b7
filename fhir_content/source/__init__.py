"""A source file: bytes to FHIR data, with a line and column for every element.

YAML here is FHIR's JSON, element for element. Its scalars are read as JSON reads them and no further: a plain
`true`, `null` or number is that, everything else is text, so `no`, `2026-11-22` and `0.1.0` stay what was written.
Decimals keep their digits (72.50 stays 72.50, https://hl7.org/fhir/R4/datatypes.html#decimal).
Nothing raises on bad input: what cannot be read, or would be read as something else, becomes an issue.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path as FilePath

import orjson

from fhir_content.issue import Issue, Location, Severity
from fhir_content.source.document import (
    MAX_BYTES,
    MAX_DEPTH,
    Allowance,
    Json,
    Path,
    Place,
    Places,
    Source,
    UnreadableError,
    expression_of,
    place_of,
    stop,
)

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "Allowance",
    "Json",
    "Path",
    "Place",
    "Places",
    "Source",
    "dumps",
    "expression_of",
    "parse",
    "read",
]


def read(path: FilePath, name: str = "") -> Source:
    """The file at `path`; `name` is what issues call it (default: the path as given)."""
    name = name or str(path)
    try:
        if not path.is_file():
            message = "there is no such file" if not path.exists() else "this is not a regular file"
            stop(name, (0, 0), "file", message, "give a .json, .yaml or .yml file", "not-found")
        if path.stat().st_size > MAX_BYTES:
            _stop_too_large(name)
        return parse(path.read_bytes(), name)
    except OSError as error:
        issue = Issue(Location(name), "file", Severity.FATAL, f"cannot be read: {error.strerror}", "not-found")
        return Source(name, issues=(issue,))
    except UnreadableError as error:
        return Source(name, issues=(error.issue,))


def parse(content: bytes, file: str) -> Source:
    """The data in `content`: JSON or YAML by the ending of `file`, or by its first character where that is silent."""
    try:
        if len(content) > MAX_BYTES:
            _stop_too_large(file)
        text = _text(content, file)
        if _is_json(text, file):
            from fhir_content.source.json_text import parse_json

            return parse_json(text, file)
        from fhir_content.source.yaml_text import parse_yaml  # PyYAML costs 15 ms: only who reads YAML pays

        return parse_yaml(text, file)
    except UnreadableError as error:
        return Source(file, issues=(error.issue,))


def dumps(data: object, *, pretty: bool = False) -> bytes:
    """FHIR JSON in UTF-8, keys in their given order, decimals with their digits; `pretty` indents and ends the line."""
    option = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE if pretty else 0
    try:
        return orjson.dumps(data, default=_decimal, option=option)
    except orjson.JSONEncodeError:
        # It writes no integer of over 64 bits. FHIR has none either, but one that was read must not stop the writing.
        return orjson.dumps(_without_wide_integers(data), default=_decimal, option=option)


def _without_wide_integers(data: object) -> object:
    if isinstance(data, dict):
        return {name: _without_wide_integers(each) for name, each in data.items()}
    if isinstance(data, list):
        return [_without_wide_integers(each) for each in data]
    return Decimal(data) if isinstance(data, int) and data.bit_length() > 63 else data


def _decimal(value: object) -> orjson.Fragment:
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value))
    raise TypeError(f"{type(value).__name__} is not FHIR JSON")


def _stop_too_large(file: str) -> None:
    message = f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB"
    stop(file, (1, 1), "file", message, "split it: no FHIR server takes a resource of this size", "too-long")


def _text(content: bytes, file: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig", "replace")
        message = f"byte 0x{content[error.start]:02x} is not UTF-8"
        stop(file, place_of(before, len(before)), "encoding", message, "save the file as UTF-8")
    if not text.strip():
        stop(file, (1, 1), "file", "the file is empty", "write a resource, or remove the file")
    return text


def _is_json(text: str, file: str) -> bool:
    lower = file.lower()
    if lower.endswith((".yaml", ".yml")):
        return False
    if text.lstrip().startswith("<") and not lower.endswith(".json"):
        stop(file, (1, 1), "file", "this is XML", "give the JSON or YAML form of the resource", "not-supported")
    return lower.endswith(".json") or text.lstrip()[0] in "{["
