"""Discord's error codes that mean something to us."""

from typing import Final

UNKNOWN_CHANNEL: Final = 10003
UNKNOWN_MESSAGE: Final = 10008
MISSING_ACCESS: Final = 50001
MISSING_PERMISSIONS: Final = 50013
OLD_MESSAGE_EDITS: Final = 30046
ALREADY_PUBLISHED: Final = 40033
