"""A case's short form as plain FHIR: what `test --expand` shows and what the plan is applied to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from fhir_content.case.form import Case, Entry, WrittenCase
from fhir_content.case.words import Amount, Vocabulary, WordError, day
from fhir_content.issue import Issue
from fhir_content.source import Json

SUBJECT = "Patient/patient"
_STATUS = "http://terminology.hl7.org/CodeSystem"
_MEASURES = {"weight": "body weight", "height": "body height", "bsa": "body surface area"}
_OPTIONS = frozenset(
    {
        "on",
        "since",
        "over",
        "status",
        "flag",
        "range",
        "dose",
        "every",
        "note",
        "intent",
        "until",
        "relation",
        "frequency",
    }
)
_FLAGS = {"low": "L", "normal": "N", "high": "H", "critical low": "LL", "critical high": "HH"}
_PERIODS = {"day": "d", "week": "wk", "month": "mo", "hour": "h"}
_Fields = dict[str, Any]


def expand(written: WrittenCase, vocabulary: Vocabulary) -> tuple[list[_Fields], list[Issue]]:
    """The FHIR resources of a case, the Patient first, and an issue for each word that is not understood."""
    case = written.case
    reading = _Reading(date.fromisoformat(case.on), vocabulary)
    resources: list[_Fields] = []
    issues: list[Issue] = []
    for path, make in _parts(case, reading):
        try:
            resources.append(make())
        except (WordError, ValueError, AttributeError, TypeError) as error:
            issues.append(written.issue(path, str(error), "see definitions/README.md for the words of a case"))
    numbers: dict[str, int] = {}
    for resource in resources:
        kind = resource["resourceType"].lower()
        numbers[kind] = numbers.get(kind, 0) + 1
        resource.setdefault("id", "patient" if kind == "patient" else f"{kind}-{numbers[kind]}")
    return resources, issues


def _parts(case: Case, reading: _Reading) -> Iterator[tuple[tuple[str | int, ...], Callable[[], _Fields]]]:
    """Each resource to be made, with the place in the case that speaks of it."""
    yield ("patient",), lambda: reading.patient(case.patient)
    for key, word in _MEASURES.items():
        if key in case.patient:
            yield ("patient", key), lambda word=word, key=key: reading.measure(word, case.patient[key])  # type: ignore[misc]
    for heading, make in reading.makers().items():
        for index, entry in enumerate(getattr(case, heading)):
            yield (heading, index), lambda make=make, entry=entry: make(*_entry(entry))  # type: ignore[misc]
    for name, answers in case.answers.items():
        yield ("answers", name), lambda name=name, answers=answers: reading.answers(name, answers)  # type: ignore[misc]
    for index, raw in enumerate(case.fhir):
        yield ("fhir", index), lambda raw=raw: dict(raw)  # type: ignore[misc]


def _entry(entry: Entry) -> tuple[str, Any, _Fields]:
    """`word`, `{word: value, on: …}` or `{word: {since: …}}` as the word, its value and the options."""
    if isinstance(entry, str):
        return entry, None, {}
    words = [key for key in entry if key not in _OPTIONS]
    if len(words) != 1:
        raise WordError(f"one entry speaks of one thing, this one of {', '.join(words) or 'none'}")
    options = {key: value for key, value in entry.items() if key in _OPTIONS}
    value = entry[words[0]]
    if isinstance(value, dict):
        unknown = set(value) - _OPTIONS - {"value"}
        if unknown:
            raise WordError(f"`{sorted(unknown)[0]}` is not an option here; there are {', '.join(sorted(_OPTIONS))}")
        return words[0], value.get("value"), {**options, **value}
    return words[0], value, options


class _Reading:
    """The day and the vocabulary of one case."""

    def __init__(self, today: date, vocabulary: Vocabulary) -> None:
        self.today = today
        self.vocabulary = vocabulary

    def makers(self) -> dict[str, Callable[[str, Any, _Fields], _Fields]]:
        """What each heading of a case makes."""
        return {
            "conditions": self.condition,
            "labs": self.observation,
            "observations": self.observation,
            "medications": self.medication_request,
            "administrations": self.administration,
            "procedures": self.procedure,
            "allergies": self.allergy,
            "immunizations": self.immunization,
            "family": self.family_member,
        }

    def _day(self, options: _Fields, *names: str, default: str = "today") -> str:
        text = next((str(options[name]) for name in names if name in options), default)
        return day(text, self.today).isoformat()

    def patient(self, fields: _Fields) -> _Fields:
        """The Patient; `born` or `age` (`68 years`, `9 days`), `sex`."""
        unknown = set(fields) - {"sex", "age", "born", *_MEASURES}
        if unknown:
            raise WordError(
                f"`{sorted(unknown)[0]}` is not known of a patient; there are sex, age, born, weight, height, bsa"
            )
        resource: _Fields = {"resourceType": "Patient", "id": "patient"}
        if "sex" in fields:
            resource["gender"] = fields["sex"]
        if "born" in fields or "age" in fields:
            resource["birthDate"] = day(str(fields.get("born", fields.get("age"))), self.today).isoformat()
        return resource

    def measure(self, word: str, value: Json) -> _Fields:
        """A weight or height of the patient: `80 kg`, or `{value: 80 kg, on: 2 months ago}`."""
        options = value if isinstance(value, dict) else {}
        return self.observation(word, options.get("value", value), options)

    def observation(self, word: str, value: Json, options: _Fields) -> _Fields:
        """An Observation: a quantity, a whole number, true or false, or the name of a coded answer."""
        resource = self._coded("Observation", word, {"status": options.get("status", "final")})
        resource["effectiveDateTime"] = self._day(options, "on", "since")
        if value is not None:
            resource.update(self._value(value))
        if "flag" in options:
            code = _FLAGS[options["flag"]]
            resource["interpretation"] = [
                {"coding": [{"system": f"{_STATUS}/v3-ObservationInterpretation", "code": code}]}
            ]
        if "range" in options:
            bounds = Amount.parse(str(options["range"]))
            if bounds is None:
                raise WordError(f"`{options['range']}` is not a range: write 7-16 g/L")
            low, high = (Amount(each, each, bounds.unit, "").quantity() for each in (bounds.low, bounds.high))
            resource["referenceRange"] = [{"low": low, "high": high}]
        return resource

    def _value(self, value: Json) -> _Fields:
        if isinstance(value, bool):
            return {"valueBoolean": value}
        if isinstance(value, int):
            return {"valueInteger": value}
        amount = Amount.parse(str(value))
        if amount is None:
            return {"valueCodeableConcept": self.vocabulary.concept(str(value))}
        return {"valueQuantity": amount.quantity()}

    def _coded(self, kind: str, word: str, fields: _Fields, name: str = "code", subject: str = "subject") -> _Fields:
        concept = self.vocabulary.concept(word)
        return {"resourceType": kind, **fields, name: concept, subject: {"reference": SUBJECT}}

    def condition(self, word: str, value: Json, options: _Fields) -> _Fields:
        """A Condition, confirmed and active unless `status` (suspected, refuted) or `over` says otherwise."""
        status = options.get("status", "confirmed")
        verification = {"suspected": "provisional"}.get(status, status)
        clinical = "resolved" if "over" in options else "active"
        fields: _Fields = {
            "verificationStatus": {"coding": [{"system": f"{_STATUS}/condition-ver-status", "code": verification}]}
        }
        if verification not in ("entered-in-error",):
            fields["clinicalStatus"] = {"coding": [{"system": f"{_STATUS}/condition-clinical", "code": clinical}]}
        resource = self._coded("Condition", word, fields)
        if value is not None or {"since", "on"} & set(options):
            resource["onsetDateTime"] = self._day({"on": value, **options} if value else options, "since", "on")
        if "over" in options:
            resource["abatementDateTime"] = self._day(options, "over")
        return resource

    def medication_request(self, word: str, value: Json, options: _Fields) -> _Fields:
        """A MedicationRequest in use: `dose`, `every` (`4 weeks`), `since`."""
        fields = {"status": options.get("status", "active"), "intent": options.get("intent", "order")}
        resource = self._coded("MedicationRequest", word, fields, "medicationCodeableConcept")
        resource["authoredOn"] = self._day(options, "since", "on")
        dose = options.get("dose", value)
        if dose is not None or "every" in options:
            resource["dosageInstruction"] = [{**self._timing(options), **self._dose(dose, "doseAndRate")}]
        return resource

    def _timing(self, options: _Fields) -> _Fields:
        if "every" not in options:
            return {}
        number, _, unit = str(options["every"]).partition(" ")
        period = _PERIODS[unit.rstrip("s")]
        frequency = options.get("frequency", 1)
        return {"timing": {"repeat": {"frequency": frequency, "period": Decimal(number), "periodUnit": period}}}

    def _dose(self, dose: Json, name: str) -> _Fields:
        if dose is None:
            return {}
        amount = Amount.parse(str(dose))
        if amount is None:
            raise WordError(f"`{dose}` is not a dose: write 30 g")
        return {name: [{"doseQuantity": amount.quantity()}] if name == "doseAndRate" else {"dose": amount.quantity()}}

    def administration(self, word: str, value: Json, options: _Fields) -> _Fields:
        """A MedicationAdministration that was given, with its dose."""
        fields = {"status": options.get("status", "completed")}
        resource = self._coded("MedicationAdministration", word, fields, "medicationCodeableConcept")
        resource["effectiveDateTime"] = self._day(options, "on", "since")
        return {**resource, **self._dose(options.get("dose", value), "dosage")}

    def procedure(self, word: str, value: Json, options: _Fields) -> _Fields:
        """A Procedure that was done."""
        resource = self._coded("Procedure", word, {"status": options.get("status", "completed")})
        resource["performedDateTime"] = self._day({"on": value, **options} if value else options, "on", "since")
        return resource

    def allergy(self, word: str, value: Json, options: _Fields) -> _Fields:
        """An active AllergyIntolerance; `value` may be the severity of a reaction (mild, moderate, severe)."""
        active = {"coding": [{"system": f"{_STATUS}/allergyintolerance-clinical", "code": "active"}]}
        resource = self._coded("AllergyIntolerance", word, {"clinicalStatus": active}, subject="patient")
        if value is not None:
            resource["reaction"] = [{"manifestation": [{"text": word}], "severity": value}]
        return resource

    def immunization(self, word: str, value: Json, options: _Fields) -> _Fields:
        """An Immunization that was given."""
        fields = {"status": options.get("status", "completed")}
        resource = self._coded("Immunization", word, fields, "vaccineCode", "patient")
        resource["occurrenceDateTime"] = self._day({"on": value, **options} if value else options, "on", "since")
        return resource

    def family_member(self, word: str, value: Json, options: _Fields) -> _Fields:
        """A relative (`relation`: sibling) with a condition."""
        relation = {"text": str(options.get("relation", value or "relative"))}
        return {
            "resourceType": "FamilyMemberHistory",
            "status": "completed",
            "patient": {"reference": SUBJECT},
            "relationship": relation,
            "condition": [{"code": self.vocabulary.concept(word)}],
        }

    def answers(self, questionnaire: str, answers: _Fields) -> _Fields:
        """A completed QuestionnaireResponse: linkId to answer."""
        items = [{"linkId": link, "answer": [self._answer(value)]} for link, value in answers.items()]
        return {
            "resourceType": "QuestionnaireResponse",
            "questionnaire": questionnaire,
            "status": "completed",
            "subject": {"reference": SUBJECT},
            "authored": self.today.isoformat(),
            "item": items,
        }

    def _answer(self, value: Json) -> _Fields:
        if isinstance(value, bool):
            return {"valueBoolean": value}
        if isinstance(value, int):
            return {"valueInteger": value}
        return {"valueCoding": self.vocabulary.coding(str(value))}
