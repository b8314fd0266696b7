import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from fhir_content.project import load
from fhir_content.release import release

CONTENT = Path(__file__).parent / "content"


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="write what is compared anew, instead of comparing")


class Copy:
    """A copy of a miniature project, to be broken or changed."""

    def __init__(self, root):
        self.root = root

    def change(self, file, old, new):
        path = self.root / "definitions" / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        return self

    def add(self, file, text):
        path = self.root / "definitions" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return self

    def load(self):
        return load(self.root)

    def as_released(self):
        project = self.load()
        return replace(project, catalog=release(project.catalog))


@pytest.fixture
def influenza(tmp_path):
    root = tmp_path / "influenza"
    shutil.copytree(CONTENT / "influenza", root)
    return Copy(root)


@pytest.fixture
def fever(tmp_path):
    root = tmp_path / "fever"
    shutil.copytree(CONTENT / "fever", root)
    return Copy(root)
