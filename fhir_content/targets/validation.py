"""What validation found in the resources as released: OperationOutcome, SARIF, JUnit and JSON.

A release has no errors; warnings and what could not be checked are told to who imports it.
"""

from __future__ import annotations

from fhir_content.issue import Severity
from fhir_content.project import Project
from fhir_content.report import Summary, formats, render
from fhir_content.target import Output, target
from fhir_content.validation_run import project_issues

_FILES = {
    "operation-outcome": "OperationOutcome.json",
    "sarif": "issues.sarif",
    "junit": "junit.xml",
    "json": "issues.json",
}


@target
def make(project: Project) -> Output:
    """One file in each format that `validate --format` has."""
    issues = project_issues(project)
    summary = Summary(len({each.file for each in project.catalog}), len(project.catalog))
    made = [name for name in _FILES if name in formats()]
    errors = tuple(each for each in issues if each.severity.reaches(Severity.ERROR))
    return Output({_FILES[name]: render(name, issues, summary).encode() + b"\n" for name in made}, errors)
