import pytest

from fhir_content.case.allowed import HOLES, Finding, allowed
from fhir_content.case.session import demanded
from fhir_content.case.suite import run_cases
from fhir_content.project import ProjectError

LEVELS = "coverage: {threshold: 100}\ndefaults:"


def holes(fever):
    return [str(hole) for hole in run_cases(fever.load()).coverage().holes()]


def forget(fever, words):
    for path in (fever.root / "definitions/fever/cases").iterdir():
        if words in path.read_text("utf-8"):
            path.unlink()


def test_cases_on_every_side_leave_no_hole(fever):
    coverage = run_cases(fever.load()).coverage()
    assert coverage.holes() == []
    assert {kind: seen == total for kind, (seen, total) in coverage.tally([]).items()} == dict.fromkeys(
        ("action", "condition", "definition", "row", "threshold"), True
    )


def test_without_a_missing_input_the_question_and_the_null_are_holes(fever):
    forget(fever, "asks: [ask]")
    assert holes(fever) == [
        "fever: action `ask` never applied",
        "fever: condition `ask: Needs Temperature` never true",
        "FeverLogic: row `1.1 Fever` never null",
    ]


@pytest.mark.parametrize(("degrees", "side"), [("37.9", "below"), ("38.0", "at"), ("38.1", "above")])
def test_a_threshold_wants_a_case_on_each_side(fever, degrees, side):
    forget(fever, f"temperature: {degrees}")
    assert any(hole.startswith("FeverLogic: threshold `1.1 Fever") and hole.endswith(side) for hole in holes(fever))


def test_a_case_far_from_a_threshold_is_not_just_above_it(fever):
    fever.change("fever/cases/above-38.yaml", "38.1 Cel", "60 Cel")
    assert any(hole.endswith("never above") for hole in holes(fever))


def test_a_hole_is_allowed_with_a_reason_and_an_allowance_without_a_hole_is_an_error(fever):
    hole = Finding("row", "FeverLogic", "1.1 Fever", "null")
    entry = "- {kind: row, home: FeverLogic, name: 1.1 Fever, what: ['null'], reason: always known}"
    (fever.root / "build" / HOLES).write_text(f"allow:\n  {entry}\n", encoding="utf-8")
    project = fever.load()
    assert allowed(project, HOLES, {hole}, {"FeverLogic"}) == ({hole}, [])
    spared, (issue,) = allowed(project, HOLES, set(), {"FeverLogic"})
    assert spared == set()
    assert (issue.location.file, issue.location.line) == ("build/coverage.yaml", 2)
    assert "FeverLogic, 1.1 Fever" in issue.message
    assert allowed(project, HOLES, set(), {"AnotherLibrary"}) == (set(), [])


def test_an_allowance_without_a_reason_is_refused(fever):
    (fever.root / "build" / HOLES).write_text("allow: [{kind: row, home: A, name: B, what: [at]}]\n", encoding="utf-8")
    with pytest.raises(ProjectError, match=r"build/coverage\.yaml") as error:
        allowed(fever.load(), HOLES, set(), set())
    assert "reason" in str(error.value.issues[0])


def test_a_build_demands_the_level_of_the_package(fever):
    assert demanded(fever.load()) == []
    fever.change("package.yaml", "defaults:", LEVELS)
    assert demanded(fever.load()) == []
    forget(fever, "temperature: 38.0")
    (issue,) = demanded(fever.load())
    assert issue.rule == "coverage"
    assert "2 of 3 of kind threshold, less than 100%" in issue.message
    assert "never at" in issue.message
