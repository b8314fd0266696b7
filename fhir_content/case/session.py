"""One call of `test`: the cases, and what was asked for besides."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from fhir_content.case.expansion import expand
from fhir_content.case.form import read_cases
from fhir_content.case.mutation import Advance, MutationResult, mutate
from fhir_content.case.page import coverage_page
from fhir_content.case.report import coverage_json, coverage_table, render
from fhir_content.case.suite import Suite, run_cases
from fhir_content.case.words import Vocabulary
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
        parts += _coverage(suite, project.build / "out", format_name)
    if mutate and clean:
        result = _mutation(suite, paths, advance)
        clean = not result.survivors
        parts.append(_told(result))
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


def _coverage(suite: Suite, out: Path, format_name: str) -> list[str]:
    seen = suite.coverage()
    write_whole(out / "coverage.json", coverage_json(seen))
    write_whole(out / "coverage.html", coverage_page(seen, suite.rows()))
    return [coverage_table(seen)] if format_name == "text" else []


def _mutation(suite: Suite, paths: tuple[Path, ...], advance: Advance) -> MutationResult:
    return mutate(suite, paths, advance, jobs=min(8, os.cpu_count() or 1))


def _told(result: MutationResult) -> str:
    lines = [f"SURVIVED {survivor}" for survivor in result.survivors]
    lines.append(f"{result.total} mutants, {len(result.survivors)} survived, score {result.score:.1f}%")
    return "\n".join(lines)
