import base64
import json
import subprocess
import sys
from xml.etree import ElementTree

import pytest

from fhir_content.canonical import Canonical
from fhir_content.catalog import outgoing
from fhir_content.issue import Severity
from fhir_content.release import released
from fhir_content.release.importability import check
from fhir_content.release.narrative import NOT_SIGNED_OFF
from fhir_content.release.transaction import Entry, put
from fhir_content.resource import Resource
from fhir_content.targets import targets

PLAN = "vaccination/PlanDefinition-flu-02-offer.yaml"
ANSWERS = "shared/ValueSet-flu-answers.yaml"


def made(project):
    output = targets()["bundle"].make(project)
    return {name: json.loads(content) for name, content in output.files.items()}


def errors(project):
    issues = targets()["bundle"].make(project).issues
    return {(each.rule, str(each.location)) for each in issues if each.severity is Severity.ERROR}


def keys(bundle):
    return [f"{each['resource']['resourceType']}/{each['resource']['id']}" for each in bundle["entry"]]


def test_a_clean_project_has_a_bundle_of_all_and_one_of_each_plan(influenza):
    project = influenza.as_released()
    bundles = made(project)
    assert errors(project) == set()
    assert keys(bundles["example.influenza-1.0.0.json"]) == [
        "CodeSystem/flu-words",
        "ValueSet/flu-answers",
        "ValueSet/flu-chronic-lung-disease",
        "Library/FluLogic",
        "ActivityDefinition/flu-give-vaccine",
        "PlanDefinition/flu-02-offer",
        "PlanDefinition/flu-01-strategy",
        "Library/example-influenza-manifest",
    ]
    assert keys(bundles["PlanDefinition-flu-02-offer.json"])[-2:] == [
        "PlanDefinition/flu-02-offer",
        "Library/flu-02-offer-manifest",
    ]
    assert len(bundles) == 3


def test_each_entry_is_a_put_under_its_own_id_and_no_full_url_is_a_canonical(influenza):
    for bundle in made(influenza.as_released()).values():
        for entry in bundle["entry"]:
            resource = entry["resource"]
            key = f"{resource['resourceType']}/{resource['id']}"
            assert entry["request"] == {"method": "PUT", "url": key}
            assert entry["fullUrl"].endswith(f"/{key}")
            assert entry["fullUrl"] != resource["url"]


def test_every_canonical_resolves_inside_or_is_listed_as_external(influenza):
    for bundle in made(influenza.as_released()).values():
        resources = [Resource.of(entry["resource"]) for entry in bundle["entry"]]
        inside = {each.url for each in resources}
        manifest = resources[-1].data
        external = {each["resource"] for each in manifest["relatedArtifact"] if each["type"] == "depends-on"}
        for resource in resources[:-1]:
            for reference in outgoing(resource):
                assert reference.text in external or Canonical.parse(reference.text).url in inside
        assert "http://snomed.info/sct" in external


def test_what_the_logic_names_is_a_dependency_of_its_library(influenza):
    (library,) = [each for each in influenza.as_released().catalog if each.id == "FluLogic"]
    assert library.data["relatedArtifact"] == [
        {"type": "depends-on", "resource": "https://example.org/influenza/ValueSet/flu-answers|1.0.0"},
        {"type": "depends-on", "resource": "https://example.org/influenza/ValueSet/flu-chronic-lung-disease|1.0.0"},
    ]
    types = [each["contentType"] for each in library.data["content"]]
    assert types == ["text/cql", "application/elm+json"]
    assert base64.b64decode(library.data["content"][0]["data"]).startswith(b"library FluLogic")


def test_a_value_set_has_its_expansion_beside_its_compose(influenza):
    answers = influenza.as_released().catalog.get("ValueSet/flu-answers").data
    assert answers["compose"]["include"][0]["system"].endswith("/flu-words")
    system = "https://example.org/influenza/CodeSystem/flu-words"
    assert answers["expansion"] == {
        "timestamp": "2026-11-01",
        "total": 2,
        "contains": [
            {"system": system, "code": "declined", "display": "Vaccination declined"},
            {"system": system, "code": "wanted", "display": "Vaccination wanted"},
        ],
    }


def test_a_value_set_of_a_system_that_is_not_here_keeps_its_compose_alone(influenza):
    influenza.change(ANSWERS, "https://example.org/influenza/CodeSystem/flu-words", "http://snomed.info/sct")
    assert "expansion" not in influenza.as_released().catalog.get("ValueSet/flu-answers").data


