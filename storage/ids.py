"""Identifiers: ``{collection}_{16 hex}``, random, so that they tell nothing and collide never."""

import secrets


def new_id(collection: str) -> str:
    """A fresh id such as ``audio_scripts_9f2c04d1a7b3e658``."""
    return f"{collection}_{secrets.token_hex(8)}"
