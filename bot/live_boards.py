"""Live boards: an overview pinned in a channel that keeps itself current.

A board is brought up to date when something has happened, at most every fifteen seconds, by whichever process holds its
lease. One that was deleted comes back; one that Discord lets nobody edit any more is replaced, the old one going first, so
that there are never two.
"""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from bot.actor import Actor
from bot.charts.snapshot import Snapshot
from bot.clock import Wait
from bot.errors import DeliveryError, NotFoundError, StateError, log_unexpected
from bot.event_names import BOARD_PINNED, BOARD_REMOVED
from bot.ports import BoardMessages, EditResult, Notices
from bot.progress.scope import Period, Scope, get_time_zone, resolve_scope, start_of_day
from storage import Database, ReadTransaction, WriteTransaction
from storage.stores.boards import Board

_log = logging.getLogger(__name__)

LEAST_SECONDS: Final = 15.0
_LEASE: Final = timedelta(seconds=60)
_TURN_SECONDS: Final = 50.0
_LOOK_SECONDS: Final = 3.0
_IDLE_SECONDS: Final = 20.0
_TROUBLE_SECONDS: Final = 15.0
_LAST_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True)
class BoardPost:
    """A board's message; ``note`` says what did not work beside it, ``current`` whether it surely shows the latest."""

    message_id: int
    note: str = ""
    current: bool = True


