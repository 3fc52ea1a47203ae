"""The names of events. They are stored, hashed and exported, so an existing one never changes.

The first five are the predecessor's (the program that this one replaces).
"""

from typing import Final

GENERATION_STARTED: Final = "Chapter audio script generation started"
SCRIPT_ADDED: Final = "Added document to audio_scripts"
GRANT_LOG_ADDED: Final = "Added document to grant_logs"
BROADCAST_SENT: Final = "Broadcast sent"
GENERATION_COMPLETED: Final = "Chapter audio script generation completed"

# "failed" means that Gemini failed: a template script follows, and the run is done.
GENERATION_FAILED: Final = "Chapter audio script generation failed"
GENERATION_FELL_BACK: Final = "Chapter audio script generation fell back"
GENERATION_INTERRUPTED: Final = "Chapter audio script generation interrupted"
GENERATION_RESUMED: Final = "Chapter audio script generation resumed"
GENERATION_CANCELLED: Final = "Chapter audio script generation cancelled"
BATCH_STARTED: Final = "Batch started"
BATCH_PAUSED: Final = "Batch paused"
BATCH_WAITS: Final = "Batch waits"
BATCH_RESUMED: Final = "Batch resumed"
BATCH_RETRIED: Final = "Batch chapters tried again"
BATCH_CANCELLED: Final = "Batch cancelled"
BATCH_FINISHED: Final = "Batch finished"
BUDGET_WARNED: Final = "Budget nearly used"
SCRIPT_APPROVED: Final = "Script approved"
SCRIPT_WITHDRAWN: Final = "Script approval withdrawn"
SCRIPT_RELEASED: Final = "Script released"
SCRIPT_RELEASE_CANCELLED: Final = "Script release cancelled"
SCRIPT_DOWNLOADED: Final = "Script downloaded"
BROADCAST_AWAITS_APPROVAL: Final = "Broadcast awaits a second approver"
BROADCAST_FINISHED: Final = "Broadcast finished"
BROADCAST_STOPPED: Final = "Broadcast stopped by the breaker"
BROADCAST_CANCELLED: Final = "Broadcast cancelled"
BROADCAST_CHANGED: Final = "Scheduled broadcast changed"
BROADCAST_EDITED: Final = "Broadcast posts edited"
BROADCAST_RECALLED: Final = "Broadcast posts recalled"
BROADCAST_RETRIED: Final = "Broadcast posts tried again"
BROADCAST_DISCARDED: Final = "Broadcast discarded"
BROADCAST_REPORT_DOWNLOADED: Final = "Broadcast report downloaded"
AFFILIATE_JOINED: Final = "Affiliate joined"
AFFILIATE_CHANGED: Final = "Affiliate changed its settings"
AFFILIATE_ADMITTED: Final = "Affiliate admitted"
AFFILIATE_PAUSED: Final = "Affiliate paused"
AFFILIATE_LEFT: Final = "Affiliate left"
AFFILIATE_REMOVED: Final = "Affiliate removed"
STUDIO_CONFIGURED: Final = "Studio set up"
ANNOUNCEMENT_SHARED: Final = "Announcement shared"
BADGE_EARNED: Final = "Badge earned"
PROGRESS_EXPORTED: Final = "Progress exported"
SPENDING_EXPORTED: Final = "Spending exported"
PERSONAL_DATA_DOWNLOADED: Final = "Personal data downloaded"
MEMBER_FORGOTTEN: Final = "Member forgotten"
SESSION_NAMED: Final = "Session named"
SESSION_ENDED: Final = "Session ended"
BOARD_PINNED: Final = "Live board pinned"
BOARD_REMOVED: Final = "Live board taken down"
LEGACY_FILES_IMPORTED: Final = "Legacy files imported"
EBOOK_ADDED: Final = "Book added"
EBOOK_UPDATED: Final = "Book updated"
EBOOK_EDITED: Final = "Book edited"
EBOOK_REMOVED: Final = "Book removed"
EBOOK_DOWNLOADED: Final = "Book downloaded"
CAST_CHANGED: Final = "Cast changed"
CHARACTER_RENAMED: Final = "Character renamed"
LEXICON_CHANGED: Final = "Lexicon changed"
STORY_CHANGED: Final = "Story so far changed"
SPEAKER_CHANGED: Final = "Speaker of a script changed"
FINDING_RESOLVED: Final = "Finding of the script check resolved"
SCRIPT_EDITED: Final = "Script edited"
SCRIPT_EDIT_UNDONE: Final = "Edit of a script undone"
SCRIPT_COPIED: Final = "Script copied to a new version"
TAKE_LOGGED: Final = "Take logged"
TAKE_CORRECTED: Final = "Take corrected"
TAKE_DELETED: Final = "Take deleted"
SCRIPT_REVISED: Final = "Script revised"

