"""SARIF 2.1.0, which code hosts and editors read: rules with their pages, results with places and certain fixes.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

import orjson

from fhir_content import __version__
from fhir_content.correction import correction
from fhir_content.issue import Issue, Location, Severity
from fhir_content.report import Summary, source_lines

_LEVELS = {Severity.FATAL: "error", Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFORMATION: "note"}


def render(issues: Sequence[Issue], summary: Summary, colour: bool) -> str:
    """One run: the rules that were met, and a result for each issue."""
    names = sorted({issue.rule for issue in issues})
    driver = {
        "name": "fhir-content",
        "version": __version__,
        "informationUri": "https://w3id.org/fhir-content",
        "rules": [_rule(name, summary.page(name)) for name in names],
    }
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(issue, names.index(issue.rule), summary) for issue in issues],
        "properties": {"files": summary.files, "resources": summary.resources, "notChecked": dict(summary.not_checked)},
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return orjson.dumps(log, option=orjson.OPT_INDENT_2).decode()


def _rule(name: str, page: str) -> dict[str, Any]:
    if not page:
        return {"id": name}
    title, _, rest = page.strip().partition("\n\n")
    return {
        "id": name,
        "shortDescription": {"text": title},
        "fullDescription": {"text": rest.partition("\n\n")[0].replace("\n", " ") or title},
        "help": {"text": page.strip(), "markdown": page.strip()},
        "helpUri": page.strip().splitlines()[-1],
    }


def _result(issue: Issue, index: int, summary: Summary) -> dict[str, Any]:
    text = f"{issue.message}. {issue.help}" if issue.help else issue.message
    result: dict[str, Any] = {
        "ruleId": issue.rule,
        "ruleIndex": index,
        "level": _LEVELS[issue.severity],
        "message": {"text": text},
        "locations": [_location(issue.location)],
    }
    if issue.related:
        result["relatedLocations"] = [_location(each) for each in issue.related]
    fix = correction(issue, source_lines(summary.root, issue.location.file)) if issue.location.file else None
    if fix is not None:
        region = {"startLine": fix.line, "startColumn": fix.column, "endColumn": fix.column + len(fix.old)}
        replacement = {"deletedRegion": region, "insertedContent": {"text": fix.new}}
        change = {"artifactLocation": {"uri": _uri(fix.file)}, "replacements": [replacement]}
        result["fixes"] = [{"description": {"text": f"write {fix.new}"}, "artifactChanges": [change]}]
    return result


def _location(where: Location) -> dict[str, Any]:
    location: dict[str, Any] = {}
    if where.file:
        physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(where.file)}}
        if where.line:
            physical["region"] = {"startLine": where.line, "startColumn": max(1, where.column)}
        location["physicalLocation"] = physical
    if where.expression:
        location["logicalLocations"] = [{"fullyQualifiedName": where.expression, "kind": "element"}]
    return location


def _uri(file: str) -> str:
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
