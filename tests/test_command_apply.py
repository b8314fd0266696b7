"""`fhir-content apply`: the result, the reasons, and the exit codes."""

import json

import pytest
from click.testing import CliRunner

from fhir_content.__main__ import cli
from tests.apply.conftest import PATIENT, library, plan, sets, when


@pytest.fixture
def files(tmp_path):
    actions = [{"id": "a", "title": "Give", **when("Asks")}, {"id": "b", "title": "Ask", **when("False")}]
    content = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": each} for each in (library(), plan("plan", *actions))],
    }
    weight = {"resourceType": "Observation", "id": "w", "status": "final", "subject": {"reference": "Patient/p1"}}
    (tmp_path / "content.json").write_text(json.dumps(content))
    (tmp_path / "data.json").write_text(
        json.dumps({"resourceType": "Bundle", "entry": [{"resource": each} for each in (PATIENT, weight)]})
    )
    return tmp_path


def run(folder, *arguments, plan="plan", data="data.json"):
    given = ["--content", str(folder / "content.json"), "--data", str(folder / data), "--at", "2026-11-22"]
    return CliRunner().invoke(cli, ["apply", plan, *given, *arguments])


def test_the_result_is_fhir_on_stdout(files):
    result = run(files)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["resourceType"] == "CarePlan"
    assert json.loads(run(files, "--output-type", "bundle").stdout)["resourceType"] == "Bundle"


def test_explain_tells_conditions_definitions_and_data(files):
    lines = run(files, "--explain").stdout.splitlines()
    assert lines == [
        "+ PlanDefinition/plan: plan",
        "    + a: Give",
        '        holds: Logic."Asks" is true',
        "            Logic.Observed = true",
        "                Observation: Observation/w",
        "    - b: Ask",
        '        does not hold: Logic."False" is false',
    ]


def test_explain_as_json_says_the_same(files):
    tree = json.loads(run(files, "--explain", "--format", "json").stdout)
    first, second = tree["actions"]
    assert (first["applies"], second["applies"], second["reason"]) == (True, False, "condition")
    assert first["conditions"][0]["behind"][0]["data"] == [{"type": "Observation", "found": ["Observation/w"]}]
    assert second["expression"] == "PlanDefinition.action[1]"


def test_the_result_goes_to_a_file_whole(files):
    result = run(files, "--output", str(files / "out.json"))
    assert (result.stdout, json.loads((files / "out.json").read_text())["id"]) == ("", "plan")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"plan": "nope"}, "there is no definition `nope`"),
        ({"plan": "Library/Logic"}, "cannot be applied"),
    ],
)
def test_what_cannot_be_applied_ends_with_2_and_nothing_on_stdout(files, arguments, error):
    result = run(files, **arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert error in result.stderr


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"{", "bad.json:1:"),
        (b"", "bad.json"),
        (b"\xff", "bad.json:1:1"),
        (b'{"resourceType":"Observation","id":"o","code":{"coding":[\n{"code":"x"}]}}', "bad.json:2:1"),
    ],
)
def test_data_that_cannot_be_used_are_told_with_their_place(files, content, place):
    (files / "bad.json").write_bytes(content)
    result = run(files, data="bad.json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert place in result.stderr


@pytest.mark.parametrize("moment", ["soon", "2026-11-22T10:00"])
def test_a_moment_that_is_none(files, moment):
    result = run(files, "--at", moment)
    assert (result.exit_code, result.stdout) == (2, "")


def test_what_was_left_out_is_told_and_makes_1(files):
    content = json.loads((files / "content.json").read_text())
    content["entry"][1]["resource"]["action"][0]["dynamicValue"] = [sets("action.title", "Missing")]
    (files / "content.json").write_text(json.dumps(content))
    result = run(files)
    assert result.exit_code == 1
    assert "`Missing` is not defined" in result.stderr
    assert json.loads(result.stdout)["resourceType"] == "CarePlan"
