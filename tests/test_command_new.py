"""A skeleton validates as it stands, overwrites nothing and leaves the folder it is told to."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from fhir_content.__main__ import cli
from fhir_content.issue import Severity
from fhir_content.project import load
from fhir_content.translate import read_header
from fhir_content.validation_run import project_issues

INFLUENZA = Path(__file__).parent / "content" / "influenza"


@pytest.fixture
def project(tmp_path):
    return Path(shutil.copytree(INFLUENZA, tmp_path / "project"))


def new(project, *arguments):
    return CliRunner().invoke(cli, ["new", *arguments, "--project", str(project)])


@pytest.mark.parametrize(
    ("kind", "name", "file"),
    [
        ("pathway", "flu-90-watch", "flu-90-watch/PlanDefinition-flu-90-watch.yaml"),
        ("activity", "vaccination/flu-ask-again", "vaccination/ActivityDefinition-flu-ask-again.yaml"),
        ("case", "vaccination/nobody", "vaccination/cases/nobody.yaml"),
    ],
)
def test_a_skeleton_validates(project, kind, name, file):
    before = {issue.location.file for issue in project_issues(load(project))}
    result = new(project, kind, name)
    assert result.exit_code == 0, result.output
    assert f"definitions/{file}" in result.stdout.splitlines()
    found = [issue for issue in project_issues(load(project)) if issue.location.file not in before]
    assert [str(issue) for issue in found if issue.severity is not Severity.INFORMATION and issue.rule != "dom-6"] == []


def test_a_pathway_has_plan_logic_case_and_read_me(project):
    names = sorted(Path(line).name for line in new(project, "pathway", "flu-90-watch").stdout.splitlines())
    expected = ["Flu90Watch.cql", "Library-Flu90Watch.yaml", "PlanDefinition-flu-90-watch.yaml", "README.md"]
    assert names == [*expected, "flu-90-watch-nothing-known.yaml"]
    header = read_header((project / "definitions" / "flu-90-watch" / "Flu90Watch.cql").read_text())
    assert header.name == "Flu90Watch"


def test_nothing_is_overwritten(project):
    assert new(project, "activity", "flu-x").exit_code == 0
    path = project / "definitions" / "shared" / "ActivityDefinition-flu-x.yaml"
    path.write_text("mine")
    assert "is there already" in str(new(project, "activity", "flu-x").exception)
    assert path.read_text() == "mine"


@pytest.mark.parametrize("name", ["", "../x", "Big", "a b", "x/../../y", "ends-", "1st", "a" * 70])
def test_a_name_that_cannot_be_an_id_is_refused(project, name):
    before = sorted(project.rglob("*"))
    assert "cannot be a name" in str(new(project, "activity", name).exception)
    assert sorted(project.rglob("*")) == before
