"""The command: its formats, its files and its exit codes."""

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from fhir_content.__main__ import cli, main

FEVER = Path(__file__).parent / "content" / "fever"
BAD = "title: Wrong\nplan: fever\non: 2026-11-22\npatient: {age: 30 years}\nexpect: {actions: [rest]}\n"


@pytest.fixture
def root(tmp_path):
    return shutil.copytree(FEVER, tmp_path / "fever")


def run(root, *arguments):
    return CliRunner().invoke(cli, ["test", "--project", str(root), *arguments])


def spoil(root, text=BAD):
    path = root / "definitions/fever/cases/wrong.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_cases_that_pass_end_in_0(root):
    done = run(root)
    assert (done.exit_code, done.stdout) == (0, "4 cases, 0 failed, 0 unreadable\n")


def test_a_case_that_fails_says_where_and_why_and_ends_in_1(root):
    spoil(root)
    done = run(root)
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "FAILED definitions/fever/cases/wrong.yaml: Wrong",
        "    line 5: `rest` must apply, but does not; got ask; FeverLogic.Has Fever is false",
        "5 cases, 1 failed, 0 unreadable",
    ]


def test_one_file_runs_alone(root):
    path = spoil(root)
    assert run(root, str(path)).stdout.endswith("1 cases, 1 failed, 0 unreadable\n")


def test_junit_tells_a_failure_from_a_file_that_cannot_be_read(root):
    spoil(root)
    (root / "definitions/fever/cases/unread.yaml").write_text("title: [\n", encoding="utf-8")
    done = run(root, "--format", "junit")
    assert done.exit_code == 1
    (group,) = ElementTree.fromstring(done.stdout)
    assert (group.get("tests"), group.get("failures"), group.get("errors")) == ("5", "1", "1")
    (failed,) = [case for case in group if case.find("failure") is not None]
    assert (failed.get("classname"), failed.get("name")) == ("fever", "Wrong")
    assert "`rest` must apply" in failed.find("failure").get("message")
    (unread,) = [case for case in group if case.find("error") is not None]
    assert unread.get("name") == "definitions/fever/cases/unread.yaml"


def test_json_lists_every_case(root):
    spoil(root)
    done = json.loads(run(root, "--format", "json").stdout)
    assert {case["title"]: case["passed"] for case in done["cases"]}["Wrong"] is False
    assert [case["applied"] for case in done["cases"] if case["title"] == "Wrong"] == [["ask"]]
    assert done["unreadable"] == []


def test_expand_prints_plain_fhir_and_runs_nothing(root):
    path = spoil(root)
    done = run(root, "--expand", str(path))
    assert done.exit_code == 0
    bundle = json.loads(done.stdout)
    assert (bundle["resourceType"], bundle["id"], bundle["type"]) == ("Bundle", "wrong", "collection")
    assert [entry["resource"]["birthDate"] for entry in bundle["entry"]] == ["1996-11-22"]


def test_coverage_prints_its_table_and_writes_json_and_html(root):
    done = run(root, "--coverage")
    assert done.exit_code == 0
    assert "threshold         3      3 100.0%" in done.stdout
    written = json.loads((root / "build/out/coverage.json").read_text("utf-8"))
    assert written["tally"]["action"] == {"seen": 2, "total": 2}
    assert written["holes"] == []
    assert "1.1" in (root / "build/out/coverage.html").read_text("utf-8")


def test_an_allowance_that_nothing_needs_ends_in_1(root):
    entry = "{kind: row, home: FeverLogic, name: 1.1 Fever, what: ['null'], reason: never}"
    (root / "build/coverage.yaml").write_text(f"allow: [{entry}]\n", encoding="utf-8")
    done = run(root, "--coverage")
    assert done.exit_code == 1
    assert "build/coverage.yaml:1:" in done.stdout


def test_without_a_project_it_cannot_run_and_ends_in_2(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["fhir-content", "test", "--project", str(tmp_path)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("fhir-content: ")