def test_a_narrative_is_generated_escaped_and_says_that_nobody_signed_it_off(influenza):
    value_set = influenza.as_released().catalog.get("ValueSet/flu-chronic-lung-disease")
    text = value_set.data["text"]
    assert text["status"] == "generated"
    words = "".join(ElementTree.fromstring(text["div"]).itertext())
    assert "Asthma & chronic obstructive <lung> disease." in words
    assert NOT_SIGNED_OFF in words


def test_an_approved_resource_does_not_say_that_nobody_signed_it_off(influenza):
    approved = "resourceType: PlanDefinition\nexperimental: false\napprovalDate: 2026-10-01"
    influenza.change(PLAN, "resourceType: PlanDefinition", approved)
    assert NOT_SIGNED_OFF not in influenza.as_released().catalog.get("PlanDefinition/flu-02-offer").data["text"]["div"]


def test_what_an_author_wrote_is_not_replaced(influenza):
    div = '<div xmlns="http://www.w3.org/1999/xhtml">Mine</div>'
    resource = Resource.of({"resourceType": "Library", "id": "x", "text": {"status": "additional", "div": div}})
    assert released(resource, influenza.load().catalog).data["text"]["div"] == div


def test_decimals_keep_their_digits(influenza):
    whole = targets()["bundle"].make(influenza.as_released()).files["example.influenza-1.0.0.json"]
    assert b'"value": 0.50' in whole


def test_each_resource_is_accepted_by_fhir_resources(influenza):
    for resource in influenza.as_released().catalog:
        assert resource.model().get_resource_type() == resource.type


