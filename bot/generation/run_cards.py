"""The cards that show runs: what a card shows, where it is, and bringing it up to date."""

from dataclasses import dataclass, replace

from bot.ebooks.casting import get_script
from bot.ebooks.script_view import ScriptView, read_script_view
from bot.errors import NotFoundError
from bot.generation.request import ScriptRequest
from bot.generation.run_progress import RunProgress
from bot.generation.run_view import SHOWN_CUES, RunView
from bot.ports import RunCards
from bot.scripts import timing
from storage import Database, ReadTransaction, WriteTransaction, read_transaction, write_transaction
from storage.states import RunState
from storage.stores.runs import Run


@dataclass(frozen=True, slots=True)
class RunCardService:
    """Shows runs through a front end. While a run is being written, ``CardUpdater`` shows it instead.

    ``has_gemini`` is whether a Gemini key is set, so that a card can offer to write a template again.
    """

    database: Database
    cards: RunCards
    has_gemini: bool

    async def post_card(self, run_id: str) -> tuple[int, int] | None:
        """The run has a card in its channel; returns the ids of the channel and the message, or None if it has no channel.

        Raises:
            NotFoundError: there is no such run.
            DeliveryError: Discord refused the card.
            TimeoutError: it is unknown whether the card was posted.
        """
        card = await self.cards.post_card(await self.get_view(run_id))
        if card is not None:
            await self.set_card(run_id, *card)
        return card

    async def refresh_card(self, run_id: str) -> None:
        """The run's card shows the run as it is now. If the card cannot be reached, the run worker tries again later.

        Raises:
            NotFoundError: there is no such run.
        """
        view = await self.get_view(run_id)
        is_shown = await self.cards.update_card(view)
        is_resting = view.run.state not in {RunState.READY, RunState.WRITING}
        await self._record_shown_state(run_id, view.run.state if is_shown and is_resting else None)

    @write_transaction
    async def set_card(self, tx: WriteTransaction, run_id: str, channel_id: int | None, message_id: int | None) -> None:
        """The run is shown by this message from now on; None for a run that cannot be shown."""
        await tx.run_cards.set_card(run_id, channel_id, message_id)

    @read_transaction
    async def get_view(self, tx: ReadTransaction, run_id: str) -> RunView:
        """What the run's card shows, from what is stored.

        Raises:
            NotFoundError: there is no such run.
        """
        view = await read_run_view(tx, await get_run(tx, run_id))
        return replace(view, has_gemini=self.has_gemini)

    @read_transaction
    async def get_script_view(self, tx: ReadTransaction, script_id: str) -> RunView | ScriptView:
        """What the card of a script shows: the view of the run that has written it, or its own where no run has.

        Raises:
            NotFoundError: there is no such script.
        """
        stored = await get_script(tx, script_id)
        if stored.run_id is None:
            return await read_script_view(tx, stored)
        return replace(await read_run_view(tx, await get_run(tx, stored.run_id)), has_gemini=self.has_gemini)

    @write_transaction
    async def _record_shown_state(self, tx: WriteTransaction, run_id: str, state: RunState | None) -> None:
        await tx.run_cards.set_card_state(run_id, state)


async def get_run(tx: ReadTransaction, run_id: str) -> Run:
    """The run.

    Raises:
        NotFoundError: there is no such run.
    """
    try:
        return await tx.runs.get(run_id)
    except KeyError:
        raise NotFoundError("This run is no longer known here.", "Type `/script` to begin a new one.") from None


async def read_run_view(tx: ReadTransaction, run: Run) -> RunView:
    """The view of a run, from what is stored."""
    request = ScriptRequest.from_run(run)
    ebook = await tx.ebooks.find(run.ebook_id)
    stored = await tx.scripts.get(run.script_id) if run.script_id else None
    discord_ids = await tx.members.get_discord_ids([run.member_id] if run.member_id else [])
    finished = await read_script_view(tx, stored) if stored else None
    view = RunView(
        run,
        ebook.title if ebook else run.ebook_id,
        request.title,
        request.theme,
        requester_id=discord_ids.get(run.member_id or ""),
        runs_ahead=await tx.runs.count_ahead(run) if run.state is RunState.READY else 0,
        read_at=tx.now,
        unknown_micros=await tx.charges.sum_costs(run_id=run.id, only_unknown=True) if stored else 0,
        finished=finished,
        revision=_describe_revision(request),
        restored_cues=request.revision.count_restored(finished.script.cues) if request.revision and finished else 0,
        newer=await tx.runs.find_newer(run) if run.state in {RunState.CANCELLED, RunState.DONE} else None,
    )
    if run.progress and stored is None:
        cues, _ = timing.add_timing(RunProgress.from_column(run.progress).cues)
        view = replace(view, cue_count=len(cues), last_cues=cues[-SHOWN_CUES:])
    return view


def _describe_revision(request: ScriptRequest) -> str:
    revision = request.revision
    return f"revises {revision.subject} of version {revision.parent_version}" if revision else ""
