"""Live boards: an overview pinned in a channel that keeps itself current.

A board is brought up to date when something has happened, at most every fifteen seconds, by whichever process holds its
lease. One that was deleted comes back; one that Discord lets nobody edit any more is replaced, the old one going first, so
that there are never two.
"""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from bot.actor import Actor
from bot.charts.snapshot import Snapshot
from bot.clock import Wait
from bot.errors import DeliveryError, NotFoundError, StateError, log_unexpected
from bot.event_names import BOARD_PINNED, BOARD_REMOVED
from bot.jobs.worker import HEARTBEAT_SECONDS, JobWorker
from bot.notices import add_audit_notice
from bot.ports import BoardMessages, EditResult
from bot.progress.scope import Period, Scope, get_day_start, get_time_zone, resolve_scope
from storage import (
    Database,
    ReadTransaction,
    StaleStateError,
    Topic,
    WriteTransaction,
    read_transaction,
    write_transaction,
)
from storage.stores.boards import Board, NewBoard, ShownBoard

_log = logging.getLogger(__name__)

UPDATE_SECONDS: Final = 15.0
"""Seconds between two updates of one board. A board may be at most 20 s behind; Discord's limits allow more edits."""
_BOARDS_AT_ONCE: Final = 10
"""Boards that are updated at the same time. Each needs one request, or a few where its message is lost."""
_TURN_SECONDS: Final = 50.0
"""Seconds for one update, requests included. The lease is renewed meanwhile."""
_RETRY_SECONDS: Final = 15.0
"""Seconds until an update that failed or whose answer was lost is tried again."""
_SLOW_PIN_SECONDS: Final = 3.0
"""Seconds until a new board whose answer was lost is tried again: a person is waiting for it."""
_STOP_SECONDS: Final = 3.0
"""Seconds for updates under way at a stop; the next start makes up for those that are cut off."""


@dataclass(frozen=True, slots=True)
class BoardPost:
    """A board's message; ``note`` says what did not work beside it, ``is_current`` whether it surely shows the latest."""

    message_id: int
    note: str = ""
    is_current: bool = True


@dataclass(frozen=True, slots=True)
class _Moment:
    """The state of the events when an update began: the last event, and whether the day changed since the last update."""

    seq: int
    is_new_day: bool


