from decimal import Decimal

from fhir_content.case.mutants import mutants
from fhir_content.case.mutation import mutate
from fhir_content.case.suite import run_cases

INTEGER, DECIMAL = "{urn:hl7-org:elm-types:r1}Integer", "{urn:hl7-org:elm-types:r1}Decimal"


def library(expression, boolean=False):
    result = {"resultTypeName": "{urn:hl7-org:elm-types:r1}Boolean"} if boolean else {}
    statements = {"def": [{"name": "D", "expression": expression, **result}]}
    return {"library": {"identifier": {"id": "L"}, "statements": statements}}


def changed(expression, boolean=False):
    elm = library(expression, boolean)
    made = [(each.change, each.applied_to(elm)) for each in mutants(elm)]
    assert elm == library(expression, boolean)  # the original is left as it was
    return {change: tree["library"]["statements"]["def"][0]["expression"] for change, tree in made}


def literal(value, kind=INTEGER):
    return {"type": "Literal", "valueType": kind, "value": value}


def ref(name):
    return {"type": "ExpressionRef", "name": name}


def test_each_comparator_moves_its_border_and_turns_round():
    for kind, border, turned in (
        ("Less", "LessOrEqual", "Greater"),
        ("LessOrEqual", "Less", "GreaterOrEqual"),
        ("Greater", "GreaterOrEqual", "Less"),
        ("GreaterOrEqual", "Greater", "LessOrEqual"),
    ):
        made = changed({"type": kind, "operand": [ref("A"), ref("B")]})
        assert [each["type"] for each in made.values()] == [border, turned]
        assert list(made) == [f"{kind} becomes {border}", f"{kind} becomes {turned}"]


def test_each_side_of_a_conjunction_and_of_a_disjunction_is_dropped():
    for kind in ("And", "Or"):
        made = changed({"type": kind, "operand": [ref("A"), ref("B")]})
        assert made == {
            f"the left side of `{kind.lower()}` is dropped": ref("B"),
            f"the right side of `{kind.lower()}` is dropped": ref("A"),
        }


def test_a_number_moves_by_one_in_its_last_digit():
    assert [each["value"] for each in changed(literal("18")).values()] == ["17", "19"]
    assert [each["value"] for each in changed(literal("1.50", DECIMAL)).values()] == ["1.49", "1.51"]
    assert changed({"type": "Literal", "valueType": "{urn:hl7-org:elm-types:r1}String", "value": "18"}) == {}


def test_a_quantity_moves_and_changes_its_unit():
    made = changed({"type": "Quantity", "value": Decimal("4.0"), "unit": "g/L"})
    assert list(made) == ["4.0 g/L becomes 3.9 g/L", "4.0 g/L becomes 4.1 g/L", "4.0 g/L becomes 4.0 mg/dL"]
    assert made["4.0 g/L becomes 4.0 mg/dL"]["unit"] == "mg/dL"


def test_a_definition_that_decides_is_negated():
    operand = {"type": "Exists", "operand": ref("A")}
    made = changed(operand, boolean=True)
    assert made["the definition is negated"]["type"] == "Not"
    assert made["the definition is negated"]["operand"] == operand
    assert changed(operand) == {}


def test_what_is_deep_inside_is_reached_and_what_is_no_logic_is_not():
    deep = {"type": "Exists", "operand": {"type": "Query", "where": {"type": "Not", "operand": literal("1")}}}
    assert len(changed(deep)) == 2
    assert changed({"type": "Exists", "operand": ref("A"), "annotation": [literal("1")]}) == {}


def test_a_wrong_that_no_case_notices_survives(fever):
    steps = []
    result = mutate(run_cases(fever.load()), (), lambda done, total: steps.append((done, total)), jobs=1)
    assert [(each.name, each.change) for each in result.survivors] == [
        ("Fever Temperature", "37.8 Cel becomes 37.7 Cel"),
        ("Fever Temperature", "37.8 Cel becomes 37.9 Cel"),
    ]
    assert steps[-1] == (result.total, result.total)
    assert result.total == len(steps) == 12
    assert round(result.score(2), 1) == 83.3
    assert result.score(0) == 100.0


def test_the_missing_case_kills_it(fever):
    for degrees, expected in (("37.7", "nothing: true"), ("37.8", "exactly: [rest]")):
        fever.add(
            f"fever/cases/eu-{degrees.replace('.', '-')}.yaml",
            f"title: In the EU, {degrees}\nplan: fever\non: 2026-11-22\nregion: EU\npatient: {{age: 30 years}}\n"
            f"observations: [{{temperature: {degrees} Cel}}]\nexpect: {{{expected}}}\n",
        )
    assert mutate(run_cases(fever.load()), (), lambda done, total: None, jobs=1).survivors == ()


def test_an_action_that_no_case_expects_survives_its_removal(fever):
    fever.change("fever/cases/unknown.yaml", "{asks: [ask], not: [rest]}", "{not: [rest]}")
    result = mutate(run_cases(fever.load()), (), lambda done, total: None, jobs=1)
    assert ("PlanDefinition/fever", "ask", "the action is removed") in [
        (each.home, each.place, each.change) for each in result.survivors
    ]
