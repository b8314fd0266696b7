"""Regular expressions from content, kept from running away: bounds on their length and on their time."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from fhir_content.fhirpath.errors import FhirPathError

if TYPE_CHECKING:
    import regex

MAX_PATTERN = 4_000
MAX_SUBJECT = 1_000_000
SECONDS = 0.5

_JAVA_GROUP = re.compile(r"\\(.)|\$(?:(\d)|\{([A-Za-z][A-Za-z0-9_]*)\})", re.DOTALL)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> regex.Pattern[str]:
    import regex

    if len(pattern) > MAX_PATTERN:
        raise FhirPathError(f"a regular expression of more than {MAX_PATTERN} characters")
    try:
        return regex.compile(pattern, regex.DOTALL)
    except (regex.error, RecursionError, OverflowError, ValueError) as error:
        raise FhirPathError(f"not a regular expression: {error}") from None


def found(pattern: str, text: str) -> bool:
    """Whether the pattern matches somewhere in the text; raises FhirPathError for a bad or a runaway one."""
    return _run(pattern, text, whole=False)


def matched(pattern: str, text: str) -> bool:
    """Whether the pattern matches the whole text; raises FhirPathError for a bad or a runaway one."""
    return _run(pattern, text, whole=True)


def _run(pattern: str, text: str, *, whole: bool) -> bool:
    compiled = _compiled(pattern)
    try:
        attempt = compiled.fullmatch if whole else compiled.search
        return attempt(text[:MAX_SUBJECT], timeout=SECONDS) is not None
    except TimeoutError:
        raise FhirPathError(f"the regular expression took more than {SECONDS} s") from None


def replaced(pattern: str, text: str, substitution: str) -> str:
    """The text with every match replaced; `$1` and `${name}` in the substitution stand for groups."""
    compiled = _compiled(pattern)

    def fill(match: regex.Match[str]) -> str:
        def group(reference: re.Match[str]) -> str:
            escaped, number, name = reference.groups()
            if escaped is not None:
                return str(escaped)
            try:
                return match.group(int(number) if number else name) or ""
            except (IndexError, LookupError):
                raise FhirPathError(f"the pattern has no group {number or name}") from None

        return _JAVA_GROUP.sub(group, substitution)

    try:
        return compiled.sub(fill, text, timeout=SECONDS)
    except TimeoutError:
        raise FhirPathError(f"the regular expression took more than {SECONDS} s") from None
