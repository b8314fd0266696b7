"""The house rules, one a file. The folder is the registry: a new file is a new rule."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from fhir_content.rule import Rule


@cache
def every_rule() -> tuple[Rule, ...]:
    """All rules, by name."""
    names = sorted(file.stem for file in Path(__file__).parent.glob("*.py") if not file.stem.startswith("_"))
    return tuple(import_module(f"{__name__}.{name}").check for name in names)


@cache
def rules_by_type() -> dict[str, tuple[Rule, ...]]:
    """The rules for each resource type that has any; those for every type stand under "*"."""
    types = {each for rule in every_rule() for each in rule.on}
    return {name: tuple(rule for rule in every_rule() if name in rule.on) for name in types}
