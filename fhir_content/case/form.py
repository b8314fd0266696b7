"""A clinical case as it is written: one YAML file that a clinician can read and correct."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from fhir_content.issue import Issue, Location, Severity
from fhir_content.package import Declaration
from fhir_content.project import Project, declaration_issues
from fhir_content.source import Source, read

Entry = str | dict[str, Any]


class Expectation(Declaration):
    """What the pathway must propose, must not propose, must ask for, and with which values.

    `exactly`, where it stands, is every action that applies, so that nothing more slips in unseen.
    `values` maps a FHIRPath over the resources of the result to a number, text, quantity (`36.5 g`) or range
    (`28-42 g`); `says` maps an action to words that its title or description must hold.
    """

    actions: list[str] = []
    not_: list[str] = Field(default=[], alias="not")
    asks: list[str] = []
    exactly: list[str] | None = None
    nothing: bool = False
    values: dict[str, Any] = {}
    says: dict[str, str] = {}


class Case(Declaration):
    """A patient on a day in a region, the plan that is applied, and the expectation."""

    title: str
    rows: list[str] = []
    scenario: str = ""
    plan: str
    on: str = Field(pattern=r"^\d{4}-\d\d-\d\d$")
    region: str = ""
    parameters: dict[str, Any] = {}
    patient: dict[str, Any] = {}
    conditions: list[Entry] = []
    labs: list[Entry] = []
    observations: list[Entry] = []
    medications: list[Entry] = []
    administrations: list[Entry] = []
    procedures: list[Entry] = []
    allergies: list[Entry] = []
    immunizations: list[Entry] = []
    family: list[Entry] = []
    answers: dict[str, dict[str, Any]] = {}
    fhir: list[dict[str, Any]] = []
    expect: Expectation


class WrittenCase:
    """A case and the file it was read from."""

    def __init__(self, case: Case, source: Source) -> None:
        """Hold `case`, as read from `source`."""
        self.case = case
        self.source = source

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return Path(self.source.file).stem

    def location(self, *path: str | int) -> Location:
        """Where a part of the case is written."""
        line, column = self.source.place(path)
        return Location(self.source.file, line, column, ".".join(str(step) for step in path))

    def issue(self, path: tuple[str | int, ...], message: str, way_out: str = "", rule: str = "case") -> Issue:
        """An error at a part of the case."""
        return Issue(self.location(*path), rule, Severity.ERROR, message, "invalid", way_out)


def case_files(project: Project, paths: tuple[Path, ...] = ()) -> list[Path]:
    """The case files of the project, or those among or below the paths given, sorted."""
    files = sorted(project.definitions.glob("*/cases/*.yaml"))
    if not paths:
        return files
    wanted = [path.resolve() for path in paths]
    return [file for file in files if any(file.resolve().is_relative_to(path) for path in wanted)]


def read_cases(project: Project, paths: tuple[Path, ...] = ()) -> tuple[list[WrittenCase], list[Issue]]:
    """Every case that can be read, and an issue for each that cannot."""
    cases: list[WrittenCase] = []
    issues: list[Issue] = []
    for file in case_files(project, paths):
        source = read(file, str(file.relative_to(project.root)))
        issues.extend(source.issues)
        if source.issues:
            continue
        try:
            cases.append(WrittenCase(Case.model_validate(source.data), source))
        except ValidationError as error:
            issues.extend(declaration_issues(source, error))
    return cases, issues
