"""Nonces for messages that may be sent twice because the answer to the first attempt was lost."""

import hashlib
from typing import Final

_LENGTH: Final = 16
"""Hexadecimal characters: 64 bits, and within the 25 characters that Discord accepts."""


def derive_nonce(purpose: str, *parts: object) -> str:
    """Returns the nonce for a message, equal for equal arguments in every process.

    Discord returns the existing message for a nonce that it saw "in the past few minutes" (Discord's documentation,
    ``enforce_nonce`` of Create Message, which discord.py sets). So every attempt to post the same message must use the same
    nonce, also after a restart. ``purpose`` keeps different messages about the same thing apart.
    """
    text = ":".join([purpose, *map(str, parts)])
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]
