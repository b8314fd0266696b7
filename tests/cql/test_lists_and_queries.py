"""Lists, aggregates and queries: https://cql.hl7.org/03-developersguide.html#conversation-queries"""

from decimal import Decimal

import pytest
from elm_nodes import date, decimal, interval, library, lit, of, op, quantity, value
from hypothesis import given
from hypothesis import strategies as st

from fhir_content.cql import Context, CqlError, Library, Quantity
from fhir_content.cql.list_operators import difference, distinct, includes, intersect, union

items = st.lists(st.one_of(st.none(), st.integers(-3, 3), st.sampled_from("ab"), st.booleans()), max_size=8)


def tagged(values):
    """Values told apart by type too, as CQL does: 1 is not true."""
    return {(type(one), one) for one in values}


@given(items, items)
def test_lists_are_sets(one, two):
    context = Context()
    assert tagged(union(one, two, context)) == tagged(one) | tagged(two)
    assert tagged(intersect(one, two, context)) == tagged(one) & tagged(two)
    assert tagged(difference(one, two, context)) == tagged(one) - tagged(two)
    assert includes(one, two, context) is (tagged(one) >= tagged(two))
    assert len(distinct(one, context)) == len(tagged(one))


def test_numbers_of_different_types_are_one_value():
    assert value(op("Distinct", lit([1, decimal("1.0"), quantity(1, "g"), quantity(1000, "mg")]))) == [
        1,
        Quantity(Decimal(1), "g"),
    ]


def test_membership_of_null():
    assert value(op("In", None, [1, None])) is True
    assert value(op("In", None, [1])) is None
    assert value(op("In", None, [])) is False
    assert value(op("In", 1, None)) is False
    assert value(op("Includes", [1, 2], [None])) is False


def test_membership_of_what_is_not_certain():
    assert value(op("In", date(2014), [date(2014, 5)])) is None
    assert value(op("In", date(2014), [date(2014, 5), date(2014)])) is True


def test_equality_of_lists_and_tuples():
    assert value(op("Equal", [1, None], [1, None])) is True
    assert value(op("Equal", [1, None], [1, 2])) is None
    assert value(op("Equal", [2, None], [1, 2])) is False
    assert value(op("Equal", [1], [1, 2])) is False


EDGES = [
    (of("First", source=[]), None),
    (of("Last", source=[1, None]), None),
    (op("Indexer", [1, 2], 2), None),
    (op("Indexer", [1, 2], -1), None),
    (of("IndexOf", source=[1, 2], element=2), 1),
    (of("IndexOf", source=[1, 2], element=3), -1),
    (of("Slice", source=[1, 2, 3], startIndex=1, endIndex=None), [2, 3]),
    (of("Slice", source=[1, 2, 3], startIndex=-1, endIndex=None), []),
    (op("Flatten", [[1], [2, None], None]), [1, 2, None, None]),
    (op("SingletonFrom", []), None),
    (op("Exists", [None]), False),
    (op("ProperContains", ["a", "a"], "a"), False),
]


@pytest.mark.parametrize(("node", "expected"), EDGES)
def test_edges(node, expected):
    assert value(node) == expected


def test_singleton_from_two_is_an_error():
    with pytest.raises(CqlError, match="singleton from a list of 2"):
        value(op("SingletonFrom", [1, 2]))


AGGREGATES = [
    ("Sum", [1, None, 2], 3),
    ("Sum", [], None),
    ("Sum", [2**31 - 1, 1], None),
    ("Sum", [quantity(1, "g"), quantity(500, "mg")], Quantity(Decimal(1500), "mg")),
    ("Count", [1, None], 1),
    ("Count", None, 0),
    ("Avg", [1, 2], Decimal("1.5")),
    ("Max", [quantity(1, "g"), quantity(2000, "mg")], Quantity(Decimal(2000), "mg")),
    ("Min", ["b", "a"], "a"),
    ("Median", [3, 1, 2], 2),
    ("Mode", [1, 2, 2, 3, 3], 2),
    ("AllTrue", [True, None], True),
    ("AnyTrue", [None], False),
    ("Product", [2, 3, 4], 24),
    ("GeometricMean", [2, 8], Decimal("4.00000000")),
    ("StdDev", [decimal("1.0")], None),
    ("PopulationVariance", [1, 2, 3, 4], Decimal("1.25")),
]


@pytest.mark.parametrize(("name", "source", "expected"), AGGREGATES)
def test_aggregates(name, source, expected):
    assert value(of(name, source=source)) == expected


def alias(name):
    return {"type": "AliasRef", "name": name}


def query(source, **clauses):
    return {"type": "Query", "source": [{"alias": "X", "expression": lit(source)}], **clauses}


def test_where_return_and_distinct():
    large = op("Greater", alias("X"), 1)
    assert value(query([1, 2, 3, None], where=large)) == [2, 3]
    doubled = op("Multiply", alias("X"), 2)
    assert value(query([1, 1, 2], **{"return": {"expression": doubled}})) == [2, 4]
    assert value(query([1, 1, 2], **{"return": {"expression": doubled, "distinct": False}})) == [2, 2, 4]
    assert value(query(None)) is None
    assert value(query(5, where=large)) == 5
    assert value(query(1, where=large)) is None


def test_let_with_and_without():
    let = [{"identifier": "Y", "expression": op("Add", alias("X"), 1)}]
    result = {"return": {"expression": {"type": "QueryLetRef", "name": "Y"}}}
    assert value(query([1, 2], let=let, **result)) == [2, 3]
    other = {"alias": "Z", "expression": lit([2, 3]), "suchThat": op("Equal", alias("X"), alias("Z"))}
    assert value(query([1, 2, 3], relationship=[{"type": "With", **other}])) == [2, 3]
    assert value(query([1, 2, 3], relationship=[{"type": "Without", **other}])) == [1]


