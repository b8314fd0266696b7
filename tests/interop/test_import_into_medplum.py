"""The built bundle against Medplum's router: it refuses nothing, but keeps what it gets."""

import httpx
import pytest
from click.testing import CliRunner

from fhir_content.__main__ import cli
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


def test_the_whole_life_of_a_package_on_a_server_that_chooses_ids(influenza, medplum):
    (influenza.root / "build" / "medplum.yaml").write_text("title: Medplum\nids: server\n")

    def run(*words):
        done = CliRunner().invoke(cli, [*words, "--project", str(influenza.root)])
        assert done.exit_code == 0, done.output
        return done.stdout

    def on_server(command):
        return run(command, medplum.url, "--target", "medplum")

    run("build", "--target", "servers")
    assert on_server("publish") == "done: 8 create\n"
    assert on_server("verify") == "8 resources compared, 0 differences\n"
    assert on_server("publish") == "done: 8 unchanged\n"
    influenza.change("vaccination/ActivityDefinition-flu-give-vaccine.yaml", "value: 0.50", "value: 0.25")
    run("build", "--target", "servers")
    assert on_server("publish") == "done: 1 update, 7 unchanged\n"
    assert on_server("verify") == "8 resources compared, 0 differences\n"
    assert on_server("retire") == "done: 8 update\n"
    assert on_server("uninstall") == "done: 8 delete\n"
    assert on_server("uninstall") == "done: 8 unchanged\n"
