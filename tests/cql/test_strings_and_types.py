"""Strings, conversions, types, messages and codes: https://cql.hl7.org/09-b-cqlreference.html"""

from decimal import Decimal

import pytest
from elm_nodes import NOW, SYSTEM, date, date_time, decimal, elm, interval, library, lit, of, op, quantity, time, value
from hypothesis import given
from hypothesis import strategies as st

from fhir_content.cql import Context, CqlError, Library, Long, Quantity
from fhir_content.cql.conversions import to_decimal, to_integer, to_quantity, to_string

STRINGS = [
    (op("Concatenate", "a", None), None),
    (of("Combine", source=["a", None, "b"], separator="-"), "a-b"),
    (of("Combine", source=[None], separator="-"), None),
    (of("Split", stringToSplit="a,b", separator=","), ["a", "b"]),
    (of("SplitOnMatches", stringToSplit="a1b22c", separatorPattern="[0-9]+"), ["a", "b", "c"]),
    (of("Substring", stringToSub="abc", startIndex=1), "bc"),
    (of("Substring", stringToSub="abc", startIndex=3), None),
    (of("Substring", stringToSub="abc", startIndex=1, length=9), "bc"),
    (of("PositionOf", pattern="an", string="banana"), 1),
    (of("LastPositionOf", pattern="an", string="banana"), 3),
    (of("PositionOf", pattern="x", string="banana"), -1),
    (op("Indexer", "abc", 1), "b"),
    (op("Matches", "abc", "b"), False),
    (op("Matches", "abc", "a.c"), True),
    (op("ReplaceMatches", "a-b", "(a)-(b)", r"$2\$$1"), "b$a"),
    (op("Upper", None), None),
    (op("StartsWith", "abc", "ab"), True),
    (op("EndsWith", "abc", "ab"), False),
    (op("Equal", "a", "A"), False),
    (op("Equivalent", "a \n b", "A B"), True),
]


@pytest.mark.parametrize(("node", "expected"), STRINGS)
def test_strings(node, expected):
    assert value(node) == expected


CONVERSIONS = [
    ("ToInteger", "12", 12),
    ("ToInteger", "2147483648", None),
    ("ToInteger", "1.5", None),
    ("ToLong", "12", Long(12)),
    ("ToDecimal", "1.123456789", Decimal("1.12345678")),
    ("ToDecimal", "1e5", None),
    ("ToDecimal", "", None),
    ("ToBoolean", "Yes", True),
    ("ToBoolean", "maybe", None),
    ("ToQuantity", "5.5 'mg'", Quantity(Decimal("5.5"), "mg")),
    ("ToQuantity", "5 days", Quantity(Decimal(5), "days")),
    ("ToQuantity", "mg", None),
    ("ToTime", "25:00", None),
    ("ToDate", "2014-02-30", None),
    ("ToString", 5, "5"),
    ("ToString", decimal("1.50"), "1.50"),
    ("ToString", quantity("1.5", "mg"), "1.5 'mg'"),
    ("ToString", date(2014, 5), "2014-05"),
    ("ToString", time(10, 30), "10:30"),
    ("ToString", date_time(2014, 1, 1, 10, 0, 0, 0, offset="1.5"), "2014-01-01T10:00:00.000+01:30"),
    ("ToString", date_time(2014, 1, 1, 10, 0, 0, 0), "2014-01-01T10:00:00.000+00:00"),
    ("ConvertsToInteger", "x", False),
    ("ConvertsToDate", "2014-05", True),
    ("ToList", None, []),
]


@pytest.mark.parametrize(("name", "operand", "expected"), CONVERSIONS)
def test_conversions(name, operand, expected):
    assert value(op(name, operand)) == expected


@given(st.integers(-(2**31), 2**31 - 1), st.decimals(-(10**15), 10**15, places=8), st.sampled_from(["mg", "g/L", "1"]))
def test_conversion_to_text_and_back(whole, number, unit):
    assert to_integer(to_string(whole)) == whole
    assert to_decimal(to_string(number)) == number
    assert to_quantity(to_string(Quantity(number, unit))) == Quantity(number, unit)


def named(name):
    return {"type": "NamedTypeSpecifier", "name": SYSTEM + name}


