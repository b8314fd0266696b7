"""Run FHIRPath tests in the form of the official suite (one JSON a line, with an `input/` folder beside it).

    python tests/conformance/fhirpath.py FILE|FOLDER [--verbose]

Exit 0 when every test passes or is excluded with a reason; an exclusion that begins to pass fails the run.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from fhir_content import fhirpath
from fhir_content.fhirpath.check import problems
from fhir_content.fhirpath.comparison import type_info
from fhir_content.fhirpath.functions.conversion import to_text
from fhir_content.structure import definitions

NOW = datetime(2026, 11, 23, 12, 30, 15, 123000, tzinfo=UTC)
EXCLUSIONS = Path(__file__).with_name("fhirpath-exclusions.yaml")
_QUANTITIES = {"Quantity"}


def tests(path: Path) -> Iterator[tuple[dict[str, Any], Path]]:
    """Each test with the folder of its input files."""
    files = sorted(path.rglob("*.ndjson")) if path.is_dir() else [path]
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield json.loads(line), file.parent / "input"


def failure(test: dict[str, Any], inputs: Path, model: fhirpath.Model) -> str:
    """Why a test fails, or ""."""
    resource = _resource(inputs / f"{test['file']}.json")
    try:
        expression = fhirpath.compile(test["expr"])
        found = problems(expression, resource["resourceType"], model) if test.get("mode") == "strict" else []
        if found:
            return "" if test["invalid"] else f"refused: {found[0]}"
        items = expression.evaluate(resource, resource["resourceType"], model, now=NOW)
        if test.get("predicate"):
            items = [bool(items) if len(items) != 1 else fhirpath.boolean(items) is not False]
    except fhirpath.FhirPathError as error:
        return "" if test["invalid"] else f"error {error}"
    if test["invalid"] and not test["outputs"]:
        return f"expected a {test['invalid']} error, got {_shown(items)}"
    return _difference(test["outputs"], items)


def _resource(file: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"), parse_float=Decimal)
    return data


def _difference(outputs: list[list[str | None]], items: fhirpath.Items) -> str:
    got = [(type_info(item).name, _text(item)) for item in items]
    same = len(got) == len(outputs) and all(_fits(wanted, actual) for wanted, actual in zip(outputs, got, strict=True))
    return "" if same else f"expected {outputs}, got {got}"


def _fits(wanted: list[str | None], actual: tuple[str, str]) -> bool:
    type_name, text = wanted
    if type_name is not None and type_name.lower() != actual[0].lower():
        return False
    return text is None or text.removeprefix("@").removeprefix("T") == actual[1].removeprefix("T")


def _text(item: fhirpath.Item) -> str:
    value = fhirpath.system(item)
    return to_text(value) or ""


def _shown(items: fhirpath.Items) -> str:
    return str([_text(item) for item in items])


def main(arguments: list[str]) -> int:
    """Run, print what differs and the count."""
    if not arguments or not Path(arguments[0]).exists():
        print(__doc__)
        return 2
    model = fhirpath.model(definitions())
    excluded = {entry["test"]: entry for entry in yaml.safe_load(EXCLUSIONS.read_text(encoding="utf-8"))}
    passed = skipped = failed = 0
    begin = time.perf_counter()
    for test, inputs in tests(Path(arguments[0])):
        why = failure(test, inputs, model)
        entry = excluded.get(test["name"])
        if entry is not None and entry["expression"] == test["expr"]:
            skipped += 1
            if not why:
                failed += 1
                print(f"{test['name']}: passes now, take its exclusion out")
        elif why:
            failed += 1
            print(f"{test['name']}: {test['expr']!r}: {why}")
        else:
            passed += 1
    seconds = time.perf_counter() - begin
    total = passed + skipped + failed
    print(
        f"{passed} of {total} passed ({100 * passed / max(1, total):.1f}%), {skipped} excluded, "
        f"{failed} failed, {seconds:.2f} s"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
