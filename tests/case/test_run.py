import pytest

from fhir_content.case.suite import run_cases

HEAD = """\
title: One
plan: {plan}
on: 2026-11-22
region: US
patient: {{age: 30 years}}
observations: [{{temperature: {degrees} Cel}}]
"""


def messages(fever, expect, plan="fever", degrees="39.0"):
    fever.add("fever/cases/one.yaml", HEAD.format(plan=plan, degrees=degrees) + f"expect: {expect}\n")
    suite = run_cases(fever.load(), (fever.root / "definitions/fever/cases/one.yaml",))
    return [(issue.location.line, issue.message) for issue in suite.issues]


def test_what_is_as_expected_passes(fever):
    assert run_cases(fever.load()).issues == []
    assert messages(fever, "{actions: [rest], not: [ask], exactly: [rest], says: {rest: Temperature 39}}") == []


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("{actions: [ask]}", "`ask` must apply, but does not; got rest; FeverLogic.Needs Temperature is false"),
        ("{asks: [ask]}", "`ask` must apply, but does not; got rest; FeverLogic.Needs Temperature is false"),
        ("{not: [rest]}", "`rest` must not apply, but does; got rest; FeverLogic.Has Fever is true"),
        ("{exactly: []}", "besides: rest; left out: nothing"),
        ("{exactly: [rest, ask]}", "besides: nothing; left out: ask"),
        ("{nothing: true}", "nothing must apply; got rest"),
        ("{actions: [sleep]}", "no action of fever has the id `sleep`"),
        ("{says: {rest: forty}}", "`rest` must say `forty`; it says `Propose rest Temperature 39.0`"),
        ("{values: {RequestGroup.intent: order}}", "`RequestGroup.intent` must be order; got proposal"),
        ("{values: {MedicationRequest.intent: order}}", "`MedicationRequest.intent` must be order; it is not there"),
    ],
)
def test_what_is_not_as_expected_says_what_was_and_why(fever, expect, message):
    assert messages(fever, expect) == [(7, message)]


def test_a_path_that_is_no_fhirpath_is_the_cases_own_fault(fever):
    ((line, message),) = messages(fever, '{values: {"RequestGroup.(": order}}')
    assert line == 7
    assert message.startswith("`RequestGroup.(` is not FHIRPath:")


def test_a_plan_that_is_not_there_is_said_at_its_line(fever):
    ((line, message),) = messages(fever, "{}", plan="flu")
    assert line == 2
    assert "flu" in message


def test_every_wrong_expectation_is_told_not_only_the_first(fever):
    assert len(messages(fever, "{actions: [ask], not: [rest], nothing: true}")) == 3


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("region: US", "religion: US", (4, 1), "religion"),
        ("age: 30 years", "shoe: 42", (5, 1), "shoe"),
        ("temperature: 39.0 Cel", "temprature: 39.0 Cel", (6, 16), "did you mean `temperature`"),
        ("temperature: 39.0 Cel", "temperature: 39.0 Cel, on: last summer", (6, 16), "3 weeks ago"),
        ("on: 2026-11-22", "on: today", (3, 1), ""),
    ],
)
def test_a_case_that_cannot_be_read_is_an_issue_at_its_line(fever, old, new, place, message):
    text = HEAD.format(plan="fever", degrees="39.0") + "expect: {}\n"
    assert old in text
    fever.add("fever/cases/one.yaml", text.replace(old, new))
    (issue,) = run_cases(fever.load()).issues
    assert issue.location.file == "definitions/fever/cases/one.yaml"
    assert issue.location.line == place[0]
    assert message in f"{issue.message} {issue.help}"
