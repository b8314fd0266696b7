"""Text for people: the place, the rule, what is wrong, the source line with a caret, and the way out."""

from __future__ import annotations

from collections.abc import Sequence

from fhir_content.issue import Issue, Severity
from fhir_content.report import Summary, count, source_lines

_COLOURS = {Severity.FATAL: 31, Severity.ERROR: 31, Severity.WARNING: 33, Severity.INFORMATION: 36}
_WIDTH = 110  # characters of a source line that are shown
_BEFORE = 60  # of them, at most, before the caret


def render(issues: Sequence[Issue], summary: Summary, colour: bool) -> str:
    """Each issue with its source line, then one line that counts them."""
    parts = [part for issue in issues for part in _lines(issue, summary, colour)]
    tally = count(issues)
    numbers = ", ".join(f"{number} {name}" for name, number in tally.items())
    parts.append(f"{summary.resources} resources in {summary.files} files: {numbers}")
    parts += [f"not checked: {reason} ({number})" for reason, number in sorted(summary.not_checked.items())]
    return "\n".join(parts)


def _lines(issue: Issue, summary: Summary, colour: bool) -> list[str]:
    severity = f"\033[{_COLOURS[issue.severity]}m{issue.severity}\033[0m" if colour else issue.severity
    lines = [f"{issue.location}: {severity} [{issue.rule}] {_one_line(issue.message)}"]
    source = source_lines(summary.root, issue.location.file) if issue.location.file else []
    if 0 < issue.location.line <= len(source):
        line = source[issue.location.line - 1].rstrip().expandtabs(1)
        begin = max(0, issue.location.column - _BEFORE)
        lines += [f"    {_one_line(line[begin : begin + _WIDTH])}", f"    {' ' * (issue.location.column - 1 - begin)}^"]
    if issue.help:
        lines.append(f"    {_one_line(issue.help)}")
    return lines


def _one_line(text: str) -> str:
    """No character of a file may move the cursor or colour the terminal."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text)
