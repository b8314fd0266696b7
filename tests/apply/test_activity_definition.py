"""What each kind of ActivityDefinition becomes: https://hl7.org/fhir/R4/activitydefinition-operation-apply.html"""

import pytest

from fhir_content.apply import ApplyError
from fhir_content.apply.activity_kinds import KINDS
from tests.apply.conftest import activity, sets

KIND = "http://hl7.org/fhir/uv/cpg/StructureDefinition/cpg-activity-kind"
WHO = {"subject", "patient", "for", "participant", "actor", "candidate"}


def of_kind(kind, **more):
    extension = [{"url": KIND, "valueString": kind}]
    return activity(
        "act", "Task", extension=extension, productCodeableConcept={"text": "p"}, code={"text": "c"}, **more
    )


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"SupplyRequest"}))
def test_every_kind_says_whom_it_is_for(applied, kind):
    made = applied(of_kind(kind)).resource
    assert made["resourceType"] == kind
    assert made["id"] == "act"
    (name,) = WHO & set(made)
    assert "Patient/p1" in str(made[name])


def test_there_are_nineteen_kinds_and_no_other(applied):
    assert len(KINDS) == 19
    with pytest.raises(ApplyError, match="`PlanDefinition` cannot be made"):
        applied(of_kind("PlanDefinition"))


def test_a_medication_request(applied):
    definition = activity(
        "give",
        "MedicationRequest",
        productReference={"reference": "Medication/ivig"},
        dosage=[{"text": "monthly"}],
        doNotPerform=False,
        intent="proposal",
        priority="urgent",
        profile="http://x.org/Profile",
    )
    made = applied(definition, encounter="e1", practitioner="d1").resource
    assert made == {
        "resourceType": "MedicationRequest",
        "id": "give",
        "meta": {"profile": ["http://x.org/Profile"]},
        "instantiatesCanonical": ["http://x.org/ActivityDefinition/give|1"],
        "status": "active",
        "intent": "proposal",
        "doNotPerform": False,
        "dosageInstruction": [{"text": "monthly"}],
        "medicationReference": {"reference": "Medication/ivig"},
        "subject": {"reference": "Patient/p1"},
        "encounter": {"reference": "Encounter/e1"},
        "requester": {"reference": "Practitioner/d1"},
    }


def test_a_task_is_ready_unless_the_definition_says_otherwise(applied):
    assert applied(activity(kind="Task")).resource["status"] == "ready"
    target = {"url": "http://hl7.org/fhir/us/ecr/StructureDefinition/targetStatus", "valueString": "REQUESTED"}
    made = applied(activity(kind="Task", extension=[target], doNotPerform=True)).resource
    assert (made["status"], made["intent"], made["modifierExtension"][0]["valueBoolean"]) == (
        "requested",
        "proposal",
        True,
    )
    with pytest.raises(ApplyError, match="`soon` is not a status"):
        applied(activity(kind="Task", extension=[{**target, "valueString": "soon"}]))


@pytest.mark.parametrize(
    ("kind", "element", "path"),
    [
        ("MedicationRequest", "product", "medicationCodeableConcept"),
        ("ServiceRequest", "code", "code"),
        ("ImmunizationRecommendation", "product", "recommendation[0].vaccineCode"),
    ],
)
def test_what_says_what_to_do_is_stated_or_set_by_a_dynamic_value(applied, kind, element, path):
    bare = {key: value for key, value in activity("act", kind).items() if key != "code"}
    with pytest.raises(ApplyError, match=f"needs `{element}`"):
        applied(bare)
    made = applied({**bare, "dynamicValue": [sets(path, "Text")]}).resource
    assert "'code': 'text'" in str(made)


def test_a_communication_request_carries_the_text_of_its_code(applied):
    made = applied(activity(kind="CommunicationRequest", code={"text": "Call us"})).resource
    assert made["payload"] == [{"contentString": "Call us"}]


def test_extensions_are_copied_but_for_those_about_the_artifact(applied):
    kept = {"url": "http://x.org/kept", "valueString": "k"}
    left = {"url": "http://hl7.org/fhir/uv/cpg/StructureDefinition/cpg-knowledgeCapability", "valueCode": "shareable"}
    asks = {
        "url": "http://x.org/asks",
        "_valueString": {
            "extension": [
                {
                    "url": "http://hl7.org/fhir/StructureDefinition/cqf-expression",
                    "valueExpression": {"language": "text/cql-identifier", "expression": "Text"},
                }
            ]
        },
    }
    made = applied(activity(extension=[kept, left, asks])).resource
    assert made["extension"] == [kept, {"url": "http://x.org/asks", "valueString": "text"}]


def test_what_a_dynamic_value_cannot_set_is_a_message_in_the_resource(applied):
    outcome = applied(activity(dynamicValue=[sets("nosuch", "Text"), sets("code.text", "Text")]))
    assert outcome.has_errors
    assert outcome.resource["code"] == {"text": "text"}
    (issue,) = outcome.resource["contained"][0]["issue"]
    assert "no element `nosuch`" in issue["diagnostics"]
