"""How large a file may be."""

from types import SimpleNamespace
from typing import Any

import pytest

from cogs.interactions.uploads import get_upload_limit


@pytest.mark.parametrize("stated", [10 * 2**20, 100 * 2**20])
def test_the_limit_is_what_discord_states_less_the_message(stated: int) -> None:
    """Discord counts the message as well, so that a file of exactly the stated size would be refused."""
    interaction: Any = SimpleNamespace(filesize_limit=stated)
    assert stated - 1_000_000 < get_upload_limit(interaction) < stated - 100_000
