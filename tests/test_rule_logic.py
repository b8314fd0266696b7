"""What several rules stand on: paths, pieces of CQL, whether logic can be null, what contradicts what."""

import time

import pytest

from fhir_content.catalog import Catalog
from fhir_content.resource import Resource
from fhir_content.rules._cql import syntax_fault
from fhir_content.rules._elm import defined_names
from fhir_content.rules._facts import Facts
from fhir_content.rules._nullability import can_be_null
from fhir_content.rules._paths import split
from fhir_content.rules.expression_is_not_defined import check as undefined
from fhir_content.rules.html_in_markdown import check as html_rule

REF = {"type": "ExpressionRef", "name": "IgG"}
FALSE = {"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}Boolean", "value": "false"}
LESS = {"type": "Less", "operand": [REF, {"type": "Quantity", "value": 4, "unit": "g/L"}]}
IS_NULL = {"type": "IsNull", "operand": REF}


@pytest.mark.parametrize(
    "path",
    [
        "status",
        "a.b",
        "dosageInstruction[0].text",
        "item[%i].x",
        "extension('http://a.b/c').value",
        "x.ofType(a).b",
        "a.where(b='('  ).c",
    ],
)
def test_a_path_is_names_indexes_and_functions(path):
    assert split(path) is not None


@pytest.mark.parametrize("path", ["", ".", "a.", ".a", "a..b", "a[", "a[0", "a]", "a b", "a(", "a('", "1a", "a[0]b"])
def test_what_is_no_path_is_none(path):
    assert split(path) is None


@pytest.mark.parametrize(
    "text",
    [
        "true",
        "\"Start\" and not exists [Condition: \"CVID\"]",
        "Interval[Now() - 12 months, Now())",
        "from \"A\" A where A.x > 4 'g/L' return A",
        "if a then b else c",
        "case when a then b else c end",
        "@2026-01-01 // a comment",
        "Code { code: 'x', display: 'y' }",
        "-4.0 * (3)",
        "[Observation: code in \"IgG\"] O where O.value is not null",
        "x.y.z",
    ],
)  # fmt: skip
def test_cql_is_left_alone(text):
    assert syntax_fault(text) == ("", 0)


@pytest.mark.parametrize(
    ("text", "words", "offset"),
    [
        ("(a and b", "`(` is not closed", 0),
        ("a and", "nothing follows `and`", 5),
        ("a and or b", "`or` follows `and`", 6),
        ("and b", "nothing stands before `and`", 0),
        ("a)", "`)` closes nothing", 1),
        ("'open", "a quote is not closed", 0),
        ("a = = b", "`=` follows `=`", 4),
        ("", "there is no expression", 0),
        ("a ; b", "`;` is not CQL", 2),
    ],
)
def test_a_slip_of_the_hand_is_named_at_its_place(text, words, offset):
    assert syntax_fault(text) == (words, offset)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (LESS, True),
        ({"type": "Coalesce", "operand": [LESS, FALSE]}, False),
        ({"type": "Exists", "operand": REF}, False),
        ({"type": "And", "operand": [{"type": "Not", "operand": IS_NULL}, LESS]}, False),
        ({"type": "And", "operand": [LESS, {"type": "Not", "operand": IS_NULL}]}, True),
        ({"type": "Or", "operand": [IS_NULL, LESS]}, True),
        ({"type": "If", "condition": IS_NULL, "then": FALSE, "else": LESS}, False),
        ({"type": "If", "condition": LESS, "then": LESS, "else": FALSE}, False),
        ({"type": "If", "condition": LESS, "then": FALSE, "else": LESS}, True),
        ({"type": "Case", "caseItem": [{"when": IS_NULL, "then": FALSE}], "else": LESS}, False),
        ({"type": "Case", "caseItem": [{"when": LESS, "then": FALSE}], "else": {"type": "Null"}}, True),
        ({"type": "Null"}, True),
    ],
)
def test_null_is_followed_through_the_logic(expression, expected):
    assert (
        can_be_null(Resource.of({"resourceType": "Library", "name": "L"}), {"expression": expression}, Catalog([]))
        is expected
    )


def test_logic_that_doubles_at_each_step_is_given_up_and_not_reported():
    expression = LESS
    for _ in range(30):
        expression = {"type": "Or", "operand": [expression, expression]}
    before = time.perf_counter()
    can_be_null(
        Resource.of({"resourceType": "Library"}), {"expression": {"type": "Not", "operand": expression}}, Catalog([])
    )
    assert time.perf_counter() - before < 2


def test_a_contradiction_names_both_conditions():
    facts = Facts()
    assert facts.add([("a", True), ("b", False)], "First") == ""
    assert facts.add([("c", True)], "Second") == ""
    assert facts.add([("b", True)], "Third") == "`Third` excludes `First`"
    assert Facts().add([("x", True), ("x", False)], "One") == "`One` excludes itself"
    assert Facts().add([("false", True)], "Never") == "`Never` is never true"


def test_definitions_are_read_off_the_cql_without_its_comments_and_texts():
    import base64

    hidden = '// define "no": 1\n/* define "no2": 1 */\n'
    shown = 'define "A b": \'define "no3": 1\'\ndefine private C: 2\ndefine function "F"(): 1\n'
    cql = f'library L\nparameter "Region" String\n{hidden}{shown}'
    data = base64.b64encode(cql.encode()).decode()
    library = Resource.of({"resourceType": "Library", "content": [{"contentType": "text/cql", "data": data}]})
    assert defined_names(library) == {"A b", "C", "Region"}


@pytest.mark.parametrize("text", ["/*" * 200_000, "'" * 400_001, "`" * 400_001 + "<b>", "define " * 50_000])
def test_long_odd_texts_take_no_long_time(text):
    import base64

    before = time.perf_counter()
    syntax_fault(text)
    data = base64.b64encode(text.encode()).decode()
    defined_names(Resource.of({"resourceType": "Library", "content": [{"contentType": "text/cql", "data": data}]}))
    list(html_rule.issues(Resource.of({"resourceType": "PlanDefinition", "description": text}), Catalog([])))
    assert time.perf_counter() - before < 3


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a `<b>` c", False),
        ("```\n<b>\n```", False),
        ("a ` <b>", True),
        ("IgG <4 and >2", False),
        ("<dose>", False),
        ("<BR/>", True),
    ],
)
def test_a_tag_counts_outside_code(text, found):
    issues = list(html_rule.issues(Resource.of({"resourceType": "PlanDefinition", "description": text}), Catalog([])))
    assert bool(issues) is found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Start", False),
        ('"Start"', False),
        ("Common.Start", False),
        ('Common."A b"', False),
        ('"Common"."A b"', False),
        ("Strat", True),
    ],
)
def test_a_name_of_another_library_is_not_called_undefined(name, found):
    import base64

    data = base64.b64encode(b"library L\ndefine Start: true\n").decode()
    library = {
        "resourceType": "Library",
        "url": "http://a.org/Library/L",
        "content": [{"contentType": "text/cql", "data": data}],
    }
    plan = {"resourceType": "PlanDefinition", "library": ["http://a.org/Library/L"]}
    expression = {"language": "text/cql-identifier", "expression": name}
    plan["action"] = [{"condition": [{"kind": "applicability", "expression": expression}]}]
    resources = [Resource.of(plan), Resource.of(library)]
    assert bool(list(undefined.issues(resources[0], Catalog(resources)))) is found
