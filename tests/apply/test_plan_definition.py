"""Which actions of a plan appear, and in which form: https://hl7.org/fhir/R4/plandefinition-operation-apply.html"""

import pytest

from fhir_content.apply import ApplyError
from tests.apply.conftest import actions, activity, group, made, named, plan, sets, when

CONDITION = "applicability"
BEHAVIOR = "http://hl7.org/fhir/StructureDefinition/cqf-applicabilityBehavior"


@pytest.mark.parametrize(
    ("name", "applies"),
    [
        ("True", True),
        ("False", False),
        ("Null", False),
        ("Five", False),
        ("Text", False),
        ("Fails", False),
        ("Missing", False),
        ("List", True),
    ],
)
def test_only_true_makes_an_action_apply(applied, name, applies):
    outcome = applied(plan("plan", {"id": "a", **when(name)}))
    assert actions(outcome) == (["a"] if applies else [])
    assert outcome.has_errors is (name in ("Fails", "Missing"))


def test_all_conditions_must_hold_and_other_kinds_are_not_asked(applied):
    start = {"kind": "start", "expression": named("False")}
    outcome = applied(
        plan(
            "plan",
            {"id": "both", **when("True", "True")},
            {"id": "one", **when("True", "False")},
            {"id": "start", "condition": [start]},
            {"id": "none"},
            {"id": "empty", "condition": [{"kind": CONDITION}]},
        )
    )
    assert actions(outcome) == ["both", "start", "none", "empty"]


@pytest.mark.parametrize(
    ("expression", "error"),
    [
        ({"expression": "True"}, "no language"),
        ({"language": "text/cql-identifier"}, "empty"),
        (named("True", reference="http://x.org/Library/Nope"), "not among the content"),
        (named("("), "not defined"),
        (named("(", "text/fhirpath"), "FHIRPath"),
        (named("x", "text/x-unknown"), "language text/x-unknown"),
    ],
)
def test_an_expression_that_cannot_be_run_drops_the_action_and_says_why(applied, expression, error):
    outcome = applied(
        plan("plan", {"id": "a", "condition": [{"kind": CONDITION, "expression": expression}]}, {"id": "b"})
    )
    assert actions(outcome) == ["b"]
    (message,) = group(outcome).get("contained", made(outcome, "OperationOutcome"))[0]["issue"]
    assert error in message["diagnostics"]
    link = {
        "url": "http://hl7.org/fhir/StructureDefinition/cqf-messages",
        "valueReference": {"reference": "#apply-outcome-plan"},
    }
    assert link in group(outcome)["extension"]


@pytest.mark.parametrize(
    ("expression", "applies"),
    [
        (named("True", "text/cql.identifier"), True),
        (named("True", "text/cql"), True),
        (named("True", "text/x-unknown"), True),
        (named("%subject.gender = 'male'", "text/fhirpath"), True),
        (named("Patient.gender = 'female'", "text/fhirpath"), False),
        (named("%context.id = 'plan'", "text/fhirpath"), True),
        (named("%practitioner.id.exists()", "text/fhirpath"), False),
    ],
)
def test_languages(applied, expression, applies):
    outcome = applied(plan("plan", {"id": "a", "condition": [{"kind": CONDITION, "expression": expression}]}))
    assert actions(outcome) == (["a"] if applies else [])
    assert not outcome.has_errors


def alternative(primary, other):
    extension = {"url": "http://hl7.org/fhir/StructureDefinition/cqf-alternativeExpression", "valueExpression": other}
    return {"kind": CONDITION, "expression": {**primary, "extension": [extension]}}


@pytest.mark.parametrize(
    ("primary", "applies"),
    [(named("x", "application/x-dmn"), True), (named("False"), False), (named("Null"), False), (named("Fails"), False)],
)
def test_an_alternative_is_for_a_language_that_is_not_known_here(applied, primary, applies):
    outcome = applied(plan("plan", {"id": "a", "condition": [alternative(primary, named("True"))]}))
    assert actions(outcome) == (["a"] if applies else [])


