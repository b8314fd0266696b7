"""From the files of a project to verdicts, tracked results and the command line."""

import json
import shutil

import pytest
import z3
from click.testing import CliRunner

from fhir_content.case.form import read_cases
from fhir_content.commands.prove import command
from fhir_content.project import ProjectError, load
from fhir_content.proof import fresh
from fhir_content.proof.cases import Scribe
from fhir_content.proof.claim import Claim
from fhir_content.proof.facts import read_files
from fhir_content.proof.logic import Logic, LogicError, Name
from fhir_content.proof.prove import prove_plan, settled
from fhir_content.proof.session import compare
from tests.proof.table import PROJECT, Table


@pytest.fixture
def root(tmp_path):
    return shutil.copytree(PROJECT, tmp_path / "project")


def edit(root, file, old, new):
    path = root / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def run(root, *arguments):
    return CliRunner().invoke(command, ["--project", str(root), *arguments])


def test_the_command_proves_tells_and_keeps(root):
    done = run(root)
    assert done.exit_code == 0, done.output
    assert done.output.startswith("t-start: 46 proved")
    assert list(fresh(load(root))) == []


def test_a_result_is_stale_when_what_it_rests_on_changes_and_not_otherwise(root):
    run(root, "t-start")
    elm = next((root / "build" / "elm").glob("TableParameters*"))
    elm.write_text(elm.read_text("utf-8").replace('"locator":"16:', '"locator":"99:'), encoding="utf-8")
    assert list(fresh(load(root))) == []
    edit(root, "definitions/table/facts.yaml", "high: 120", "high: 130")
    assert [issue.rule for issue in fresh(load(root))] == ["proof-is-stale"]


def test_what_was_never_proved_is_not_taken_as_proved(root):
    assert [issue.message for issue in fresh(load(root))] == ["PlanDefinition/t-start has not been proved"]


def test_a_failed_proof_prints_the_patient_and_becomes_an_issue(root):
    edit(root, "definitions/table/PlanDefinition-t-start.yaml", "expression: Refer", "expression: Watch")
    done = run(root)
    assert done.exit_code == 1
    assert '"Watch" and "Refer" apply together, although the group says at-most-one' in done.output
    assert "confirmed by the CQL engine" in done.output
    issues = list(fresh(load(root)))
    assert {"proof-exclusive", "proof-complete"} <= {issue.rule for issue in issues}
    assert all(issue.location.line > 0 for issue in issues)


def test_an_allowance_has_a_reason_and_must_be_needed(root):
    edit(
        root,
        "definitions/table/PlanDefinition-t-start.yaml",
        "selectionBehavior: at-most-one",
        "selectionBehavior: one-or-more",
    )
    name = '{plan: t-start, claim: "decide: at least one", reason: "questions stand in a group of their own"}'
    edit(root, "definitions/table/facts.yaml", "facts:", f"allow: [{name}]\nfacts:")
    done = run(root)
    assert done.exit_code == 0, done.output
    assert "allowed [exclusive] decide: at least one" in done.output
    edit(
        root,
        "definitions/table/PlanDefinition-t-start.yaml",
        "selectionBehavior: one-or-more",
        "selectionBehavior: any",
    )
    done = run(root)
    assert done.exit_code == 1
    assert "allowed without need: decide: at least one" in done.output
    assert [issue.rule for issue in fresh(load(root))] == ["allowance-is-unused"]


@pytest.mark.parametrize("format_name", ["json", "junit"])
def test_other_formats(root, format_name):
    edit(root, "definitions/table/PlanDefinition-t-start.yaml", "expression: Refer", "expression: Watch")
    output = run(root, "--format", format_name).output
    if format_name == "json":
        claims = {claim["claim"]: claim for claim in json.loads(output)["plans"][0]["claims"]}
        assert claims["decide: watch, refer"]["patient"]["confirmed"] is True
    else:
        assert 'testcase classname="exclusive" name="decide: watch, refer"><failure' in output


def test_against_another_version(root, tmp_path):
    same = run(root, "--against", str(PROJECT))
    assert same.exit_code == 0
    assert "failed" not in same.output
    edit(root, "definitions/table/PlanDefinition-t-start.yaml", "expression: Consider", "expression: Watch")
    other = run(root, "--against", str(PROJECT))
    assert other.exit_code == 1
    assert '"Consider treatment" applies to other patients than before' in other.output


def test_an_unknown_is_never_a_proof():
    subject = Table().subject()
    hard = z3.Ints("a b c")
    cubes = hard[0] ** 3 + hard[1] ** 3 + hard[2] ** 3 == 114
    claim = Claim("hard", subject.table.plan.root, "", "", cubes)
    assert settled("complete", claim, subject, 0.05).status == "unknown"


def test_contradictory_facts_are_an_error(root):
    contradiction = (
        '{says: "Nobody is over 5", source: own, library: TableCommon, range: {of: "Age", low: 121, high: 130}}'
    )
    edit(root, "definitions/table/facts.yaml", "facts:\n", f"facts:\n  - {contradiction}\n")
    known = (
        '{says: "Age is always known", source: own, library: TableCommon, range: {of: "Serious Infections", high: -1}}'
    )
    edit(root, "definitions/table/facts.yaml", "facts:\n", f"facts:\n  - {known}\n")
    with pytest.raises(LogicError, match="contradict"):
        Table(root).subject()


