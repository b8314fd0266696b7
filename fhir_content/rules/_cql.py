"""Whether a piece of CQL can be CQL at all: its tokens, its brackets, and an operand on each side of each operator.

A grammar is not read here: the official translator does that for libraries. This finds what a slip of the hand leaves
in an inline expression. https://cql.hl7.org/grammar.html
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""\s+|//[^\n]*|/\*(?:.*?\*/|.*)
    |(?P<text>'(?:\\.|[^'\\])*')
    |(?P<name>"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`)
    |(?P<date>@T?[0-9][0-9T:.+\-Z]*)
    |(?P<number>[0-9]+(?:\.[0-9]+)?L?)
    |(?P<word>[%$]?[A-Za-z_][A-Za-z0-9_]*)
    |(?P<operator><=|>=|!=|!~|->|=|~|<|>|\+|\*|/|\^|&|\||\.|,|:)
    |(?P<minus>-)
    |(?P<open>[(\[{])|(?P<close>[)\]}])""",
    re.VERBOSE | re.DOTALL,
)
_LONGEST = 100_000  # characters: longer texts are no expression that a hand wrote
_PAIRS = {")": "([", "]": "[(", "}": "{"}  # an interval may be closed at one end and open at the other
_NEEDS_RIGHT = frozenset(
    {"and", "or", "xor", "implies", "not", "then", "else", "if", "case", "when", "where", "return"}
)
_NEEDS_LEFT = frozenset({"and", "or", "xor", "implies", "then"})
_NO_LEFT = frozenset({".", ":"})  # every other operator that stands first is wrong; an interval may begin after "["


def syntax_fault(text: str) -> tuple[str, int]:
    """What keeps a text from being CQL and at which offset; ("", 0) where nothing is found."""
    if len(text) > _LONGEST:
        return "", 0
    opened: list[tuple[str, int]] = []
    before = ""  # the last token when it still needs something on its right, or "" after an operand
    started = False
    offset = 0
    while offset < len(text):
        token = _TOKEN.match(text, offset)
        if token is None:
            unclosed = text[offset] in "'\"`"
            return ("a quote is not closed" if unclosed else f"`{text[offset]}` is not CQL"), offset
        kind, value = token.lastgroup, token.group()
        if kind is not None:
            fault = _misplaced(kind, value, before, started, opened)
            if fault:
                return fault, offset
            before = value if _wants_more(kind, value) else ""
            started = True
            if kind == "open":
                opened.append((value, offset))
            elif kind == "close":
                opened.pop()
        offset = token.end()
    if opened:
        return f"`{opened[-1][0]}` is not closed", opened[-1][1]
    if before or not started:
        return (f"nothing follows `{before}`" if before else "there is no expression"), len(text.rstrip())
    return "", 0


def _wants_more(kind: str, value: str) -> bool:
    return kind in ("operator", "minus") or (kind == "word" and value in _NEEDS_RIGHT)


def _misplaced(kind: str, value: str, before: str, started: bool, opened: list[tuple[str, int]]) -> str:
    binary = kind == "operator" or (kind == "word" and value in _NEEDS_LEFT)
    if kind == "close":
        if not opened or opened[-1][0] not in _PAIRS[value]:
            return f"`{value}` closes nothing"
        return f"nothing follows `{before}`" if before and before not in (",", ":") else ""
    if binary and before and value not in _NO_LEFT and not (before == "." or value == "/"):
        return f"`{value}` follows `{before}`"
    if binary and not started:
        return f"nothing stands before `{value}`"
    return ""
