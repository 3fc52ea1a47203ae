"""Random identifiers of the form ``{collection}_{16 hex}``."""

import secrets


def new_id(collection: str) -> str:
    """A new random id such as ``audio_scripts_9f2c04d1a7b3e658``; its 64 random bits make a collision negligible."""
    return f"{collection}_{secrets.token_hex(8)}"
