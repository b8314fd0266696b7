"""A resource as released, and as authored."""

import json
from pathlib import Path

from click.testing import CliRunner

from fhir_content.__main__ import cli

INFLUENZA = str(Path(__file__).parent / "content" / "influenza")


def show(*arguments):
    return CliRunner().invoke(cli, ["show", *arguments, "--project", INFLUENZA])


def test_released_has_the_defaults_the_narrative_and_the_cql():
    plan = json.loads(show("PlanDefinition/flu-01-strategy").stdout)
    assert plan["publisher"]
    assert plan["text"]["div"].startswith("<div")
    library = json.loads(show("Library/FluLogic").stdout)
    assert library["content"][0]["contentType"] == "text/cql"


def test_authored_is_the_file_itself():
    path = next(Path(INFLUENZA).rglob("PlanDefinition-flu-01-strategy.yaml"))
    assert show("PlanDefinition/flu-01-strategy", "--authored").stdout == path.read_text()


def test_an_unknown_one_is_a_usage_error_with_the_nearest():
    result = show("PlanDefinition/flu-01-strateg")
    assert result.exit_code == 2
    assert "did you mean PlanDefinition/flu-01-strategy?" in result.output