def test_the_first_library_that_has_the_name_is_asked(applied):
    from tests.apply.conftest import library, literal

    other = library("Other", {"Only There": literal("Boolean", "true")})
    libraries = ["http://x.org/Library/Logic", "http://x.org/Library/Other"]
    outcome = applied(plan("plan", {"id": "a", **when("True", "Only There")}, library=libraries), other)
    assert actions(outcome) == ["a"]


def test_children_of_an_action_that_does_not_apply_are_not_reached(applied):
    outcome = applied(plan("plan", {"id": "a", **when("False"), "action": [{"id": "b", "action": [{"id": "c"}]}]}))
    assert actions(outcome) == []
    (a,) = outcome.explanation.actions
    assert [(each.id, each.reason) for each in a.walk()] == [
        ("a", "condition"),
        ("b", "not-reached"),
        ("c", "not-reached"),
    ]


def test_any_takes_the_first_child_that_applies(applied):
    children = [{"id": "x1", **when("False")}, {"id": "x2"}, {"id": "x3"}]
    parent = {"id": "a", "action": children}
    assert [each["id"] for each in group(applied(plan("plan", parent)))["action"][0]["action"]] == ["x2", "x3"]
    first = {**parent, "extension": [{"url": BEHAVIOR, "valueCode": "any"}]}
    assert [each["id"] for each in group(applied(plan("plan", first)))["action"][0]["action"]] == ["x2"]
    odd = applied(plan("plan", {**parent, "extension": [{"url": BEHAVIOR, "valueCode": "some"}]}))
    assert odd.has_errors


def test_what_is_copied_and_what_is_not(applied):
    code = {"text": "k"}
    action = {
        "id": "a",
        "prefix": "1",
        "title": "t",
        "priority": "urgent",
        "code": [code, {"text": "second"}],
        "goalId": ["g"],
        "trigger": [{"type": "named-event", "name": "patient-view"}],
        "participant": [{"type": "practitioner"}],
        "groupingBehavior": "visual-group",
        "selectionBehavior": "any",
        "relatedAction": [{"id": "r", "actionId": "b", "relationship": "before", "offsetDuration": {"value": 2}}],
        "timingDateTime": "2026-01-01",
    }
    (copied,) = group(applied(plan("plan", action)))["action"]
    assert copied == {
        "id": "a",
        "title": "t",
        "priority": "urgent",
        "code": [code],
        "selectionBehavior": "any",
        "relatedAction": [{"actionId": "b", "relationship": "before", "offsetDuration": {"value": 2}}],
        "timingDateTime": "2026-01-01",
    }


def test_the_care_plan_contains_everything_and_points_at_it(applied):
    goal = {"description": {"text": "no infections"}, "target": [{"due": {"value": 6, "unit": "mo"}}]}
    action = {"id": "a", "definitionCanonical": "http://x.org/ActivityDefinition/act|1"}
    outcome = applied(
        plan("plan", action, goal=[goal]),
        activity(),
        encounter="e1",
        practitioner="d1",
        organization="o1",
        language="de",
    )
    care_plan = outcome.resource
    assert [(each["resourceType"], each["id"]) for each in care_plan["contained"]] == [
        ("RequestGroup", "plan"),
        ("Goal", "1"),
        ("ServiceRequest", "a-act"),
    ]
    assert (care_plan["status"], care_plan["intent"], care_plan["language"]) == ("active", "proposal", "de")
    assert care_plan["instantiatesCanonical"] == ["http://x.org/PlanDefinition/plan|1"]
    assert care_plan["activity"] == [{"reference": {"reference": "#plan"}}]
    assert care_plan["goal"] == [{"reference": "#1"}]
    assert care_plan["encounter"] == {"reference": "Encounter/e1"}
    assert care_plan["author"] == {"reference": "Organization/o1"}
    (first,) = group(outcome)["action"]
    assert first["resource"] == {"reference": "#a-act"}
    (made_goal,) = made(outcome, "Goal")
    assert made_goal["target"] == [{"dueDuration": {"value": 6, "unit": "mo"}}]


