"""publish, verify, retire and uninstall against a real server, with and without faults between."""

import json

import httpx
import pytest
from click.testing import CliRunner
from fault_proxy import DROPPED, GONE_AFTER, TRUNCATED, WRONG_VERSION, FaultProxy

from fhir_content.__main__ import cli
from fhir_content.publish.client import Client, ServerError
from fhir_content.publish.parts import read_parts
from fhir_content.publish.publication import Publisher, known_digests
from fhir_content.publish.record import Record
from fhir_content.publish.verification import check_capability, verify

HEADERS = {"Content-Type": "application/fhir+json"}
PLAN = "PlanDefinition/flu-02-offer"


def run(command, server, project, *more):
    return CliRunner().invoke(cli, [command, server.url, "--project", str(project.root), *more])


def build(project):
    done = CliRunner().invoke(cli, ["build", "--project", str(project.root), "--target", "servers"])
    assert done.exit_code == 0, done.output


def edit_on_server(server, key, **changes):
    with httpx.Client(base_url=server.url, trust_env=False, headers=HEADERS) as client:
        resource = client.get(f"/{key}").json()
        assert client.put(f"/{key}", json={**resource, **changes}).status_code == 200


def keys_on(server, *types):
    with httpx.Client(base_url=server.url, trust_env=False) as client:
        found = []
        for kind in types:
            entries = client.get(f"/{kind}").json().get("entry", [])
            found += [f"{kind}/{each['resource']['id']}" for each in entries]
    return found


def test_the_whole_life_of_a_package_on_a_server(influenza, sekmet):
    with httpx.Client(base_url=sekmet.url, trust_env=False, headers=HEADERS) as client:
        stranger = {"resourceType": "Library", "id": "theirs", "status": "active", "type": {"text": "theirs"}}
        assert client.put("/Library/theirs", json=stranger).status_code == 201
    build(influenza)
    shown = run("publish", sekmet, influenza, "--dry-run")
    assert (shown.exit_code, shown.stdout.splitlines()[-1]) == (0, "would be done: 8 create")
    assert keys_on(sekmet, "PlanDefinition") == []
    assert run("verify", sekmet, influenza).exit_code == 1

    done = run("publish", sekmet, influenza)
    assert (done.exit_code, done.stdout) == (0, "done: 8 create\n")
    verified = run("verify", sekmet, influenza)
    assert (verified.exit_code, verified.stdout) == (0, "8 resources compared, 0 differences\n")
    assert run("publish", sekmet, influenza).stdout == "done: 8 unchanged\n"

    influenza.change("vaccination/ActivityDefinition-flu-give-vaccine.yaml", "value: 0.50", "value: 0.25")
    build(influenza)
    shown = run("publish", sekmet, influenza, "--dry-run").stdout
    assert "update    ActivityDefinition/flu-give-vaccine" in shown
    assert "doseQuantity.value: sent '0.25', stored '0.5'" in shown
    assert run("publish", sekmet, influenza).stdout == "done: 1 update, 7 unchanged\n"
    assert run("verify", sekmet, influenza).exit_code == 0

    assert run("retire", sekmet, influenza).stdout == "done: 8 update\n"
    with httpx.Client(base_url=sekmet.url, trust_env=False) as client:
        assert client.get(f"/{PLAN}").json()["status"] == "retired"
    assert run("uninstall", sekmet, influenza).stdout == "done: 8 delete\n"
    types = ("CodeSystem", "ValueSet", "Library", "ActivityDefinition", "PlanDefinition")
    assert keys_on(sekmet, *types) == ["Library/theirs"]
    assert run("uninstall", sekmet, influenza).stdout == "done: 8 unchanged\n"


def test_what_somebody_else_changed_is_not_overwritten_without_force(influenza, sekmet):
    build(influenza)
    run("publish", sekmet, influenza)
    edit_on_server(sekmet, PLAN, title="Our own words")
    influenza.change("shared/ValueSet-flu-answers.yaml", "All local words.", "Every local word.")
    build(influenza)
    for command in ("publish", "retire", "uninstall"):
        done = run(command, sekmet, influenza)
        assert done.exit_code == 1
        assert f"conflict  {PLAN}" in done.stdout
        assert "nothing was done" in done.stdout
    with httpx.Client(base_url=sekmet.url, trust_env=False) as client:
        assert client.get(f"/{PLAN}").json()["title"] == "Our own words"
        assert client.get("/ValueSet/flu-answers").json()["description"] == "All local words."
    assert "title: sent 'Offer influenza vaccine?', stored 'Our own words'" in run("verify", sekmet, influenza).stdout
    assert run("publish", sekmet, influenza, "--force").exit_code == 0
    assert run("verify", sekmet, influenza).exit_code == 0


