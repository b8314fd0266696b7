"""One call of `test`: the cases, and what was asked for besides."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from fhir_content.case.allowed import HOLES, MUTANTS, Finding, allowed
from fhir_content.case.coverage import Coverage, Hole
from fhir_content.case.expansion import expand
from fhir_content.case.form import read_cases
from fhir_content.case.mutation import Advance, Survivor, mutate
from fhir_content.case.page import coverage_page
from fhir_content.case.report import coverage_json, coverage_table, render
from fhir_content.case.suite import Suite, run_cases
from fhir_content.case.words import Vocabulary
from fhir_content.issue import Issue, Location, Severity
from fhir_content.project import Project
from fhir_content.source import dumps
from fhir_content.writing import write_whole


@dataclass(frozen=True, slots=True)
class Session:
    """What is printed, and whether everything was as expected."""

    text: str
    is_clean: bool


def test_cases(
    project: Project, paths: tuple[Path, ...], format_name: str, *, coverage: bool, mutate: bool, advance: Advance
) -> Session:
    """Run the cases; `coverage` adds its table (text) and files, `mutate` the wrongs that no case notices."""
    suite = run_cases(project, paths)
    parts = [render(suite, format_name)]
    clean = not suite.issues
    if coverage:
        text, unused = _coverage(suite, project.build / "out")
        parts += [text] if format_name == "text" else []
        clean = clean and not unused
    if mutate and not suite.issues:
        told, is_full = _mutation(suite, paths, advance)
        parts.append(told)
        clean = clean and is_full
    return Session("\n".join(parts), clean)


def expanded(project: Project, paths: tuple[Path, ...]) -> str:
    """The cases as FHIR: one collection Bundle a case, as JSON lines."""
    vocabulary = Vocabulary(project.catalog)
    cases, _ = read_cases(project, paths)
    bundles = [
        {
            "resourceType": "Bundle",
            "id": written.name,
            "type": "collection",
            "entry": [{"resource": each} for each in data],
        }
        for written in cases
        for data, _ in [expand(written, vocabulary)]
    ]
    return "\n".join(dumps(bundle).decode() for bundle in bundles)


def demanded(project: Project) -> list[Issue]:
    """What keeps the project from a build: cases that fail, and coverage below the levels of package.yaml."""
    suite = run_cases(project)
    levels = project.package.coverage.model_dump()
    if suite.issues or not any(levels.values()):
        return suite.issues
    seen, holes, unused = _without_allowed(suite)
    where = Location(f"{project.definitions.name}/package.yaml", 1, 1)
    issues = []
    for kind, (found, total) in seen.tally(holes).items():
        if 100 * found < levels[kind] * total:
            first = next(str(hole) for hole in holes if hole.kind == kind)
            message = f"the cases have seen {found} of {total} of kind {kind}, less than {levels[kind]}%; {first}"
            way_out = "write the case; `test --coverage` lists every hole"
            issues.append(Issue(where, "coverage", Severity.ERROR, message, "business-rule", way_out))
    return [*issues, *unused]


def _without_allowed(suite: Suite) -> tuple[Coverage, list[Hole], list[Issue]]:
    seen = suite.coverage()
    found = {Finding(each.kind, each.home, each.name, each.missing): each for each in seen.holes()}
    spared, unused = allowed(suite.project, HOLES, found, seen.homes)
    return seen, [hole for finding, hole in found.items() if finding not in spared], unused


def _coverage(suite: Suite, out: Path) -> tuple[str, list[Issue]]:
    """The table, and the allowances without a hole; the files are written."""
    seen, holes, unused = _without_allowed(suite)
    write_whole(out / "coverage.json", coverage_json(seen, holes))
    write_whole(out / "coverage.html", coverage_page(seen, holes, suite.rows()))
    return "\n".join([coverage_table(seen, holes), *map(str, unused)]), unused


def _mutation(suite: Suite, paths: tuple[Path, ...], advance: Advance) -> tuple[str, bool]:
    """What is told of the mutants, and whether every one was noticed or is allowed."""
    result = mutate(suite, paths, advance, jobs=min(8, os.cpu_count() or 1))
    spared, unused = allowed(suite.project, MUTANTS, {_finding(each) for each in result.survivors}, result.homes)
    left = [each for each in result.survivors if _finding(each) not in spared]
    lines = [f"SURVIVED {survivor}" for survivor in left] + [str(issue) for issue in unused]
    lines.append(
        f"{result.total} mutants, {len(result.survivors) - len(left)} of them allowed with a reason,"
        f" {len(left)} survived, score {result.score(len(left)):.1f}%"
    )
    return "\n".join(lines), not left and not unused


def _finding(survivor: Survivor) -> Finding:
    return Finding("mutant", survivor.home, survivor.name, survivor.change)
