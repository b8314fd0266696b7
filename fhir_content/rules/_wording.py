"""Words that several rules say in the same way."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_MOST = 500  # words compared with each other: more would take long and help nobody


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean X?`, or "" when nothing known is near."""
    words = sorted(known)
    near = get_close_matches(word[:100], words, n=1, cutoff=0.6) if len(words) <= _MOST else []
    return f"did you mean `{near[0]}`?" if near else ""


def listed(names: Iterable[str], limit: int = 5) -> str:
    """The names in backquotes, the first few of them."""
    ordered = sorted(set(names))
    shown = ", ".join(f"`{name}`" for name in ordered[:limit])
    return shown if len(ordered) <= limit else f"{shown} and {len(ordered) - limit} more"
