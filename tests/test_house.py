"""The house keeps its own rules: size of files and functions, where click and sockets may be, no stray Python."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted((ROOT / "fhir_content").rglob("*.py"))
SCRIPTS = [ROOT / "hatch_build.py", *sorted((ROOT / "tests").rglob("*.py"))]


def name(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES + SCRIPTS, ids=name)
def test_no_file_has_more_than_400_lines(path):
    assert len(path.read_text("utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_no_function_has_more_than_40_lines(path):
    functions = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)]
    long = [f"{node.name}: {length(node)} lines" for node in functions if length(node) > 40]
    assert long == []


def length(function):
    """Lines of a function without its docstring, which is text for readers, and its decorators."""
    lines = function.end_lineno - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        lines -= first.end_lineno - first.lineno + 1
    return lines


@pytest.mark.parametrize("path", [each for each in MODULES if each.parent.name == "commands"], ids=name)
def test_a_command_has_no_function_over_40_lines_and_an_example(path):
    if path.stem.startswith("_"):
        return
    assert "Example: fhir-content" in path.read_text("utf-8")


def test_the_code_map_names_every_module_and_no_other():
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    rows = re.findall(r"^\| (`[^|]+`) \|", text, re.M)
    named = {word for row in rows for word in re.findall(r"`(\w+)`", row)}
    there = {path.name.removesuffix(".py") for path in (ROOT / "fhir_content").iterdir()}
    assert named == there - {"__init__", "__main__", "__pycache__", "data", "py.typed"}


def test_no_python_in_build_or_definitions():
    stray = [name(path) for folder in ("build", "definitions") for path in (ROOT / folder).rglob("*.py")]
    assert stray == []


def test_nothing_is_left_unfinished():
    words = re.compile(r"# ?(TODO|FIXME|XXX)\b|NotImplementedError")
    found = [name(path) for path in MODULES if words.search(path.read_text("utf-8"))]
    assert found == []
