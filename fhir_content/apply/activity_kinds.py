"""What each kind of ActivityDefinition becomes, element for element. The 19 kinds that the reference knows.

https://hl7.org/fhir/R4/valueset-request-resource-types.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fhir_content.apply.request import Request
from fhir_content.resource import Resource
from fhir_content.source import Json

Made = dict[str, Json]
TARGET_STATUS = "http://hl7.org/fhir/us/ecr/StructureDefinition/targetStatus"
_DO_NOT_PERFORM = "http://hl7.org/fhir/StructureDefinition/request-doNotPerform"
_DUE: Json = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/immunization-recommendation-status",
            "code": "due",
            "display": "Due",
        }
    ]
}
# Without one of these the result would say nothing; a dynamicValue may give it instead.
REQUIRED: Mapping[str, tuple[str, str]] = {
    "MedicationRequest": ("product", "medication"),
    "ImmunizationRecommendation": ("product", "recommendation"),
    "ServiceRequest": ("code", "code"),
    "DiagnosticReport": ("code", "code"),
}


def _reference(text: str) -> Json:
    return {"reference": text}


def _instantiates(activity: Resource) -> Made:
    return {"instantiatesCanonical": [str(activity.canonical)]} if activity.url else {}


def _order(activity: Resource, intent: str = "order") -> Made:
    return {"status": "active", "intent": activity.data.get("intent") or intent}


def _people(request: Request) -> Made:
    named = {"encounter": request.encounter, "requester": request.practitioner}
    return {name: _reference(text) for name, text in named.items() if text}


def _copied(activity: Resource, **names: str) -> Made:
    """Elements of the definition under the names they have in the result."""
    data = activity.data
    return {theirs: data[ours] for ours, theirs in names.items() if ours in data}


def _product(activity: Resource, element: str) -> Made:
    return _copied(activity, productCodeableConcept=f"{element}CodeableConcept", productReference=f"{element}Reference")


def _appointment(activity: Resource, request: Request) -> Made:
    return {
        "status": "proposed",
        "participant": [{"actor": _reference(request.subject), "status": "needs-action"}],
    }


def _appointment_response(activity: Resource, request: Request) -> Made:
    return {"actor": _reference(request.subject), "participantStatus": "needs-action"}


def _care_plan(activity: Resource, request: Request) -> Made:
    return {**_instantiates(activity), **_order(activity, "proposal"), "subject": _reference(request.subject)}


def _claim(activity: Resource, request: Request) -> Made:
    return {"status": "draft", "patient": _reference(request.subject), "created": request.at.date().isoformat()}


def _communication(activity: Resource, request: Request) -> Made:
    made: Made = {"status": "unknown", "subject": _reference(request.subject)}
    if "code" in activity.data:
        made["reasonCode"] = [activity.data["code"]]
    documents = [each for each in activity.root.each("relatedArtifact") if each.text("url")]
    payload: list[Json] = [
        {
            "contentAttachment": {
                "url": each.text("url"),
                **({"title": each.text("display")} if each.text("display") else {}),
            }
        }
        for each in documents
    ]
    return {**made, "payload": payload} if payload else made


def _communication_request(activity: Resource, request: Request) -> Made:
    made: Made = {
        "status": "active",
        **_copied(activity, doNotPerform="doNotPerform"),
        "subject": _reference(request.subject),
        **_people(request),
    }
    code = activity.root.get("code")
    text = code.text("text") if code is not None else ""
    return {**made, "payload": [{"contentString": text}]} if text else made


def _contract(activity: Resource, request: Request) -> Made:
    return {"subject": [_reference(request.subject)]}


def _device_request(activity: Resource, request: Request) -> Made:
    code = _product(activity, "code") or _copied(activity, code="codeCodeableConcept")
    made = {**_instantiates(activity), **_order(activity), **code, "subject": _reference(request.subject)}
    return {**made, **_people(request)}


def _diagnostic_report(activity: Resource, request: Request) -> Made:
    return {"status": "unknown", **_copied(activity, code="code"), "subject": _reference(request.subject)}


def _enrollment_request(activity: Resource, request: Request) -> Made:
    return {"status": "draft", "created": request.at.date().isoformat(), "candidate": _reference(request.subject)}


def _immunization_recommendation(activity: Resource, request: Request) -> Made:
    vaccine: dict[str, Any] = _copied(activity, productCodeableConcept="vaccineCode")
    code = {"vaccineCode": [vaccine["vaccineCode"]]} if vaccine else {}
    return {
        "patient": _reference(request.subject),
        "date": request.at.isoformat(timespec="seconds"),
        "recommendation": [{**code, "forecastStatus": _DUE}],
    }


def _medication_request(activity: Resource, request: Request) -> Made:
    return {
        **_instantiates(activity),
        **_order(activity),
        **_copied(activity, doNotPerform="doNotPerform", dosage="dosageInstruction"),
        **_product(activity, "medication"),
        "subject": _reference(request.subject),
        **_people(request),
    }


def _nutrition_order(activity: Resource, request: Request) -> Made:
    made: Made = {**_instantiates(activity), **_order(activity), "patient": _reference(request.subject)}
    if request.encounter:
        made["encounter"] = _reference(request.encounter)
    return {**made, "dateTime": request.at.isoformat(timespec="seconds")}


def _procedure(activity: Resource, request: Request) -> Made:
    copied = _copied(activity, code="code", bodySite="bodySite")
    return {**_instantiates(activity), "status": "unknown", **copied, "subject": _reference(request.subject)}


def _request_group(activity: Resource, request: Request) -> Made:
    return {**_instantiates(activity), **_order(activity, "proposal"), "subject": _reference(request.subject)}


def _service_request(activity: Resource, request: Request) -> Made:
    return {
        **_instantiates(activity),
        **_order(activity),
        **_copied(activity, doNotPerform="doNotPerform", code="code", bodySite="bodySite"),
        "subject": _reference(request.subject),
        **_people(request),
    }


def _supply_request(activity: Resource, request: Request) -> Made:
    made: Made = {"status": "active", **_copied(activity, code="itemCodeableConcept", quantity="quantity")}
    return {**made, "requester": _reference(request.organization)} if request.organization else made


def _task(activity: Resource, request: Request) -> Made:
    made: Made = {"instantiatesCanonical": str(activity.canonical)} if activity.url else {}
    if activity.data.get("doNotPerform") is True:
        made["modifierExtension"] = [{"url": _DO_NOT_PERFORM, "valueBoolean": True}]
    status = next(
        (e.text("valueString") for e in activity.root.each("extension") if e.text("url") == TARGET_STATUS), ""
    )
    made |= {"status": status.lower() or "ready", "intent": activity.data.get("intent") or "proposal"}
    made |= _copied(activity, code="code", description="description")
    return {**made, "for": _reference(request.subject), **_people(request)}


def _vision_prescription(activity: Resource, request: Request) -> Made:
    now = request.at.isoformat(timespec="seconds")
    made: Made = {"status": "draft", "created": now, "patient": _reference(request.subject), "dateWritten": now}
    if request.encounter:
        made["encounter"] = _reference(request.encounter)
    return {**made, "prescriber": _reference(request.practitioner)} if request.practitioner else made


KINDS: Mapping[str, Callable[[Resource, Request], Made]] = {
    "Appointment": _appointment,
    "AppointmentResponse": _appointment_response,
    "CarePlan": _care_plan,
    "Claim": _claim,
    "Communication": _communication,
    "CommunicationRequest": _communication_request,
    "Contract": _contract,
    "DeviceRequest": _device_request,
    "DiagnosticReport": _diagnostic_report,
    "EnrollmentRequest": _enrollment_request,
    "ImmunizationRecommendation": _immunization_recommendation,
    "MedicationRequest": _medication_request,
    "NutritionOrder": _nutrition_order,
    "Procedure": _procedure,
    "RequestGroup": _request_group,
    "ServiceRequest": _service_request,
    "SupplyRequest": _supply_request,
    "Task": _task,
    "VisionPrescription": _vision_prescription,
}
