"""An allowance hides what it names, where it stands, with a reason; and is itself an issue when it hides nothing."""

import pytest

from fhir_content.allowance import FileAllowance, read_allow_file, without_allowed
from fhir_content.catalog import Catalog
from fhir_content.issue import Issue, Location, Severity
from fhir_content.project import ProjectError, parse_resource
from fhir_content.source import Source
from fhir_content.validate import validate

PLAN = """\
resourceType: PlanDefinition
id: x
status: active
text: {{status: generated, div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>'}}
action:
{first}  - title: one{second}
  - title: two
"""


def found(first="", second=""):
    resource, issues = parse_resource(PLAN.format(first=first, second=second).encode(), "x.yaml")
    catalog = Catalog([resource], issues)
    return [(issue.rule, issue.location.line) for issue in without_allowed(validate(catalog), catalog)]


def test_without_an_allowance_both_are_found():
    assert found() == [("action-id-is-missing", 6), ("action-id-is-missing", 7)]


def test_a_comment_above_an_element_allows_it_and_no_other():
    assert found(first="  # allow action-id-is-missing: an example\n") == [("action-id-is-missing", 8)]


def test_a_comment_in_the_line_allows_it_too():
    assert found(second="  # allow action-id-is-missing: an example") == [("action-id-is-missing", 7)]


def test_an_allowance_of_another_rule_allows_nothing_and_is_told():
    rules = [rule for rule, _ in found(first="  # allow action-does-nothing: an example\n")]
    assert sorted(rules) == ["action-id-is-missing", "action-id-is-missing", "allowance-is-unused"]


def test_an_allowance_without_a_reason_is_none():
    assert len(found(first="  # allow action-id-is-missing:\n")) == 2


def test_a_fatal_issue_cannot_be_allowed():
    catalog = Catalog([])
    issue = Issue(Location("x.json", 1, 1), "json-syntax", Severity.FATAL, "broken")
    entry = FileAllowance(rule="other", file="x.json", reason="no")
    kept = list(without_allowed([issue], catalog, [entry], Source("build/allow.yaml")))
    assert [each.rule for each in kept] == ["json-syntax", "allowance-is-unused"]


def test_the_allow_file_names_rule_file_and_place(tmp_path):
    path = tmp_path / "allow.yaml"
    path.write_text("allow:\n  - {rule: r, file: x.json, expression: A.b, reason: because}\n")
    source, entries = read_allow_file(path, "build/allow.yaml")
    issues = [
        Issue(Location("x.json", 1, 1, expression), "r", Severity.ERROR, "wrong") for expression in ("A.b", "A.c")
    ]
    kept = list(without_allowed(issues, Catalog([]), entries, source))
    assert [issue.location.expression for issue in kept] == ["A.c"]


@pytest.mark.parametrize("text", ["allow: [{rule: r}]", "allow: x", "other: []", "a: [", ""])
def test_a_bad_allow_file_stops_with_its_place(tmp_path, text):
    path = tmp_path / "allow.yaml"
    path.write_text(text)
    with pytest.raises(ProjectError) as raised:
        read_allow_file(path, "build/allow.yaml")
    assert raised.value.issues
    assert all(issue.location.file == "build/allow.yaml" for issue in raised.value.issues)
