"""What people do with runs: request a script, start, cancel, resume and retry its run."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.actor import Actor
from bot.ebooks.changed_sources import mark_cards_outdated
from bot.ebooks.chapter_text import ChapterText, looks_like_markdown, parse_chapter
from bot.errors import DeliveryError, StateError
from bot.event_names import GENERATION_CANCELLED, GENERATION_RESUMED, GENERATION_STARTED
from bot.generation.daily_limit import check_daily_limit
from bot.generation.draft import Usage
from bot.generation.request import RequestedRun, ScriptRequest
from bot.generation.run_cards import RunCardService, get_run
from bot.generation.run_progress import RunProgress
from bot.generation.worker import RunWorker
from bot.scripts.models import ScriptMode, WriterKind
from bot.scripts.text_units import find_units
from storage import Database, ReadTransaction, StaleStateError, WriteTransaction, read_transaction, write_transaction
from storage.leases import LEASE_DURATION
from storage.states import RunState
from storage.stores.runs import NewRun, Run

DEFAULT_THEME = "horror"


@dataclass(frozen=True, slots=True)
class GenerationService:
    """Creates runs and changes their state; the worker writes them.

    ``has_gemini`` is whether a Gemini key is set, so that a retry can do more than the template did. ``daily_limit`` is how
    many chapters a member may have written in a day, None for any number.
    """

    database: Database
    worker: RunWorker
    run_cards: RunCardService
    has_gemini: bool
    daily_limit: int | None = None

    @read_transaction
    async def find_chapter_text(self, tx: ReadTransaction, ebook: str, chapter_number: int) -> ChapterText | None:
        """The stored text of a chapter with its title; None where there is none. ``ebook`` is an id or a title.

        Markdown that was stored before it was taken out of files is taken out now.
        """
        stored_ebook = await tx.ebooks.find(ebook)
        chapter = await tx.chapters.find(stored_ebook.id, chapter_number) if stored_ebook else None
        if chapter is None:
            return None
        text = ChapterText(chapter.content)
        if looks_like_markdown(chapter.content):
            text = parse_chapter(chapter.content, is_markdown=True)
        is_named = chapter.title not in {"", _name_chapter(chapter_number)}
        return replace(text, title=chapter.title if is_named else text.title or chapter.title)

    async def request_script(
        self, request: ScriptRequest, text: ChapterText, by: Actor, *, channel: tuple[int, int]
    ) -> RequestedRun:
        """A run for the chapter exists, with its text and its event; ``start_run`` lets it be written.

        Nothing is sent anywhere before. An empty title is the text's own, else the stored one; an empty theme, hook or
        language is the book's.
        ``channel`` is where the card will be: the ids of the server and the channel.

        Raises:
            StateError: the chapter is being written already, the book is removed, or the member has reached the day's limit.
        """
        request = await self._fill_defaults(request, text.title)
        return await self._create_run(request, text.content, by, channel)

    async def start_run(self, run_id: str) -> tuple[int, int] | None:
        """Posts the run's card and lets a worker take the run; returns the ids of the card's channel and message.

        None means that there is no card yet or that it is unknown whether there is one; the worker sees to it later.

        Raises:
            DeliveryError: Discord refused the card. The chapter is written all the same.
        """
        try:
            card = await self.run_cards.post_card(run_id)
        except DeliveryError:
            await self.run_cards.set_card(run_id, None, None)
            raise
        except TimeoutError:
            await self.run_cards.refresh_card(run_id)  # finds the card, or posts it, if Discord works again
            run = await self.get_run(run_id)
            card = (run.channel_id, run.card_id) if run.channel_id is not None and run.card_id is not None else None
        finally:
            self.worker.wake()
        return card

    async def cancel_run(self, run_id: str, by: Actor) -> None:
        """``ready | writing | interrupted → cancelled``; writing has stopped and the card says so.

        Raises:
            StateError: the run has already ended.
        """
        try:
            await self._cancel_run(run_id, by)
        except StaleStateError:
            await self.run_cards.refresh_card(run_id)  # a card that still offers this has missed the run's end
            raise StateError("This run has already ended.", "Nothing was changed.") from None
        await self.worker.cancel(run_id)
        await self.run_cards.refresh_card(run_id)

    async def resume_run(self, run_id: str, by: Actor) -> None:
        """``interrupted → ready``: the run waits for a worker again, with everything that was written.

        Raises:
            StateError: the run is not interrupted, or another run of the chapter is being written.
        """
        try:
            await self._requeue_run(run_id, by)
        except StaleStateError:
            raise StateError("This run is not waiting to be continued.", "Its card shows where it stands.") from None
        await self.run_cards.refresh_card(run_id)
        self.worker.wake()

    async def retry_run(self, run_id: str, by: Actor, *, channel: tuple[int, int]) -> None:
        """The chapter of a run is written again: an interrupted run is resumed, for an ended one a new run is started.

        The new run has the same text and continues from what Gemini had finished. ``channel`` is where its card will be: the
        ids of the server and the channel.

        Raises:
            NotFoundError: there is no such run.
            StateError: the chapter is being written or was written since, or the run is done and no Gemini key is set, so
                that a new run would give the same template.
            DeliveryError: Discord refused the card of the new run. The chapter is written all the same.
        """
        run = await self.get_run(run_id)
        if run.state is RunState.INTERRUPTED:
            await self.resume_run(run_id, by)
            return
        if run.state in {RunState.READY, RunState.WRITING}:
            raise create_already_written_error(run)
        if run.state is RunState.DONE and not self.has_gemini:
            raise StateError(
                "No Gemini key is set.", "Ask your operator for GOOGLE_API_KEY; until then this is the template."
            )
        progress = ""
        if run.progress and not await self._is_written_by_gemini(run):
            kept = RunProgress.from_column(run.progress)
            progress = kept.model_copy(update={"usage": Usage()}).model_dump_json()  # the first run has paid for it
        requested = await self._create_run(ScriptRequest.from_run(run), run.content, by, channel, progress, run)
        await self.start_run(requested.run.id)
        await self.run_cards.refresh_card(run.id)  # it leads to the new run instead of offering another one

    @read_transaction
    async def get_run(self, tx: ReadTransaction, run_id: str) -> Run:
        """The run.

        Raises:
            NotFoundError: there is no such run.
        """
        return await get_run(tx, run_id)

    @read_transaction
    async def _fill_defaults(self, tx: ReadTransaction, request: ScriptRequest, own_title: str) -> ScriptRequest:
        ebook = await tx.ebooks.find(request.ebook)
        chapter = await tx.chapters.find(ebook.id, request.chapter_number) if ebook else None
        title = chapter.title if chapter else _name_chapter(request.chapter_number)
        mode = ScriptMode(ebook.mode) if ebook and ebook.mode else ScriptMode.FAITHFUL
        if request.language and request.language.casefold() != (ebook.language if ebook else "").casefold():
            mode = ScriptMode.ADAPTED  # only an adaptation can translate
        update: dict[str, Any] = {"title": request.title or own_title or title, "mode": request.mode or mode}
        update["theme"] = request.theme or (ebook.theme if ebook else "") or DEFAULT_THEME
        update["hook"] = request.hook or (ebook.hook if ebook else "")
        update["language"] = request.language or (ebook.language if ebook else "")
        return request.model_copy(update=update)

    @read_transaction
    async def _is_written_by_gemini(self, tx: ReadTransaction, run: Run) -> bool:
        return run.script_id is not None and (await tx.scripts.get(run.script_id)).writer != WriterKind.TEMPLATE

    @write_transaction
    async def _create_run(
        self,
        tx: WriteTransaction,
        request: ScriptRequest,
        content: str,
        by: Actor,
        channel: tuple[int, int],
        progress: str = "",
        retried: Run | None = None,
    ) -> RequestedRun:
        await check_daily_limit(tx, await tx.members.remember(by), 1, self.daily_limit)
        if retried is not None:
            await tx.runs.lock_book(retried.ebook_id)
            newer = await tx.runs.find_newer(retried)
            if newer is not None and newer.state is RunState.DONE:
                raise StateError(f"This chapter was written again since: version {newer.version}.", _link_card(newer))
        requested = await create_run(
            tx, request, content, by, channel=channel, progress=progress, replaces_text=retried is None
        )
        other = await tx.runs.find_other_live(requested.run)
        if other is not None:
            raise create_already_written_error(other)
        return requested

    @write_transaction
    async def _cancel_run(self, tx: WriteTransaction, run_id: str, by: Actor) -> None:
        run = await tx.runs.cancel(run_id)
        data = {"run_id": run.id, "chapter_number": run.chapter_number}
        tx.report(GENERATION_CANCELLED, data, actor=by, ebook_id=run.ebook_id)

    @write_transaction
    async def _requeue_run(self, tx: WriteTransaction, run_id: str, by: Actor) -> None:
        stored = await get_run(tx, run_id)
        await tx.runs.lock_book(stored.ebook_id)
        other = await tx.runs.find_other_live(stored)
        if other is not None:
            raise create_already_written_error(other)
        run = await tx.runs.requeue(run_id)
        data = {"run_id": run.id, "chapter_number": run.chapter_number}
        tx.report(GENERATION_RESUMED, data, actor=by, ebook_id=run.ebook_id)


def _name_chapter(number: int) -> str:
    """The title of a chapter that nobody has given one."""
    return f"Chapter {number}"


def create_already_written_error(run: Run) -> StateError:
    """The error of whoever wants to have a chapter written while this run writes it."""
    return StateError(f"Chapter {run.chapter_number} is already being written.", _link_card(run))


def _link_card(run: Run) -> str:
    if run.channel_id is None or run.card_id is None:
        return "Its card shows how far it is."
    return f"Its card: https://discord.com/channels/{run.guild_id}/{run.channel_id}/{run.card_id}"


async def create_run(
    tx: WriteTransaction,
    request: ScriptRequest,
    content: str,
    by: Actor | None = None,
    *,
    channel: tuple[int, int] | None = None,
    progress: str = "",
    owner: str | None = None,
    lease_duration: timedelta = LEASE_DURATION,
    replaces_text: bool = True,
    batch_id: str | None = None,
) -> RequestedRun:
    """A run with its chapter and its event. With ``owner`` it is leased at once; otherwise it waits for a worker.

    ``content`` becomes the chapter's current text, without ``replaces_text`` only where it has none. ``channel`` holds the
    ids of the server and the channel for the card, None for a run without a card. ``progress`` is the JSON of a
    ``RunProgress`` to continue from, or empty. ``batch_id`` is the batch that the run belongs to.
    """
    member_id = await tx.members.remember(by) if by else None
    ebook = await tx.ebooks.find(request.ebook)
    is_new_ebook = False
    if ebook is None:
        ebook, is_new_ebook = await tx.ebooks.get_or_add(request.ebook, request.ebook, request.theme)
    if ebook.removed_at is not None:
        raise StateError(f"The book “{ebook.title}” was removed.", "Add it again, or give the new book another name.")
    await _save_chapter(tx, ebook.id, request, content, replaces_text=replaces_text)
    new_run = NewRun(
        ebook_id=ebook.id,
        chapter_number=request.chapter_number,
        version=await tx.runs.next_version(ebook.id, request.chapter_number),
        member_id=member_id,
        guild_id=channel[0] if channel else None,
        channel_id=channel[1] if channel else None,
        request=request.to_column(),
        content=content,
        progress=progress,
        batch_id=batch_id,
    )
    run = await tx.runs.add(new_run)
    data = {"ebook_id": ebook.id, "chapter_number": request.chapter_number, "theme": request.theme}
    tx.report(GENERATION_STARTED, data, member_id=member_id, ebook_id=ebook.id)
    if owner is not None:
        run = await tx.runs.claim(owner, lease_duration, run.id) or run
    return RequestedRun(run, ebook, is_new_ebook)


async def _save_chapter(
    tx: WriteTransaction, ebook_id: str, request: ScriptRequest, content: str, *, replaces_text: bool
) -> None:
    """The text is the chapter's current one; a chapter that has it already keeps the title that somebody gave it."""
    number = request.chapter_number
    stored = await tx.chapters.find(ebook_id, number)
    has_text = stored is not None and stored.content == content
    if stored is not None and (not replaces_text or (has_text and stored.title not in {"", _name_chapter(number)})):
        return
    await tx.chapters.save(ebook_id, number, request.title, content, len(find_units(content)))
    if not has_text:
        await mark_cards_outdated(tx, ebook_id, [number])
