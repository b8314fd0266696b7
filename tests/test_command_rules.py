"""The rules as a user reads them."""

import pytest
from click.testing import CliRunner

from fhir_content.__main__ import cli
from fhir_content.rules import every_rule


def run(*arguments):
    return CliRunner().invoke(cli, ["rules", *arguments])


def test_each_rule_has_a_line():
    lines = run().output.splitlines()
    assert [line.split()[0] for line in lines] == [rule.name for rule in every_rule()]


@pytest.mark.parametrize("rule", every_rule(), ids=lambda rule: rule.name)
def test_a_page_is_the_rule_docstring(rule):
    result = run(rule.name)
    assert result.exit_code == 0
    assert result.output.startswith(f"{rule.name}\n\n{rule.severity}, ")
    assert rule.page.strip() in result.output


def test_an_unknown_rule_is_a_usage_error_with_a_way_out():
    result = run("action-does-nothin")
    assert result.exit_code == 2
    assert "did you mean `action-does-nothing`?" in result.output
