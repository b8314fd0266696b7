"""The cases of a project, run together; with their coverage, and with wrongs put in on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fhir_content.apply import Logic
from fhir_content.case.coverage import Coverage
from fhir_content.case.form import WrittenCase, read_cases
from fhir_content.case.run import CaseRun, run
from fhir_content.case.words import Vocabulary
from fhir_content.issue import Issue, in_order
from fhir_content.project import Project


@dataclass(slots=True)
class Suite:
    """Cases that were run, and the files among them that could not be read."""

    project: Project
    logic: Logic
    vocabulary: Vocabulary
    runs: list[CaseRun] = field(default_factory=list)
    unreadable: list[Issue] = field(default_factory=list)

    @property
    def issues(self) -> list[Issue]:
        """Everything that is wrong, in order of place."""
        return in_order([*self.unreadable, *(issue for each in self.runs for issue in each.issues)])

    def coverage(self) -> Coverage:
        """What the cases have seen."""
        coverage = Coverage(self.project.catalog, self.logic)
        for each in self.runs:
            coverage.see(each)
        return coverage

    def rows(self) -> dict[str, list[str]]:
        """The rows of the decision tables that cases name, and the cases of each."""
        found: dict[str, list[str]] = {}
        for each in self.runs:
            for row in each.written.case.rows:
                found.setdefault(row, []).append(each.written.source.file)
        return dict(
            sorted(found.items(), key=lambda item: [int(part) if part.isdigit() else 0 for part in item[0].split(".")])
        )


def run_cases(project: Project, paths: tuple[Path, ...] = ()) -> Suite:
    """Run every case of the project, or those among or below the paths given."""
    cases, unreadable = read_cases(project, paths)
    suite = Suite(project, Logic(project.catalog), Vocabulary(project.catalog), unreadable=unreadable)
    suite.runs.extend(_run_all(cases, suite))
    return suite


def _run_all(cases: list[WrittenCase], suite: Suite) -> Iterator[CaseRun]:
    for written in cases:
        yield run(written, suite.project.catalog, suite.logic, suite.vocabulary)
