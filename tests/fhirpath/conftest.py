"""One patient, one observation, and a short way to evaluate."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from fhir_content import fhirpath
from fhir_content.structure import definitions

NOW = datetime(2026, 3, 4, 5, 6, 7, 89000, tzinfo=UTC)

PATIENT = {
    "resourceType": "Patient",
    "id": "ada",
    "contained": [{"resourceType": "Organization", "id": "clinic", "name": "Immunology clinic"}],
    "extension": [{"url": "http://example.org/ext/weight", "valueQuantity": {"value": Decimal("70.5"), "unit": "kg"}}],
    "active": True,
    "name": [
        {"use": "official", "family": "Lind", "given": ["Ada", "Maria"], "_given": [{"id": "first"}, None]},
        {"use": "nickname", "given": ["Addy"]},
    ],
    "gender": "female",
    "birthDate": "1990-07-15",
    "_birthDate": {"extension": [{"url": "http://example.org/ext/time", "valueDateTime": "1990-07-15T08:30:00Z"}]},
    "_maritalStatus": {"id": "not-a-primitive"},
    "deceasedBoolean": False,
    "multipleBirthInteger": 2,
    "telecom": [{"system": "phone", "value": "1"}, {"system": "email", "value": "2", "rank": 1}],
    "managingOrganization": {"reference": "#clinic"},
    "generalPractitioner": [{"reference": "Practitioner/p"}, {"display": "unknown"}],
}

OBSERVATION = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "2465-3", "display": "IgG"}], "text": "IgG"},
    "effectiveDateTime": "2026-02-01T08:00:00+01:00",
    "valueQuantity": {"value": Decimal("4.20"), "unit": "g/L", "system": "http://unitsofmeasure.org", "code": "g/L"},
    "referenceRange": [{"low": {"value": 7, "unit": "g/L", "system": "http://unitsofmeasure.org", "code": "g/L"}}],
}


@pytest.fixture(scope="session")
def model():
    return fhirpath.model(definitions())


@pytest.fixture(scope="session")
def patient():
    return PATIENT


@pytest.fixture(scope="session")
def observation():
    return OBSERVATION


@pytest.fixture(scope="session")
def evaluate(model):
    """evaluate(expression, resource=PATIENT) -> plain values."""

    def run(expression, resource=PATIENT, **options):
        options.setdefault("now", NOW)
        compiled = fhirpath.compile(expression)
        return fhirpath.plain(compiled.evaluate(resource, resource["resourceType"], model, **options))

    return run
