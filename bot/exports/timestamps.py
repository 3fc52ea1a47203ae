"""Discord's timestamps in files. Discord shows ``<t:…>`` to every reader in their own time zone; a file cannot."""

import re
from datetime import UTC, datetime
from typing import Final

_TIMESTAMP: Final = re.compile(r"<t:(\d+):\w>")


def spell_out_timestamps(text: str) -> str:
    """The text with each of Discord's timestamps as a date and a time in UTC."""
    return _TIMESTAMP.sub(_spell_out, text)


def _spell_out(timestamp: re.Match[str]) -> str:
    moment = datetime.fromtimestamp(int(timestamp[1]), UTC)
    return f"{moment:%H:%M} UTC on {moment.day} {moment:%B}"
