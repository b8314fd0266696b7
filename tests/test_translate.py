"""CQL headers, the order of libraries, ELM files and their freshness; the translator itself where it is installed."""

import shutil

import pytest

from fhir_content.source import parse
from fhir_content.translate import ElmFolder, fresh, read_header, translate
from fhir_content.translate.elm_file import layout
from fhir_content.translate.header import with_includes
from fhir_content.translate.node import installed
from fhir_content.translate.translator import digested, sources, without_empty

needs_translator = pytest.mark.skipif(
    installed() is None or shutil.which("node") is None,
    reason="the CQL translator is not installed here: `fhir-content compile` does it",
)

COMMON = "library Common version '1.0.0'\ndefine \"Dose\": 400 'mg/kg'\n"
PLAN = (
    "library Plan version '2.0.0'\ninclude Common version '1.0.0' called C\ndefine \"Start\": C.\"Dose\" > 1 'g/kg'\n"
)
LIBRARIES = {"Plan": ("a/Plan.cql", PLAN), "Common": ("b/Common.cql", COMMON)}


def headers(**includes):
    return {
        name: read_header(f"library {name}\n" + "".join(f"include {i}\n" for i in of)) for name, of in includes.items()
    }


def test_a_header_is_read_past_comments_quotes_and_qualifiers():
    header = read_header(
        "// library Not version '9'\n/* include Nothing */\nlibrary \"My Plan\" version '1.2.0'\n"
        "using FHIR version '4.0.1'\ninclude Common version '1' called C\ninclude `Other`\ndefine x: 'include Fake'\n"
    )
    assert (header.name, header.version, header.includes) == ("My Plan", "1.2.0", ("Common", "Other"))
    assert header.file_name == "My Plan-1.2.0.json"


@pytest.mark.parametrize("text", ["", "library", "nonsense", "library 'x", "/* library A", "define library: 1"])
def test_text_without_a_header_has_empty_parts(text):
    assert read_header(text).includes == ()
    assert read_header(text).version == ""


def test_what_is_included_comes_first_and_a_circle_ends():
    assert with_includes("A", headers(A=["B", "C"], B=["C"], C=[])) == ["C", "B", "A"]
    assert sorted(with_includes("A", headers(A=["B"], B=["A"]))) == ["A", "B"]


def test_the_hash_follows_every_text_that_the_library_reaches():
    def digest(name, libraries):
        return sources(name, libraries, {key: read_header(text) for key, (_, text) in libraries.items()})

    changed = {**LIBRARIES, "Common": ("b/Common.cql", COMMON.replace("400", "500"))}
    assert digest("Plan", changed) != digest("Plan", LIBRARIES)
    changed = {**LIBRARIES, "Plan": ("a/Plan.cql", PLAN + " ")}
    assert digest("Common", changed) == digest("Common", LIBRARIES)
    moved = {"Plan": ("elsewhere.cql", PLAN.replace("\n", "\r\n")), "Common": ("x.cql", COMMON)}
    assert digest("Plan", moved) == digest("Plan", LIBRARIES)


def tree(name, version, digest):
    return digested(
        {"library": {"identifier": {"id": name, "version": version}, "statements": {"def": [{"name": "A"}]}}}, digest
    )


def test_elm_is_stale_when_missing_changed_or_orphaned_and_fresh_otherwise(tmp_path):
    heads = {key: read_header(text) for key, (_, text) in LIBRARIES.items()}
    assert [issue.message for issue in fresh(LIBRARIES, tmp_path)] == [
        "the ELM of b/Common.cql is missing",
        "the ELM of a/Plan.cql is missing",
    ]
    elm = {name: tree(name, heads[name].version, sources(name, LIBRARIES, heads)) for name in LIBRARIES}
    assert ElmFolder(tmp_path).write(elm) == ["Common-1.0.0.json", "Plan-2.0.0.json"]
    assert fresh(LIBRARIES, tmp_path) == []
    assert ElmFolder(tmp_path).write(elm) == []
    changed = {**LIBRARIES, "Plan": ("a/Plan.cql", PLAN.replace("> 1", "> 2"))}
    (stale,) = fresh(changed, tmp_path)
    assert (stale.rule, stale.location.file) == ("elm-is-stale", "build/elm/Plan-2.0.0.json")
    (orphan,) = fresh({"Common": LIBRARIES["Common"]}, tmp_path)
    assert "no library" in orphan.message
    assert ElmFolder(tmp_path).write({"Common": elm["Common"]}) == ["Plan-2.0.0.json"]


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b'{"library": 1}', b'{"library": {"annotation": [1, {"t": 2}]}}']
)
def test_an_elm_file_that_is_not_elm_is_stale(tmp_path, content):
    (tmp_path / "Common-1.0.0.json").write_bytes(content)
    assert [issue.rule for issue in fresh({"Common": LIBRARIES["Common"]}, tmp_path)] == ["elm-is-stale"]


def test_an_elm_file_has_a_line_for_each_definition_and_is_json():
    content = layout(tree("A", "1", "sha256:0"))
    assert b'\n{"name":"A"}\n' in content
    assert parse(content, "A.json").data == tree("A", "1", "sha256:0")


def test_only_lists_that_elm_leaves_out_as_well_are_dropped():
    assert without_empty({"type": "List", "element": [], "annotation": [], "signature": []}) == {
        "type": "List",
        "element": [],
    }


def test_a_name_that_is_not_the_file_s_and_a_circle_are_told_before_node_is_asked():
    issues = translate({"Plan": ("Plan.cql", "library Other version '1'\n")}).issues
    assert [(issue.location.file, issue.rule) for issue in issues] == [("Plan.cql", "cql-translation")]
    circle = {"A": ("A.cql", "library A\ninclude B\n"), "B": ("B.cql", "library B\ninclude A\n")}
    assert ["includes itself" in issue.message for issue in translate(circle).issues] == [True, True]


@needs_translator
def test_the_translator_gives_the_same_elm_each_time_with_the_hash_inside():
    first, second = translate(LIBRARIES), translate(LIBRARIES)
    assert first.issues == ()
    assert {name: layout(elm) for name, elm in first.elm.items()} == {
        name: layout(elm) for name, elm in second.elm.items()
    }
    (start,) = first.elm["Plan"]["library"]["statements"]["def"]
    assert (start["name"], start["expression"]["type"], start["locator"]) == ("Start", "Greater", "3:1-3:35")


@needs_translator
def test_each_error_stands_at_its_line_and_column_and_spoils_only_who_includes_it():
    bad = "library Common version '1.0.0'\ndefine \"Dose\": 400 'mgg/kg'\ndefine \"B\": nowhere\n"
    other = "library Other version '1'\ndefine \"One\": 1\n"
    result = translate({**LIBRARIES, "Common": ("b/Common.cql", bad), "Other": ("Other.cql", other)})
    assert [str(issue.location) for issue in result.issues] == ["b/Common.cql:2:16", "b/Common.cql:3:13"]
    assert list(result.elm) == ["Other"]


@needs_translator
def test_an_include_of_another_version_is_an_error_at_the_include():
    wrong = {**LIBRARIES, "Plan": ("a/Plan.cql", PLAN.replace("'1.0.0'", "'3.0.0'"))}
    (issue, *_) = translate(wrong).issues
    assert str(issue.location) == "a/Plan.cql:2:1"


def test_the_helpers_that_the_tool_brings_are_those_of_the_content():
    from pathlib import Path

    from fhir_content.translate import helpers_text

    content = Path(__file__).parent.parent / "definitions" / "shared" / "FHIRHelpers.cql"
    assert helpers_text() == content.read_text("utf-8")
