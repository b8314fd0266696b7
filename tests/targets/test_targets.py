import hashlib
import json
from urllib.parse import unquote

import pytest

from fhir_content.project import ProjectError
from fhir_content.resource import Resource
from fhir_content.targets import targets

NAME = "example.influenza-1.0.0.json"


def made(project, name):
    output = targets()[name].make(project)
    return {file: json.loads(content) for file, content in output.files.items() if file.endswith(".json")}


def every_resource(value):
    if isinstance(value, dict):
        if "resourceType" in value:
            yield value
        for child in value.values():
            yield from every_resource(child)
    elif isinstance(value, list):
        for child in value:
            yield from every_resource(child)


def test_every_resource_of_every_target_is_accepted_by_fhir_resources(influenza):
    project = influenza.as_released()
    checked = set()
    for name in targets():
        for content in made(project, name).values():
            for resource in every_resource(content):
                Resource.of(resource).model()
                checked.add(resource["resourceType"])
    assert {"Bundle", "ImplementationGuide", "Library", "Provenance", "PlanDefinition"} <= checked


def test_the_multi_version_form_creates_by_url_and_version_with_the_guide_first(influenza):
    bundle = made(influenza.as_released(), "multi-version")[NAME]
    first, *rest = bundle["entry"]
    assert first["resource"]["resourceType"] == "ImplementationGuide"
    for entry in (first, *rest):
        resource = entry["resource"]
        assert (entry["request"]["method"], entry["request"]["url"]) == ("POST", resource["resourceType"])
        condition = f"url={resource['url']}&version={resource['version']}"
        assert unquote(entry["request"]["ifNoneExist"]) == condition
        assert entry["fullUrl"].startswith("urn:uuid:")
        assert "id" not in resource
    listed = {each["reference"]["reference"] for each in first["resource"]["definition"]["resource"]}
    assert listed < {entry["fullUrl"] for entry in rest}


def test_ids_of_the_server_are_asked_for_by_url_and_version(influenza):
    bundle = made(influenza.as_released(), "server-assigned-ids")[NAME]
    requests = [unquote(entry["request"]["url"]) for entry in bundle["entry"]]
    assert "Library?url=https://example.org/influenza/Library/FluLogic&version=1.0.0" in requests
    assert {entry["request"]["method"] for entry in bundle["entry"]} == {"PUT"}


def test_a_resource_without_canonical_is_named(influenza):
    influenza.add("shared/Patient-flu-example.yaml", "resourceType: Patient\nid: flu-example\n")
    (issue,) = targets()["multi-version"].make(influenza.as_released()).issues
    assert (issue.rule, issue.location.file) == (
        "resource-has-no-canonical",
        "definitions/shared/Patient-flu-example.yaml",
    )


def test_retire_changes_the_status_and_nothing_else(influenza):
    project = influenza.as_released()
    before = {each["request"]["url"]: each["resource"] for each in made(project, "bundle")[NAME]["entry"]}
    after = {each["request"]["url"]: each["resource"] for each in made(project, "retire")[NAME]["entry"]}
    assert {key: {**each, "status": "retired"} for key, each in before.items()} == after


def test_uninstall_deletes_what_was_imported_in_reverse(influenza):
    project = influenza.as_released()
    bundles = made(project, "bundle")
    deleted = [each["request"]["url"] for each in made(project, "uninstall")[NAME]["entry"]]
    assert {each["request"]["method"] for each in made(project, "uninstall")[NAME]["entry"]} == {"DELETE"}
    imported = {each["request"]["url"] for bundle in bundles.values() for each in bundle["entry"]}
    assert set(deleted) == imported
    order = [each["request"]["url"] for each in bundles[NAME]["entry"][:-1]]
    assert [key for key in deleted if key in order] == order[::-1]


