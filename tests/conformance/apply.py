"""Run $apply cases from a folder with an index.json, as the reference's own tests have them.

    python tests/conformance/apply.py FOLDER [CASE...] [--show]

Each case names parameters, content, data, and what is expected: a resource, compared as `compare` says, or assertions
in words. Exit 1 when a case fails.
"""

import json
import re
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from fhir_content.apply import ApplyError, apply
from fhir_content.catalog import Catalog
from fhir_content.resource import Resource
from fhir_content.source import dumps, read


def main(arguments):
    show = "--show" in arguments
    folder, *only = [each for each in arguments if each != "--show"]
    folder, passed, failed = Path(folder), 0, 0
    for case in json.loads((folder / "index.json").read_text("utf-8")):
        if "parameters" not in case or (only and case["id"] not in only):
            continue
        began = time.perf_counter()
        try:
            result = run(folder, case)
            faults = list(differences(folder, case, result))
        except ApplyError as error:
            result = None
            faults = [] if any("throws" in each for each in case.get("assertions", [])) else [f"ApplyError: {error}"]
        passed, failed = passed + (not faults), failed + bool(faults)
        print(f"{'FAIL' if faults else 'pass'} {case['id']} {time.perf_counter() - began:.2f} s")
        for fault in faults[:10]:
            print(f"     {fault}")
        if show and result is not None:
            print(dumps(result, pretty=True).decode())
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def run(folder, case):
    content = list(resources(folder / case["content"]))
    for resource in content:
        if resource["resourceType"] == "Library":
            bring_in(resource, (folder / case["content"]).parent)
    given = json.loads((folder / case["parameters"]).read_text("utf-8")).get("parameter", [])
    named = {each["name"]: each for each in given}

    def text(name):
        value = next((value for key, value in named.get(name, {}).items() if key.startswith("value")), "")
        return value.get("reference", "") if isinstance(value, dict) else value

    data = [read(folder / case["data"]).data] if "data" in case else []
    language = named.get("userLanguage", {}).get("valueCodeableConcept", {}).get("coding", [{}])[0].get("code", "")
    outcome = apply(
        case["definition"],
        Catalog(Resource.of(each) for each in content),
        data + [each["resource"] for each in given if each["name"] == "data"],
        text("subject"),
        at=datetime.fromisoformat(case["at"]) if "at" in case else datetime.now(UTC),
        encounter=text("encounter"),
        practitioner=text("practitioner"),
        organization=text("organization"),
        language=language,
        parameters=named.get("parameters", {}).get("resource"),
        output="bundle" if case["operation"] == "$r5.apply" else "careplan",
    )
    return outcome.resource


def resources(path):
    data = read(path).data
    for entry in data["entry"] if data["resourceType"] == "Bundle" else [{"resource": data}]:
        yield entry["resource"]


def bring_in(library, folder):
    """Library.content that names a file by url: the file of that name beside the case."""
    import base64

    for content in library.get("content", []):
        file = folder / Path(content.get("url", f"{library.get('name')}.cql")).name
        if "data" not in content and file.is_file():
            content.update(contentType="text/cql", data=base64.b64encode(file.read_bytes()).decode())


def differences(folder, case, result):
    compare = case["compare"]
    if compare.startswith("exact"):
        left = set() if "modulo" not in compare else {"fullUrl", "id", "status", "intent"}
        expected = read(folder / case["expected"]).data
        yield from unequal(without(expected, left), without(plain(result), left), case["output"])
        return
    for assertion in case["assertions"]:
        if not holds(assertion, plain(result)):
            yield f"not so: {assertion}"


def plain(result):
    return json.loads(dumps(result))


def without(value, names):
    if isinstance(value, dict):
        return {key: without(each, names) for key, each in value.items() if key not in names}
    return [without(each, names) for each in value] if isinstance(value, list) else value


def unequal(expected, got, path):
    if isinstance(expected, dict) and isinstance(got, dict):
        for key in sorted({*expected, *got}):
            if key not in got:
                yield f"{path}.{key} is missing"
            elif key not in expected:
                yield f"{path}.{key} is too much: {str(got[key])[:200]}"
            else:
                yield from unequal(expected[key], got[key], f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(got, list):
        if len(expected) != len(got):
            yield f"{path}: {len(expected)} expected, {len(got)} found"
        for index, (one, other) in enumerate(zip(expected, got, strict=False)):
            yield from unequal(one, other, f"{path}[{index}]")
    elif isinstance(expected, str) != isinstance(got, str) or str(expected) != str(got):
        yield f"{path}: {str(expected)[:200]!r} expected, {str(got)[:200]!r} found"


def holds(assertion, result):
    made = [entry["resource"] for entry in result.get("entry", [])] + result.get("contained", [])
    if match := re.match(r">=(\d+) (\w+)", assertion):
        return sum(each["resourceType"] == match[2] for each in made) >= int(match[1])
    if match := re.match(r"every (\w+) has (\w+)", assertion):
        return all(match[2] in each for each in made if each["resourceType"] == match[1])
    if match := re.match(r"result resourceType = (\w+)", assertion):
        return result["resourceType"] == match[1]
    if match := re.match(r"([\w.\[\]]+) = (.+)", assertion):
        return str(at(result, match[1])) == match[2]
    return result["resourceType"] == assertion


def at(value, path):
    for name, index in re.findall(r"(\w+)|\[(\d+)\]", path):
        if index:
            value = value[int(index)]
        else:
            keys = [key for key in value if key == name or re.fullmatch(f"{name}[A-Z]\\w*", key)]
            value = value[keys[0]] if keys else {}
    return value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
