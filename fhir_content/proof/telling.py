"""Results of proofs as text, JSON and JUnit."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree

Result = dict[str, Any]


def text(found: list[Result]) -> str:
    """For people: a line for each plan, below it what does not hold, with the patient."""
    lines: list[str] = []
    for result in found:
        count = Counter(claim["verdict"] for claim in result["claims"])
        tally = ", ".join(
            f"{count[verdict]} {verdict}" for verdict in ("proved", "failed", "unknown") if count[verdict]
        )
        lines.append(f"{result['plan']}: {tally} ({len(result['inputs'])} inputs, {result['seconds']} s)")
        lines += [line for claim in result["claims"] if claim["verdict"] != "proved" for line in _told(claim)]
        lines += [f"  not read: {each}" for each in result["notRead"]]
        lines += [f"  allowed without need: {each}" for each in result["unusedAllowances"]]
    return "\n".join(lines)


def _told(claim: Result) -> Iterator[str]:
    word = "allowed" if claim.get("allowed") else claim["verdict"].upper()
    says = claim["fault"] if claim["verdict"] == "failed" else claim["says"]
    yield f"  {word} [{claim['property']}] {claim['claim']}: {says}"
    if claim.get("allowed"):
        yield f"    because {claim['allowed']}"
        return
    yield from (f"    {line}" for line in claim.get("patient", {}).get("story", []))


def as_json(found: list[Result]) -> str:
    """One object with all results."""
    return json.dumps({"plans": found}, indent=2, ensure_ascii=False)


def junit(found: list[Result]) -> str:
    """A test suite for each plan, a test for each claim; what could not be settled is skipped, not passed."""
    root = ElementTree.Element("testsuites")
    for result in found:
        suite = ElementTree.SubElement(root, "testsuite", name=result["plan"], tests=str(len(result["claims"])))
        for claim in result["claims"]:
            case = ElementTree.SubElement(suite, "testcase", classname=claim["property"], name=claim["claim"])
            if claim["verdict"] == "unknown":
                ElementTree.SubElement(case, "skipped", message="not settled within the time limit")
            elif claim["verdict"] == "failed" and not claim.get("allowed"):
                failure = ElementTree.SubElement(case, "failure", message=claim["fault"])
                failure.text = "\n".join(claim.get("patient", {}).get("story", []))
    return ElementTree.tostring(root, encoding="unicode")


FORMATS: dict[str, Callable[[list[Result]], str]] = {"text": text, "json": as_json, "junit": junit}


def holds(found: list[Result]) -> bool:
    """Whether every claim is proved or allowed, and no allowance is left over."""
    claims = [claim for result in found for claim in result["claims"]]
    kept = all(claim["verdict"] == "proved" or claim.get("allowed") for claim in claims)
    return kept and not any(result["unusedAllowances"] for result in found)
