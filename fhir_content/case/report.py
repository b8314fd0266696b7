"""What `test` prints: failures with expected, got and why; as text, JSON or JUnit."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, tostring

import orjson

from fhir_content.case.coverage import Coverage, Hole
from fhir_content.case.suite import Suite

FORMATS = ("text", "json", "junit")


def render(suite: Suite, format_name: str) -> str:
    """The result of the cases in one of `FORMATS`."""
    return {"text": _text, "json": _json, "junit": _junit}[format_name](suite)


def _text(suite: Suite) -> str:
    failed = [each for each in suite.runs if not each.passed]
    lines = [str(issue) for issue in suite.unreadable]
    for each in failed:
        lines.append(f"FAILED {each.written.source.file}: {each.written.case.title}")
        lines += [f"    line {issue.location.line}: {issue.message}" for issue in each.issues]
    lines.append(f"{len(suite.runs)} cases, {len(failed)} failed, {len(suite.unreadable)} unreadable")
    return "\n".join(lines)


def _json(suite: Suite) -> str:
    rows = [
        {
            "file": each.written.source.file,
            "title": each.written.case.title,
            "plan": each.written.case.plan,
            "rows": each.written.case.rows,
            "passed": each.passed,
            "applied": sorted(each.applied),
            "messages": [issue.message for issue in each.issues],
        }
        for each in suite.runs
    ]
    unreadable = [str(issue) for issue in suite.unreadable]
    return orjson.dumps({"cases": rows, "unreadable": unreadable}, option=orjson.OPT_INDENT_2).decode()


def _junit(suite: Suite) -> str:
    failed = sum(not each.passed for each in suite.runs)
    root = Element("testsuites")
    group = SubElement(root, "testsuite", name="cases", tests=str(len(suite.runs)), failures=str(failed))
    group.set("errors", str(len(suite.unreadable)))
    for each in suite.runs:
        case = SubElement(group, "testcase", classname=each.written.case.plan, name=each.written.case.title)
        case.set("file", each.written.source.file)
        if not each.passed:
            text = "\n".join(issue.message for issue in each.issues)
            SubElement(case, "failure", message=each.issues[0].message).text = text
    for issue in suite.unreadable:
        case = SubElement(group, "testcase", classname="unreadable", name=issue.location.file)
        SubElement(case, "error", message=issue.message)
    return tostring(root, encoding="unicode")


def coverage_table(coverage: Coverage, holes: list[Hole]) -> str:
    """How much of each kind the cases have seen, and every hole."""
    lines = [f"{'kind':12} {'seen':>6} {'of':>6} {'':>6}"]
    for kind, (seen, total) in coverage.tally(holes).items():
        lines.append(f"{kind:12} {seen:6} {total:6} {100 * seen / total if total else 100:5.1f}%")
    lines += [f"  {hole}" for hole in holes]
    return "\n".join(lines)


def coverage_json(coverage: Coverage, holes: list[Hole]) -> bytes:
    """The same for other tools."""
    tally = {kind: {"seen": seen, "total": total} for kind, (seen, total) in coverage.tally(holes).items()}
    told = [{"kind": each.kind, "home": each.home, "name": each.name, "never": each.missing} for each in holes]
    return orjson.dumps({"tally": tally, "holes": told}, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
