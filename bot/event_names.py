"""The names of events, to the letter. The first five are the seed's and never change."""

from typing import Final

STARTED: Final = "Chapter audio script generation started"
ADDED_SCRIPT: Final = "Added document to audio_scripts"
ADDED_GRANT_LOG: Final = "Added document to grant_logs"
BROADCAST_SENT: Final = "Broadcast sent"
COMPLETED: Final = "Chapter audio script generation completed"

FAILED: Final = "Chapter audio script generation failed"
FELL_BACK: Final = "Chapter audio script generation fell back"
INTERRUPTED: Final = "Chapter audio script generation interrupted"
RESUMED: Final = "Chapter audio script generation resumed"
CANCELLED: Final = "Chapter audio script generation cancelled"
SCRIPT_APPROVED: Final = "Script approved"
SCRIPT_RELEASED: Final = "Script released"
BROADCAST_ASKED: Final = "Broadcast awaits a second approver"
BROADCAST_FINISHED: Final = "Broadcast finished"
BROADCAST_STOPPED: Final = "Broadcast stopped by the breaker"
BROADCAST_CANCELLED: Final = "Broadcast cancelled"
BROADCAST_EDITED: Final = "Broadcast posts edited"
BROADCAST_RECALLED: Final = "Broadcast posts recalled"
AFFILIATE_JOINED: Final = "Affiliate joined"
AFFILIATE_CHANGED: Final = "Affiliate changed its settings"
AFFILIATE_ADMITTED: Final = "Affiliate admitted"
AFFILIATE_PAUSED: Final = "Affiliate paused"
AFFILIATE_LEFT: Final = "Affiliate left"
AFFILIATE_REMOVED: Final = "Affiliate removed"
STUDIO_CONFIGURED: Final = "Studio set up"
SHARED: Final = "Announcement shared"
BADGE_EARNED: Final = "Badge earned"
EXPORTED: Final = "Progress exported"
DOWNLOADED: Final = "Script downloaded"
REPORTED: Final = "Broadcast report downloaded"
DATA_TAKEN: Final = "Personal data downloaded"
FORGOTTEN: Final = "Member forgotten"
SESSION_NAMED: Final = "Session named"
SESSION_ENDED: Final = "Session ended"
BOARD_PINNED: Final = "Live board pinned"
BOARD_REMOVED: Final = "Live board taken down"
IMPORT_DONE: Final = "Legacy files imported"

# What affiliates do for themselves: it does not make them members at work.
AFFILIATES_OWN: Final = frozenset(
    {AFFILIATE_JOINED, AFFILIATE_CHANGED, AFFILIATE_LEFT, SHARED, BADGE_EARNED, DATA_TAKEN, FORGOTTEN}
)

# What /track may not claim: these are written by the transactions that make them true.
RESERVED: Final = frozenset(
    value for name, value in dict(globals()).items() if name.isupper() and isinstance(value, str)
)
