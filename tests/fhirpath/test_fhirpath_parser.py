"""Text into terms: precedence, places in errors, bounds on length and depth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_content import fhirpath
from fhir_content.fhirpath.parser import MAX_DEPTH, MAX_NESTING, parse
from fhir_content.fhirpath.syntax import Binary, Call, Empty, Index, Literal, Member, Path, Polarity, TypeTest, Variable
from fhir_content.fhirpath.temporal import Temporal


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 - 2 - 1", 4),
        ("-2.abs() + 5", 3),
        ("2 + 3 > 4 and 1 = 1", True),
        ("true or false and false", True),
        ("false implies false implies false", False),
        ("1 | 2 = 1 | 2", True),
        ("3 in 1 | 3", True),
        ("(1 | 2) contains 2", True),
        ("'a' & 'b' + 'c'", "abc"),
        ("1 is Integer and true", True),
        ("7 div 2 * 2", 6),
        ("1 // the rest is a remark", 1),
        ("1 /* here\nand there */ + 1", 2),
        (r"'it\'s \u0041'", "it's A"),
        ("`active`", True),
        ("name[0].given[1]", "Maria"),
        ("name[1 - 1].family", "Lind"),
    ],
)
def test_operators_bind_as_the_specification_says(evaluate, expression, value):
    assert evaluate(expression) == [value]


@pytest.mark.parametrize(
    ("expression", "line", "column", "words"),
    [
        ("name.", 1, 6, "the end"),
        ("name.given[", 1, 12, "the end"),
        ("1 +\n  * 2", 2, 3, "'*'"),
        ("name..given", 1, 6, "'.'"),
        ("'open", 1, 1, "not closed"),
        ("`open", 1, 1, "not closed"),
        ("1 /* open", 1, 3, "not closed"),
        (r"'\q'", 1, 1, "escape"),
        ("name given", 1, 6, "'given'"),
        ("@2023-02-30", 1, 1, "exists"),
        ("@T25:00", 1, 1, "exists"),
        ("99999999999", 1, 1, "range"),
        ("name.frist()", 1, 6, "no function frist"),
        ("name.where()", 1, 6, "1 argument"),
        ("name.take(1, 2)", 1, 6, "1 argument"),
        ("is(1)", 1, 1, "name of a type"),
        ("and", 1, 1, "expected an expression"),
        ("a ? b", 1, 3, "unexpected"),
        ("", 1, 1, "the end"),
    ],
)
def test_a_syntax_fault_says_where(expression, line, column, words):
    (fault,) = fhirpath.parse_errors(expression)
    assert (fault.line, fault.column) == (line, column)
    assert words in fault.message


@pytest.mark.parametrize(
    "expression",
    ["(" * 5000 + "1" + ")" * 5000, "-" * 5000 + "1", "1" + "+1" * 5000, "a[" * 5000 + "0" + "]" * 5000,
     "f(" * 5000, "iif(true," * 2000 + "1" + ")" * 2000, "1" + " is Integer" * 3000, "a" * 60_000],
)  # fmt: skip
def test_depth_and_length_are_bounded(expression):
    assert len(fhirpath.parse_errors(expression)) == 1


def test_what_lies_within_the_bounds_runs(evaluate):
    assert evaluate("(" * (MAX_NESTING - 1) + "1" + ")" * (MAX_NESTING - 1)) == [1]
    assert evaluate("1" + "+1" * (MAX_DEPTH - 2)) == [MAX_DEPTH - 1]
    assert evaluate("name" + ".where(true)" * 2000 + ".count()") == [2]


@given(st.text(max_size=60))
def test_any_text_parses_or_is_a_fault(text):
    assert len(fhirpath.parse_errors(text)) <= 1


PIECES = st.sampled_from(
    ["name", "given", ".", "(", ")", "[", "]", "0", "1.5", "'x'", "=", "and", "is", "Patient", "where(", "$this",
     "%sct", "{}", "|", "-", "@2020-01", "not()", "exists()", ",", " ", "4 days", "as", "iif("]
)  # fmt: skip


@given(st.lists(PIECES, max_size=12).map("".join))
def test_any_run_of_tokens_parses_and_runs_or_is_an_error(evaluate, text):
    try:
        evaluate(text)
    except fhirpath.FhirPathError as error:
        assert error.message


def written(term):
    """The term as text, fully bracketed: an independent writer to check the parser by."""
    match term:
        case Literal(value=value):
            if isinstance(value, Temporal):
                return f"@{'T' if value.kind == 'Time' else ''}{value}"
            quoted = str(value).replace("\\", "\\\\").replace("'", "\\'")
            return (
                str(value).lower()
                if isinstance(value, bool)
                else f"'{quoted}'"
                if isinstance(value, str)
                else str(value)
            )
        case Empty():
            return "{}"
        case Variable(name=name):
            return f"%`{name}`"
        case Member(name=name):
            return f"`{name}`"
        case Call(name=name, arguments=arguments):
            return f"{name}({', '.join(map(written, arguments))})"
        case Path(start=start, steps=steps):
            return f"({written(start)})" + "".join(
                f"[{written(step.at)}]" if isinstance(step, Index) else f".{written(step)}" for step in steps
            )
        case Polarity(sign=sign, operand=operand):
            return f"({sign}{written(operand)})"
        case Binary(operator=operator, left=left, right=right):
            return f"(({written(left)}) {operator} ({written(right)}))"
        case TypeTest(operator=operator, operand=operand, name=name):
            return f"(({written(operand)}) {operator} {name})"
    raise AssertionError(term)


def shape(term):
    """The term without places, for comparison."""
    return (
        type(term).__name__,
        [getattr(term, name) for name in ("value", "name", "operator", "sign") if hasattr(term, name)],
        [shape(part) for part in term.parts()],
    )


def binary(inner):
    operators = st.sampled_from(["+", "-", "*", "/", "div", "mod", "&", "|", "=", "!=", "~", "!~", "<", "<=", ">", ">=",
                                 "in", "contains", "and", "or", "xor", "implies"])  # fmt: skip
    return st.one_of(
        st.builds(lambda operator, left, right: Binary(0, operator, left, right), operators, inner, inner),
        st.builds(lambda name, inner: TypeTest(0, name, inner, "Patient"), st.sampled_from(["is", "as"]), inner),
        st.builds(lambda inner, name: Path(0, inner, (Member(0, name), Index(0, Literal(0, 1)))), inner, NAMES),
        st.builds(lambda inner, argument: Path(0, inner, (Call(0, "where", (argument,)),)), inner, inner),
    )


NAMES = st.sampled_from(["name", "given", "as", "contains", "div", "x y"])
LEAVES = st.one_of(
    st.builds(lambda value: Literal(0, value), st.one_of(st.booleans(), st.integers(0, 99), st.text(max_size=5))),
    st.builds(lambda name: Member(0, name), NAMES),
    st.builds(lambda name: Variable(0, name), st.sampled_from(["resource", "vs-x", "ext-y"])),
    st.just(Empty(0)),
    st.just(Literal(0, Temporal.literal("@2020-02-29T10:30:00.5+02:00"))),
)


@given(st.recursive(LEAVES, binary, max_leaves=12))
def test_what_is_written_from_terms_parses_to_the_same_terms(term):
    assert shape(parse(written(term))) == shape(term)
