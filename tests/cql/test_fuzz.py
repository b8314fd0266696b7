"""Hostile logic and hostile data: nothing but CqlError comes out, and it comes soon."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from pathlib import Path

import pytest
from fuzzing import changed, library
from patients import NOW, VALUE_SETS, patient

from fhir_content.cql import Context, CqlError, Library

LOGIC = Path(__file__).parent / "logic"
SECONDS = 20  # for one case; thousands of times what a good one takes, so that a busy machine does not matter


def outcome(elm: object, data: object, includes: list[Library]) -> str:
    begun = time.process_time()
    try:
        loaded = Library.from_elm(elm, includes)  # type: ignore[arg-type]
    except CqlError:
        result = "refused"
    else:
        result = "error" if errors(loaded, data) else "value"
    assert time.process_time() - begun < SECONDS
    return result


def errors(loaded: Library, data: object) -> int:
    count = 0
    context = Context(data, NOW, value_sets=VALUE_SETS, steps=200_000)
    for name in loaded.definitions:
        try:
            repr(loaded.evaluate(name, context))
        except CqlError:
            count += 1
    return count


def random_trees(count: int) -> Counter[str]:
    return Counter(outcome(library(random.Random(seed)), None, []) for seed in range(count))


def changed_libraries(count: int) -> Counter[str]:
    facts = json.loads((LOGIC / "PatientFacts.json").read_bytes())
    seen: Counter[str] = Counter()
    for seed in range(count):
        chance = random.Random(seed)
        elm = changed(chance, facts, chance.choice([1, 1, 2, 5]))
        seen[outcome(elm, patient(1, chance), [])] += 1
    return seen


def random_bundles(count: int) -> Counter[str]:
    facts = Library.from_elm((LOGIC / "PatientFacts.json").read_bytes())
    replacement = Library.from_elm((LOGIC / "Replacement.json").read_bytes(), [facts])
    seen: Counter[str] = Counter()
    for seed in range(count):
        chance = random.Random(seed)
        bundle = changed(chance, patient(seed, chance), chance.choice([1, 2, 5, 20]))
        failed = errors(facts, bundle) + errors(replacement, bundle)
        seen["error" if failed else "value"] += 1
    return seen


def test_random_trees() -> None:
    seen = random_trees(600)
    assert seen["value"] > 30, seen
    assert seen["refused"] > 30


def test_changed_libraries() -> None:
    seen = changed_libraries(60)
    assert len(seen) >= 2, "the changes must matter sometimes and not always"


def test_random_bundles() -> None:
    seen = random_bundles(150)
    assert seen["error"] > 5
    assert seen["value"] > 5


@pytest.mark.long
@pytest.mark.parametrize("run", [random_trees, changed_libraries, random_bundles])
def test_ten_thousand(run) -> None:
    assert sum(run(10_000).values()) == 10_000
