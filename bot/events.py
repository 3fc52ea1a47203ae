"""The names of events, to the letter. The first five are the seed's and never change."""

from typing import Final

STARTED: Final = "Chapter audio script generation started"
ADDED_SCRIPT: Final = "Added document to audio_scripts"
ADDED_GRANT_LOG: Final = "Added document to grant_logs"
BROADCAST_SENT: Final = "Broadcast sent"
COMPLETED: Final = "Chapter audio script generation completed"

FAILED: Final = "Chapter audio script generation failed"
INTERRUPTED: Final = "Chapter audio script generation interrupted"
RESUMED: Final = "Chapter audio script generation resumed"
CANCELLED: Final = "Chapter audio script generation cancelled"
SCRIPT_APPROVED: Final = "Script approved"
SCRIPT_RELEASED: Final = "Script released"
BROADCAST_FINISHED: Final = "Broadcast finished"
AFFILIATE_JOINED: Final = "Affiliate joined"
AFFILIATE_LEFT: Final = "Affiliate left"
SHARED: Final = "Announcement shared"
EXPORTED: Final = "Progress exported"
DOWNLOADED: Final = "Script downloaded"

# What /track may not claim: these are written by the transactions that make them true.
RESERVED: Final = frozenset(
    value for name, value in dict(globals()).items() if name.isupper() and isinstance(value, str)
)
