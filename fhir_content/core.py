"""The compiled package `hl7.fhir.r4.core`: one record at a time, by kind and url.

The file is a build product (see `hatch_build.py` and `core_compiler.py`): a line of JSON that says where the
index of each kind lies, then records and indexes, each JSON. Only what is asked for is read and parsed.
"""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson

FILE = Path(__file__).parent / "data" / "r4" / "core.bin"
VERSION = "4.0.1"


class CoreMissing(RuntimeError):
    """The compiled definitions are not there: the tool was copied, not installed."""


class Core:
    """The records of the package."""

    def __init__(self, content: bytes | mmap.mmap) -> None:
        end = content.find(b"\n")
        self._content = content
        self._start = end + 1
        self._kinds: dict[str, tuple[int, int]] = orjson.loads(content[:end])
        self._indexes: dict[str, Mapping[str, tuple[int, int]]] = {}

    def urls(self, kind: str) -> Mapping[str, tuple[int, int]]:
        """The urls of a kind (`StructureDefinition`, `ValueSet`, `CodeSystem`), each with the place of its record."""
        if kind not in self._indexes:
            self._indexes[kind] = self._parse(self._kinds[kind])
        return self._indexes[kind]

    def read(self, kind: str, url: str) -> dict[str, Any] | None:
        """The record of one definition, in FHIR's own shape; None where the package has none of that url."""
        place = self.urls(kind).get(url)
        return None if place is None else self._parse(place)

    def _parse(self, place: tuple[int, int]) -> dict[str, Any]:
        start = self._start + place[0]
        data: dict[str, Any] = orjson.loads(self._content[start : start + place[1]])
        return data


@cache
def core() -> Core:
    """The package of this installation, opened once per process; raises CoreMissing."""
    try:
        with FILE.open("rb") as file:
            return Core(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except FileNotFoundError:
        raise CoreMissing(
            f"the R4 definitions are not compiled ({FILE} is absent): run `pip install -e .` (or `make build`) "
            "in the project's folder, which compiles them"
        ) from None