def test_a_server_gets_parts_that_it_takes_each_closed_over_the_earlier(influenza):
    recipe = influenza.root / "build" / "generic.yaml"
    recipe.write_text("title: Small\nlimits: {entries: 3, bytes: 12000}\n")
    project = influenza.as_released()
    output = targets()["servers"].make(project)
    plan = json.loads(output.files["generic/plan.json"])
    seen = set()
    for step in plan["parts"]:
        content = output.files[f"generic/{step['file']}"]
        assert (len(content), hashlib.sha256(content).hexdigest()) == (step["bytes"], step["sha256"])
        assert len(content) <= 12000
        entries = json.loads(content)["entry"]
        assert len(entries) <= 3
        for entry in entries:
            seen.add(entry["request"]["url"])
            resource = project.catalog.get(entry["request"]["url"])
            if resource and resource.type != "CodeSystem":  # its value set comes after it, and points back
                needed = {each.key for each in project.catalog.closure(resource).resources}
                assert needed <= seen
    assert len(plan["parts"]) >= 3
    assert len(seen) == len(project.catalog) + 1


def test_a_resource_too_large_for_a_server_stops_the_build(influenza):
    (influenza.root / "build" / "generic.yaml").write_text("title: Tiny\nlimits: {resourceBytes: 6000}\n")
    issues = targets()["servers"].make(influenza.as_released()).issues
    assert {(each.rule, each.location.file) for each in issues} == {
        ("resource-is-too-large", "definitions/vaccination/Library-FluLogic.yaml")
    }


def test_a_recipe_with_a_wrong_key_is_named_with_its_line(influenza):
    (influenza.root / "build" / "generic.yaml").write_text("title: Tiny\nlimit: 3\n")
    with pytest.raises(ProjectError, match=r"generic\.yaml is not a recipe$") as error:
        targets()["servers"].make(influenza.as_released())
    assert str(error.value.issues[0].location) == "build/generic.yaml:2:8"


def test_aws_gets_no_narratives(influenza):
    output = targets()["servers"].make(influenza.as_released())
    assert b'"text":{"status"' not in output.files["aws/part-01.json"]
    assert b'"text":{"status"' in output.files["hapi/part-01.json"]


def test_the_bill_of_materials_names_artifacts_systems_and_licences(influenza):
    bill = made(influenza.as_released(), "sbom")["sbom.cdx.json"]
    assert bill["bomFormat"] == "CycloneDX"
    assert bill["metadata"]["timestamp"].startswith("2026-11-01T00:00:00")
    parts = {each["bom-ref"]: each for each in bill["components"]}
    assert parts["http://snomed.info/sct"]["licenses"][0]["license"]["name"] == "SNOMED CT Affiliate License"
    assert len(parts["PlanDefinition/flu-02-offer"]["hashes"][0]["content"]) == 64


def test_provenance_names_each_resource_and_a_time_that_is_not_now(influenza):
    provenance = made(influenza.as_released(), "provenance")["Provenance.json"]
    assert provenance["recorded"] == "2026-11-01T00:00:00Z"
    assert {each["reference"] for each in provenance["target"]} == {each.key for each in influenza.load().catalog}


def test_the_preview_of_cds_hooks_lists_plans_with_a_named_event(influenza):
    files = made(influenza.as_released(), "cds-hooks")
    (service,) = files["cds-services.json"]["services"]
    assert (service["id"], service["hook"], service["title"]) == (
        "flu-02-offer",
        "patient-view",
        "Offer influenza vaccine?",
    )
    patient = "{{context.patientId}}"
    lung = "https://example.org/influenza/ValueSet/flu-chronic-lung-disease"
    answers = "https://example.org/influenza/ValueSet/flu-answers"
    assert service["prefetch"] == {
        "item1": f"Patient/{patient}",
        "item2": f"Condition?patient=Patient/{patient}&code:in={lung}",
        "item3": f"Observation?patient=Patient/{patient}&code:in={answers}",
    }
    request = files["flu-02-offer.request.json"]
    assert set(request["prefetch"]) == set(service["prefetch"])


def test_the_findings_of_validation_are_in_the_release(influenza):
    files = targets()["validation"].make(influenza.as_released()).files
    assert json.loads(files["issues.json"])["summary"]["errors"] == 0
    assert json.loads(files["issues.sarif"])["version"] == "2.1.0"
    assert json.loads(files["OperationOutcome.json"])["resourceType"] == "OperationOutcome"
    assert files["junit.xml"].startswith(b"<?xml")
