from decimal import Decimal

import pytest

from fhir_content.source import MAX_DEPTH, parse


def data(text):
    source = parse(text.encode(), "a.yaml")
    assert source.issues == ()
    return source.data


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("on", "on"),
        ("True", "True"),
        ("2026-11-22", "2026-11-22"),
        ("2026", 2026),
        ("12:30:00", "12:30:00"),
        ("0.1.0", "0.1.0"),
        ("72.50", Decimal("72.50")),
        ("1e3", Decimal("1E+3")),
        ("-0.5", Decimal("-0.5")),
        ("012", "012"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("+5", "+5"),
        (".5", ".5"),
        (".inf", ".inf"),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ('"true"', "true"),
        ("'31323000'", "31323000"),
        ("31323000", 31323000),
        ("9" * 200, "9" * 200),
    ],
)
def test_a_scalar_is_read_as_json_reads_it_and_no_further(written, read):
    assert data(f"a: {written}") == {"a": read}
    assert type(data(f"a: {written}")["a"]) is type(read)


def test_a_block_text_keeps_its_words():
    assert data("a: |\n  true\n  no\n") == {"a": "true\nno\n"}


def test_each_element_has_its_place():
    source = parse(b"id: x\naction:\n  - id: a\n    title: b\n  - {id: c, title: d}\n", "a.yaml")
    assert source.place(("action", 0, "title")) == (4, 12)
    assert source.place(("action", 0, "title"), on_key=True) == (4, 5)
    assert source.place(("action", 1)) == (5, 5)
    assert source.place(("action", 1, "title")) == (5, 20)


@pytest.mark.parametrize(
    ("text", "place", "rule", "words"),
    [
        ("a: &x 1", (1, 4), "yaml-extra", "anchor"),
        ("a: *x", (1, 4), "yaml-extra", "alias"),
        ("a:\n  <<: {b: 1}", (2, 3), "yaml-extra", "merge key"),
        ("a: !!str 1", (1, 4), "yaml-extra", "tag"),
        ("a: !python/object:os.system x", (1, 4), "yaml-extra", "tag"),
        ("a: 1\n---\nb: 2", (2, 1), "yaml-extra", "second document"),
        ("? [1]\n: 2", (1, 3), "yaml-extra", "key"),
        ("a:\n\tb: 1", (2, 1), "yaml-syntax", "tab"),
        ("a: [1, 2", (2, 1), "yaml-syntax", "expected"),
        ("a: b: c", (1, 5), "yaml-syntax", "not allowed"),
        ('a: "\x01"', (1, 5), "yaml-syntax", "U+0001"),
        ("a: 1\na: 2", (2, 1), "duplicate-key", "twice"),
        ("[" * 5000 + "]" * 5000, (1, MAX_DEPTH + 1), "nesting", "levels deep"),
        ("- " * 5000 + "x", (1, 2 * MAX_DEPTH + 1), "nesting", "levels deep"),
    ],
)
def test_what_would_mislead_a_reader_is_an_issue_at_its_place(text, place, rule, words):
    source = parse(text.encode(), "a.yaml")
    assert [issue.rule for issue in source.issues] == [rule]
    issue = source.issues[0]
    assert words in issue.message
    assert (issue.location.line, issue.location.column) == place
    assert issue.help


def test_aliases_cannot_explode():
    laughs = "a: &a [x, x]\n" + "\n".join(
        f"{c}: &{c} [*{p}, *{p}]" for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert parse(laughs.encode(), "a.yaml").data is None


def test_an_allowance_speaks_of_its_own_line_or_of_the_next():
    text = "id: x  # allow id-is-not-importable: kept for an old server\n# allow rule-b: because\n\ntitle: y\n"
    found = parse(text.encode(), "a.yaml").allowances
    assert [(each.rule, each.reason, each.line) for each in found] == [
        ("id-is-not-importable", "kept for an old server", 1),
        ("rule-b", "because", 4),
    ]


def test_an_allowance_inside_a_text_is_text():
    assert parse(b"a: |\n  # allow x: y\n  b\n", "a.yaml").allowances == ()


@pytest.mark.parametrize(
    ("content", "expression"),
    [
        ("resourceType: Library\naction:\n  - id: a\n  - id: &b b\n", "Library.action[1].id"),
        ("resourceType: Library\nname: [1, 2\nid: a\n", "Library.name[2]"),
        ("meta:\n  b: 1\n  b: 2\n", "Resource.meta.b"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_fhirpath(content, expression):
    assert [each.location.expression for each in parse(content.encode(), "a.yaml").issues] == [expression]
