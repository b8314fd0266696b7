"""Soundness: for every input, known or not, the value of a term is the value that the CQL engine gives."""

import json
import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_content.proof.logic import Logic
from tests.proof.soundness import Comparison

HERE = Path(__file__).parent
ROOT = HERE.parent.parent


def logic(folder):
    return Logic(json.loads(file.read_bytes()) for file in sorted(folder.glob("*.json")))


@pytest.fixture(scope="module")
def operators():
    return Comparison(logic(HERE / "logic"), "Operators")


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.data())
def test_every_operator_has_the_value_that_the_engine_gives(operators, data):
    assignment = operators.assignment(lambda options: data.draw(st.sampled_from(options)))
    assert list(operators.differences(assignment)) == []


def test_only_what_is_meant_to_be_is_opaque(operators):
    opaque = {each.name for each in operators.world.inputs.values() if not each.is_parameter}
    assert opaque == {"Years", "Months", "Has Days", 'Has Days: { "day" }', "Is Before"}


@pytest.mark.long
@pytest.mark.parametrize("library", ["Operators", "pathways"])
def test_twenty_thousand_random_inputs(library, operators):
    random_source = random.Random(20261123)
    if library == "Operators":
        compared = [operators]
    else:
        found = logic(ROOT / "build" / "elm")
        included = {path for each in found.libraries.values() for path in each.includes.values()}
        compared = [Comparison(found, name) for name in sorted(set(found.libraries) - included)]
    rounds = int(os.environ.get("FHIR_CONTENT_ROUNDS", "20000"))
    for number in range(rounds):
        each = compared[number % len(compared)]
        assert list(each.differences(each.assignment(random_source.choice))) == []
