"""Everything that the card of a finished script shows, as one value."""

from dataclasses import dataclass

from bot.ebooks.cast_check import CastWarning
from bot.ebooks.casting import read_warnings
from bot.ebooks.script_check import read_findings
from bot.scripts.checks.findings import Finding
from bot.scripts.models import Script
from storage import ReadTransaction
from storage.stores.scripts import StoredScript


@dataclass(frozen=True, slots=True)
class ScriptView:
    """What the card of a finished script shows at one moment, whether a run has written it or not.

    ``approver_id`` is the Discord id of whoever approved it, None where that is unknown. ``has_changed_source`` is whether the
    chapter has got another text since. ``cast_warnings`` say what is odd about the cast of a draft, ``findings`` what the
    script check has found in it.
    """

    stored: StoredScript
    script: Script
    ebook_title: str
    approver_id: int | None = None
    has_changed_source: bool = False
    cast_warnings: tuple[CastWarning, ...] = ()
    findings: tuple[Finding, ...] = ()


async def read_script_view(tx: ReadTransaction, stored: StoredScript) -> ScriptView:
    """The view of a script, from what is stored."""
    script = Script.from_json(stored.body)
    ebook = await tx.ebooks.find(stored.ebook_id)
    approver = stored.approved_by
    discord_ids = await tx.members.get_discord_ids([approver] if approver else [])
    return ScriptView(
        stored,
        script,
        ebook.title if ebook else stored.ebook_id,
        approver_id=discord_ids.get(approver or ""),
        has_changed_source=await tx.chapters.has_changed(stored.ebook_id, stored.chapter_number, stored.source_digest),
        cast_warnings=await read_warnings(tx, stored, script),
        findings=await read_findings(tx, stored, script),
    )
