"""Annotations for GitHub Actions: each issue beside its line in the pull request.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Sequence

from fhir_content.issue import Issue, Severity
from fhir_content.report import Summary, count

_COMMANDS = {Severity.FATAL: "error", Severity.ERROR: "error", Severity.WARNING: "warning"}


def render(issues: Sequence[Issue], summary: Summary, colour: bool) -> str:
    """One workflow command an issue, then a notice that counts them."""
    tally = ", ".join(f"{number} {name}" for name, number in count(issues).items())
    skipped = "".join(f"; not checked: {reason} ({number})" for reason, number in sorted(summary.not_checked.items()))
    notice = f"{summary.resources} resources in {summary.files} files: {tally}{skipped}"
    return "\n".join([*map(_annotation, issues), f"::notice title=fhir-content::{_data(notice)}"])


def _annotation(issue: Issue) -> str:
    where = issue.location
    named = {"file": where.file, "line": where.line, "col": where.column, "title": issue.rule}
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in named.items() if value)
    text = f"{issue.message}\n{issue.help}" if issue.help else issue.message
    return f"::{_COMMANDS.get(issue.severity, 'notice')} {properties}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
