"""`fhir-content compile`: what it writes, what it refuses, and --check without Node."""

import pytest
from click.testing import CliRunner

from fhir_content.__main__ import cli
from fhir_content.translate.node import installed

needs_translator = pytest.mark.skipif(installed() is None, reason="the CQL translator is not installed here")
PLAN = "library Plan version '1.0.0'\ndefine \"Start\": 1 'g' > 900 'mg'\n"


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "definitions" / "pathway"
    folder.mkdir(parents=True)
    (tmp_path / "definitions" / "package.yaml").write_text("id: test.project\n")
    (folder / "Plan.cql").write_text(PLAN)
    return tmp_path


def run(project, *arguments):
    return CliRunner().invoke(cli, ["compile", "--project", str(project), *arguments])


def test_check_fails_without_elm_and_says_what_to_do(project):
    result = run(project, "--check")
    assert result.exit_code == 1
    assert "build/elm/Plan-1.0.0.json: error [elm-is-stale]" in result.stdout
    assert "fhir-content compile" in result.stdout


@pytest.mark.parametrize("content", [b"\xff\xfe", b"library Plan\0"])
def test_text_that_is_not_utf_8_is_a_finding(project, content):
    (project / "definitions" / "pathway" / "Plan.cql").write_bytes(content)
    result = run(project, "--check")
    assert result.exit_code == 1
    assert "definitions/pathway/Plan.cql:1:1: error [cql-translation] this is not text in UTF-8" in result.stdout


def test_two_libraries_of_one_name_are_a_finding(project):
    (project / "definitions" / "Plan.cql").write_text(PLAN)
    assert "already in definitions/Plan.cql" in run(project, "--check").stdout


def test_a_link_out_of_the_project_is_a_finding(project, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "Secret.cql"
    outside.write_text("library Secret")
    (project / "definitions" / "Secret.cql").symlink_to(outside)
    assert "leads out of the project" in run(project, "--check").stdout


@needs_translator
def test_compile_writes_the_elm_that_check_then_accepts(project):
    assert run(project).exit_code == 0
    assert (project / "build" / "elm" / "Plan-1.0.0.json").read_bytes().startswith(b'{"library":{\n')
    assert run(project, "--check").exit_code == 0


@needs_translator
def test_check_compares_the_bytes_too(project):
    run(project)
    file = project / "build" / "elm" / "Plan-1.0.0.json"
    file.write_bytes(file.read_bytes().replace(b'"Greater"', b'"Less"'))
    result = run(project, "--check")
    assert result.exit_code == 1
    assert "not what the translator makes of its sources" in result.stdout


@needs_translator
def test_a_library_with_an_error_leaves_what_was_compiled(project):
    run(project)
    before = (project / "build" / "elm" / "Plan-1.0.0.json").read_bytes()
    (project / "definitions" / "pathway" / "Plan.cql").write_text(PLAN.replace("1 'g'", "Nowhere"))
    result = run(project)
    assert result.exit_code == 1
    assert "definitions/pathway/Plan.cql:2:17: error [cql-translation]" in result.stdout
    assert (project / "build" / "elm" / "Plan-1.0.0.json").read_bytes() == before