@dataclass(slots=True)
class LiveBoardWorker:
    """The handler of boards: pins them, takes them down and keeps them current. ``zone`` is the default time zone."""

    database: Database
    messages: BoardMessages
    take_snapshot: Callable[[Scope], Awaitable[Snapshot]]
    wait: Wait
    zone: str
    jobs: JobWorker[Board] = field(init=False)

    def __post_init__(self) -> None:
        self.jobs = JobWorker(self, self.wait, _BOARDS_AT_ONCE, self.database.exclusive, _STOP_SECONDS)

    @property
    def kind(self) -> str:
        """Boards."""
        return "boards"

    async def start(self) -> None:
        """Keeps every board current from now on."""
        self.database.notifications.subscribe(Topic.BOARDS, lambda _: self.jobs.wake())
        await self.jobs.start()

    async def stop(self) -> None:
        """Lets updates under way end for three seconds, and begins no other."""
        await self.jobs.stop()

    def get_key(self, job: Board) -> str:
        """The channel's id."""
        return str(job.channel_id)

    @write_transaction
    async def claim(self, tx: WriteTransaction, owner: str, limit: int) -> Sequence[Board]:
        """Boards that have rested long enough."""
        return await tx.boards.claim_due(owner, limit)

    @write_transaction
    async def recover(self, tx: WriteTransaction, owner: str, *, all_owners: bool) -> Sequence[Board]:  # noqa: ARG002 - part of the protocol
        """Nothing to reconcile: an expired lease makes a board due, and each update looks for lost messages anyway."""
        if all_owners:
            await tx.boards.free_all()
        return []

    async def renew(self, job: Board) -> bool:
        """Renews the lease."""
        try:
            await self._renew(job)
        except StaleStateError:
            return False
        return True

    @read_transaction
    async def get_seconds_until_due(self, tx: ReadTransaction) -> float | None:
        """Seconds until the next board is due."""
        due = await tx.boards.get_next_due()
        return None if due is None else (due - tx.now).total_seconds()

    async def after_round(self) -> None:
        """Nothing."""

    async def run(self, job: Board, *, recovered: bool) -> None:  # noqa: ARG002 - part of the protocol
        """One update. What goes wrong is stored with the board, and the update is tried again."""
        try:
            await self._update(job)
        except StaleStateError:
            _log.info("the board in channel %d was taken down or over meanwhile", job.channel_id)

    async def pin(self, channel_id: int, guild_id: int, scope: Scope, by: Actor) -> str:
        """Pins a board in the channel; returns a sentence about what did not work beside it, or an empty string.

        Raises:
            StateError: the channel has a board already.
            NotFoundError: the scope names an unknown book.
            DeliveryError: Discord refuses the message; the board is removed again.
        """
        board, moment = await self._add(channel_id, guild_id, scope, by)
        try:
            async with self._hold(board), asyncio.timeout(_TURN_SECONDS):
                post = await self._show(board)
        except TimeoutError:
            with suppress(StaleStateError):  # taken down meanwhile
                await self._release(board, _SLOW_PIN_SECONDS)
            self.database.notifications.publish(Topic.BOARDS)
            return "Discord is slow at the moment; the board appears by itself."
        except (LookupError, DeliveryError) as error:
            why = error.sentence if isinstance(error, DeliveryError) else "This channel is gone."
            await self._remove(channel_id, why)
            raise DeliveryError(why, "Change that in the channel's settings, then pin the board again.") from error
        await self._record_post(board, post, moment.seq)
        self.database.notifications.publish(Topic.BOARDS)
        return post.note

    @asynccontextmanager
    async def _hold(self, board: Board) -> AsyncIterator[None]:
        """The lease is renewed meanwhile. The loop of jobs renews only those of its own jobs."""
        holding = asyncio.create_task(self._keep_renewing(board))
        try:
            yield
        finally:
            holding.cancel()
            await asyncio.gather(holding, return_exceptions=True)

    async def _keep_renewing(self, board: Board) -> None:
        is_held = True
        while is_held:
            await self.wait(asyncio.sleep(HEARTBEAT_SECONDS), "renewing the lease of a new board")
            is_held = await self.renew(board)

    async def take_down(self, channel_id: int, message_id: int, by: Actor) -> None:
        """Removes the channel's board and deletes its message.

        Raises:
            DeliveryError: Discord does not let the bot delete the message; the board is removed nevertheless.
        """
        board = await self._remove(channel_id, "", by)
        message_ids = {message_id} | ({board.message_id} if board and board.message_id is not None else set())
        deleted = [await self.messages.delete(channel_id, each) for each in message_ids]
        if not all(deleted):
            raise DeliveryError(
                "The board is taken down, but Discord does not let me delete its message.", "Delete it by hand."
            )

    async def _update(self, board: Board) -> None:
        moment = await self._get_moment(board)
        is_due = moment.seq != board.shown_seq or moment.is_new_day or board.message_id is None or bool(board.trouble)
        try:
            async with asyncio.timeout(_TURN_SECONDS):
                post = await self._show(board) if is_due else await self._check_message(board)
        except LookupError:
            await self._remove(
                board.channel_id, "the channel was deleted", notice="A live board is gone: its channel was deleted."
            )
        except DeliveryError as error:
            await self._record_trouble(board, error.sentence)
        except TimeoutError:  # whatever was posted is found by the next update
            await self._release(board, _RETRY_SECONDS)
        except Exception as error:  # noqa: BLE001 - logged, and the board is tried again
            log_unexpected(error, f"showing the board in channel {board.channel_id}")
            await self._release(board, _RETRY_SECONDS)
        else:
            await self._record_post(board, post, moment.seq if is_due and post.is_current else None)

    async def _show(self, board: Board) -> BoardPost:
        """The message that shows the present state: the board's own, one of ours that was lost, or a new one."""
        snapshot = await self._take_snapshot(board)
        message_id = board.message_id
        if message_id is not None:
            edited = await self.messages.edit(board.channel_id, message_id, snapshot)
            if edited in {EditResult.DONE, EditResult.UNCERTAIN}:
                return BoardPost(message_id, is_current=edited is EditResult.DONE)
            if edited is EditResult.TOO_OLD:
                await self._delete(board.channel_id, message_id)
        lost = await self.messages.find_others(board.channel_id, message_id)
        for each in lost[1:]:
            await self._delete(board.channel_id, each)
        if lost and await self.messages.edit(board.channel_id, lost[0], snapshot) is EditResult.DONE:
            return BoardPost(lost[0], await self.messages.pin(board.channel_id, lost[0]))
        for each in lost[:1]:
            await self._delete(board.channel_id, each)
        posted = await self.messages.post(board.channel_id, snapshot, _get_nonce(board))
        return BoardPost(posted, await self.messages.pin(board.channel_id, posted))

    async def _delete(self, channel_id: int, message_id: int) -> None:
        """The message is gone; ``TimeoutError`` if it could not be deleted, so that a second board is never posted."""
        if not await self.messages.delete(channel_id, message_id):
            raise TimeoutError("an old board could not be deleted")

    async def _check_message(self, board: Board) -> BoardPost:
        if board.message_id is not None and await self.messages.exists(board.channel_id, board.message_id):
            return BoardPost(board.message_id)
        return await self._show(board)

    async def _take_snapshot(self, board: Board) -> Snapshot:
        scope = Scope(board.ebook_id, None, Period(board.period))
        try:
            snapshot = await self.take_snapshot(scope)
        except NotFoundError:  # the book was removed
            snapshot = await self.take_snapshot(replace(scope, ebook=""))
        problems = dict(snapshot.overview.board_problems)
        problems.pop(board.channel_id, None)  # this board is current as soon as the snapshot is shown
        return replace(snapshot, overview=replace(snapshot.overview, board_problems=problems))

    async def _record_post(self, board: Board, post: BoardPost, seq: int | None) -> None:
        """Stores the message and the last event in it (None: what it showed before); deletes it where the board is gone."""
        try:
            await self._release(board, UPDATE_SECONDS, shown=ShownBoard(post.message_id, seq))
        except StaleStateError:  # taken down meanwhile
            await self.messages.delete(board.channel_id, post.message_id)

    async def _record_trouble(self, board: Board, sentence: str) -> None:
        """Stores why the board is not current, and says so once in the audit channel."""
        if sentence != board.trouble:
            _log.warning("the live board in channel %d is not current: %s", board.channel_id, sentence)
        await self._release(board, _RETRY_SECONDS, trouble=sentence)

    @write_transaction
    async def _add(
        self, tx: WriteTransaction, channel_id: int, guild_id: int, scope: Scope, by: Actor
    ) -> tuple[Board, _Moment]:
        book = (await resolve_scope(tx, scope, self.zone)).filter.ebook_id
        member_id = await tx.members.remember(by)
        if not await tx.boards.add(NewBoard(channel_id, guild_id, member_id, book or "", scope.period.value)):
            raise StateError("This channel has a live board already.", "Take it down first to pin another.")
        data = {"channel_id": str(channel_id), "period": scope.period.value}
        tx.report(BOARD_PINNED, data, member_id=member_id, ebook_id=book)
        board = await tx.boards.claim(channel_id, self.jobs.owner)
        if board is None:
            raise RuntimeError("a board that was just added cannot be claimed")
        # The pinning itself is the event behind the head.
        return board, _Moment((await tx.events.get_head()).seq + 1, is_new_day=False)

    @read_transaction
    async def _get_moment(self, tx: ReadTransaction, board: Board) -> _Moment:
        zone = await get_time_zone(tx, self.zone)
        shown_at = board.shown_at
        is_new_day = shown_at is not None and get_day_start(shown_at, zone) != get_day_start(tx.now, zone)
        return _Moment((await tx.events.get_head()).seq, is_new_day)

    @write_transaction
    async def _renew(self, tx: WriteTransaction, board: Board) -> None:
        await tx.boards.renew(board.channel_id, board.lease)

    @write_transaction
    async def _release(
        self,
        tx: WriteTransaction,
        board: Board,
        rest_seconds: float,
        *,
        shown: ShownBoard | None = None,
        trouble: str | None = None,
    ) -> None:
        await tx.boards.release(board, timedelta(seconds=rest_seconds), shown=shown, trouble=trouble)
        if trouble is not None and trouble != board.trouble:
            await add_audit_notice(tx, f"The live board in <#{board.channel_id}> is not current. {trouble}")

    @write_transaction
    async def _remove(
        self, tx: WriteTransaction, channel_id: int, why: str, by: Actor | None = None, notice: str = ""
    ) -> Board | None:
        board = await tx.boards.remove(channel_id)
        if board is not None:
            data = {"channel_id": str(channel_id)} | ({"why": why} if why else {})
            tx.report(BOARD_REMOVED, data, actor=by)
            if notice:
                await add_audit_notice(tx, notice)
        return board


def _get_nonce(board: Board) -> str:
    """The same for every attempt to replace the same message, so that a lost answer does not make two (16 hex)."""
    text = f"{board.channel_id}:{board.message_id}:{board.created_at.isoformat()}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
