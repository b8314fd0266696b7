from __future__ import annotations

import io
import json
import tarfile

import pytest

from fhir_content.core import Core, core
from fhir_content.core_compiler import compile_package
from fhir_content.structure import definitions

PATIENT = {
    "resourceType": "StructureDefinition",
    "url": "http://hl7.org/fhir/StructureDefinition/Toy",
    "name": "Toy",
    "kind": "resource",
    "abstract": False,
    "type": "Toy",
    "derivation": "specialization",
    "snapshot": {
        "element": [
            {"id": "Toy", "path": "Toy", "definition": "text that no check reads", "min": 0, "max": "*"},
            {
                "id": "Toy.part",
                "path": "Toy.part",
                "min": 1,
                "max": "*",
                "type": [{"code": "BackboneElement"}],
                "constraint": [
                    {"key": "toy-1", "severity": "error", "human": "h", "expression": "true", "xpath": "x"},
                    {"key": "ele-1", "severity": "error", "expression": "true", "source": "http://elsewhere"},
                ],
            },
        ]
    },
}


def archive(*resources: dict) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as tar:
        for resource in resources:
            data = json.dumps(resource).encode()
            info = tarfile.TarInfo(f"package/{resource['resourceType']}-{resource['name']}.json")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return content.getvalue()


def test_compiling_keeps_what_is_checked_and_drops_texts() -> None:
    record = Core(compile_package(archive(PATIENT))).read("StructureDefinition", PATIENT["url"])
    assert record is not None
    root, part = record["snapshot"]["element"]
    assert "definition" not in root
    assert part["min"] == 1
    assert part["constraint"] == [{"key": "toy-1", "severity": "error", "human": "h", "expression": "true"}]


def test_compiling_is_deterministic_whatever_the_order_in_the_archive() -> None:
    other = {**PATIENT, "name": "Other", "url": "http://hl7.org/fhir/StructureDefinition/Other"}
    assert compile_package(archive(PATIENT, other)) == compile_package(archive(other, PATIENT))


def test_a_url_that_is_not_there_is_none() -> None:
    assert core().read("ValueSet", "http://example.org/nowhere") is None


def test_every_type_of_r4_is_there_and_all_its_children_resolve() -> None:
    types = definitions()
    assert len(types.resource_types) == 146
    seen = set()
    pending = [types.structure(name) for name in types.resource_types | types.data_types]
    while pending:
        structure = pending.pop()
        assert structure is not None
        if structure.path not in seen:
            seen.add(structure.path)
            pending.extend(child.structure for child in structure.children.values())
    assert len(seen) > 650


def test_choice_elements_are_expanded_by_json_name() -> None:
    observation = definitions().structure("Observation")
    assert observation is not None
    assert observation.children["valueQuantity"].type == "Quantity"
    assert observation.children["valueQuantity"].element == "value"
    assert "value" not in observation.children
    assert [child.name for child in observation.choices["effective"]] == [
        "effectiveDateTime",
        "effectivePeriod",
        "effectiveTiming",
        "effectiveInstant",
    ]


def test_a_path_leads_to_its_types() -> None:
    types = definitions()
    assert {child.type for child in types.children("Observation.component.value")} >= {"Quantity", "CodeableConcept"}
    assert [child.type for child in types.children("Patient.birthDate")] == ["date"]
    assert [child.type for child in types.children("Observation.valueQuantity.value")] == ["decimal"]
    assert types.children("Patient.birthdate") == ()
    assert types.children("Nonsense.birthDate") == ()


def test_content_references_lead_back() -> None:
    action = definitions().structure("PlanDefinition.action")
    assert action is not None
    assert action.children["action"].structure is action
    assert action.children["action"].is_list


def test_invariants_are_inherited_once() -> None:
    age = definitions().structure("Age")
    assert age is not None
    assert [each.key for each in age.invariants] == ["ele-1", "qty-3", "age-1"]
    assert age.is_a("Quantity")
    assert not age.is_a("Range")


def test_bindings_targets_and_profiles_are_kept() -> None:
    plan = definitions().structure("PlanDefinition")
    assert plan is not None
    status = plan.children["status"].binding
    assert status is not None
    assert (status.strength, status.value_set) == ("required", "http://hl7.org/fhir/ValueSet/publication-status|4.0.1")
    assert plan.children["subjectReference"].targets == ("http://hl7.org/fhir/StructureDefinition/Group",)
    assert plan.children["library"].targets == ("http://hl7.org/fhir/StructureDefinition/Library",)
    language = plan.children["language"].binding
    assert language is not None
    assert language.max_value_set == "http://hl7.org/fhir/ValueSet/all-languages"
    (dose,) = definitions().children("Dosage.maxDosePerLifetime")
    assert dose.profiles == ("http://hl7.org/fhir/StructureDefinition/SimpleQuantity",)


@pytest.mark.parametrize(
    "name", ["", ".", "Quantity.", "http://x", "|", "PlanDefinition.nothing", "Patient.name", "patient", "Event"]
)
def test_what_is_not_a_type_is_none(name: str) -> None:
    assert definitions().structure(name) is None