@pytest.fixture
def proxy(sekmet):
    proxy = FaultProxy(sekmet)
    yield proxy
    proxy.stop()


def publisher(proxy, influenza, waits):
    parts = read_parts(influenza.root / "build/out/servers/generic")
    client = Client(proxy.url, waits.append, timeout=5)
    record = Record(influenza.root / ".cache" / "published", proxy.url)
    return client, parts, Publisher(client, record, known_digests(parts), lambda _: None)


@pytest.mark.long
@pytest.mark.parametrize(
    "faults",
    [[DROPPED], [GONE_AFTER], [TRUNCATED], [409], [412], [429], [500], [503, DROPPED, 500], [GONE_AFTER, GONE_AFTER]],
    ids=str,
)
def test_a_passing_fault_is_outlived_and_nothing_is_done_twice(influenza, proxy, faults):
    (influenza.root / "build/generic.yaml").write_text("title: Small\nlimits: {entries: 3}\n")
    build(influenza)
    waits = []
    client, parts, work = publisher(proxy, influenza, waits)
    proxy.faults = [None, *faults]  # the first part arrives
    try:
        assert work.carry_out(parts).done
        assert list(verify(client, parts, lambda _: None)) == []
        assert len(waits) == len(faults)
        assert all(0 < seconds <= 60 for seconds in waits)
        versions = [client.read(key).data["meta"]["versionId"] for key in work.record.digests]
        assert set(versions) == {"1"}
        assert work.carry_out(parts).count("unchanged") == 8
    finally:
        client.close()


@pytest.mark.long
@pytest.mark.parametrize("fault", [DROPPED, 500, 422], ids=str)
def test_after_a_lasting_fault_a_re_run_goes_on_where_it_stopped(influenza, proxy, fault):
    (influenza.root / "build/generic.yaml").write_text("title: Small\nlimits: {entries: 3}\n")
    build(influenza)
    client, parts, work = publisher(proxy, influenza, [])
    proxy.faults = [None, *[fault] * 5]
    try:
        with pytest.raises(ServerError):
            work.carry_out(parts)
        proxy.faults = []
        again = work.carry_out(parts)
        assert (again.count("unchanged"), again.count("create")) == (3, 5)
        assert list(verify(client, parts, lambda _: None)) == []
    finally:
        client.close()


def test_a_server_of_another_fhir_version_is_refused_before_anything_is_sent(influenza, proxy):
    proxy.metadata_fault = WRONG_VERSION
    build(influenza)
    client = Client(proxy.url, lambda _: None)
    try:
        with pytest.raises(ServerError, match=r"speaks FHIR 5\.0\.0"):
            check_capability(client)
    finally:
        client.close()
    assert proxy.posts == 0


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://ehr.example.org/fhir", "not encrypted"),
        ("https://user:secret@ehr.example.org/fhir", "ends up in logs"),
        ("ftp://ehr.example.org", "not the address of a FHIR server"),
        ("ehr.example.org/fhir", "not the address of a FHIR server"),
    ],
)
def test_an_unsafe_address_is_refused_and_no_password_is_repeated(url, why):
    with pytest.raises(ServerError, match=why) as error:
        Client(url, lambda _: None, token="secret-token")
    assert "secret" not in str(error.value)


def test_a_server_that_is_not_there_is_told_in_one_line(influenza):
    build(influenza)
    waits = []
    client = Client("http://127.0.0.1:9/fhir", waits.append)
    try:
        with pytest.raises(ServerError, match="the connection to"):
            check_capability(client)
    finally:
        client.close()
    assert waits == [1.0, 2.0, 4.0, 8.0]


def test_without_a_build_and_without_the_token_nothing_is_sent(influenza, sekmet):
    done = run("publish", sekmet, influenza)
    assert "run fhir-content build first" in str(done.exception)
    build(influenza)
    done = run("publish", sekmet, influenza, "--token-env", "NO_SUCH_VARIABLE")
    assert done.exit_code == 2
    assert "NO_SUCH_VARIABLE is not set" in done.output


def test_the_record_holds_no_secret_and_no_content(influenza, sekmet):
    build(influenza)
    run("publish", sekmet, influenza)
    (path,) = (influenza.root / ".cache" / "published").iterdir()
    record = json.loads(path.read_text())
    assert record["server"] == sekmet.url
    assert {len(each) for each in record["digests"].values()} == {64}
