"""Corrections change one value and nothing else."""

import pytest

from fhir_content.correction import apply_corrections, correction
from fhir_content.issue import Issue, Location, Severity
from fhir_content.project import load_files
from fhir_content.source import parse

CASES = [
    ("library: http://a/b  # why", 10, "http://a/b|1", "library: http://a/b|1  # why"),
    ("library: [http://a/b, http://c]", 11, "http://a/b|1", "library: [http://a/b|1, http://c]"),
    ("library: {x: http://a/b}", 14, "http://a/b|1", "library: {x: http://a/b|1}"),
    ('library: "http://a/b" # x', 10, "http://a/b|1", 'library: "http://a/b|1" # x'),
    ("library: 'it''s'", 10, "it's|1", "library: 'it''s|1'"),
    ('{"library": "http:\\/\\/a"}', 13, "http://a|1", '{"library": "http://a|1"}'),
    ("code: days", 7, "1", 'code: "1"'),
]


@pytest.mark.parametrize(("line", "column", "wanted", "after"), CASES)
def test_the_value_changes_and_nothing_else(tmp_path, line, column, wanted, after):
    text = f"# ü\n{line}\n# end"
    (tmp_path / "x.yaml").write_text(text)
    issue = Issue(Location("x.yaml", 2, column), "r", Severity.ERROR, "m", replacement=wanted)
    found = correction(issue, text.split("\n"))
    assert found is not None
    assert apply_corrections([found, found], tmp_path) == 1
    assert (tmp_path / "x.yaml").read_text() == f"# ü\n{after}\n# end"
    name = "x.json" if line.startswith("{") else "x.yaml"
    content = after if name == "x.json" else (tmp_path / "x.yaml").read_text()
    assert not parse(content.encode(), name).issues


@pytest.mark.parametrize("line", ["library: |", "library:", "library: &a b", "library: {a: b}", "library: [a]"])
def test_what_is_not_plainly_a_value_is_left_alone(line):
    issue = Issue(Location("x.yaml", 1, 10), "r", Severity.ERROR, "m", replacement="new")
    assert correction(issue, [line]) is None


def test_two_corrections_in_one_line_both_hold(tmp_path):
    line = "library: [aa, bb]"
    (tmp_path / "x.yaml").write_text(line)
    found = [
        correction(Issue(Location("x.yaml", 1, column), "r", Severity.ERROR, "m", replacement=wanted), [line])
        for column, wanted in ((11, "aaaa"), (15, "bbbb"))
    ]
    assert apply_corrections([each for each in found if each], tmp_path) == 2
    assert (tmp_path / "x.yaml").read_text() == "library: [aaaa, bbbb]"


def test_what_the_validator_says_of_spaces_and_days_is_mended(tmp_path):
    from fhir_content.validate import validate

    path = tmp_path / "PlanDefinition-x.json"
    timing = '{"repeat": {"frequency": 1, "period": 1, "periodUnit": "days"}}'
    path.write_text(
        '{"resourceType": "PlanDefinition", "id": "x", "status": "active", "library": ["http://a.org/L|1 "],\n'
        f' "action": [{{"id": "a", "title": "b", "timingTiming": {timing}}}]}}'
    )
    lines = path.read_text().split("\n")
    found = [correction(issue, lines) for issue in validate(load_files([path]))]
    assert apply_corrections([each for each in found if each], tmp_path / "elsewhere") == 2
    text = path.read_text()
    assert '"http://a.org/L|1"' in text
    assert '"periodUnit": "d"' in text
    assert [str(issue) for issue in validate(load_files([path])) if issue.severity is Severity.ERROR] == []
