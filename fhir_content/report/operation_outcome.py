"""A FHIR OperationOutcome, as a server's $validate answers.

https://hl7.org/fhir/R4/operationoutcome.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import orjson

from fhir_content.issue import Issue
from fhir_content.report import Summary, count

_RULES = "https://w3id.org/fhir-content/rule"
# https://hl7.org/fhir/R4/valueset-issue-type.html
_CODES = frozenset(
    {
        *("invalid", "structure", "required", "value", "invariant", "security", "login", "unknown", "expired"),
        *("forbidden", "suppressed", "processing", "not-supported", "duplicate", "multiple-matches", "not-found"),
        *("deleted", "too-long", "code-invalid", "extension", "too-costly", "business-rule", "conflict", "transient"),
        *("lock-error", "no-store", "exception", "timeout", "incomplete", "throttled", "informational"),
    }
)
_NOT_TEXT = re.compile(r"[^\t\n\r\u0020-\uffff\U00010000-\U0010ffff]")


def render(issues: Sequence[Issue], summary: Summary, colour: bool) -> str:
    """One issue each; where there is none, one that says so, since an OperationOutcome may not be empty."""
    told = [_issue(issue) for issue in issues]
    numbers = ", ".join(f"{number} {name}" for name, number in count(issues).items())
    skipped = [f"not checked: {reason} ({number})" for reason, number in sorted(summary.not_checked.items())]
    text = "; ".join([f"{summary.resources} resources in {summary.files} files: {numbers}", *skipped])
    told.append({"severity": "information", "code": "informational", "details": {"text": text}})
    outcome = {"resourceType": "OperationOutcome", "issue": told}
    return orjson.dumps(outcome, option=orjson.OPT_INDENT_2).decode()


def _issue(issue: Issue) -> dict[str, Any]:
    code = issue.code if issue.code in _CODES else "processing"
    text = f"{issue.message}. {issue.help}" if issue.help else issue.message
    told: dict[str, Any] = {
        "severity": issue.severity,
        "code": code,
        "details": {"coding": [{"system": _RULES, "code": issue.rule}], "text": _text(text)},
        "diagnostics": _text(str(issue.location) or "the whole project"),
    }
    if issue.location.expression:
        told["expression"] = [_text(issue.location.expression)]
    return told


def _text(text: str) -> str:
    """A FHIR string: no control characters, no white space at its ends."""
    return _NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", text).strip()
