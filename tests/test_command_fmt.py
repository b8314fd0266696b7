"""Formatting: FHIR's order, the same data, every comment kept beside its element."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from fhir_content.__main__ import cli
from fhir_content.formatting import formatted
from fhir_content.source import parse

HERE = Path(__file__).parent
OURS = sorted((HERE.parent / "definitions").rglob("[A-Z]*-*.yaml")) + sorted((HERE / "content").rglob("[A-Z]*-*.yaml"))

BEFORE = """\
# About the whole file.
resourceType: PlanDefinition
# Why active: servers skip drafts.
status: active
id: x   \n\
action:
  - title: One
    # the id
    id: a
    condition:
      - expression: {expression: Start, language: text/cql-identifier}
        kind: applicability
    # the last comment of the action

  # about the second
  - id: b
    title: |
      # not a comment
      two
name: X
title: "no"
"""
AFTER = """\
# About the whole file.
resourceType: PlanDefinition
id: x
name: X
title: "no"
# Why active: servers skip drafts.
status: active
action:
  - title: One
    # the id
    id: a
    condition:
      - kind: applicability
        expression: {expression: Start, language: text/cql-identifier}
    # the last comment of the action

  # about the second
  - id: b
    title: |
      # not a comment
      two
"""


def test_elements_take_their_order_and_their_comments_along():
    assert formatted(BEFORE.encode(), "x.yaml").decode() == AFTER


def test_the_first_key_of_an_item_changes_place_with_its_dash():
    text = "resourceType: PlanDefinition\naction:\n  - title: One\n    id: a\n  - title: Two\n    id: b\n"
    expected = "resourceType: PlanDefinition\naction:\n  - id: a\n    title: One\n  - id: b\n    title: Two\n"
    assert formatted(text.encode(), "x.yaml").decode() == expected


def test_json_is_ordered_at_every_depth_and_keeps_its_digits():
    quantity = '{"unit":"g","value":72.50}'
    text = f'{{"status":"active","_status":{{"id":"s"}},"resourceType":"ActivityDefinition","quantity":{quantity}}}'
    result = formatted(text.encode(), "x.json").decode()
    assert list(json.loads(result)) == ["resourceType", "status", "_status", "quantity"]
    assert '"value": 72.50,\n' in result
    assert result.endswith("}\n")


@pytest.mark.parametrize("content", [b"", b"a: [", b"x: 1", b"- 1", b"\xff", b"resourceType: A\nresourceType: B\n"])
def test_what_cannot_be_read_is_left_alone(content):
    assert formatted(content, "x.yaml") is None


def comments(text):
    return sorted(line.strip() for line in text.splitlines() if line.strip().startswith("#"))


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_real_content_keeps_data_and_comments_and_settles_at_once(path):
    content = path.read_bytes()
    once = formatted(content, path.name)
    assert once is not None
    assert parse(once, path.name).data == parse(content, path.name).data
    assert comments(once.decode()) == comments(content.decode())
    assert formatted(once, path.name) == once


def test_the_command_checks_then_writes_then_is_content(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("x.yaml").write_text(BEFORE)
    checked = CliRunner().invoke(cli, ["fmt", "--check", "x.yaml"])
    assert checked.exit_code == 1
    assert "x.yaml:3:1: error [not-formatted]" in checked.output
    assert Path("x.yaml").read_text() == BEFORE
    assert CliRunner().invoke(cli, ["fmt", "x.yaml"]).exit_code == 0
    assert Path("x.yaml").read_text() == AFTER
    assert CliRunner().invoke(cli, ["fmt", "--check", "x.yaml"]).exit_code == 0
