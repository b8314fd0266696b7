"""No bad input passes in silence."""

import pytest
from bad_input import ROWS, run


@pytest.mark.parametrize("name", ROWS)
def test_each_bad_input_is_told_or_read_rightly(name, tmp_path):
    messages = run(name, tmp_path)
    assert messages
    for message in messages:
        quiet = message.startswith(("read as", "no input can"))
        assert quiet or message.startswith("definitions/"), "a place comes first"


def test_there_is_a_row_for_each_kind():
    assert len(ROWS) == 28
