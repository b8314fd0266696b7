"""The command: what it prints, its exit codes, and what it keeps."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from fhir_content import validation_cache, validation_run
from fhir_content.__main__ import cli
from fhir_content.validation_run import changes

PACKAGE = """\
id: example.content
canonical: http://example.org
version: 1.0.0
fhirVersion: 4.0.1
title: Example
description: An example.
license: CC-BY-4.0
defaults: {date: "2026-01-01", publisher: Example}
"""
PLAN = """\
resourceType: PlanDefinition
id: one
name: One
title: One
description: An example.
text: {status: generated, div: '<div xmlns="http://www.w3.org/1999/xhtml">One</div>'}
library: [http://example.org/Library/L] # own
action:
  - id: a
    title: Do it
"""
LIBRARY = """\
resourceType: Library
id: L
name: L
description: An example.
text: {status: generated, div: '<div xmlns="http://www.w3.org/1999/xhtml">L</div>'}
type: {coding: [{system: http://terminology.hl7.org/CodeSystem/library-type, code: logic-library}]}
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    folder = tmp_path / "definitions"
    folder.mkdir()
    (folder / "package.yaml").write_text(PACKAGE)
    (folder / "PlanDefinition-one.yaml").write_text(PLAN)
    (folder / "Library-L.yaml").write_text(LIBRARY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    result = CliRunner().invoke(cli, ["validate", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    return result


def rules_of(result):
    return [issue["rule"] for issue in json.loads(result.stdout)["issues"]]


def test_a_warning_fails_only_when_asked_to(project):
    assert run().exit_code == 0
    assert run("--fail-on", "warning").exit_code == 1
    assert rules_of(run("--format", "json")) == ["canonical-is-unversioned"]


def test_the_source_line_is_shown_from_another_folder(project, monkeypatch, tmp_path_factory):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    output = run("--project", str(project)).stdout
    assert "    library: [http://example.org/Library/L] # own\n" in output
    assert "write http://example.org/Library/L|1.0.0" in output


def test_fix_writes_what_is_certain_and_keeps_the_comment(project):
    result = run("--fix", "--fail-on", "warning")
    assert result.exit_code == 0
    assert "1 corrections written" in result.stderr
    text = (project / "definitions" / "PlanDefinition-one.yaml").read_text()
    assert text == PLAN.replace("Library/L]", "Library/L|1.0.0]")


def test_an_unknown_format_is_a_usage_error(project):
    assert run("--format", "pdf").exit_code == 2


def test_output_goes_to_a_file_and_not_to_stdout(project):
    result = run("--format", "sarif", "--output", "found.sarif")
    assert result.stdout == ""
    assert json.loads((project / "found.sarif").read_text())["version"] == "2.1.0"


def test_one_rule_can_be_asked_for(project):
    assert rules_of(run("--format", "json", "--rule", "action-id-is-missing")) == []


def test_paths_inside_a_project_narrow_what_is_told(project):
    assert rules_of(run("--format", "json", "definitions/Library-L.yaml")) == []
    assert rules_of(run("--format", "json", "definitions/PlanDefinition-one.yaml")) == ["canonical-is-unversioned"]


def test_loose_files_need_no_project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("x.json").write_text('{"resourceType": "PlanDefinition", "status": "activ"}')
    result = run("x.json", "--format", "json")
    assert result.exit_code == 1
    assert "required-binding" in rules_of(result)
    assert not Path(".cache").exists()


def test_several_processes_find_what_one_finds(project):
    plan = (project / "definitions" / "PlanDefinition-one.yaml").read_text()
    for number in range(5):
        name = f"plan-{number}"
        text = plan.replace("id: one", f"id: {name}").replace(
            "id: a", "id: a\n    relatedAction: [{actionId: b, relationship: after}]"
        )
        (project / "definitions" / f"PlanDefinition-{name}.yaml").write_text(text)
    alone = run("--format", "json")
    shutil.rmtree(project / ".cache")
    together = run("--format", "json", "--jobs", "2")
    assert together.stdout == alone.stdout
    assert rules_of(alone).count("related-action-is-unknown") == 5


def test_an_unchanged_project_is_not_validated_again(project, monkeypatch):
    first = run("--format", "json")

    def never(*arguments, **named):
        raise AssertionError("validated again")

    monkeypatch.setattr(validation_run, "load", never)
    assert run("--format", "json").stdout == first.stdout


@pytest.mark.parametrize("change", ["definition", "cql", "options", "allowance", "tool"])
def test_whatever_goes_into_the_result_makes_it_anew(project, monkeypatch, change):
    before = validation_cache.digest(project, [], project / "none")
    options: list[str] = []
    if change == "definition":
        (project / "definitions" / "Library-L.yaml").write_text(LIBRARY + "publisher: Other\n")
    elif change == "cql":
        (project / "definitions" / "L.cql").write_text("library L")
    elif change == "options":
        options = ["http://example.org/profile"]
    elif change == "allowance":
        (project / "build").mkdir()
        (project / "build" / "allow.yaml").write_text("allow: []\n")
    else:
        monkeypatch.setattr(validation_cache, "__version__", "9")
    assert validation_cache.digest(project, options, project / "none") != before


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"key": "x"}', b"\xff"])
def test_a_broken_cache_only_costs_time(project, content):
    expected = run("--format", "json").stdout
    (project / ".cache" / "validate.json").write_bytes(content)
    assert run("--format", "json").stdout == expected


def test_a_project_that_cannot_be_used_is_one_line_and_no_traceback(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["validate"])
    assert "definitions/package.yaml" in str(result.exception)


def test_watching_looks_again_when_a_file_changes(project):
    path = project / "definitions" / "Library-L.yaml"
    looks = []

    def wait():
        looks.append(None)
        if len(looks) == 2:
            path.write_text(LIBRARY + "publisher: Other\n")
        elif len(looks) == 4:
            path.unlink()
        elif len(looks) > 6:
            raise KeyboardInterrupt

    seen = []
    with pytest.raises(KeyboardInterrupt):
        for _ in changes([], project, wait):
            seen.append(len(looks))
    assert seen == [0, 2, 4]


def test_the_parameter_table_reaches_the_rules_through_the_release(project):
    """A table that is dropped on the way would silence its rule without a word."""
    (project / "definitions" / "parameters.yaml").write_text("parameters: [{name: Low IgG, value: 5, unit: g/L}]\n")
    elm = {"identifier": {"id": "LParameters", "version": "1.0.0"}}
    elm["statements"] = {"def": [{"name": "Low IgG", "expression": {"type": "Quantity", "value": 4, "unit": "g/L"}}]}
    (project / "build" / "elm").mkdir(parents=True)
    (project / "build" / "elm" / "LParameters-1.0.0.json").write_text(json.dumps({"library": elm}))
    text = LIBRARY.replace("id: L\nname: L", "id: LParameters\nname: LParameters")
    (project / "definitions" / "Library-LParameters.yaml").write_text(text)
    (project / "definitions" / "LParameters.cql").write_text(
        "library LParameters version '1.0.0'\ndefine \"Low IgG\": 4 'g/L'\n"
    )
    found = [issue for issue in json.loads(run("--format", "json").stdout)["issues"] if issue["severity"] == "error"]
    assert [(issue["rule"], issue["file"]) for issue in found] == [
        ("parameter-value-differs", "definitions/parameters.yaml")
    ]
