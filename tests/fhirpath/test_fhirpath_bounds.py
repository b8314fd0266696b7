"""Hostile expressions end in an error, soon."""

import os

import pytest

from fhir_content.fhirpath import FhirPathError

SECONDS = 4.0  # of our own computing, whatever else the machine does; a runaway takes minutes


@pytest.mark.parametrize(
    "expression",
    [
        f"'{'a' * 40}!'.matches('^(a+)+$')",
        f"'{'a' * 40}'.replaceMatches('(a|a)*b', 'x').length() > 100",
        f"'{'a' * 80}b'.matchesFull('(a|aa)+')",
        f"'{'1,' * 40}'.replaceMatches('(.*?,){{25}}P', '')",
        f"(1 | 2 | 3).select('{'a' * 26}b').select(iif($this.matches('^(a|aa)+$'), 1, 2))" + ".select($this | 0)" * 9,
        "1.repeat($this + 1)",
        "'x'.repeat($this & $this)",
        "(1 | 2).aggregate(iif($total.empty(), 'xxxxxxxxxx', $total & $total)).length()",
        "(1 | 2 | 3 | 4 | 5 | 6 | 7 | 8)" + ".select($this.combine($this).combine($this))" * 14,
        "10.power(2147483647)",
        "1.5.power(99999999)",
        "'ab'.replace('', 'x')" + ".replace('', 'xxxxxxxxxx')" * 8,
        "(1 | 2 | 3).select((1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9)" + ".select(%context.descendants()" * 12 + ")" * 13,
    ],
)
def test_a_hostile_expression_is_stopped(evaluate, expression):
    begin = os.times().user
    try:
        evaluate(expression)
    except FhirPathError as error:
        assert error.message
    assert os.times().user - begin < SECONDS


def test_a_runaway_regular_expression_is_named_as_such(evaluate):
    with pytest.raises(FhirPathError, match="took more than"):
        evaluate(f"'{'a' * 80}b'.matches('^(a|aa)+$')")
