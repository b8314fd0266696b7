"""The targets, one a file. The folder is the registry: a new file is a new release artifact."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from fhir_content.target import Target


@cache
def targets() -> dict[str, Target]:
    """Every target, by name."""
    names = sorted(file.stem for file in Path(__file__).parent.glob("*.py") if not file.stem.startswith("_"))
    found: list[Target] = [import_module(f"{__name__}.{name}").make for name in names]
    return {each.name: each for each in found}
