"""The built bundle against Medplum's router: it refuses nothing, but keeps what it gets."""

import httpx
import pytest

from fhir_content.publish.comparison import differences
from fhir_content.source import dumps, parse
from fhir_content.targets.bundle import whole

pytestmark = pytest.mark.long
HEADERS = {"Content-Type": "application/fhir+json"}


def test_a_bundle_is_imported_twice_and_changed(influenza, medplum):
    bundle, _ = whole(influenza.as_released())
    with httpx.Client(base_url=medplum.url, headers=HEADERS, timeout=60, trust_env=False) as client:
        for _ in range(2):  # it answers 200 to what it creates, too
            answer = client.post("", content=dumps(bundle))
            statuses = [entry["response"]["status"] for entry in answer.json()["entry"]]
            assert set(statuses) <= {"200", "201", "304"}
            assert len(statuses) == len(bundle["entry"])
        influenza.change("vaccination/ActivityDefinition-flu-give-vaccine.yaml", "value: 0.50", "value: 0.25")
        changed, _ = whole(influenza.as_released())
        assert client.post("", content=dumps(changed)).status_code == 200
        for entry in changed["entry"]:
            stored = parse(client.get(f"/{entry['request']['url']}").content, "stored.json").data
            found = differences(entry["resource"], stored)
            assert [str(each) for each in found if not each.is_digits] == []
