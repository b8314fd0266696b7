"""Regular expressions with a bound on their time.

Python's engine tries one way after another, so a pattern could take for ever. Here the ways that a pattern leaves
open are counted before it is applied: each choice multiplies them, by its length where a repetition has no end.
A choice within a repetition is refused, and so are back-references.
https://cql.hl7.org/09-b-cqlreference.html#matches
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from re import _constants, _parser
from typing import Any

from fhir_content.cql.error import CqlError

_MAX_PATTERN = 1000
_MAX_WAYS = 20_000_000
_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)
_GROUP = re.compile(r"\\(.)|\$(\d+)|([\\$])")


class _Pattern:
    """A compiled pattern and the choices that it leaves open; a repetition without end counts as infinite."""

    def __init__(self, pattern: str) -> None:
        if len(pattern) > _MAX_PATTERN:
            raise CqlError(f"a regular expression of {len(pattern)} characters is longer than is allowed", limit=True)
        try:
            self.compiled = re.compile(pattern)
            self.choices = list(_choices(_parser.parse(pattern), repeated=False))
        except (re.error, RecursionError, OverflowError) as error:
            raise CqlError(f"not a regular expression: {error}: {pattern[:80]}") from None

    def on(self, text: str) -> re.Pattern[str]:
        """The pattern to apply to this text; raises CqlError where that could take too long."""
        ways: float = len(text) + 1
        for choice in self.choices:
            ways *= min(choice, len(text) + 1)
            if ways > _MAX_WAYS:
                raise CqlError("the regular expression could take too long on a text of this length", limit=True)
        return self.compiled


def _choices(parsed: Iterable[tuple[Any, Any]], *, repeated: bool) -> Iterable[float]:
    """How many ways each part of a pattern leaves open; raises CqlError for a choice within a repetition."""
    for name, value in parsed:
        if name is _constants.GROUPREF or name is _constants.GROUPREF_EXISTS:
            raise CqlError("regular expressions with back-references are not supported")
        if name in _REPEATS:
            least, most, body = value
            if least != most:
                _refuse(repeated)
                yield float("inf") if most is _constants.MAXREPEAT else most - least + 1
            yield from _choices(body, repeated=repeated or most > 1)
        elif name is _constants.BRANCH:
            _refuse(repeated)
            yield len(value[1])
            for branch in value[1]:
                yield from _choices(branch, repeated=repeated)
        elif name is _constants.SUBPATTERN:
            yield from _choices(value[3], repeated=repeated)
        elif name in (_constants.ASSERT, _constants.ASSERT_NOT):
            yield from _choices(value[1], repeated=repeated)
        elif name is _constants.ATOMIC_GROUP:
            yield from _choices(value, repeated=repeated)


def _refuse(repeated: bool) -> None:
    if repeated:
        raise CqlError("regular expressions with a choice or repetition inside a repetition are not supported")


@lru_cache(maxsize=512)
def _pattern(pattern: str) -> _Pattern:
    return _Pattern(pattern)


def matches(text: str, pattern: str) -> bool:
    """Whether the whole text matches; raises CqlError for a pattern that is refused."""
    return _pattern(pattern).on(text).fullmatch(text) is not None


def split(text: str, pattern: str) -> list[str]:
    """The text cut where the pattern matches."""
    compiled = _pattern(pattern).on(text)
    parts, start = [], 0
    for match in compiled.finditer(text):
        parts.append(text[start : match.start()])
        start = match.end()
    return [*parts, text[start:]]


def replace(text: str, pattern: str, substitution: str) -> str:
    r"""Each match replaced; `$1` is a group and `\$` a dollar sign."""
    compiled = _pattern(pattern).on(text)

    def group(match: re.Match[str], number: str) -> str:
        if int(number[:3]) > compiled.groups:
            raise CqlError(f"the regular expression has no group {number[:9]}")
        return match[int(number)] or ""

    def substitute(match: re.Match[str]) -> str:
        return _GROUP.sub(lambda part: part[1] or (group(match, part[2]) if part[2] else part[3]), substitution)

    return compiled.sub(substitute, text)
