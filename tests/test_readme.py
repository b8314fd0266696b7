"""The outputs shown in the documents are those that the tool prints. `pytest --update-golden` writes them anew."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
DOCUMENTS = [path for path in PAGES if "```console" in path.read_text("utf-8")]
BLOCK = re.compile(r"```console\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)```", re.S)


def printed(command):
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        command, shell=True, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    return done.stdout


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_shows_is_what_the_tool_prints(path, request):
    text = path.read_text("utf-8")
    fresh = BLOCK.sub(lambda match: f"```console\n$ {match['command']}\n{printed(match['command'])}```", text)
    if request.config.getoption("--update-golden"):
        path.write_text(fresh, encoding="utf-8")
    else:
        assert fresh == text