@pytest.mark.parametrize(
    ("fact", "problem"),
    [
        ("{says: a, source: own, library: TableCommon}", "one of"),
        ("{says: a, library: TableCommon, implies: [A, B]}", "source"),
        ('{says: a, source: own, library: TableCommon, known: {of: "Age"}}', "either"),
    ],
)
def test_a_fact_that_is_none_is_refused_at_its_line(root, fact, problem):
    edit(root, "definitions/table/facts.yaml", "facts:\n", f"facts:\n  - {fact}\n")
    with pytest.raises(ProjectError) as refused:
        read_files([(root / "definitions/table/facts.yaml", "facts.yaml")])
    assert any(problem in issue.message for issue in refused.value.issues)
    assert all(issue.location.line == 2 for issue in refused.value.issues)


def test_a_fact_about_nothing_is_refused(root):
    fact = '{says: a, source: own, library: TableCommon, range: {of: "Agee", low: 0}}'
    edit(root, "definitions/table/facts.yaml", "facts:\n", f"facts:\n  - {fact}\n")
    done = run(root)
    assert isinstance(done.exception, LogicError)
    assert 'no definition "Agee"' in str(done.exception)


def test_a_contested_parameter_takes_every_value_in_its_range(root):
    edit(root, "definitions/shared/parameters.yaml", "range: [3.0, 5.0]", "range: [1.0, 5.0]")
    failed = {verdict.claim.name: verdict for verdict in Table(root).prove().failed}
    told = {name: str(value) for name, value in failed["decide: start, consider"].patient.words}
    assert told["Start Level"] == "1 g/L"
    assert all(verdict.unconfirmed == () for verdict in failed.values())


def test_elm_that_calls_itself_is_an_error_not_a_hang():
    def definition(name, other):
        return {"name": name, "expression": {"type": "Not", "operand": {"type": "ExpressionRef", "name": other}}}

    elm = {"identifier": {"id": "Loop"}, "statements": {"def": [definition("A", "B"), definition("B", "A")]}}
    with pytest.raises(LogicError, match="calls itself"):
        Logic([elm]).of(Name("Loop", "A"))


def test_counterexamples_are_written_as_cases_and_real_data_bring_them_about(root, tmp_path):
    edit(root, "definitions/table/PlanDefinition-t-start.yaml", "expression: Refer", "expression: Watch")
    done = run(root, "--write-cases", str(root / "definitions/table/cases"))
    written = root / "definitions/table/cases/t-start-decide-watch-refer.yaml"
    assert f"{written}: does what the proof says" in done.output
    cases, issues = read_cases(load(root))
    assert issues == []
    case = next(each.case for each in cases if each.name == written.stem)
    assert case.conditions == ["the deficiency"]
    assert case.expect.actions == ["watch", "refer"]
    assert case.rows in (["1.4"], ["1.7"])


def test_an_input_that_no_record_entry_says_is_named_in_the_case(root):
    table = Table(root)
    subject = table.turn("Needs Age", "Or", "And").subject()
    failed = prove_plan(subject, 5, ["asking"]).failed
    scribe = Scribe(subject.table.terms.logic, table.project.catalog, "2026-01-01")
    drafts = [scribe.case("t-start", verdict.claim.name, verdict.patient) for verdict in failed]
    assert any(each.left_out and each.left_out[0].startswith("Age: ") for each in drafts)


@pytest.mark.parametrize(
    "broken",
    [
        {"type": "If", "condition": {"type": "Null"}},
        {"type": "Less", "operand": "nothing"},
        {"type": "ExpressionRef", "name": "Nobody"},
        {"type": "ExpressionRef", "name": "A", "libraryName": "Nowhere"},
        {"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}Integer", "value": "many"},
        {"type": "Case", "caseItem": [{}], "else": {"type": "Null"}},
        {"type": "Quantity", "value": "much"},
        {"type": "FunctionRef", "name": "f", "operand": [7]},
        [],
    ],
)
def test_broken_logic_is_an_error_that_names_the_plan_or_the_definition(broken):
    with pytest.raises(LogicError):
        Table().body("Start", broken).subject()


def test_logic_without_end_is_refused():
    expression = {"type": "ExpressionRef", "name": "Refer"}
    for _ in range(400):
        expression = {"type": "Not", "operand": expression}
    with pytest.raises(LogicError):
        Table().body("Start", expression).subject()


def test_diff_asks_for_the_claims_of_sameness(root):
    edit(root, "definitions/table/PlanDefinition-t-start.yaml", "expression: Consider", "expression: Watch")
    (result,) = compare(load(root), load(PROJECT))
    verdicts = {claim["claim"]: claim["verdict"] for claim in result["claims"]}
    assert verdicts["consider: same patients"] == "failed"
    assert verdicts["start: same patients"] == "proved"