AFFILIATE_EVENTS: Final = frozenset(
    {
        AFFILIATE_JOINED,
        AFFILIATE_CHANGED,
        AFFILIATE_LEFT,
        ANNOUNCEMENT_SHARED,
        BADGE_EARNED,
        PERSONAL_DATA_DOWNLOADED,
        MEMBER_FORGOTTEN,
    }
)
"""What people do for themselves rather than for the studio. These events do not make a person a member at work."""

BOOKKEEPING_EVENTS: Final = frozenset({SCRIPT_ADDED, GRANT_LOG_ADDED})
"""Events that come with each finished script and say nothing that "… completed" does not say."""

RESERVED_EVENT_NAMES: Final = frozenset(
    {
        GENERATION_STARTED,
        SCRIPT_ADDED,
        GRANT_LOG_ADDED,
        BROADCAST_SENT,
        GENERATION_COMPLETED,
        GENERATION_FAILED,
        GENERATION_FELL_BACK,
        GENERATION_INTERRUPTED,
        GENERATION_RESUMED,
        GENERATION_CANCELLED,
        BATCH_STARTED,
        BATCH_PAUSED,
        BATCH_WAITS,
        BATCH_RESUMED,
        BATCH_RETRIED,
        BATCH_CANCELLED,
        BATCH_FINISHED,
        BUDGET_WARNED,
        SCRIPT_APPROVED,
        SCRIPT_WITHDRAWN,
        SCRIPT_RELEASED,
        SCRIPT_RELEASE_CANCELLED,
        SCRIPT_DOWNLOADED,
        BROADCAST_AWAITS_APPROVAL,
        BROADCAST_FINISHED,
        BROADCAST_STOPPED,
        BROADCAST_CANCELLED,
        BROADCAST_CHANGED,
        BROADCAST_EDITED,
        BROADCAST_RECALLED,
        BROADCAST_RETRIED,
        BROADCAST_DISCARDED,
        BROADCAST_REPORT_DOWNLOADED,
        AFFILIATE_JOINED,
        AFFILIATE_CHANGED,
        AFFILIATE_ADMITTED,
        AFFILIATE_PAUSED,
        AFFILIATE_LEFT,
        AFFILIATE_REMOVED,
        STUDIO_CONFIGURED,
        ANNOUNCEMENT_SHARED,
        BADGE_EARNED,
        PROGRESS_EXPORTED,
        SPENDING_EXPORTED,
        PERSONAL_DATA_DOWNLOADED,
        MEMBER_FORGOTTEN,
        SESSION_NAMED,
        SESSION_ENDED,
        BOARD_PINNED,
        BOARD_REMOVED,
        LEGACY_FILES_IMPORTED,
        EBOOK_ADDED,
        EBOOK_UPDATED,
        EBOOK_EDITED,
        EBOOK_REMOVED,
        EBOOK_DOWNLOADED,
        CAST_CHANGED,
        CHARACTER_RENAMED,
        LEXICON_CHANGED,
        STORY_CHANGED,
        SPEAKER_CHANGED,
        FINDING_RESOLVED,
        SCRIPT_EDITED,
        SCRIPT_EDIT_UNDONE,
        SCRIPT_COPIED,
        TAKE_LOGGED,
        TAKE_CORRECTED,
        TAKE_DELETED,
        SCRIPT_REVISED,
    }
)
"""Names that ``/track`` refuses, because only the transaction that makes them true writes them. A test keeps it complete."""
