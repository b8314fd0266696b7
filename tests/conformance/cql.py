"""Run official CQL tests: each line of an .ndjson file holds the ELM of one test.

    python tests/conformance/cql.py FILE|FOLDER [--verbose]

`r` is the expression, `e` the expected output; a test marked invalid must be refused or raise. Tests that are
known not to pass stand in cql-exclusions.yaml with a type and a reason; one that begins to pass fails the run.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from fhir_content.cql import Context, CqlError, Date, DateTime, Interval, Library, Quantity, Tuple, Uncertainty
from fhir_content.cql.interval import end, start
from fhir_content.cql.temporal import DAY

NOW = datetime(2026, 1, 15, 12, 30, tzinfo=UTC)
EXCLUSIONS = Path(__file__).with_name("cql-exclusions.yaml")
TYPES = ("feature", "bug", "wontfix")


def shown(value: Any) -> Any:
    """A value in a form in which results compare: what the type, precision and numbers are, not how written."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | Decimal):
        return ("number", Decimal(value).normalize())
    if isinstance(value, Quantity):
        return ("quantity", shown(value.value), value.unit)
    if isinstance(value, Uncertainty):
        return ("interval", shown(value.low), shown(value.high))
    if isinstance(value, Interval):
        return ("interval", shown(start(value)), shown(end(value)))
    if isinstance(value, list):
        return [shown(item) for item in value]
    if isinstance(value, Tuple):
        return {name: shown(item) for name, item in value.items()}
    if isinstance(value, Date | DateTime) and value.precision <= DAY:
        return ("date", str(value))  # a Date converts to a DateTime of the same precision without being asked
    return (type(value).__name__, repr(value))


def problem(test: dict[str, Any]) -> str:
    """Why a test fails, "" when it passes."""
    if test["elm"] is None:
        return "" if test["invalid"] else "no ELM"
    names = {statement["name"] for statement in test["elm"]["library"]["statements"]["def"]}
    try:
        library, context = Library.from_elm(test["elm"]), Context(now=NOW)
        result = library.evaluate("r", context)
        expected = library.evaluate("e", context) if "e" in names else None
    except CqlError as error:
        return "" if test["invalid"] else f"raised: {error}"
    if test["invalid"]:
        return f"gave {result!r} and should have raised"
    if "e" in names and shown(result) != shown(expected):
        return f"expected {expected!r}, got {result!r}"
    return ""


def tests(path: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(path.rglob("*.ndjson")) if path.is_dir() else [path]:
        with file.open("rb") as lines:
            yield from (json.loads(line) for line in lines if line.strip())


def main(arguments: list[str]) -> int:
    exclusions = {item["test"]: item for item in yaml.safe_load(EXCLUSIONS.read_text("utf-8")) or []}
    wrong = [name for name, item in exclusions.items() if item.get("type") not in TYPES or not item.get("reason")]
    passed = total = 0
    failures: list[str] = [f"{name}: exclusion without type or reason" for name in wrong]
    for test in tests(Path(arguments[0])):
        total += 1
        why = problem(test)
        passed += not why
        excluded = exclusions.get(test["id"])
        if excluded and not why:
            failures.append(f"{test['id']}: passes; take it out of {EXCLUSIONS.name}")
        elif why and not excluded:
            failures.append(f"{test['id']}: {test['expression'].strip()}: {why}")
        elif why and excluded:
            print(f"excluded ({excluded['type']}): {test['id']}: {excluded['reason']}")
    for failure in failures:
        print(f"FAILED {failure}")
    share = 100 * passed / total if total else 0
    print(f"{passed} of {total} passed ({share:.1f} %), {len(failures)} unexpected")
    return 1 if failures or not total else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1:]))
