"""Regular expressions from content, kept from running away: bounds on their length and on their time."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar

from fhir_content.fhirpath.errors import FhirPathError

if TYPE_CHECKING:
    import regex

T = TypeVar("T")

MAX_PATTERN = 4_000
MAX_SUBJECT = 1_000_000
SECONDS = 1.0

_GROUP = re.compile(r"\\(.)|\$(?:(\d)|\{([A-Za-z][A-Za-z0-9_]*)\})", re.DOTALL)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> regex.Pattern[str]:
    import regex

    if len(pattern) > MAX_PATTERN:
        raise FhirPathError(f"a regular expression of more than {MAX_PATTERN} characters")
    try:
        return regex.compile(pattern, regex.DOTALL)
    except (regex.error, RecursionError, OverflowError, ValueError) as error:
        raise FhirPathError(f"not a regular expression: {error}") from None


class Allowance:
    """The seconds that one evaluation may spend on regular expressions, all of them together."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds

    def run(self, attempt: Callable[[float], T]) -> T:
        """The result of an attempt, which is told how long it may take; raises FhirPathError when that is over."""
        begin = perf_counter()
        try:
            return attempt(max(self.seconds, 0.001))
        except TimeoutError:
            raise FhirPathError(f"regular expressions took more than {SECONDS} s") from None
        finally:
            self.seconds -= perf_counter() - begin


def found(pattern: str, text: str, allowance: Allowance | None = None) -> bool:
    """Whether the pattern matches somewhere in the text; raises FhirPathError for a bad or a runaway one."""
    search = _compiled(pattern).search
    return (allowance or Allowance()).run(lambda seconds: search(text[:MAX_SUBJECT], timeout=seconds) is not None)


def matched(pattern: str, text: str, allowance: Allowance | None = None) -> bool:
    """Whether the pattern matches the whole text; raises FhirPathError for a bad or a runaway one."""
    whole = _compiled(pattern).fullmatch
    return (allowance or Allowance()).run(lambda seconds: whole(text[:MAX_SUBJECT], timeout=seconds) is not None)


def replaced(pattern: str, text: str, substitution: str, allowance: Allowance | None = None) -> str:
    """The text with every match replaced; `$1` and `${name}` in the substitution stand for groups."""
    compiled = _compiled(pattern)
    size = 0

    def fill(match: regex.Match[str]) -> str:
        nonlocal size
        filled = _GROUP.sub(lambda reference: _group(match, *reference.groups()), substitution)
        size += len(filled)
        if size > MAX_SUBJECT:
            raise FhirPathError(f"replaceMatches() gives more than {MAX_SUBJECT} characters")
        return filled

    return (allowance or Allowance()).run(lambda seconds: compiled.sub(fill, text[:MAX_SUBJECT], timeout=seconds))


def _group(match: regex.Match[str], escaped: str | None, number: str | None, name: str | None) -> str:
    if escaped is not None:
        return escaped
    try:
        return match.group(int(number) if number else name or "") or ""
    except IndexError:
        raise FhirPathError(f"the pattern has no group {number or name}") from None
