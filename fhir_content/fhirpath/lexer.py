"""Text into tokens, by the lexical grammar of FHIRPath.

https://hl7.org/fhirpath/N1/grammar.html
"""

from __future__ import annotations

import re
from typing import NamedTuple

from fhir_content.fhirpath.errors import SyntaxFault, at

MAX_LENGTH = 50_000

_TOKEN = re.compile(
    r"""
    (?P<space>\s+|//[^\r\n]*|/\*.*?\*/)
  | (?P<time>@T\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?)
  | (?P<date>@\d{4}(?:-\d\d(?:-\d\d)?)?(?:T(?:\d\d(?::\d\d(?::\d\d(?:\.\d+)?)?)?(?:Z|[+-]\d\d:\d\d)?)?)?)
  | (?P<number>\d+(?:\.\d+)?)
  | (?P<string>'(?:[^'\\]|\\.)*')
  | (?P<delimited>`(?:[^`\\]|\\.)*`)
  | (?P<variable>%(?:[A-Za-z_][A-Za-z0-9_]*|`(?:[^`\\]|\\.)*`|'(?:[^'\\]|\\.)*'))
  | (?P<special>\$(?:this|index|total)\b)
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<symbol><=|>=|!=|!~|/(?!\*)|[-+*&|<>=~.,()\[\]{}])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_ESCAPED = {"'": "'", '"': '"', "`": "`", "\\": "\\", "/": "/", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_UNCLOSED = {"'": "a string that is not closed", "`": "a delimited name that is not closed"}


class Token(NamedTuple):
    """One token: its kind, its text with escapes resolved, and where it begins."""

    kind: str
    text: str
    offset: int


def tokens(text: str) -> list[Token]:
    """The tokens of an expression, with an `end` token last; raises SyntaxFault."""
    if len(text) > MAX_LENGTH:
        raise SyntaxFault(f"expression longer than {MAX_LENGTH} characters")
    found: list[Token] = []
    offset = 0
    while offset < len(text):
        match = _TOKEN.match(text, offset)
        if match is None:
            raise at(_complaint(text, offset), text, offset, SyntaxFault)
        kind = match.lastgroup or ""
        if kind != "space":
            found.append(Token(kind, _content(kind, match.group(), text, offset), offset))
        offset = match.end()
    found.append(Token("end", "", len(text)))
    return found


def _complaint(text: str, offset: int) -> str:
    if text.startswith("/*", offset):
        return "a comment that is not closed"
    character = text[offset]
    return _UNCLOSED.get(character, f"unexpected character {character!r}")


def _content(kind: str, raw: str, text: str, offset: int) -> str:
    if kind in {"string", "delimited"}:
        return _unescape(raw[1:-1], text, offset)
    if kind == "variable":
        return _unescape(raw[2:-1], text, offset) if raw[1] in "`'" else raw[1:]
    return raw


def _unescape(raw: str, text: str, offset: int) -> str:
    if "\\" not in raw:
        return raw

    def replace(match: re.Match[str]) -> str:
        code = match.group(1)
        if len(code) > 1:
            return chr(int(code[1:], 16))
        if code not in _ESCAPED:
            raise at(f"unknown escape \\{code}: write \\\\ for a backslash", text, offset, SyntaxFault)
        return _ESCAPED[code]

    return _ESCAPE.sub(replace, raw)
