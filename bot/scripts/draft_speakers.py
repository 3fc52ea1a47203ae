"""Speakers of scripts that are not approved yet, under other names."""

from collections.abc import Mapping

from bot.actor import Actor
from bot.scripts.draft_changes import change_draft
from bot.scripts.models import Script
from bot.scripts.speakers import rename_present, rename_speakers
from storage import ReadTransaction, WriteTransaction
from storage.stores.scripts import StoredScript


async def list_drafts_with(tx: ReadTransaction, ebook_id: str, speaker: str) -> list[StoredScript]:
    """The book's draft scripts in which the speaker is in the cast, oldest first."""
    drafts = await tx.drafts.list(ebook_id)
    return [draft for draft in drafts if speaker in {member.name for member in Script.from_json(draft.body).cast}]


async def rename_in_draft(tx: WriteTransaction, stored: StoredScript, names: Mapping[str, str], by: Actor) -> None:
    """The speakers of a draft script have the new name for each old one in ``names``.

    Raises:
        StateError: the script is approved or released.
    """
    script = Script.from_json(stored.body)
    cast, cues = rename_speakers(script.cast, script.cues, names)
    summary = "; ".join(f"Renamed {old} to {new}" for old, new in names.items())
    update = {"cast": cast, "cues": cues, "scenes": rename_present(script.scenes, names)}
    await change_draft(tx, stored, script.model_copy(update=update), summary, by)
