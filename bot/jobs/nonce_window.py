"""For how long Discord recognises a repeated request."""

from datetime import timedelta
from typing import Final

NONCE_WINDOW: Final = timedelta(minutes=2)
"""For how long a second request with the same nonce returns the first message.

Discord's documentation says "in the past few minutes"; this is safely inside.
"""
