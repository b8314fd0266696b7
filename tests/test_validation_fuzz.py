"""Whatever is given, validation ends in time, without a traceback, and says the same however it is written."""

import random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from validation_inputs import LEAVES, SEEDS, check, generated, mutated, read_grammars

# No phase that traces: what is measured is the time of the validator alone.
BROAD = {
    "deadline": None,
    "derandomize": True,
    "suppress_health_check": list(HealthCheck),
    "phases": (Phase.explicit, Phase.generate, Phase.shrink),
}
NUMBERS = st.integers(0, 2**64 - 1)


@pytest.fixture(scope="module", autouse=True)
def grammars():
    read_grammars()


def each_input(number):
    chance = random.Random(number)
    check(mutated(chance.choice(SEEDS), chance), chance)
    check(generated(chance), chance)


@settings(max_examples=100, **BROAD)
@given(NUMBERS)
def test_every_input_is_judged(number):
    each_input(number)


@pytest.mark.long
@settings(max_examples=10_000, **BROAD)
@given(NUMBERS)
def test_twenty_thousand_inputs_are_judged(number):
    each_input(number)


@pytest.mark.parametrize("leaf", LEAVES, ids=repr)
def test_every_strange_value_is_judged_where_text_is_expected(leaf):
    chance = random.Random(0)
    for seed in SEEDS:
        for name in seed:
            if name != "resourceType":
                check({**seed, name: leaf}, chance)
