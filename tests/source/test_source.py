import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_content.source import MAX_BYTES, dumps, parse, read


def issue_of(source):
    assert source.data is None
    assert len(source.issues) == 1
    issue = source.issues[0]
    return issue.rule, issue.location.line, issue.location.column, issue.message


def test_a_byte_order_mark_is_skipped():
    assert parse(b'\xef\xbb\xbf{"a": 1}', "a.json").data == {"a": 1}
    assert parse(b"\xef\xbb\xbfa: 1", "a.yaml").data == {"a": 1}


def test_bytes_that_are_not_utf_8_are_named_at_their_place():
    assert issue_of(parse(b'{\n "a": "\xe9"}', "a.json")) == ("encoding", 2, 8, "byte 0xe9 is not UTF-8")


def test_utf_16_is_not_utf_8():
    assert issue_of(parse('{"a": 1}'.encode("utf-16"), "a.json"))[0] == "encoding"


@pytest.mark.parametrize("content", [b"", b" \n\n"])
def test_an_empty_file_is_an_issue(content):
    assert issue_of(parse(content, "a.yaml")) == ("file", 1, 1, "the file is empty")


def test_xml_is_named():
    assert issue_of(parse(b"<Patient/>", "a.xml"))[3] == "this is XML"


def test_a_file_without_an_ending_is_known_by_its_first_character():
    assert parse(b'  {"a": 1}', "a").data == {"a": 1}
    assert parse(b"a: 1", "a").data == {"a": 1}


def test_a_file_of_50_mb_is_refused_without_being_read(tmp_path):
    file = tmp_path / "large.json"
    with file.open("wb") as out:
        out.truncate(50 * 1000 * 1000)
    assert file.stat().st_size > MAX_BYTES
    assert issue_of(read(file))[:3] == ("file", 1, 1)


def test_a_missing_file_is_an_issue(tmp_path):
    assert issue_of(read(tmp_path / "none.json"))[3] == "there is no such file"


def test_a_pipe_does_not_hang(tmp_path):
    pipe = tmp_path / "pipe.json"
    os.mkfifo(pipe)
    assert issue_of(read(pipe))[3] == "this is not a regular file"


numbers = st.integers(-(10**15), 10**15) | st.decimals(allow_nan=False, allow_infinity=False, places=3)
names = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)
documents = st.dictionaries(
    names,
    st.recursive(
        names | numbers | st.booleans(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4),
        max_leaves=12,
    ),
    max_size=5,
)


@given(documents)
def test_what_is_written_is_read_again_with_the_same_digits(document):
    written = dumps(document)
    source = parse(written, "a.json")
    assert source.data == document
    assert dumps(source.data) == written


@given(documents)
def test_every_element_of_a_json_file_has_a_place_of_its_own(document):
    content = dumps(document, pretty=True)
    lines = content.decode().split("\n")
    source = parse(content, "a.json")

    def check(value, path):
        line, column = source.place(path)
        start = lines[line - 1][column - 1 :]
        assert start.startswith(dumps(value).decode()[:1])
        for key, child in (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        ):
            check(child, (*path, key))

    check(document, ())


@given(st.binary(max_size=200))
def test_any_bytes_give_data_or_an_issue_with_a_place(content):
    for name in ("a.json", "a.yaml"):
        for issue in parse(content, name).issues:
            assert issue.location.line >= 1
            assert issue.location.column >= 1
