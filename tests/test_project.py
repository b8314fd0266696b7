import base64
from pathlib import Path

import pytest

from fhir_content.project import ProjectError, find_root, load, load_files

PACKAGE = """\
id: example.content
canonical: https://example.org/content
version: 0.1.0
fhirVersion: 4.0.1
title: Example
description: An example.
license: CC-BY-4.0
defaults:
  date: 2026-11-22
  publisher: Example
"""


@pytest.fixture
def project(tmp_path):
    write(tmp_path, "definitions/package.yaml", PACKAGE)
    return tmp_path


def write(root: Path, name: str, text: str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def found(root):
    return [(issue.rule, str(issue.location)) for issue in load(root).catalog.issues]


def test_what_a_definition_leaves_to_the_package_is_filled_in(project):
    write(project, "definitions/a/PlanDefinition-p.yaml", "resourceType: PlanDefinition\nid: p\nstatus: draft\n")
    (plan,) = load(project).catalog
    assert plan.url == "https://example.org/content/PlanDefinition/p"
    assert (plan.version, plan.data["status"], plan.data["experimental"]) == ("0.1.0", "draft", True)
    assert plan.authored == {"resourceType": "PlanDefinition", "id": "p", "status": "draft"}
    assert "copyright" not in plan.data


def test_a_patient_is_not_filled_in(project):
    write(project, "definitions/Patient-p.json", '{"resourceType": "Patient", "id": "p"}')
    (patient,) = load(project).catalog
    assert patient.data == {"resourceType": "Patient", "id": "p"}


def test_a_library_gets_the_cql_beside_it_and_the_elm_compiled_from_it(project):
    write(project, "definitions/a/Library-Logic.yaml", "resourceType: Library\nid: Logic\nname: Logic\n")
    write(project, "definitions/a/Logic.cql", "library Logic version '0.1.0'")
    write(project, "build/elm/Logic-0.1.0.json", "{}")
    (library,) = load(project).catalog
    assert [each["contentType"] for each in library.data["content"]] == ["text/cql", "application/elm+json"]
    assert base64.b64decode(library.data["content"][0]["data"]) == b"library Logic version '0.1.0'"


def test_the_nearest_project_is_found(project):
    inner = project / "definitions" / "a"
    inner.mkdir()
    assert find_root(inner) == project.resolve()
    with pytest.raises(ProjectError, match="--project"):
        find_root(Path("/"))


@pytest.mark.parametrize(
    ("name", "text", "rule", "place"),
    [
        ("definitions/a/plan.yaml", "resourceType: PlanDefinition\nid: p\n", "file-name", ":1:1"),
        ("definitions/a/PlanDefinition-q.yaml", "resourceType: PlanDefinition\nid: p\n", "file-name", ":2:1"),
        ("definitions/a/PlanDefinition-q.yaml", "id: q\n", "resource-type", ":1:1"),
        ("definitions/a/PlanDefinition-q.yaml", "- 1\n", "resource-type", ":1:1"),
        ("definitions/a/PlanDefinition-q.yaml", "a: &b 1\n", "yaml-extra", ":1:4"),
        ("definitions/a/PlanDefinition-q.json", "", "file", ":1:1"),
    ],
)
def test_a_file_that_holds_no_resource_of_its_name_is_an_issue(project, name, text, rule, place):
    write(project, name, text)
    assert found(project) == [(rule, name + place)]


def test_cases_and_our_own_files_are_not_resources(project):
    write(project, "definitions/a/cases/x.yaml", "title: x\n")
    write(project, "definitions/shared/parameters.yaml", "parameters: []\n")
    assert found(project) == []


def test_a_link_out_of_the_project_is_refused(project, tmp_path_factory):
    outside = write(tmp_path_factory.mktemp("outside"), "Patient-p.json", '{"resourceType": "Patient", "id": "p"}')
    (project / "definitions" / "Patient-p.json").symlink_to(outside)
    assert found(project) == [("file", "definitions/Patient-p.json:1:1")]
    assert len(load(project).catalog) == 0


def test_a_link_inside_the_project_is_followed(project):
    write(project, "definitions/a/Patient-p.json", '{"resourceType": "Patient", "id": "p"}')
    (project / "definitions" / "Patient-p.json").symlink_to(project / "definitions/a/Patient-p.json")
    assert [rule for rule, _ in found(project)] == ["duplicate-id"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("version: 0.1.0", "version: one", "version"),
        ("title: Example", "titel: Example", "titel"),
        ("license: CC-BY-4.0\n", "", "license"),
    ],
)
def test_a_package_that_is_wrong_names_the_line(project, old, new, words):
    write(project, "definitions/package.yaml", PACKAGE.replace(old, new))
    with pytest.raises(ProjectError) as raised:
        load(project)
    assert any(words in str(issue) for issue in raised.value.issues)
    assert all(issue.location.file == "definitions/package.yaml" for issue in raised.value.issues)


def test_loose_files_keep_the_names_they_were_given(project):
    write(project, "loose/b.json", '{"resourceType": "Patient", "id": "p"}')
    write(project, "loose/a.json", '{"resourceType": "Patient", "id": "p"}')
    catalog = load_files([project / "loose", project / "none.json"])
    assert [resource.file for resource in catalog] == [str(project / "loose/a.json"), str(project / "loose/b.json")]
    assert [issue.rule for issue in catalog.issues] == ["file"]