def test_is_and_as():
    assert value(op("Is", 5, isTypeSpecifier=named("Integer"))) is True
    assert value(op("Is", 5, isTypeSpecifier=named("Decimal"))) is False
    assert value(op("Is", None, isTypeSpecifier=named("Integer"))) is False
    listed = {"type": "ListTypeSpecifier", "elementType": named("String")}
    assert value(op("Is", [1], isTypeSpecifier=listed)) is False
    assert value(op("As", "x", asTypeSpecifier=named("Integer"))) is None
    with pytest.raises(CqlError, match="cannot cast"):
        value(op("As", "x", asTypeSpecifier=named("Integer"), strict=True))
    spans = {"type": "IntervalTypeSpecifier", "pointType": named("Integer")}
    assert value(op("Is", interval(1, 2), isTypeSpecifier=spans)) is True
    choice = {"type": "ChoiceTypeSpecifier", "choice": [named("String"), named("Integer")]}
    assert value(op("As", 5, asTypeSpecifier=choice)) == 5


def test_units_are_converted():
    assert value(op("ConvertQuantity", quantity(350, "mg/dL"), "g/L")) == Quantity(Decimal("3.5"), "g/L")
    assert value(op("ConvertQuantity", quantity(1, "mg"), "mL")) is None
    assert value(op("CanConvertQuantity", quantity(1, "mg"), "g")) is True


def test_a_message_is_kept_and_an_error_stops():
    said = of("Message", source=1, condition=True, code="100", severity="Warning", message="careful")
    one, context = library(r=said), Context()
    assert one.evaluate("r", context) == 1
    assert [tuple(message) for message in context.messages] == [("Warning", "100", "careful")]
    with pytest.raises(CqlError, match=r"Test\.r 1:1-1:9: careful \(100\)"):
        value({**said, "severity": lit("Error")})
    assert value({**said, "severity": lit("Error"), "condition": lit(False)}) == 1


def vocabulary(**definitions):
    document = elm(**definitions)
    document["library"] |= {
        "codeSystems": {"def": [{"name": "S", "id": "urn:s"}]},
        "codes": {"def": [{"name": "C", "id": "a", "codeSystem": {"name": "S"}, "display": "A"}]},
        "concepts": {"def": [{"name": "K", "code": [{"name": "C"}]}]},
        "valueSets": {"def": [{"name": "V", "id": "urn:v", "version": "2"}]},
    }
    return Library.from_elm(document)


CODE, CONCEPT = {"type": "CodeRef", "name": "C"}, {"type": "ConceptRef", "name": "K"}


def test_codes_concepts_and_value_sets():
    member = {"type": "InValueSet", "code": CODE, "valueset": {"name": "V"}}
    one = vocabulary(
        same=op("Equivalent", CODE, CONCEPT),
        member=member,
        none={**member, "code": lit(None)},
        any={"type": "AnyInValueSet", "codes": lit([CODE]), "valueset": {"name": "V"}},
        system={"type": "InCodeSystem", "code": CODE, "codesystem": {"name": "S"}},
        text={**member, "code": lit("a")},
    )
    inside = one.evaluate_all(Context(value_sets={"urn:v|2": {("urn:s", "a")}}))
    assert inside == {"same": True, "member": True, "none": False, "any": True, "system": True, "text": True}
    outside = one.evaluate_all(Context(value_sets=lambda url: {("urn:s", "b")} if url == "urn:v" else None))
    assert (outside["member"], outside["any"], outside["text"]) == (False, False, False)
    with pytest.raises(CqlError, match=r"value set urn:v\|2 is not available"):
        one.evaluate("member", Context())


def test_a_reference_to_nothing_is_refused():
    for kind in ("CodeRef", "ValueSetRef", "ExpressionRef", "ParameterRef"):
        with pytest.raises(CqlError, match="not de"):
            vocabulary(r={"type": kind, "name": "Nothing"})


def test_tuples_and_instances():
    made = {"type": "Tuple", "element": [{"name": "a", "value": lit(1)}]}
    assert value(of("Property", source=made) | {"path": "a"}) == 1
    dose = {
        "type": "Instance",
        "classType": SYSTEM + "Quantity",
        "element": [{"name": "value", "value": decimal("2.5")}, {"name": "unit", "value": lit("g")}],
    }
    assert value(dose) == Quantity(Decimal("2.5"), "g")
    with pytest.raises(CqlError, match="has no element x"):
        value({**dose, "element": [{"name": "x", "value": lit(1)}]})


def test_an_operator_on_a_value_of_the_wrong_type_is_an_error_with_its_place():
    for node in (op("Upper", 5), op("Add", "a", 1), op("Less", "a", 1), op("Start", 5), of("Sum", source=5)):
        with pytest.raises(CqlError, match=r"Test\.r 1:1-1:9"):
            library(r=node).evaluate("r", Context(now=NOW))
