"""The generated pages say what the code says.

Each page is made in a process of its own: click remembers a command's help option from its first caller, and another
test may have been that.
"""

import subprocess
import sys
from pathlib import Path

import pytest
from generated_docs import DOCS, PAGES


@pytest.mark.parametrize("page", PAGES)
def test_a_generated_page_is_fresh(page):
    code = f"import sys; from generated_docs import PAGES; sys.stdout.write(PAGES[{page!r}]())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parent, capture_output=True, text=True, check=True, timeout=120
    )
    assert (DOCS / page).read_text("utf-8") == done.stdout, "stale: run python tests/generated_docs.py"