EXPANSION = "expansion:\n  timestamp: 2026-11-01\n  contains:\n    - code: wanted\n     "
SECOND = "resourceType: ValueSet\nid: flu-other\nurl: https://example.org/influenza/ValueSet/flu-answers\n"
BROKEN = {
    "a urn:uuid as canonical": (
        (PLAN, "https://example.org/influenza/Library/FluLogic|1.0.0", "urn:uuid:0c5a1c1e-0000-4000-8000-000000000000"),
        ("canonical-is-not-absolute", f"definitions/{PLAN}:9:11"),
    ),
    "a relative canonical": (
        (PLAN, "https://example.org/influenza/Library/FluLogic|1.0.0", "Library/FluLogic"),
        ("canonical-is-not-absolute", f"definitions/{PLAN}:9:11"),
    ),
    "a canonical of ours without a version": (
        (PLAN, "ActivityDefinition/flu-give-vaccine|1.0.0", "ActivityDefinition/flu-give-vaccine"),
        ("canonical-is-unversioned", f"definitions/{PLAN}:18:26"),
    ),
    "a missing dependency": (
        (PLAN, "ActivityDefinition/flu-give-vaccine|1.0.0", "ActivityDefinition/flu-give-vaccin|1.0.0"),
        ("dependency-is-missing", f"definitions/{PLAN}:18:26"),
    ),
    "a version that is not here": (
        (PLAN, "ActivityDefinition/flu-give-vaccine|1.0.0", "ActivityDefinition/flu-give-vaccine|1.0.1"),
        ("dependency-is-missing", f"definitions/{PLAN}:18:26"),
    ),
    "an external canonical that nobody expects": (
        (PLAN, "https://example.org/influenza/Library/FluLogic|1.0.0", "https://elsewhere.org/Library/FluLogic|1.0.0"),
        ("external-is-not-listed", f"definitions/{PLAN}:9:11"),
    ),
    "a draft": (
        (PLAN, "name: FluOffer", "name: FluOffer\nstatus: draft"),
        ("status-is-not-active", f"definitions/{PLAN}:4:9"),
    ),
    "a url of one's own machine": (
        (PLAN, "name: FluOffer", "name: FluOffer\nurl: urn:uuid:0c5a1c1e-0000-4000-8000-000000000000"),
        ("canonical-is-not-absolute", f"definitions/{PLAN}:4:6"),
    ),
    "an expansion without compose": (
        (ANSWERS, "compose:\n  include:\n    -", EXPANSION),
        ("value-set-has-no-compose", f"definitions/{ANSWERS}:7:3"),
    ),
    "a script in a narrative": (
        (
            PLAN,
            "name: FluOffer",
            "name: FluOffer\ntext:\n  status: additional\n"
            "  div: <div xmlns=\"http://www.w3.org/1999/xhtml\"><script>x</script></div>",
        ),
        ("narrative-is-not-xhtml", f"definitions/{PLAN}:6:8"),
    ),
    "a narrative of a billion laughs": (
        (
            PLAN,
            "name: FluOffer",
            "name: FluOffer\ntext:\n  status: additional\n  div: '<!DOCTYPE x [<!ENTITY a \"b\">]><div>&a;</div>'",
        ),
        ("narrative-is-not-xhtml", f"definitions/{PLAN}:6:8"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), BROKEN.values(), ids=BROKEN)
def test_what_servers_refuse_or_lose_stops_the_bundle(influenza, change, expected):
    influenza.change(*change)
    assert expected in errors(influenza.as_released())


def test_a_duplicate_canonical_stops_the_bundle(influenza):
    influenza.add("shared/ValueSet-flu-other.yaml", SECOND)
    assert ("duplicate-canonical", "definitions/shared/ValueSet-flu-other.yaml:3:6") in errors(influenza.as_released())


def test_a_duplicate_id_stops_the_bundle(influenza):
    text = (influenza.root / "definitions" / ANSWERS).read_text("utf-8")
    influenza.add("vaccination/ValueSet-flu-answers.yaml", text)
    assert ("duplicate-id", "definitions/vaccination/ValueSet-flu-answers.yaml:2:5") in errors(influenza.as_released())


@pytest.mark.parametrize("id", ["123", "flu_answers", "f" * 65])
def test_an_id_that_servers_refuse_stops_the_bundle(influenza, id):
    influenza.add(f"shared/ValueSet-{id}.yaml", f"resourceType: ValueSet\nid: '{id}'\n")
    assert ("id-is-not-importable", f"definitions/shared/ValueSet-{id}.yaml:2:5") in errors(influenza.as_released())


def test_a_request_of_another_id_and_mixed_requests_are_found(influenza):
    project = influenza.as_released()
    one, two, *_ = project.catalog
    entries = [
        Entry(one, "PUT", "ActivityDefinition/other", f"https://x/{one.key}"),
        Entry(two, "POST", two.type, two.url, f"url={two.url}"),
        Entry(two, "POST", two.type, "urn:uuid:1", f"url={two.url}"),
        put(one, "https://x"),
    ]
    rules = [issue.rule for issue in check(entries, project.catalog, project.package)]
    assert sorted(rules) == [
        "duplicate-canonical",
        "duplicate-canonical",
        "duplicate-condition",
        "full-url-is-canonical",
        "request-does-not-match-id",
        "request-modes-are-mixed",
        "request-modes-are-mixed",
    ]


def test_a_plan_without_library_and_a_circle_are_bundled(influenza):
    circle = "    definitionCanonical: https://example.org/influenza/PlanDefinition/flu-01-strategy|1.0.0\n"
    influenza.change(PLAN, "action:\n", f"action:\n  - id: back\n    title: Back\n{circle}")
    bundles = made(influenza.as_released())
    assert set(keys(bundles["PlanDefinition-flu-02-offer.json"])) >= {"PlanDefinition/flu-01-strategy"}
    assert errors(influenza.as_released()) == set()


def test_the_same_sources_give_the_same_bytes_in_another_place_and_time(influenza):
    code = (
        "import sys, hashlib; from pathlib import Path; from dataclasses import replace\n"
        "from fhir_content.project import load; from fhir_content.release import release\n"
        "from fhir_content.targets import targets\n"
        "project = load(Path(sys.argv[1])); project = replace(project, catalog=release(project.catalog))\n"
        "for name, target in targets().items():\n"
        "    for file, content in target.make(project).files.items():\n"
        "        print(name, file, hashlib.sha256(content).hexdigest())\n"
    )
    outputs = []
    for seed, zone, locale in (("1", "Asia/Tokyo", "C"), ("2", "America/Lima", "de_DE.UTF-8")):
        environment = {"PYTHONHASHSEED": seed, "TZ": zone, "LANG": locale, "LC_ALL": locale, "HOME": f"/tmp/{seed}"}
        command = [sys.executable, "-c", code, str(influenza.root)]
        outputs.append(subprocess.run(command, env=environment, check=True, capture_output=True).stdout)
        other = influenza.root.with_name("another place")
        influenza.root = influenza.root.rename(other) if not other.exists() else other
    assert outputs[0] == outputs[1]
    assert outputs[0].count(b"\n") >= 3