def test_the_bundle_holds_resources_in_order_with_references_that_resolve(applied):
    action = {"id": "a", "definitionCanonical": "http://x.org/ActivityDefinition/act"}
    outcome = applied(plan("plan", action, goal=[{"description": {"text": "g"}}]), activity(), output="bundle")
    keys = [f"{each['resource']['resourceType']}/{each['resource']['id']}" for each in outcome.resource["entry"]]
    assert keys == ["RequestGroup/plan", "Goal/1", "ServiceRequest/a-act"]
    assert group(outcome)["action"][0]["resource"]["reference"] in keys
    assert group(outcome)["extension"][0]["valueReference"]["reference"] in keys


def test_a_definition_used_twice_is_one_contained_resource_unless_it_differs(applied):
    use = {"definitionCanonical": "http://x.org/ActivityDefinition/act"}
    other = {**use, "dynamicValue": [sets("code.text", "Text")]}
    references = [
        each["resource"]["reference"] for each in group(applied(plan("plan", use, use, other), activity()))["action"]
    ]
    assert references == ["#act", "#act", "#act2"]
    in_bundle = group(applied(plan("plan", use, use), activity(), output="bundle"))["action"]
    assert [each["resource"]["reference"] for each in in_bundle] == ["ServiceRequest/act", "ServiceRequest/act2"]


def test_a_task_is_named_for_its_action_and_based_on_the_group(applied):
    action = {"id": "ask", "definitionCanonical": "http://x.org/ActivityDefinition/act"}
    (task,) = made(applied(plan("plan", action), activity(kind="Task")), "Task")
    assert (task["id"], task["basedOn"]) == ("ask", [{"reference": "RequestGroup/plan"}])


def test_a_nested_plan_comes_after_what_its_parent_proposes(applied):
    inner = plan(
        "inner",
        {"id": "i", "definitionCanonical": "http://x.org/ActivityDefinition/act"},
        goal=[{"description": {"text": "2"}}],
    )
    outer = plan(
        "outer",
        {"id": "n", "definitionCanonical": "http://x.org/PlanDefinition/inner|1"},
        {"id": "o", "definitionCanonical": "http://x.org/ActivityDefinition/act"},
        goal=[{"description": {"text": "1"}}],
    )
    contained = applied(outer, inner, activity()).resource["contained"]
    assert [each["id"] for each in contained] == ["outer", "1", "n-inner", "o-act", "2", "i-act"]
    entries = applied(outer, inner, activity(), output="bundle").resource["entry"]
    assert [each["resource"]["id"] for each in entries] == ["outer", "1", "2", "i-act", "n-inner", "o-act"]


@pytest.mark.parametrize(
    ("canonical", "message"),
    [
        ("http://x.org/ActivityDefinition/nope", "not among the content"),
        ("http://x.org/Library/Logic", "it is a Library"),
        ("#nope", "not among the content"),
        ("http://x.org/PlanDefinition/plan", "applies itself"),
        ("http://x.org/ActivityDefinition/bare", "needs `product`"),
    ],
)
def test_a_definition_that_fails_leaves_the_action_without_resource(applied, canonical, message):
    bare = activity("bare", "MedicationRequest")
    outcome = applied(plan("plan", {"id": "a", "definitionCanonical": canonical}), bare)
    assert group(outcome)["action"] == [{"id": "a"}]
    assert any(message in issue.message for issue in outcome.issues)
    assert any(message in error for each in outcome.explanation.walk() for error in each.errors)


def test_contained_definitions_uris_and_questionnaires(applied):
    questionnaire = {
        "resourceType": "Questionnaire",
        "id": "q",
        "url": "http://x.org/Questionnaire/q",
        "status": "active",
    }
    outcome = applied(
        plan(
            "plan",
            {"id": "c", "definitionCanonical": "#in"},
            {"id": "u", "definitionUri": "http://x.org/elsewhere"},
            {"id": "q", "definitionCanonical": "http://x.org/Questionnaire/q"},
            contained=[activity("in")],
        ),
        questionnaire,
    )
    references = [each["resource"]["reference"] for each in group(outcome)["action"]]
    assert references == ["#c-in", "http://x.org/elsewhere", "#q-q"]


