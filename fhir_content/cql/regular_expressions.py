"""Regular expressions with a bound on their time.

Python's engine backtracks, so a pattern could take for ever. Patterns with a repetition inside an unbounded
repetition, or with a back-reference, are refused, and long texts are refused for patterns with several unbounded
repetitions: what is left takes polynomial time on a small text.
https://cql.hl7.org/09-b-cqlreference.html#matches
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

from fhir_content.cql.error import CqlError

_MAX_PATTERN = 1000
# Positions tried at most: text length to the power of the unbounded repetitions.
_MAX_WORK = 50_000_000
_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)
_GROUP = re.compile(r"\\(.)|\$(\d+)|([\\$])")


class _Pattern:
    """A compiled pattern and how its time grows with the text."""

    def __init__(self, pattern: str) -> None:
        if len(pattern) > _MAX_PATTERN:
            raise CqlError(f"a regular expression of {len(pattern)} characters is longer than is allowed", limit=True)
        try:
            self.compiled = re.compile(pattern)
            self.unbounded = _unbounded(_parser.parse(pattern), inside=False)
        except (re.error, RecursionError, OverflowError) as error:
            raise CqlError(f"not a regular expression: {error}: {pattern[:80]}") from None

    def on(self, text: str) -> re.Pattern[str]:
        """The pattern to apply to this text; raises CqlError where that could take too long."""
        if (len(text) + 1) ** (self.unbounded + 1) > _MAX_WORK:
            raise CqlError("the regular expression could take too long on a text of this length", limit=True)
        return self.compiled


def _unbounded(parsed: Iterable[tuple[Any, Any]], *, inside: bool) -> int:
    """How many repetitions have no upper bound (or a large one); raises CqlError for one within another."""
    count = 0
    for name, value in parsed:
        if name is _constants.GROUPREF or name is _constants.GROUPREF_EXISTS:
            raise CqlError("regular expressions with back-references are not supported")
        if name in _REPEATS:
            loose = value[1] is _constants.MAXREPEAT or value[1] > 20
            if inside and value[1] > 1:
                raise CqlError("regular expressions with a repetition inside a repetition are not supported")
            count += loose + _unbounded(value[2], inside=inside or value[1] > 1)
        elif name is _constants.BRANCH:
            if inside:
                raise CqlError("regular expressions with alternatives inside a repetition are not supported")
            count += max(_unbounded(branch, inside=inside) for branch in value[1])
        elif name is _constants.SUBPATTERN:
            count += _unbounded(value[3], inside=inside)
        elif name in (_constants.ASSERT, _constants.ASSERT_NOT):
            count += _unbounded(value[1], inside=inside)
        elif name is _constants.ATOMIC_GROUP:
            count += _unbounded(value, inside=inside)
    return count


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
