"""A project of generated definitions: seconds and memory of `validate`, first and again, and how both grow.

    python tests/bench/validate_project.py [COUNT...]        default 500 5000

Every definition is sound and names others, so that what is measured is checking, not reporting. Seconds are those of
the processor, so that another program on the machine does not change them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

BASE = "https://example.org/fhir"
VERSION = "1.0.0"
SHARED = {
    "version": VERSION,
    "status": "draft",
    "experimental": True,
    "date": "2026-11-01",
    "publisher": "Example",
    "description": "Generated to measure how long validation takes.",
    "copyright": "CC0",
}


def head(kind: str, number: int, name: str) -> dict:
    id = f"{name}-{number:05}"
    return {
        "resourceType": kind,
        "id": id,
        "url": f"{BASE}/{kind}/{id}",
        "name": f"{kind}{number}",
        "title": f"{kind} {number}",
        **SHARED,
    }


def code_system(number: int) -> dict:
    concepts = [{"code": f"c{each}", "display": f"Concept {each}"} for each in range(20)]
    more = {"caseSensitive": True, "content": "complete", "count": len(concepts), "concept": concepts}
    return {**head("CodeSystem", number, "system"), **more}


def value_set(number: int, system: int) -> dict:
    codes = [
        {"code": f"c{each}", "display": f"Concept {each}"} for each in (range(10) if number % 2 else range(10, 20))
    ]
    include = [{"system": f"{BASE}/CodeSystem/system-{system:05}", "version": VERSION, "concept": codes}]
    return {**head("ValueSet", number, "set"), "compose": {"include": include}}


def activity(number: int, system: int) -> dict:
    coding = {
        "system": f"{BASE}/CodeSystem/system-{system:05}",
        "version": VERSION,
        "code": "c1",
        "display": "Concept 1",
    }
    dose = {
        "text": "400 mg a day",
        "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
        "doseAndRate": [
            {"doseQuantity": {"value": 400, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"}}
        ],
        "maxDosePerPeriod": {
            "numerator": {"value": 400, "unit": "mg", "system": "http://unitsofmeasure.org", "code": "mg"},
            "denominator": {"value": 1, "unit": "d", "system": "http://unitsofmeasure.org", "code": "d"},
        },
    }
    more = {"kind": "MedicationRequest", "intent": "proposal", "productCodeableConcept": {"coding": [coding]}}
    return {**head("ActivityDefinition", number, "activity"), **more, "dosage": [dose]}


def plan(number: int, activities: list[int]) -> dict:
    actions = [
        {
            "id": f"a{at}",
            "title": f"Give {each}",
            "description": "When the reading asks for it.",
            "condition": [
                {
                    "kind": "applicability",
                    "expression": {"language": "text/fhirpath", "expression": "%subject.active"},
                }
            ],
            "definitionCanonical": f"{BASE}/ActivityDefinition/activity-{each:05}|{VERSION}",
        }
        for at, each in enumerate(activities)
    ]
    return {**head("PlanDefinition", number, "plan"), "action": actions}


def generate(root: Path, count: int) -> None:
    """`count` definitions: of ten, one code system, two value sets, four activities and three plans."""
    definitions = root / "definitions"
    definitions.mkdir(parents=True)
    package = {
        "id": "example.generated",
        "canonical": BASE,
        "version": VERSION,
        "fhirVersion": "4.0.1",
        "title": "Generated",
        "description": "Generated definitions.",
        "license": "CC0-1.0",
        "external": ["http://hl7.org/fhir/"],
        "defaults": {"status": "draft", "date": "2026-11-01", "publisher": "Example"},
    }
    (definitions / "package.yaml").write_text(yaml.safe_dump(package, sort_keys=False))
    for ten in range(count // 10):
        made = [code_system(ten)]
        made += [value_set(2 * ten + each, ten) for each in range(2)]
        made += [activity(4 * ten + each, ten) for each in range(4)]
        made += [plan(3 * ten + each, [4 * ten + one for one in range(4)]) for each in range(3)]
        folder = definitions / f"part-{ten:04}"
        folder.mkdir()
        for resource in made:
            file = folder / f"{resource['resourceType']}-{resource['id']}.yaml"
            file.write_text(yaml.dump(resource, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True))


def run(root: Path) -> tuple[float, float, dict]:
    """Seconds of the processor, megabytes, and the summary of one `validate`."""
    command = [sys.executable, "-m", "fhir_content", "validate", "--project", str(root), "--format", "json"]
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = usage.ru_utime + usage.ru_stime
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1):
            sys.exit(f"validate ended with {process.returncode}")
        out.seek(0)
        return seconds, usage.ru_maxrss / 1024, json.load(out)["summary"]


def main() -> None:
    print("| definitions | first run, s | ms each | peak memory, MB | second run, s | times faster | errors |")
    print("|---|---|---|---|---|---|---|")
    for count in [int(each) for each in sys.argv[1:]] or [500, 5000]:
        with tempfile.TemporaryDirectory() as temporary:
            root = Path(temporary)
            generate(root, count)
            seconds, megabytes, summary = run(root)
            again, _, _ = run(root)
            figures = (
                f"{seconds:.2f} | {1000 * seconds / count:.2f} | {megabytes:.0f} | {again:.2f} | {seconds / again:.0f}"
            )
            print(f"| {summary['resources']} | {figures} | {summary['errors']} |", flush=True)


if __name__ == "__main__":
    main()
