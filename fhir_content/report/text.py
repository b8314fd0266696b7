"""Text for people: the place, the rule, what is wrong, the source line with a caret, and the way out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from fhir_content.issue import Issue, Severity
from fhir_content.report import Summary, count

_COLOURS = {Severity.FATAL: 31, Severity.ERROR: 31, Severity.WARNING: 33, Severity.INFORMATION: 36}


def render(issues: Sequence[Issue], summary: Summary, colour: bool) -> str:
    """Each issue with its source line, then one line that counts them."""
    parts = [part for issue in issues for part in _lines(issue, colour)]
    tally = count(issues)
    numbers = ", ".join(f"{number} {name}" for name, number in tally.items())
    parts.append(f"{summary.resources} resources in {summary.files} files: {numbers}")
    parts += [f"not checked: {reason} ({number})" for reason, number in sorted(summary.not_checked.items())]
    return "\n".join(parts)


def _lines(issue: Issue, colour: bool) -> list[str]:
    severity = f"\033[{_COLOURS[issue.severity]}m{issue.severity}\033[0m" if colour else issue.severity
    lines = [f"{issue.location}: {severity} [{issue.rule}] {issue.message}"]
    source = _source_lines(issue.location.file)
    if 0 < issue.location.line <= len(source):
        line = source[issue.location.line - 1].rstrip()
        begin = max(0, issue.location.column - 60)
        lines += [f"    {line[begin : begin + 110]}", f"    {' ' * (issue.location.column - 1 - begin)}^"]
    if issue.help:
        lines.append(f"    {issue.help}")
    return lines


@lru_cache(maxsize=8)
def _source_lines(file: str) -> list[str]:
    try:
        return Path(file).read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return []