@dataclass(slots=True)
class LiveBoardWorker:
    """Pins boards, takes them down and keeps them current."""

    database: Database
    messages: BoardMessages
    notices: Notices
    look: Callable[[Scope], Awaitable[Snapshot]]
    wait: Wait
    zone: str
    owner: str = field(default_factory=lambda: f"board_{secrets.token_hex(8)}")
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _loop: asyncio.Task[None] | None = None
    _stopping: bool = False

    async def start(self) -> None:
        """Keeps every board current from now on."""
        self._loop = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Lets the turns that are under way end, if that is soon, and takes no other."""
        self._stopping = True
        self._wake.set()
        if self._loop is not None:
            await asyncio.wait([self._loop], timeout=_LAST_SECONDS)
            self._loop.cancel()  # what it was about to show, the next start shows
            await asyncio.gather(self._loop, return_exceptions=True)

    async def pin(self, channel_id: int, guild_id: int, scope: Scope, by: Actor) -> str:
        """A board stands in the channel; returns what did not work beside it, in a sentence, if anything.

        ``StateError`` where there is one already, ``DeliveryError`` where Discord refuses.
        """

        async def work(tx: WriteTransaction) -> Board:
            book = (await resolve_scope(tx, scope, self.zone)).filter.ebook_id
            member_id = await tx.members.remember(by)
            added = await tx.boards.add(channel_id, guild_id, member_id, ebook_id=book or "", period=scope.period.value)
            if not added:
                raise StateError("A live board stands in this channel already.", "Take it down first to pin another.")
            data = {"channel_id": str(channel_id), "period": scope.period.value}
            tx.report(BOARD_PINNED, data, member_id=member_id, ebook_id=book)
            board = await tx.boards.claim(channel_id, self.owner, _LEASE)
            if board is None:
                raise RuntimeError("a board that was just added is nobody's")
            return board

        board = await self.database.write(work)
        async with self.database.read() as tx:
            seq = (await tx.events.get_head()).seq
        try:
            async with asyncio.timeout(_TURN_SECONDS):
                posted = await self._shown(board)
        except TimeoutError:
            await self._settle(board, _LOOK_SECONDS)
            self._wake.set()
            return "Discord is slow at the moment; the board appears by itself."
        except (LookupError, DeliveryError) as error:
            why = error.sentence if isinstance(error, DeliveryError) else "This channel is gone."
            await self._remove(channel_id, None, why)
            raise DeliveryError(why, "Change that in the channel's settings, then pin the board again.") from error
        await self._keep(board, posted, seq)
        self._wake.set()
        return posted.note

    async def take_down(self, channel_id: int, message_id: int, by: Actor) -> None:
        """The channel has no board any more, and the message is gone; ``DeliveryError`` where Discord keeps it."""
        gone = await self._remove(channel_id, by, "", message_id)
        if not gone:
            raise DeliveryError(
                "The board is taken down, but Discord does not let me delete its message.", "Delete it by hand."
            )

    async def _run(self) -> None:
        first = True
        while not self._stopping:
            self._wake.clear()
            seconds = _IDLE_SECONDS
            try:
                if await self._round(at_once=first and self.database.exclusive):
                    seconds = _LOOK_SECONDS
                first = False
            except Exception as error:  # noqa: BLE001 - a fault in one round must not end all boards
                log_unexpected(error, "keeping the live boards current")
            if not self._stopping:
                with suppress(TimeoutError):
                    await self.wait(asyncio.wait_for(self._wake.wait(), seconds), "something to show on a board")

    async def _round(self, *, at_once: bool) -> bool:
        """Whether there are boards at all; each had its turn if it was due."""

        async def due(tx: ReadTransaction) -> tuple[int, list[Board]]:
            return len(boards := await tx.boards.all()), [
                board for board in boards if at_once or board.free(tx.now, _LEASE)
            ]

        number, boards = await self.database.read_shielded(due)
        await asyncio.gather(*(self._turn(board.channel_id, at_once=at_once) for board in boards))
        return bool(number)

    async def _turn(self, channel_id: int, *, at_once: bool) -> None:
        async def claim(tx: WriteTransaction) -> tuple[Board | None, int, bool]:
            board = await tx.boards.claim(channel_id, self.owner, _LEASE, at_once=at_once)
            zone = await get_time_zone(tx, self.zone)
            shown = board.shown_at if board else None
            new_day = shown is not None and start_of_day(shown, zone) != start_of_day(tx.now, zone)
            return board, (await tx.events.get_head()).seq, new_day

        board, seq, new_day = await self.database.write(claim)
        if board is None:
            return
        changed = seq != board.shown_seq or new_day or board.message_id is None or bool(board.trouble)
        try:
            async with asyncio.timeout(_TURN_SECONDS):
                posted = await self._shown(board) if changed else await self._still_there(board)
        except LookupError:
            await self._remove(channel_id, None, "the channel was deleted")
            await self.notices.post_to_audit_channel("A live board is gone: its channel was deleted.")
        except DeliveryError as error:
            await self._troubled(board, error.sentence)
        except TimeoutError:  # whatever was posted is found in the next turn
            await self._settle(board, _TROUBLE_SECONDS)
        except Exception as error:  # noqa: BLE001 - the board is tried again
            log_unexpected(error, f"showing the board in channel {channel_id}")
            await self._settle(board, _TROUBLE_SECONDS)
        else:
            await self._keep(board, posted, seq if changed and posted.current else None)

    async def _shown(self, board: Board) -> BoardPost:
        """The message that shows how it stands now."""
        look = await self._look(board)
        message_id = board.message_id
        if message_id is not None:
            edited = await self.messages.edit(board.channel_id, message_id, look)
            if edited in {EditResult.DONE, EditResult.UNCERTAIN}:
                return BoardPost(message_id, current=edited is EditResult.DONE)
            if edited is EditResult.TOO_OLD:
                await self._cleared(board.channel_id, message_id)
        strays = await self.messages.find_others(board.channel_id, message_id)
        for stray in strays[1:]:
            await self._cleared(board.channel_id, stray)
        if strays and await self.messages.edit(board.channel_id, strays[0], look) is EditResult.DONE:
            return BoardPost(strays[0], await self.messages.pin(board.channel_id, strays[0]))
        for stray in strays[:1]:
            await self._cleared(board.channel_id, stray)
        posted = await self.messages.post(board.channel_id, look, _nonce(board))
        return BoardPost(posted, await self.messages.pin(board.channel_id, posted))

    async def _cleared(self, channel_id: int, message_id: int) -> None:
        """The message is gone; ``TimeoutError`` while it is not, since no second board may stand beside it."""
        if not await self.messages.delete(channel_id, message_id):
            raise TimeoutError("an old board could not be deleted")

    async def _still_there(self, board: Board) -> BoardPost:
        if board.message_id is not None and await self.messages.exists(board.channel_id, board.message_id):
            return BoardPost(board.message_id)
        return await self._shown(board)

    async def _look(self, board: Board) -> Snapshot:
        scope = Scope(board.ebook_id, None, Period(board.period))
        try:
            found = await self.look(scope)
        except NotFoundError:  # the book is no more
            found = await self.look(replace(scope, ebook=""))
        others = tuple(other for other in found.overview.boards if other[0] != board.channel_id)
        return replace(found, overview=replace(found.overview, boards=others))  # what is shown here is current here

    async def _keep(self, board: Board, posted: BoardPost, seq: int | None) -> None:
        """Remembers the message, and that it shows everything up to ``seq``; None: it shows what it showed."""

        async def work(tx: WriteTransaction) -> bool:
            values: dict[str, Any] = {"message_id": posted.message_id}
            if seq is not None:
                values |= {"shown_seq": seq, "shown_at": tx.now, "trouble": ""}
            rest = timedelta(seconds=LEAST_SECONDS)
            return await tx.boards.release(board.channel_id, self.owner, rest, **values)

        if not await self.database.write(work):  # taken down meanwhile
            await self.messages.delete(board.channel_id, posted.message_id)

    async def _settle(self, board: Board, seconds: float, **values: str) -> None:
        async def work(tx: WriteTransaction) -> None:
            await tx.boards.release(board.channel_id, self.owner, timedelta(seconds=seconds), **values)

        await self.database.write(work)

    async def _troubled(self, board: Board, sentence: str) -> None:
        """Remembers why, and says so once."""
        await self._settle(board, _TROUBLE_SECONDS, trouble=sentence)
        if sentence != board.trouble:
            _log.warning("the live board in channel %d is not current: %s", board.channel_id, sentence)
            await self.notices.post_to_audit_channel(
                f"The live board in <#{board.channel_id}> is not current. {sentence}"
            )

    async def _remove(self, channel_id: int, by: Actor | None, why: str, message_id: int | None = None) -> bool:
        """Whether every message of the board is gone too, ``message_id`` among them."""

        async def work(tx: WriteTransaction) -> Board | None:
            board = await tx.boards.remove(channel_id)
            if board is not None:
                member_id = await tx.members.remember(by) if by else None
                data = {"channel_id": str(channel_id)} | ({"why": why} if why else {})
                tx.report(BOARD_REMOVED, data, member_id=member_id)
            return board

        board = await self.database.write(work)
        messages = {message_id, board.message_id if board else None} - {None}
        return all([await self.messages.delete(channel_id, message) for message in messages if message is not None])


def _nonce(board: Board) -> str:
    """The same for every try to replace the same message, so that a lost answer does not make two."""
    text = f"{board.channel_id}:{board.message_id}:{board.created_at.isoformat()}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]
