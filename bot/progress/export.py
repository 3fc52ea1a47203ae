"""Events as a file in the exchange format: an array of ``{"timestamp", "event", "data"}``."""

import json

from bot.exports import Download


def as_json(entries: list[dict[str, object]]) -> Download:
    """``session_progress.json``."""
    return Download("session_progress.json", json.dumps(entries, ensure_ascii=False, indent=2).encode())
