"""String manipulation.

https://hl7.org/fhirpath/N1/#string-manipulation
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable

from fhir_content.fhirpath import patterns
from fhir_content.fhirpath.data import Item, Items
from fhir_content.fhirpath.errors import FhirPathError
from fhir_content.fhirpath.evaluation import MAX_TEXT, NOTHING, Environment, integer, text
from fhir_content.fhirpath.functions.registry import function


def _texts(items: Items, arguments: tuple[Items, ...], name: str) -> list[str] | None:
    """The item and the arguments as strings; None where any is empty."""
    found = [text(each, f"{name}()") for each in (items, *arguments)]
    return None if None in found else found  # type: ignore[return-value]


def _enter(name: str, count: int, operation: Callable[..., Item | Items | None]) -> None:
    """A function of strings that gives nothing where one of them is missing."""

    @function(name, count)
    def run(environment: Environment, items: Items, *arguments: Items) -> Items:
        strings = _texts(items, arguments, name)
        result = None if strings is None else operation(*strings)
        if isinstance(result, str) and len(result) > MAX_TEXT:
            raise FhirPathError(f"{name}() gives more than {MAX_TEXT} characters")
        if isinstance(result, list):
            environment.spend(len(result))
            return result
        return NOTHING if result is None else [result]


def _replaced(value: str, pattern: str, substitution: str) -> str:
    if value.count(pattern) * len(substitution) > MAX_TEXT:
        raise FhirPathError(f"replace() gives more than {MAX_TEXT} characters")
    return value.replace(pattern, substitution)


_enter("startsWith", 1, lambda value, prefix: value.startswith(prefix))
_enter("endsWith", 1, lambda value, suffix: value.endswith(suffix))
_enter("contains", 1, lambda value, part: part in value)
_enter("indexOf", 1, lambda value, part: value.find(part))
_enter("lastIndexOf", 1, lambda value, part: value.rfind(part))
_enter("upper", 0, lambda value: value.upper())
_enter("lower", 0, lambda value: value.lower())
_enter("length", 0, len)
_enter("toChars", 0, list)
_enter("trim", 0, lambda value: value.strip())
_enter("replace", 2, _replaced)
_enter("split", 1, lambda value, separator: list(value.split(separator)) if separator else list(value))


@function("matches", 1)
def matches(environment: Environment, items: Items, pattern: Items) -> Items:
    """Whether a regular expression matches somewhere in the string."""
    strings = _texts(items, (pattern,), "matches")
    return NOTHING if strings is None else [patterns.found(strings[1], strings[0], environment.patterns)]


@function("matchesFull", 1)
def matches_full(environment: Environment, items: Items, pattern: Items) -> Items:
    """Whether a regular expression matches the whole string."""
    strings = _texts(items, (pattern,), "matchesFull")
    return NOTHING if strings is None else [patterns.matched(strings[1], strings[0], environment.patterns)]


@function("replaceMatches", 2)
def replace_matches(environment: Environment, items: Items, pattern: Items, substitution: Items) -> Items:
    """The string with each match of a regular expression replaced."""
    strings = _texts(items, (pattern, substitution), "replaceMatches")
    if strings is None:
        return NOTHING
    value, wanted, by = strings
    return [patterns.replaced(wanted, value, by, environment.patterns) if wanted else value]


@function("substring", 1, 2)
def substring(environment: Environment, items: Items, start: Items, length: Items | None = None) -> Items:
    """The part from a position (0 is the first), to the end or so many characters long."""
    value, begin = text(items, "substring()"), integer(start, "substring()")
    count = None if length is None else integer(length, "substring()")
    if value is None or begin is None or not 0 <= begin < len(value):
        return NOTHING
    return [value[begin:] if count is None else value[begin : begin + max(0, count)]]


@function("join", 0, 1)
def join(environment: Environment, items: Items, separator: Items = NOTHING) -> Items:
    """All strings in one, the separator between them."""
    strings = [text([item], "join()") for item in items]
    if not strings:
        return NOTHING
    environment.spend(len(strings))
    return [(text(separator, "join()") or "").join(each for each in strings if each is not None)]


_ENCODE: dict[str, Callable[[bytes], bytes]] = {
    "hex": binascii.hexlify,
    "base64": base64.b64encode,
    "urlbase64": base64.urlsafe_b64encode,
}
_DECODE: dict[str, Callable[[str], bytes]] = {
    "hex": binascii.unhexlify,
    "base64": lambda value: base64.b64decode(value, validate=True),
    "urlbase64": base64.urlsafe_b64decode,
}


def _known(format: str, formats: object, name: str) -> None:
    if format not in formats:  # type: ignore[operator]
        raise FhirPathError(f"{name}() does not know the format {format!r}")


def _encoded(value: str, format: str) -> str:
    _known(format, _ENCODE, "encode")
    return _ENCODE[format](value.encode()).decode()


def _decoded(value: str, format: str) -> str:
    _known(format, _DECODE, "decode")
    try:
        return _DECODE[format](value).decode()
    except ValueError:
        raise FhirPathError(f"not {format}: {value[:40]!r}") from None


def _escaped(value: str, target: str) -> str:
    import html  # a large table, seldom asked for

    _known(target, ("html", "json"), "escape")
    return html.escape(value) if target == "html" else json.dumps(value, ensure_ascii=False)[1:-1]


def _unescaped(value: str, target: str) -> str:
    import html  # a large table, seldom asked for

    _known(target, ("html", "json"), "unescape")
    if target == "html":
        return html.unescape(value)
    try:
        return str(json.loads(f'"{value}"'))
    except ValueError:
        raise FhirPathError(f"not an escaped JSON string: {value[:40]!r}") from None


_enter("encode", 1, _encoded)
_enter("decode", 1, _decoded)
_enter("escape", 1, _escaped)
_enter("unescape", 1, _unescaped)
