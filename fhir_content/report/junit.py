"""JUnit XML, which every build server shows: a test case for each file with findings, a failure for each of them.

https://github.com/testmoapp/junitxml
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from xml.etree import ElementTree as Xml

from fhir_content.issue import Issue, Severity
from fhir_content.report import Summary

# what XML 1.0 cannot hold, not even escaped: https://www.w3.org/TR/xml/#charsets
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(issues: Sequence[Issue], summary: Summary, colour: bool) -> str:
    """Errors are failures; what is less is told in the case's output and fails nothing."""
    cases = [(file, list(found)) for file, found in groupby(issues, key=lambda issue: issue.location.file)]
    clean = max(0, summary.files - len(cases))
    failures = sum(any(map(_fails, found)) for _, found in cases)
    numbers = {"tests": str(len(cases) + (clean > 0)), "failures": str(failures), "errors": "0"}
    suites = Xml.Element("testsuites", {"name": "fhir-content", **numbers})
    suite = Xml.SubElement(suites, "testsuite", {"name": "validate", "skipped": "0", **numbers})
    for file, found in cases:
        _case(suite, file, found)
    if clean:
        Xml.SubElement(suite, "testcase", classname="validate", name=f"{clean} files without findings")
    Xml.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(suites, encoding="unicode")


def _fails(issue: Issue) -> bool:
    return issue.severity.reaches(Severity.ERROR)


def _case(suite: Xml.Element, file: str, found: list[Issue]) -> None:
    case = Xml.SubElement(suite, "testcase", classname="validate", name=_text(file or "project"))
    for issue in filter(_fails, found):
        failure = Xml.SubElement(case, "failure", type=_text(issue.rule), message=_text(issue.message))
        failure.text = _text(f"{issue}\n{issue.help}" if issue.help else str(issue))
    others = [str(issue) for issue in found if not _fails(issue)]
    if others:
        Xml.SubElement(case, "system-out").text = _text("\n".join(others))


def _text(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
