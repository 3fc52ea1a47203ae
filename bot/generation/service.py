"""What people do with generations: order, cancel, continue, discard; and what a card shows of one."""

from dataclasses import dataclass, replace
from datetime import timedelta

from bot.actor import Actor
from bot.errors import DeliveryError, NotFoundError, StateError
from bot.event_names import GENERATION_CANCELLED, GENERATION_RESUMED, GENERATION_STARTED
from bot.generation.request import Progress, ScriptRequest
from bot.generation.run_view import RunView
from bot.generation.worker import RunWorker
from bot.ports import RunCards
from bot.scripts import timing
from bot.scripts.models import Script, Usage, WriterKind
from storage import Database, StaleStateError, WriteTransaction
from storage.leases import LEASE
from storage.states import RunState
from storage.stores.ebooks import Ebook
from storage.stores.runs import NewRun, Run

_GONE = "This run is no longer known here."


@dataclass(frozen=True, slots=True)
class RequestedRun:
    """A run that waits, and whether its book was made for it."""

    run: Run
    ebook: Ebook
    new_ebook: bool


@dataclass(frozen=True, slots=True)
class NewChapter:
    """Which chapter of which book, with the text it is to be written from."""

    ebook: str
    number: int
    content: str


@dataclass(slots=True)
class GenerationService:
    """Orders and steers runs; the worker writes them."""

    database: Database
    worker: RunWorker
    card: RunCards

    async def order(
        self, chapter: NewChapter, order: ScriptRequest, by: Actor | None, *, place: tuple[int, int] | None = None
    ) -> RequestedRun:
        """Commits text, request and the started event, before a byte goes anywhere. ``place`` is (guild, channel).

        ``begin`` shows it and lets it be written.
        """
        return await create_run(self.database, chapter, order, by, place=place)

    async def begin(self, run_id: str) -> tuple[int, int] | None:
        """Posts the run's card and lets a worker take it; where the card stands, as (channel, message).

        Where Discord would not take the card, the chapter is written all the same, and ``DeliveryError`` says so. None where
        nobody knows whether it stands there: the worker sees to it.
        """
        try:
            card = await self.card.post_card(await self.view(run_id))
            if card is not None:
                await self.place_card(run_id, *card)
        except DeliveryError:
            await self.place_card(run_id, None, None)
            raise
        except TimeoutError:
            await self.refresh(run_id)  # finds it, or posts it, if Discord is well again
            run = await self.get(run_id)
            card = (run.channel_id, run.card_id) if run.channel_id is not None and run.card_id is not None else None
        finally:
            self.worker.wake()
        return card

    async def place_card(self, run_id: str, channel_id: int | None, message_id: int | None) -> None:
        """The run is shown in this message from now on; None where it cannot be shown."""

        async def work(tx: WriteTransaction) -> None:
            await tx.runs.set_card(run_id, channel_id, message_id)

        await self.database.write(work)

    async def cancel(self, run_id: str, by: Actor) -> None:
        """The run is cancelled and its card says so; ``StateError`` when it had ended before."""

        async def work(tx: WriteTransaction) -> Run:
            run = await tx.runs.cancel(run_id)
            member_id = await tx.members.remember(by)
            data = {"run_id": run.id, "chapter_number": run.chapter_number}
            tx.report(GENERATION_CANCELLED, data, member_id=member_id, ebook_id=run.ebook_id)
            return run

        try:
            await self.database.write(work)
        except StaleStateError:
            await self.refresh(run_id)  # a card that offers this has missed its end
            raise StateError("This run has already ended.", "Nothing was changed.") from None
        await self.worker.cancel(run_id)
        await self.refresh(run_id)

    async def resume_run(self, run_id: str, by: Actor) -> None:
        """An interrupted run waits again, with all that was written; ``StateError`` when it is not interrupted."""

        async def work(tx: WriteTransaction) -> Run:
            run = await tx.runs.requeue(run_id)
            member_id = await tx.members.remember(by)
            data = {"run_id": run.id, "chapter_number": run.chapter_number}
            tx.report(GENERATION_RESUMED, data, member_id=member_id, ebook_id=run.ebook_id)
            return run

        try:
            await self.database.write(work)
        except StaleStateError:
            raise StateError("This run is not waiting to be continued.", "Its card shows where it stands.") from None
        await self.refresh(run_id)
        self.worker.wake()

    async def repeat(self, run_id: str, by: Actor, *, place: tuple[int, int]) -> RequestedRun:
        """A new run for the chapter of an ended one, from the same text; what Gemini had finished is kept."""
        run = await self.get(run_id)
        if run.state is RunState.DONE and self.worker.pipeline.writer_factory is None:
            raise StateError(
                "No Gemini key is set.", "Ask your operator for GOOGLE_API_KEY; until then this is the template."
            )
        progress = ""
        if run.progress and await self._fell_back(run):
            kept = Progress.model_validate_json(run.progress)
            progress = kept.model_copy(update={"usage": Usage()}).model_dump_json()
        chapter = NewChapter(run.ebook_id, run.chapter_number, run.content)
        order = ScriptRequest.model_validate_json(run.request)
        return await create_run(self.database, chapter, order, by, place=place, progress=progress)

    async def get(self, run_id: str) -> Run:
        """The run; ``NotFoundError`` where there is none."""
        async with self.database.read() as tx:
            try:
                return await tx.runs.get(run_id)
            except KeyError:
                raise NotFoundError(_GONE, "Type `/script` to begin a new one.") from None

    async def _fell_back(self, run: Run) -> bool:
        async with self.database.read() as tx:
            return run.script_id is None or (await tx.scripts.get(run.script_id)).writer == WriterKind.TEMPLATE

    async def refresh(self, run_id: str) -> None:
        """The run's card shows where it stands now; where it cannot be reached, the worker tries again."""
        view = await self.view(run_id)
        shown = await self.card.update_card(view)
        rests = view.run.state not in {RunState.READY, RunState.WRITING}

        async def work(tx: WriteTransaction) -> None:
            await tx.runs.set_card_state(run_id, view.run.state if shown and rests else None)

        await self.database.write(work)

    async def view(self, run_id: str) -> RunView:
        """What the card of a resting run shows."""
        run = await self.get(run_id)
        order = ScriptRequest.model_validate_json(run.request)
        async with self.database.read() as tx:
            ebook = await tx.ebooks.find(run.ebook_id)
            by = await tx.members.get_discord_ids([run.member_id] if run.member_id else [])
            stored = await tx.scripts.get(run.script_id) if run.script_id else None
            ahead = await tx.runs.count_ahead(run) if run.state is RunState.READY else 0
        view = RunView(
            run,
            ebook.title if ebook else run.ebook_id,
            order.title,
            order.theme,
            by=next(iter(by.values()), None),
            ahead=ahead,
            stored=stored,
            script=Script.from_json(stored.body) if stored else None,
        )
        if run.progress and stored is None:
            cues, _ = timing.timed(Progress.model_validate_json(run.progress).cues)
            view = replace(view, cue_count=len(cues), last_cues=cues[-3:])
        return view