def test_several_sources_and_aggregate():
    node = query([1, 2])
    node["source"].append({"alias": "Y", "expression": lit([3])})
    assert value(node) == [{"X": 1, "Y": 3}, {"X": 2, "Y": 3}]
    total = {
        "identifier": "T",
        "starting": lit(1),
        "expression": op("Multiply", {"type": "QueryLetRef", "name": "T"}, alias("X")),
    }
    assert value(query([1, 2, 3, 3], aggregate=total)) == 18
    assert value(query([1, 2, 3, 3], aggregate={**total, "distinct": True})) == 6


def test_sort_puts_null_first_and_keeps_the_order_of_equals():
    def sort(direction):
        return {"sort": {"by": [{"type": "ByDirection", "direction": direction}]}}

    assert value(query([3, None, 1], **sort("asc"))) == [None, 1, 3]
    assert value(query([3, None, 1], **sort("descending"))) == [3, 1, None]
    pairs = [
        {"type": "Tuple", "element": [{"name": "a", "value": lit(a)}, {"name": "b", "value": lit(b)}]}
        for a, b in ((1, 2), (0, 1), (1, 1))
    ]
    by = [{"type": "ByColumn", "path": "a", "direction": "desc"}]
    assert [(one["a"], one["b"]) for one in value(query(pairs, sort={"by": by}))] == [(1, 2), (1, 1), (0, 1)]
    negative = op("Negate", {"type": "IdentifierRef", "name": "b"})
    by = [
        {"type": "ByColumn", "path": "a", "direction": "asc"},
        {"type": "ByExpression", "expression": negative, "direction": "asc"},
    ]
    assert [(one["a"], one["b"]) for one in value(query(pairs, sort={"by": by}))] == [(0, 1), (1, 2), (1, 1)]
    with pytest.raises(CqlError, match="different types"):
        value(query([1, "a"], **sort("asc")))


def test_a_reference_out_of_scope_is_refused():
    with pytest.raises(CqlError, match="not in scope"):
        value(alias("X"))


def function(name, kind, body, operand="x"):
    specifier = {"type": "NamedTypeSpecifier", "name": "{urn:hl7-org:elm-types:r1}" + kind}
    return {
        "type": "FunctionDef",
        "name": name,
        "operand": [{"name": operand, "operandTypeSpecifier": specifier}],
        "expression": body,
    }


def call(name, operand, kind=""):
    signature = [{"type": "NamedTypeSpecifier", "name": "{urn:hl7-org:elm-types:r1}" + kind}] if kind else []
    return {"type": "FunctionRef", "name": name, "operand": [lit(operand)], "signature": signature}


def with_functions(*functions, **definitions):
    statements = [{"name": name, "expression": node} for name, node in definitions.items()]
    return Library.from_elm({"library": {"identifier": {"id": "F"}, "statements": {"def": [*functions, *statements]}}})


def test_functions_are_chosen_by_signature_and_else_by_the_values():
    operand = {"type": "OperandRef", "name": "x"}
    overloads = (
        function("f", "Integer", op("Add", operand, 1)),
        function("f", "String", op("Concatenate", operand, "!")),
    )
    one = with_functions(
        *overloads, a=call("f", 1, "Integer"), b=call("f", "x", "String"), c=call("f", "x"), d=call("f", 1)
    )
    assert one.evaluate_all(Context()) == {"a": 2, "b": "x!", "c": "x!", "d": 2}
    with pytest.raises(CqlError, match="no function f takes"):
        with_functions(*overloads, a=call("f", interval(1, 2))).evaluate("a", Context())


def test_a_function_may_be_called_within_its_own_operand():
    operand = {"type": "OperandRef", "name": "x"}
    one = with_functions(
        function("f", "Integer", op("Multiply", operand, op("Add", operand, 1))), a=call("f", call("f", 2))
    )
    assert one.evaluate("a", Context()) == 42


def test_an_external_or_unknown_function_is_refused_by_name():
    with pytest.raises(CqlError, match="function g is not defined"):
        value(call("g", 1))
    with pytest.raises(CqlError, match="function f is external"):
        with_functions(function("f", "Integer", None) | {"external": True})


def test_parameters_have_defaults_and_are_given():
    document = {
        "library": {
            "identifier": {"id": "P"},
            "parameters": {"def": [{"name": "Region", "default": lit("EU")}, {"name": "None"}]},
            "statements": {
                "def": [
                    {"name": "r", "expression": {"type": "ParameterRef", "name": "Region"}},
                    {"name": "n", "expression": {"type": "ParameterRef", "name": "None"}},
                ]
            },
        }
    }
    one = Library.from_elm(document)
    assert one.evaluate_all(Context()) == {"r": "EU", "n": None}
    assert one.evaluate("r", Context(parameters={"Region": "US"})) == "US"


def test_definitions_of_an_included_library_are_evaluated_once():
    base = library(a=of("Message", source=5, severity="Trace", message="evaluated"))
    document = {
        "library": {
            "identifier": {"id": "Top"},
            "includes": {"def": [{"localIdentifier": "B", "path": "Test", "version": "1"}]},
            "statements": {
                "def": [
                    {"name": name, "expression": {"type": "ExpressionRef", "name": "a", "libraryName": "B"}}
                    for name in "xy"
                ]
            },
        }
    }
    top, context = Library.from_elm(document, [base]), Context()
    assert top.evaluate_all(context) == {"x": 5, "y": 5}
    assert base.evaluate("a", context) == 5
    assert [message.text for message in context.messages] == ["evaluated"]
    with pytest.raises(CqlError, match="included library Test version 1 is missing"):
        Library.from_elm(document)
