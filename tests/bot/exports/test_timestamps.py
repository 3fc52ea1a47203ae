"""Discord's timestamps in files."""

import pytest

from bot.exports.timestamps import spell_out_timestamps


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Again at <t:1795379400:t>.", "Again at 20:30 UTC on 22 November."),
        ("<t:0:R> <t:86399:F>", "00:00 UTC on 1 January 23:59 UTC on 1 January"),
        ("no <t:x:t> <1795379400> here", "no <t:x:t> <1795379400> here"),
    ],
)
def test_timestamps_are_spelled_out_in_utc(text: str, expected: str) -> None:
    """Each timestamp becomes a time and a date in UTC; other text stays."""
    assert spell_out_timestamps(text) == expected
