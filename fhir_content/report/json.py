"""The JSON that docs/commands.md promises; keys and order are a contract."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import orjson

from fhir_content.issue import Issue
from fhir_content.report import Summary, count


def render(issues: Sequence[Issue], summary: Summary, colour: bool) -> str:
    """One object: the issues in order of place, and a summary."""
    rows = [
        {
            **asdict(issue.location),
            "rule": issue.rule,
            "severity": issue.severity,
            "code": issue.code,
            "message": issue.message,
            "help": issue.help,
        }
        for issue in issues
    ]
    tally = {"files": summary.files, "resources": summary.resources, **count(issues), "notChecked": summary.not_checked}
    return orjson.dumps({"issues": rows, "summary": tally}, option=orjson.OPT_INDENT_2).decode()
