"""The findings of the script check in all scripts of a batch."""

from dataclasses import dataclass

from bot.batches.batch_view import BatchView
from bot.ebooks.script_check import ScriptCheckService
from bot.scripts.checks.findings import Finding


@dataclass(frozen=True, slots=True)
class ChapterFindings:
    """The open findings of one chapter's script that ask for a decision."""

    chapter_number: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class BatchFindings:
    """A batch and the chapters in whose scripts something was found."""

    view: BatchView
    chapters: tuple[ChapterFindings, ...]


async def list_findings(checks: ScriptCheckService, view: BatchView) -> tuple[ChapterFindings, ...]:
    """The findings by chapter. Every script is read and checked by itself, so that nothing else has to wait for all of them."""
    found = []
    for chapter in view.done:
        if chapter.script_id is None:
            continue
        findings = (await checks.read(chapter.script_id)).findings
        questions = tuple(finding for finding in findings if not finding.kind.is_note)
        if questions:
            found.append(ChapterFindings(chapter.chapter_number, questions))
    return tuple(found)
