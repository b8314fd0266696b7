"""The generated pages say what the code says."""

import pytest
from generated_docs import DOCS, PAGES


@pytest.mark.parametrize("page", PAGES)
def test_a_generated_page_is_fresh(page):
    assert (DOCS / page).read_text("utf-8") == PAGES[page](), "stale: run python tests/generated_docs.py"
