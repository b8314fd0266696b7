"""Synthetic patients for the logic beside this file: the same ones for the same seed, one Bundle each."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
VALUE_SETS = {
    "https://example.org/ValueSet/igg": {(LOINC, "2465-3")},
    "https://example.org/ValueSet/antibody-deficiency": {(SNOMED, "234532001"), (SNOMED, "23238000")},
    "https://example.org/ValueSet/bacterial-infection": {(SNOMED, "53084003"), (SNOMED, "40055000")},
    "https://example.org/ValueSet/immunoglobulin": {(SNOMED, "112133008")},
}


def concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def observation(code: str, value: float, unit: str, days_ago: int) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": f"o-{code}-{days_ago}",
        "status": "final",
        "code": concept(LOINC, code),
        "effectiveDateTime": (NOW - timedelta(days=days_ago)).isoformat(),
        "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
    }


def condition(code: str, days_ago: int) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "id": f"c-{code}-{days_ago}",
        "clinicalStatus": concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
        "code": concept(SNOMED, code),
        "onsetDateTime": (NOW - timedelta(days=days_ago)).isoformat(),
    }


def patient(number: int, chance: random.Random) -> dict[str, Any]:
    birth = f"{chance.randint(1940, 2024)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    resources = [{"resourceType": "Patient", "id": f"p{number}", "gender": "female", "birthDate": birth}]
    if chance.random() < 0.9:
        in_g_per_l = chance.random() < 0.5
        value = chance.randint(10, 90) / 10
        quantity = (value, "g/L") if in_g_per_l else (round(value * 100), "mg/dL")
        resources.append(observation("2465-3", *quantity, days_ago=chance.randint(1, 300)))
    resources.append(observation("29463-7", chance.randint(100, 900) / 10, "kg", days_ago=chance.randint(1, 300)))
    if chance.random() < 0.7:
        resources.append(condition("234532001", 2000))
    resources.extend(condition("53084003", chance.randint(1, 700)) for _ in range(chance.randint(0, 4)))
    if chance.random() < 0.2:
        resources.append(
            {
                "resourceType": "MedicationRequest",
                "id": "m",
                "status": "active",
                "intent": "order",
                "medicationCodeableConcept": concept(SNOMED, "112133008"),
            }
        )
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}


def patients(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    chance = random.Random(seed)
    return (patient(number, chance) for number in range(count))
