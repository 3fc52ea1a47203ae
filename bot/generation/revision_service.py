"""Requesting revisions: a run that rewrites some cues of a version into the next version."""

from dataclasses import dataclass

from bot.actor import Actor
from bot.errors import InputError, NotFoundError, StateError
from bot.event_names import GENERATION_STARTED
from bot.generation.request import ScriptRequest
from bot.generation.revision import Revision, check_spans, choose_cues
from bot.generation.service import create_already_written_error
from bot.scripts.models import Script, ScriptMode
from bot.scripts.source_text import read_source
from bot.scripts.text_units import clean_text
from storage import Database, WriteTransaction, write_transaction
from storage.stores.runs import NewRun, Run


@dataclass(frozen=True, slots=True)
class RevisionService:
    """Creates the runs of revisions. ``GenerationService.start_run`` lets them be written, and all else is as for any run.

    ``has_gemini`` is whether a Gemini key is set; the template cannot revise.
    """

    database: Database
    has_gemini: bool

    async def request(
        self, script_id: str, notes: str, cues: str, by: Actor, *, channel: tuple[int, int]
    ) -> tuple[Run, Revision]:
        """A run exists that rewrites these cues by the notes; the script itself stays as it is.

        ``cues`` is what somebody typed: a range, a scene or nothing. ``channel`` is where the card will be.

        Raises:
            InputError: the text names no cues of the script, or they cannot be rewritten on their own.
            NotFoundError: there is no such script.
            StateError: no Gemini key is set, the chapter is being written, or its book was removed.
        """
        notes = clean_text(notes).strip()
        if not notes:
            raise InputError("The notes are empty.", "Say what is to be different.")
        if not self.has_gemini:
            raise StateError(
                "Revising needs Gemini, and no Gemini key is set.",
                "Ask your operator for GOOGLE_API_KEY, or edit the cues by hand.",
            )
        return await self._create_run(script_id, notes, cues, by, channel)

    @write_transaction
    async def _create_run(
        self, tx: WriteTransaction, script_id: str, notes: str, cues: str, by: Actor, channel: tuple[int, int]
    ) -> tuple[Run, Revision]:
        try:
            stored = await tx.scripts.get(script_id)
        except KeyError:
            raise NotFoundError("This script is no longer known here.") from None
        script = Script.from_json(stored.body)
        first, last = choose_cues(cues, script)
        revision = Revision(
            parent_id=stored.id, parent_version=stored.version, notes=notes, first=first, last=last, script=script
        )
        check_spans(revision)
        content = await read_source(tx, stored)
        if not content and script.mode is ScriptMode.FAITHFUL:
            raise StateError(
                "The text that this script was written from is no longer known here.",
                "Write the chapter again with `/script`, or edit the cues by hand.",
            )
        ebook = await tx.ebooks.find(stored.ebook_id)
        if ebook is not None and ebook.removed_at is not None:
            raise StateError(f"The book “{ebook.title}” was removed.", "Add it again to revise its scripts.")
        request = ScriptRequest(
            ebook=stored.ebook_id,
            chapter_number=stored.chapter_number,
            title=stored.title,
            theme=stored.theme,
            hook=stored.hook,
            language=script.language if script.language != "en" else "",
            mode=script.mode,
            revision=revision,
        )
        member_id = await tx.members.remember(by)
        version = await tx.runs.next_version(stored.ebook_id, stored.chapter_number)
        new = NewRun(
            ebook_id=stored.ebook_id,
            chapter_number=stored.chapter_number,
            version=version,
            member_id=member_id,
            guild_id=channel[0],
            channel_id=channel[1],
            request=request.to_column(),
            content=content,
        )
        run = await tx.runs.add(new)
        other = await tx.runs.find_other_live(run)
        if other is not None:
            raise create_already_written_error(other)
        data = {"ebook_id": run.ebook_id, "chapter_number": run.chapter_number, "theme": stored.theme}
        tx.report(GENERATION_STARTED, data, member_id=member_id, ebook_id=run.ebook_id)
        return run, revision
