from decimal import Decimal

import pytest

from fhir_content.issue import Severity
from fhir_content.source import MAX_DEPTH, dumps, parse


def only_issue(content):
    source = parse(content, "a.json")
    assert len(source.issues) == 1
    issue = source.issues[0]
    return issue.location.line, issue.location.column, issue.rule, issue.message


def test_data_keeps_the_digits_of_a_decimal():
    source = parse(b'{"value": 72.50, "small": 1E-7, "count": 3}', "a.json")
    assert source.issues == ()
    assert source.data == {"value": Decimal("72.50"), "small": Decimal("1E-7"), "count": 3}
    assert dumps(source.data) == b'{"value":72.50,"small":1E-7,"count":3}'


def test_each_element_has_its_place():
    source = parse(b'{\n  "action": [\n    {"id": "a"},\n    {"title": "\\u00e4 \\"}\\"", "id": "b"}\n  ]\n}', "a.json")
    assert source.place(()) == (1, 1)
    assert source.place(("action",)) == (2, 13)
    assert source.place(("action",), on_key=True) == (2, 3)
    assert source.place(("action", 1, "id")) == (4, 37)
    assert source.place(("action", 1, "id"), on_key=True) == (4, 31)


def test_an_unknown_element_has_the_place_of_what_holds_it():
    source = parse(b'{"action": [{"id": "a"}]}', "a.json")
    assert source.place(("action", 0, "condition", 2)) == (1, 13)


def test_a_repeated_key_is_an_issue_at_the_second():
    source = parse(b'{"id": "a",\n "id": "b"}', "a.json")
    assert [(str(each.location), each.rule) for each in source.issues] == [("a.json:2:2", "duplicate-key")]
    assert "line 1" in source.issues[0].message


def test_a_repeated_key_deep_inside_is_found():
    assert only_issue(b'{"action": [{"a": 1}, {"x": 1, "x": 1}]}')[:3] == (1, 32, "duplicate-key")


@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        (b"{\n  // a comment\n}", (2, 3), "no comments"),
        (b'{"a": 1,\n /* b */ "b": 2}', (2, 2), "no comments"),
        (b'{"a": [1, 2,]}', (1, 13), "comma"),
        (b'{"a": 1', (1, 8), "delimiter"),
        (b'{"a": NaN}', (1, 7), "not a JSON number"),
        (b'{"a": -Infinity}', (1, 7), "not a JSON number"),
        (b'{"a": ' + b"9" * 5000 + b"}", (1, 7), "thousands of digits"),
        (b'{"a": "\\ud800"}', (1, 7), "surrogate"),
        (b'{"a": 1} {', (1, 10), "extra data"),
        (b'{"a": 01}', (1, 8), "delimiter"),
    ],
)
def test_what_is_not_json_is_named_at_its_place(content, place, words):
    line, column, rule, message = only_issue(content)
    assert (rule, words in message) == ("json-syntax", True), message
    assert line == place[0]
    assert abs(column - place[1]) <= 1  # Python versions differ by the bracket or the comma before it


def test_a_surrogate_pair_is_one_character():
    assert parse(b'{"a": "\\ud83d\\ude00"}', "a.json").data == {"a": "\U0001f600"}


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 5000, 200_000])
def test_deep_nesting_is_refused_where_it_becomes_too_deep(depth):
    line, column, rule, _ = only_issue(b"[" * depth + b"]" * depth)
    assert (line, column, rule) == (1, MAX_DEPTH + 1, "nesting")


def test_depth_up_to_the_limit_is_read():
    assert parse(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, "a.json").issues == ()


def test_brackets_in_text_do_not_count_as_depth():
    assert parse(b'{"div": "' + b"[" * 5000 + b'"}', "a.json").issues == ()


def test_what_cannot_be_read_is_fatal_and_leaves_no_data():
    source = parse(b"{", "a.json")
    assert source.data is None
    assert source.issues[0].severity is Severity.FATAL


def test_dumps_refuses_what_is_not_fhir_json():
    with pytest.raises(TypeError):
        dumps({"a": object()})


@pytest.mark.parametrize(
    ("content", "expression"),
    [
        (b'{"resourceType": "ValueSet", "compose": {"include": [{"a": 1}, {"b": }]}}', "ValueSet.compose.include[1].b"),
        (b'{"compose": {"include": [{"a": 1},]}, "resourceType": "ValueSet"}', "ValueSet.compose.include[1]"),
        (b'{ // why\n"resourceType": "Library"}', "Library"),
        (b'{"contained": [{"resourceType": "Patient"}], "resourceType": "Library",}', "Library"),
        (b'{"resourceType": "Library", "title": "x', "Library.title"),
        (b'{"resourceType": "Library", "a": {"b": NaN}}', "Library.a.b"),
        (b'{"resourceType": "Library", "a": {"b": 1, "b": 2}}', "Library.a.b"),
        (b"[1,", "Resource[1]"),
        (b"}}{", "Resource"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_fhirpath(content, expression):
    assert [each.location.expression for each in parse(content, "a.json").issues] == [expression]


def test_an_integer_wider_than_64_bits_is_written_as_it_was_read():
    content = b'{"a":[184467440737095516160,-9223372036854775809,9223372036854775807],"b":1.50}'
    assert dumps(parse(content, "a.json").data) == content
