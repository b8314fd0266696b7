from __future__ import annotations

import subprocess
import sys
from decimal import Decimal

import pytest

from fhir_content import ucum


@pytest.mark.parametrize(
    "code",
    [
        "mg",
        "mg/kg",
        "g/kg/mo",
        "[IU]/mL",
        "mm[Hg]",
        "10*9/L",
        "{count}",
        "%",
        "1",
        "Cel",
        "/min",
        "m2",
        "kg.m/s2",
        "(m)",
        "mg{x}/dL",
    ],
)
def test_units(code: str) -> None:
    assert ucum.is_valid(code)


@pytest.mark.parametrize(
    "code", ["", "mgs", "days", "a b", "µg", "m^2", "mg/", "{", "((m)", "IU", "m" * 201, "(" * 150]
)
def test_what_is_no_unit(code: str) -> None:
    assert not ucum.is_valid(code)


@pytest.mark.parametrize(
    ("value", "source", "target", "result"),
    [
        ("1", "g", "mg", "1000"),
        ("0.4", "g/kg", "mg/kg", "400"),
        ("1.5", "mg/dL", "g/L", "0.015"),
        ("3", "wk", "d", "21"),
        ("1", "a", "mo", "12"),
        ("10", "10*3/uL", "10*9/L", "10"),
        ("37", "Cel", "K", "310.15"),
        ("7", "mg", "mg", "7"),
        ("12345678901234567.89", "g", "kg", "12345678901234.56789"),
    ],
)
def test_conversion_keeps_the_digits(value: str, source: str, target: str, result: str) -> None:
    assert ucum.convert(Decimal(value), source, target) == Decimal(result)


@pytest.mark.parametrize(("source", "target"), [("g", "L"), ("[IU]", "mg"), ("g", "grams"), ("x y", "x y")])
def test_what_cannot_be_converted_is_none(source: str, target: str) -> None:
    assert ucum.convert(Decimal(1), source, target) is None


def test_the_library_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, fhir_content.conformance; sys.exit(any(n in sys.modules for n in ('pint', 'lark', 'ucumvert')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