def test_numbers_written_as_text_and_single_values_for_lists_are_put_right(applied):
    timing = {"repeat": {"frequency": "1", "period": "1.50", "periodUnit": "d", "dayOfWeek": "mon"}}
    (action,) = group(applied(plan("plan", {"id": "a", "timingTiming": timing})))["action"]
    repeat = action["timingTiming"]["repeat"]
    assert (repeat["frequency"], str(repeat["period"]), repeat["dayOfWeek"]) == (1, "1.50", ["mon"])


def test_parameters_reach_the_logic(applied):
    shown = plan("plan", {"id": "a", "dynamicValue": [sets("action.title", "Given")]})
    given = {"resourceType": "Parameters", "parameter": [{"name": "Region", "valueString": "EU"}]}
    assert group(applied(shown))["action"][0]["title"] == "US"
    assert group(applied(shown, parameters=given))["action"][0]["title"] == "EU"


def test_an_input_with_a_code_filter_is_a_variable(applied):
    code = [{"system": "http://loinc.org", "code": "2465-3"}]
    weight = {"resourceType": "Observation", "id": "o", "status": "final", "code": {"coding": code}}
    wanted = {"id": "igg", "type": "Observation", "codeFilter": [{"path": "code", "code": code}]}
    action = {
        "id": "a",
        "input": [wanted],
        "condition": [{"kind": CONDITION, "expression": named("%igg.exists()", "text/fhirpath")}],
    }
    patient = {"resourceType": "Patient", "id": "p1"}
    assert actions(applied(plan("plan", action), data=[patient, weight])) == ["a"]
    assert actions(applied(plan("plan", action), data=[patient])) == []


def test_the_same_call_gives_the_same_result_and_leaves_the_content_alone(applied):
    action = {
        "id": "a",
        "definitionCanonical": "http://x.org/ActivityDefinition/act",
        "dynamicValue": [sets("code.text", "Text")],
    }
    content = activity()
    first, second = applied(plan("plan", action), content), applied(plan("plan", action), content)
    assert first.resource == second.resource
    assert content["code"] == {"text": "code"}


def test_a_plan_of_endless_actions_ends(applied):
    with pytest.raises(ApplyError, match="more than"):
        applied(plan("plan", *({"id": str(number)} for number in range(10_001))))


def profile():
    elements = [
        {"id": "Observation.code", "path": "Observation.code", "min": 1, "patternCodeableConcept": {"text": "weight"}},
        {
            "id": "Observation.value[x]",
            "path": "Observation.value[x]",
            "min": 1,
            "type": [{"code": "Quantity"}],
            "label": "kg",
        },
        {
            "id": "Observation.bodySite",
            "path": "Observation.bodySite",
            "min": 1,
            "binding": {"valueSet": "http://x.org/v"},
        },
        {"id": "Observation.method", "path": "Observation.method", "min": 0},
    ]
    made = {
        "resourceType": "StructureDefinition",
        "id": "wt",
        "url": "http://x.org/StructureDefinition/wt",
        "title": "Weight",
    }
    return {**made, "type": "Observation", "differential": {"element": elements}}


def test_the_profile_of_an_input_is_asked_for_in_the_bundle(applied):
    asks = {"id": "a", "input": [{"type": "Observation", "profile": ["http://x.org/StructureDefinition/wt"]}]}
    outcome = applied(plan("plan", asks, asks), profile(), output="bundle")
    (questionnaire,), (response,) = made(outcome, "Questionnaire"), made(outcome, "QuestionnaireResponse")
    (asked,) = questionnaire["item"]
    assert [(each["text"], each["type"]) for each in asked["item"]] == [
        ("kg", "quantity"),
        ("Observation.bodySite", "choice"),
    ]
    assert asked["item"][0]["definition"] == "http://x.org/StructureDefinition/wt#Observation.value[x]"
    assert response["questionnaire"] == f"{questionnaire['url']}|{questionnaire['version']}"
    assert made(applied(plan("plan", asks), profile()), "Questionnaire") == []


def test_a_profile_that_is_not_here_is_told(applied):
    asks = {"id": "a", "input": [{"type": "Observation", "profile": ["http://x.org/StructureDefinition/none"]}]}
    assert ["profile" in issue.message for issue in applied(plan("plan", asks), output="bundle").issues] == [True]
