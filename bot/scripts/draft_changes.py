"""The one way in which the text of a stored script changes: as a draft, with an entry in its history."""

from bot.actor import Actor
from bot.errors import NotFoundError, StateError
from bot.scripts.coverage import Coverage
from bot.scripts.models import Script
from bot.scripts.recorded_counts import store_recorded_count
from storage import StaleStateError, WriteTransaction
from storage.states import EditKind
from storage.stores.scripts import StoredScript

AS_WRITTEN = "As it was written"
"""The summary of a history's first entry."""


async def lock_script(tx: WriteTransaction, script_id: str) -> StoredScript:
    """The script as it stays until this transaction ends, unless this one changes it: others that lock its book wait.

    Whoever changes a text that was read before must begin with this, or of two changes at once only the second is kept.

    Raises:
        NotFoundError: there is no such script.
    """
    try:
        await tx.runs.lock_book((await tx.scripts.get(script_id)).ebook_id)
        return await tx.scripts.get(script_id)
    except KeyError:
        raise NotFoundError("This script is no longer known here.") from None


async def change_draft(
    tx: WriteTransaction,
    stored: StoredScript,
    script: Script,
    summary: str,
    by: Actor,
    *,
    undoes: int | None = None,
    coverage: Coverage | None = None,
) -> int:
    """The draft script is this one from now on; returns the number of the edit in its history.

    ``stored`` is from ``lock_script``, or was read after ``lock_book``. ``summary`` is a sentence that says what was changed,
    ``undoes`` the number of the edit that is taken back. Without a ``coverage`` the known one still holds.

    Raises:
        StateError: the script is approved or released.
    """
    body = script.model_dump_json()
    try:
        await tx.drafts.change(
            stored.id,
            body,
            seconds=script.running_time.middle,
            spoken_cues=script.spoken_cue_count,
            coverage=None if coverage is None else coverage.model_dump_json(),
        )
    except StaleStateError:
        raise StateError("The script was approved in the same moment.", "Nothing was changed.") from None
    await store_recorded_count(tx, stored.id, script, stored.ebook_id, stored.chapter_number)
    await keep_original(tx, stored)
    kind = EditKind.CHANGED if undoes is None else EditKind.UNDONE
    member_id = await tx.members.remember(by)
    return await tx.script_edits.add(stored.id, kind, summary, member_id=member_id, body=body, undoes=undoes)


async def keep_original(tx: WriteTransaction, stored: StoredScript) -> None:
    """The history of the script begins with its text as it was written."""
    if await tx.script_edits.list(stored.id):
        return
    await tx.script_edits.add(
        stored.id,
        EditKind.CREATED,
        AS_WRITTEN,
        member_id=stored.member_id,
        body=stored.body,
        created_at=stored.created_at,
    )


async def record_approval(tx: WriteTransaction, stored: StoredScript, kind: EditKind, by: Actor) -> None:
    """The history says who approved the script, or withdrew the approval."""
    await keep_original(tx, stored)
    summary = "Approved" if kind is EditKind.APPROVED else "Withdrew the approval"
    await tx.script_edits.add(stored.id, kind, summary, member_id=await tx.members.remember(by))
