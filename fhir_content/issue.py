"""An issue: one thing wrong, where it is, and the way out. The shape of OperationOutcome.issue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is, worst first, in FHIR's words.

    https://hl7.org/fhir/R4/valueset-issue-severity.html
    """

    FATAL = "fatal"
    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"

    @property
    def rank(self) -> int:
        """0 for fatal, 3 for information: sorts worst first."""
        return _RANKS[self]

    def reaches(self, level: Severity) -> bool:
        """Whether this is at least as bad as `level`."""
        return self.rank <= level.rank


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Location:
    """A place: file as the user gave it, line and column from 1 (0 = the whole file), FHIRPath with indexes."""

    file: str = ""
    line: int = 0
    column: int = 0
    expression: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding.

    `rule` is a house rule's name, FHIR's own key for an invariant (`pdf-1`), or the conformance word
    (`cardinality`, `type`, `required-binding`). `code` is FHIR's IssueType. `help` says what to do.
    `replacement` is the text that certainly belongs in place of the value, where there is one.
    https://hl7.org/fhir/R4/operationoutcome.html
    """

    location: Location
    rule: str
    severity: Severity
    message: str
    code: str = "invalid"
    help: str = ""
    related: tuple[Location, ...] = ()
    replacement: str = ""

    @property
    def sort_key(self) -> tuple[str, int, int, int, str, str, str]:
        """By place, then worst first, then rule: the same order on every run."""
        where = self.location
        return (where.file, where.line, where.column, self.severity.rank, self.rule, where.expression, self.message)

    def __str__(self) -> str:
        return f"{self.location}: {self.severity} [{self.rule}] {self.message}"


def in_order(issues: Iterable[Issue]) -> list[Issue]:
    """The issues sorted by place, each one once."""
    return sorted(set(issues), key=lambda issue: issue.sort_key)
