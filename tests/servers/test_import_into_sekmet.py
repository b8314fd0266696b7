"""The built bundles against a real server: import, import again, change, and one bad entry."""

import httpx
import pytest

from fhir_content.publish.comparison import differences
from fhir_content.source import dumps, parse
from fhir_content.targets.bundle import whole

HEADERS = {"Content-Type": "application/fhir+json", "Accept": "application/fhir+json"}


@pytest.fixture
def client(sekmet):
    with httpx.Client(base_url=sekmet.url, headers=HEADERS, timeout=60, trust_env=False) as client:
        yield client


def bundle_of(project):
    data, issues = whole(project)
    assert issues == []
    return data


def read(client, key):
    answer = client.get(f"/{key}")
    assert answer.status_code == 200, f"{key}: {answer.status_code}"
    return parse(answer.content, f"{key}.json").data


def test_a_bundle_is_imported_twice_changed_and_refused_whole(influenza, client):
    bundle = bundle_of(influenza.as_released())
    for expected in ("201", "200"):
        answer = client.post("", content=dumps(bundle))
        assert answer.status_code == 200, answer.text
        statuses = [entry["response"]["status"] for entry in answer.json()["entry"]]
        assert len(statuses) == len(bundle["entry"])
        assert all(status.startswith(expected) for status in statuses)
    for entry in bundle["entry"]:
        found = differences(entry["resource"], read(client, entry["request"]["url"]))
        assert [str(each) for each in found if not each.is_digits] == []  # this server keeps 0.50 as 0.5

    influenza.change("vaccination/ActivityDefinition-flu-give-vaccine.yaml", "value: 0.50", "value: 0.25")
    changed = bundle_of(influenza.as_released())
    assert client.post("", content=dumps(changed)).status_code == 200
    stored = read(client, "ActivityDefinition/flu-give-vaccine")
    assert str(stored["dosage"][0]["doseAndRate"][0]["doseQuantity"]["value"]) == "0.25"
    for entry in changed["entry"]:
        found = differences(entry["resource"], read(client, entry["request"]["url"]))
        assert [str(each) for each in found if not each.is_digits] == []  # this server keeps 0.50 as 0.5


def test_nothing_stays_of_a_bundle_with_one_bad_resource(influenza, client):
    bundle = bundle_of(influenza.as_released())
    bundle["entry"][-2]["resource"] = {**bundle["entry"][-2]["resource"], "aktion": []}
    answer = client.post("", content=dumps(bundle))
    assert 400 <= answer.status_code < 500
    assert answer.json()["resourceType"] == "OperationOutcome"
    for entry in bundle["entry"]:
        assert client.get(f"/{entry['request']['url']}").status_code == 404