async def create_run(
    database: Database,
    chapter: NewChapter,
    order: ScriptRequest,
    by: Actor | None,
    *,
    place: tuple[int, int] | None = None,
    progress: str = "",
    owner: str | None = None,
    lease: timedelta = LEASE,
) -> RequestedRun:
    """A run with its chapter and its started event, in one transaction. With ``owner`` it is leased at once."""

    async def work(tx: WriteTransaction) -> RequestedRun:
        member_id = await tx.members.remember(by) if by else None
        ebook = await tx.ebooks.find(chapter.ebook)
        new = False
        if ebook is None:
            ebook, new = await tx.ebooks.add(chapter.ebook, chapter.ebook, order.theme)
        await tx.ebooks.put_chapter(ebook.id, chapter.number, order.title, chapter.content)
        new_run = NewRun(
            ebook_id=ebook.id,
            chapter_number=chapter.number,
            version=await tx.runs.next_version(ebook.id, chapter.number),
            member_id=member_id,
            guild_id=place[0] if place else None,
            channel_id=place[1] if place else None,
            request=order.model_dump_json(),
            content=chapter.content,
            progress=progress,
        )
        run = await tx.runs.add(new_run)
        started = {"ebook_id": ebook.id, "chapter_number": chapter.number, "theme": order.theme}
        tx.report(GENERATION_STARTED, started, member_id=member_id, ebook_id=ebook.id)
        if owner is not None:
            run = await tx.runs.claim(owner, lease, run.id) or run
        return RequestedRun(run, ebook, new)

    return await database.write(work)
