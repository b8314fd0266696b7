"""Synthetic patients for the immunoglobulin pathways: the same ones for the same seed, one Bundle each."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
OWN = "https://w3id.org/fhir-content/immunodeficiency/CodeSystem/imd-concepts"
UCUM = "http://unitsofmeasure.org"
CONDITIONS = ("92814006", "23238000", "118600007", "65880007", "86406008", "128053003", "233604007", "190979003")
PRODUCTS = ("immunoglobulin-iv", "immunoglobulin-sc", "immunoglobulin-sc-facilitated")


def patients(count: int, now: datetime, seed: int = 1) -> Iterator[dict[str, Any]]:
    """`count` Bundles: age, weight, IgG in two units, counts of infections, diagnoses, products."""
    chance = random.Random(seed)
    return (_Patient(number, chance, now).bundle() for number in range(count))


def _coded(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


class _Patient:
    def __init__(self, number: int, chance: random.Random, now: datetime) -> None:
        self.number, self.chance, self.now = number, chance, now
        self.subject = {"reference": f"Patient/p{number}"}

    def bundle(self) -> dict[str, Any]:
        chance = self.chance
        found = [self._patient(), self._quantity("29463-7", chance.randint(30, 1200) / 10, "kg", 90)]
        found += [self._igg() for _ in range(chance.choice([0, 1, 1, 2, 4]))]
        if chance.random() < 0.8:
            found.append(self._count("infection-count", chance.randint(0, 8)))
            found.append(self._count("serious-infection-count", chance.randint(0, 3)))
        if chance.random() < 0.5:
            found.append(self._quantity("2160-0", chance.randint(4, 30) / 10, "mg/dL", 200))
        found += [self._condition(code) for code in chance.sample(CONDITIONS, chance.randint(0, 3))]
        if chance.random() < 0.3:
            found.append(self._order(chance.choice(PRODUCTS)))
        for index, each in enumerate(found[1:]):
            each["id"] = f"p{self.number}-{index}"
        return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in found]}

    def _day(self, most: int) -> str:
        return (self.now - timedelta(days=self.chance.randint(1, most))).date().isoformat()

    def _patient(self) -> dict[str, Any]:
        gender = self.chance.choice(["female", "male"])
        return {
            "resourceType": "Patient",
            "id": f"p{self.number}",
            "gender": gender,
            "birthDate": self._day(80 * 365),
        }

    def _observation(self, system: str, code: str, most: int) -> dict[str, Any]:
        return {
            "resourceType": "Observation",
            "status": "final",
            "code": _coded(system, code),
            "subject": self.subject,
            "effectiveDateTime": self._day(most),
        }

    def _quantity(self, code: str, value: float, unit: str, most: int) -> dict[str, Any]:
        quantity = {"value": value, "unit": unit, "system": UCUM, "code": unit}
        return {**self._observation(LOINC, code, most), "valueQuantity": quantity}

    def _igg(self) -> dict[str, Any]:
        tenths = self.chance.randint(5, 120)
        if self.chance.random() < 0.5:
            return self._quantity("2465-3", tenths / 10, "g/L", 400)
        return self._quantity("2465-3", tenths * 10, "mg/dL", 400)

    def _count(self, code: str, count: int) -> dict[str, Any]:
        return {**self._observation(OWN, code, 60), "valueInteger": count}

    def _condition(self, code: str) -> dict[str, Any]:
        return {
            "resourceType": "Condition",
            "clinicalStatus": _coded("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
            "verificationStatus": _coded("http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed"),
            "code": _coded(SNOMED, code),
            "subject": self.subject,
            "recordedDate": self._day(2000),
        }

    def _order(self, code: str) -> dict[str, Any]:
        return {
            "resourceType": "MedicationRequest",
            "status": "active",
            "intent": "order",
            "medicationCodeableConcept": _coded(OWN, code),
            "subject": self.subject,
            "authoredOn": self._day(900),
        }
