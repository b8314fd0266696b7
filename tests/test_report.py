"""Each format, read by a reader that is not ours."""

import json
import subprocess
import sys

import pytest
from junitparser import JUnitXml
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as SarifLog

from fhir_content import conformance
from fhir_content.issue import Issue, Location, Severity
from fhir_content.report import Summary, count, formats, render
from fhir_content.resource import Resource

PLACE = Location("a b.yaml", 2, 9, "Library.library[0]")
ISSUES = [
    Issue(Location(), "file", Severity.FATAL, "nothing \x1b[31mhere", "not-found"),
    Issue(
        PLACE,
        "canonical-is-unversioned",
        Severity.ERROR,
        "no version: 100%, a,b",
        "business-rule",
        "write\nit",
        (PLACE,),
        "u|1",
    ),
    Issue(Location("a b.yaml", 2, 9), "dom-6", Severity.WARNING, "no narrative <&>", "invariant"),
    Issue(Location("c.json", 1, 1), "profile-not-checked", Severity.INFORMATION, "not checked", "made-up-code"),
]


@pytest.fixture
def summary(tmp_path):
    (tmp_path / "a b.yaml").write_text("# first\nlibrary: [u]  # kept\n".replace("library: [", "library: "))
    (tmp_path / "c.json").write_text("{}")
    return Summary(5, 3, {"profile-not-checked": 1}, tmp_path, lambda name: "A title.\n\nWhy.\n\nhttps://example.org")


def test_the_formats_are_a_contract():
    assert formats() == ["github", "json", "junit", "operation-outcome", "sarif", "text"]


def test_fatal_counts_as_error():
    assert count(ISSUES) == {"errors": 2, "warnings": 1, "information": 1}


def test_text_shows_the_line_with_a_caret_wherever_it_is_run_from(summary):
    lines = render("text", ISSUES, summary).splitlines()
    at = lines.index("a b.yaml:2:9: error [canonical-is-unversioned] no version: 100%, a,b")
    assert lines[at + 1] == "    library: u]  # kept"
    assert lines[at + 2].index("^") == len("    library:")
    assert lines[-2] == "3 resources in 5 files: 2 errors, 1 warnings, 1 information"
    assert lines[-1] == "not checked: profile-not-checked (1)"


def test_text_never_lets_a_file_write_to_the_terminal(summary):
    assert "\x1b" not in render("text", ISSUES, summary)
    assert "\x1b[31m" in render("text", ISSUES, summary, colour=True)


def test_text_shows_the_part_of_a_long_line_that_matters(tmp_path):
    (tmp_path / "x.json").write_text("x" * 500 + "HERE" + "y" * 500)
    issue = Issue(Location("x.json", 1, 501), "type", Severity.ERROR, "wrong")
    source, caret = render("text", [issue], Summary(1, 1, root=tmp_path)).splitlines()[1:3]
    assert source[caret.index("^") :].startswith("HERE")
    assert len(source) < 120


def test_json_keeps_its_contract(summary):
    told = json.loads(render("json", ISSUES, summary))
    assert list(told) == ["issues", "summary"]
    assert list(told["issues"][1]) == [
        "file",
        "line",
        "column",
        "expression",
        "rule",
        "severity",
        "code",
        "message",
        "help",
    ]
    assert told["summary"]["errors"] == 2
    assert told["summary"]["notChecked"] == {"profile-not-checked": 1}


def test_sarif_is_read_by_a_model_generated_from_its_schema(summary):
    told = json.loads(render("sarif", ISSUES, summary))
    log = SarifLog.model_validate(told)
    results = log.runs[0].results
    assert [result.ruleId for result in results] == [issue.rule for issue in ISSUES]
    for result in results:
        assert log.runs[0].tool.driver.rules[result.ruleIndex].id == result.ruleId
    region = results[1].locations[0].physicalLocation.region
    assert (region.startLine, region.startColumn) == (2, 9)


def test_sarif_uris_are_uris(summary):
    told = json.loads(render("sarif", ISSUES, summary))
    uris = [
        each["locations"][0].get("physicalLocation", {}).get("artifactLocation") for each in told["runs"][0]["results"]
    ]
    assert uris == [None, {"uri": "a%20b.yaml"}, {"uri": "a%20b.yaml"}, {"uri": "c.json"}]


def test_a_certain_fix_is_in_the_sarif(tmp_path):
    (tmp_path / "x.yaml").write_text("library: 'u'  # kept\n")
    issue = Issue(Location("x.yaml", 1, 10), "r", Severity.ERROR, "m", replacement="u|1")
    result = json.loads(render("sarif", [issue], Summary(1, 1, root=tmp_path)))["runs"][0]["results"][0]
    change = result["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert change["deletedRegion"] == {"startLine": 1, "startColumn": 10, "endColumn": 13}
    assert change["insertedContent"] == {"text": "'u|1'"}


def test_junit_is_read_by_junitparser(summary):
    suites = JUnitXml.fromstring(render("junit", ISSUES, summary).encode())
    cases = [case for suite in suites for case in suite]
    assert [case.name for case in cases] == ["project", "a b.yaml", "c.json", "2 files without findings"]
    assert [len(case.result) for case in cases] == [1, 1, 0, 0]
    assert suites.failures == 2
    assert suites.tests == len(cases)


def test_the_operation_outcome_is_valid_fhir(summary):
    from fhir.resources.R4B.operationoutcome import OperationOutcome

    told = json.loads(render("operation-outcome", ISSUES, summary))
    assert len(OperationOutcome.model_validate(told).issue) == len(ISSUES) + 1
    found = [issue for issue in conformance.check(Resource.of(told)) if issue.rule != "dom-6"]
    assert [str(issue) for issue in found] == []


def test_no_issue_is_a_valid_operation_outcome_too():
    told = json.loads(render("operation-outcome", [], Summary(1, 1)))
    assert told["issue"][0]["code"] == "informational"
    assert [
        str(issue) for issue in conformance.check(Resource.of(told)) if issue.severity.reaches(Severity.ERROR)
    ] == []


def test_github_annotations_hold_one_line_each(summary):
    lines = render("github", ISSUES, summary).splitlines()
    assert len(lines) == len(ISSUES) + 1
    expected = "::error file=a b.yaml,line=2,col=9,title=canonical-is-unversioned::no version: 100%25, a,b%0Awrite%0Ait"
    assert lines[1] == expected
    assert lines[-1].startswith("::notice title=fhir-content::3 resources in 5 files")


def test_formats_are_imported_only_when_asked_for():
    code = "import sys, fhir_content.report; print([n for n in sys.modules if n.startswith('fhir_content.report.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
