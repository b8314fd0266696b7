"""Hostile logic stops at a limit, soon and with a CqlError: time, memory, recursion, regular expressions."""

import json

import pytest
from elm_nodes import date, decimal, elm, interval, library, lit, op, quantity, value

from fhir_content.cql import Context, CqlError, Library


def ref(name):
    return {"type": "ExpressionRef", "name": name}


def doubling(count, first, step):
    """Definitions d0 .. dN of which each is made of the one before, twice."""
    definitions = {"d0": first}
    for number in range(1, count):
        definitions[f"d{number}"] = step(ref(f"d{number - 1}"))
    return library(**definitions), f"d{count - 1}"


DOUBLING = {
    "strings": (lit("x" * 100), lambda below: op("Concatenate", below, below)),
    "lists": (lit([1]), lambda below: {"type": "Flatten", "operand": lit([below, below])}),
}


@pytest.mark.parametrize("name", DOUBLING)
def test_what_doubles_stops(name):
    grown, last = doubling(64, *DOUBLING[name])
    with pytest.raises(CqlError) as caught:
        grown.evaluate(last, Context())
    assert caught.value.limit


def test_comparing_a_structure_that_holds_itself_many_times_stops():
    definitions = {"d0": lit([1])} | {f"d{n}": lit([ref(f"d{n - 1}"), ref(f"d{n - 1}")]) for n in range(1, 40)}
    with pytest.raises(CqlError) as caught:
        library(**definitions, r=op("Equal", ref("d39"), ref("d39"))).evaluate("r", Context(steps=100_000))
    assert caught.value.limit


def test_a_product_of_many_sources_stops():
    numbers = lit(list(range(300)))
    query = {"type": "Query", "source": [{"alias": alias, "expression": numbers} for alias in "ABC"]}
    with pytest.raises(CqlError) as caught:
        value(query, steps=100_000)
    assert caught.value.limit


def test_expanding_a_long_interval_stops():
    with pytest.raises(CqlError) as caught:
        value(op("Expand", lit([interval(date(1, 1, 1), date(9999, 12, 31))]), quantity(1, "day")), steps=100_000)
    assert caught.value.limit
    with pytest.raises(CqlError):
        value(op("Expand", lit([interval(1, 2_000_000_000)]), None), steps=100_000)


def test_functions_that_call_each_other_twice_stop():
    def function(number):
        call = {"type": "FunctionRef", "name": f"f{number - 1}", "operand": []}
        body = op("Add", call, call) if number else lit(1)
        return {"type": "FunctionDef", "name": f"f{number}", "operand": [], "expression": body}

    document = elm(r={"type": "FunctionRef", "name": "f60", "operand": []})
    document["library"]["statements"]["def"] += [function(number) for number in range(61)]
    with pytest.raises(CqlError) as caught:
        Library.from_elm(document).evaluate("r", Context(steps=100_000))
    assert caught.value.limit


def test_recursion_is_refused_with_its_circle():
    with pytest.raises(CqlError, match="a -> b -> a"):
        library(a=ref("b"), b=op("Add", ref("a"), 1))


def test_a_deep_tree_is_refused():
    node = lit(True)
    for _ in range(5000):
        node = {"type": "Not", "operand": node}
    with pytest.raises(CqlError, match="too deeply"):
        library(r=node)
    with pytest.raises(CqlError):
        Library.from_elm(b'{"library":' * 100_000)


def test_a_long_chain_of_definitions_is_an_error_and_not_a_crash():
    definitions = {"d0": lit(1)} | {f"d{n}": op("Add", ref(f"d{n - 1}"), 1) for n in range(1, 2000)}
    with pytest.raises(CqlError, match="too deeply"):
        library(**definitions).evaluate("d1999", Context())


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+$", "(a|a)*$", "(a*)*b", r"(a)\1", "(?:x{1,30}){1,30}", "(a?a?)*", "a?" * 30 + "a" * 30, "(", "a" * 2000],
)
def test_dangerous_and_broken_patterns_are_refused(pattern):
    with pytest.raises(CqlError):
        value(op("Matches", "a" * 40, pattern))


def test_a_long_text_for_a_slow_pattern_is_refused():
    with pytest.raises(CqlError) as caught:
        value(op("Matches", "a" * 5000, ".*a.*a.*b"))
    assert caught.value.limit


def test_powers_that_have_no_end_are_null():
    assert value(op("Power", 10, 2_000_000_000)) is None
    assert value(op("Power", decimal("1.5"), decimal("99999999999999"))) is None
    assert value(op("Power", 1, 2_000_000_000)) == 1
    assert value(op("Power", -1, 2_000_000_001)) == -1


MALFORMED = [
    b"",
    b"[]",
    b"null",
    b"{",
    b'{"library": 5}',
    b'{"library": {"statements": {"def": [5]}}}',
    b'"x"',
    b"\xff",
]


@pytest.mark.parametrize("content", MALFORMED)
def test_malformed_elm(content):
    with pytest.raises(CqlError):
        Library.from_elm(content)


def test_an_unknown_node_is_refused_where_it_stands():
    document = elm(r=op("And", True, {"type": "Foo", "locator": "7:3-7:9"}))
    with pytest.raises(CqlError, match=r"Test\.r 7:3-7:9: unknown ELM node type 'Foo'"):
        Library.from_elm(json.dumps(document))
