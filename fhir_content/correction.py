"""Corrections that are certain: the text that stands at an issue's place, and what belongs there instead.

Only the characters of one value change; comments, layout and quotes stay. What is not plainly that value in the text is
left alone: a correction that would have to guess is none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fhir_content.issue import Issue
from fhir_content.writing import write_whole

# units of time as people write them, in the element types that take one of UCUM's
_TIME = {
    **dict.fromkeys(("second", "seconds", "sec"), "s"),
    **dict.fromkeys(("minute", "minutes"), "min"),
    **dict.fromkeys(("hour", "hours", "hr"), "h"),
    **dict.fromkeys(("day", "days"), "d"),
    **dict.fromkeys(("week", "weeks"), "wk"),
    **dict.fromkeys(("month", "months"), "mo"),
    **dict.fromkeys(("year", "years", "yr"), "a"),
}
_RAW = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\']|\'\')*\'|[^\s"\'\[\]{}#,&*!|>%@`][^#,\[\]{}\n]*')


@dataclass(frozen=True, slots=True, order=True)
class Correction:
    """In `file`, at a line and column (from 1, in characters): `old`, as it is written, becomes `new`."""

    file: str
    line: int
    column: int
    old: str
    new: str


def correction(issue: Issue, lines: Sequence[str]) -> Correction | None:
    """The certain correction of an issue, given the lines of its file; None where there is none."""
    where = issue.location
    if not 0 < where.line <= len(lines) or where.column < 1:
        return None
    raw = _RAW.match(lines[where.line - 1], where.column - 1)
    if raw is None:
        return None
    written = raw.group().rstrip()
    value = _value(written)
    wanted = issue.replacement or _derived(issue, value)
    if not wanted or wanted == value:
        return None
    return Correction(where.file, where.line, where.column, written, _written_like(written, wanted))


def apply_corrections(corrections: Iterable[Correction], root: Path) -> int:
    """Write the corrections into their files below `root`, each file whole or not at all; how many were made."""
    files: dict[str, set[Correction]] = {}
    for each in corrections:
        files.setdefault(each.file, set()).add(each)
    for name, wanted in files.items():
        path = root / name
        lines = path.read_bytes().decode("utf-8").split("\n")
        for each in sorted(wanted, reverse=True):  # from the end, so that places before it stay
            line = lines[each.line - 1]
            begin = each.column - 1
            lines[each.line - 1] = line[:begin] + each.new + line[begin + len(each.old) :]
        write_whole(path, "\n".join(lines).encode())
    return sum(len(wanted) for wanted in files.values())


def _value(written: str) -> str:
    if written[0] == '"':
        try:
            return str(json.loads(written))
        except json.JSONDecodeError:
            return written[1:-1]
    return written[1:-1].replace("''", "'") if written[0] == "'" else written


def _derived(issue: Issue, value: str) -> str:
    """What the finding itself makes certain: white space that may not stand there, a unit of time in words."""
    element = issue.location.expression.rpartition(".")[2]
    if (
        issue.rule == "primitive"
        and "white space" in issue.message
        and value.strip()
        and not re.search(r"\s", value.strip())
    ):
        return value.strip()
    if issue.rule == "required-binding" and element in ("periodUnit", "durationUnit"):
        return _TIME.get(value.lower(), "")
    return ""


def _written_like(written: str, value: str) -> str:
    if written[0] == '"':
        return json.dumps(value, ensure_ascii=False)
    if written[0] == "'":
        return "'" + value.replace("'", "''") + "'"
    plain = re.fullmatch(r"[A-Za-z0-9][^\s#,\[\]{}]*(?<!:)", value) and not re.fullmatch(
        r"[0-9.eE+-]+|true|false|null", value
    )
    return value if plain else json.dumps(value, ensure_ascii=False)
