"""simcord, made live: the only file that knows its private names.

As shipped, its Preview is for tests. It shows nothing until an action has settled, holds one channel, refuses a press that
crosses an update, and its clock stands still. Nothing public changes that, so this file reaches inside, and the `demo` extra
pins simcord to the one version that it was written against.
"""

import asyncio
import contextvars
import logging
import time
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self, TypeVar

import discord
from discord import app_commands
from simcord.actors import MemberActor
from simcord.backend.errors import SetupError
from simcord.builders import ChannelHandle
from simcord.env import Env
from simcord.preview import Preview
from simcord.preview._pages import _Page
from simcord.preview._server import PreviewServer

from bot.errors import MythError

T = TypeVar("T")
_log = logging.getLogger(__name__)
# What may be shown in the middle of an action; in the middle of any other, the page would doubt the action's outcome.
_SHOWN_DURING: Final = {"run_command", "click", "select", "modal_submit", "send_message"}
_TICK_SECONDS: Final = 1.0
_REPAINT_SECONDS: Final = 10.0  # "2 minutes ago" grows old even where nothing happens
_SETTLE_SECONDS: Final = 60.0


class SimulatedDiscord(Env):
    """A Discord that begins today, under the bot's name, and keeps in step with the wall clock."""

    def __init__(self, bot: discord.Client, name: str) -> None:
        super().__init__(bot, check_errors=False, settle_timeout=_SETTLE_SECONDS)
        self.backend.advance_clock(self.behind)
        self.backend.bot_user.name = name

    @property
    def behind(self) -> float:
        """Seconds by which the simulated clock is behind the real one; never negative."""
        return max(0.0, (datetime.now(UTC) - self.now()).total_seconds())

    def _record_error(self, error: BaseException) -> None:
        """A refusal in words is an answer, not a fault: the page would call its outcome uncertain."""
        told = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        if not isinstance(told, MythError | app_commands.CheckFailure):
            super()._record_error(error)

    async def wait(self, awaitable: Awaitable[T], why: str) -> T:
        """The workers' seam: simcord knows that the task is idle, and the wait itself runs outside, in real time.

        Outside, because a wait may start tasks of its own, which simcord would take for work that never ends.
        """
        task = asyncio.current_task()
        if task not in self._work.tasks or task in self._work.external_waits:
            return await awaitable
        outside = self._context_for_scope(contextvars.copy_context(), None)
        waiting: asyncio.Task[T] = outside.run(asyncio.create_task, _awaited(awaitable))
        answer: T = await self.external_wait(waiting, reason=why)
        return answer


async def _awaited(awaitable: Awaitable[T]) -> T:
    return await awaitable


@dataclass(slots=True)
class SimulatedWait:
    """The bot's ``Wait``. The bot is made before the world that it lives in, which is handed in afterwards."""

    world: SimulatedDiscord | None = None

    async def __call__(self, awaitable: Awaitable[T], why: str) -> T:
        """The awaited value."""
        return await (awaitable if self.world is None else self.world.wait(awaitable, why))


@dataclass(frozen=True, slots=True)
class View:
    """Somebody, and the channel that they look at."""

    label: str
    person: MemberActor
    channel: ChannelHandle


# What is changed of simcord's page, by file: the text as it is there (once each, a test sees to it) and the text instead.
PATCHES: Final = {
    "/": (
        ("<title>SimCord Preview<", "<title>Midnight Myth demo<"),
        ('aria-hidden="true">S</span>', 'aria-hidden="true">M</span>'),
        ("<strong>SimCord</strong><small>Preview</small>", "<strong>Midnight Myth</strong><small>on SimCord</small>"),
    ),
    # A channel opens at its end, and is followed from near it: the composer grows and shrinks over it.
    "/timeline.js": (
        (
            ": state.scrollIntent || captureScrollIntent();",
            ': state.scrollIntent || (previousIds.length ? captureScrollIntent() : { policy: "bottom" });',
        ),
        ("ui.timeline.clientHeight <= 1 ?", "ui.timeline.clientHeight <= 160 ?"),
        # While an update is drawn, measuring would find what it has added and not yet scrolled to.
        (
            'if (!state.ready && state.scrollIntent?.policy === "target") return;',
            'if (!state.ready && ["target", "bottom"].includes(state.scrollIntent?.policy)) return;',
        ),
        (
            'if (state.scrollIntent?.policy !== "target") state.scrollIntent',
            'if (!["target", "bottom"].includes(state.scrollIntent?.policy)) state.scrollIntent',
        ),
    ),
    "/commands.js": (
        # As in Discord, choices are there before anything is typed …
        (
            'const current = String(field.value || "");',
            'const current = String(field.value || ""); queryAutocomplete(option, current);',
        ),
        # … and Enter runs a command whose other options are all optional.
        (
            "const list = popupElement().querySelector('[role=\"listbox\"]');",
            (
                "const list = event.target.matches('.command-chip') ? null :"
                " popupElement().querySelector('[role=\"listbox\"]');"
            ),
        ),
    ),
}


class _Server(PreviewServer):
    """The page under its own name, and nearer to Discord's own ways."""

    async def _static(self, request: Any) -> Any:  # noqa: ANN401 - simcord's
        answer = await super()._static(request)
        for old, new in PATCHES.get(request.path, ()):
            answer.text = answer.text.replace(old, new)
        return answer


class LivePage(Preview):
    """A page that shows what happens while it happens, and turns to another server with whoever looks at it.

    ``view`` is what a browser sees that opens the page anew.
    """

    _PAGE_LEASE_SECONDS = 12 * 3600.0  # a laptop that was asleep goes on where it was

    def __init__(self, world: SimulatedDiscord, views: Sequence[View], first: View, port: int, key: str) -> None:
        self._rooms = {view.person.id: view.channel for view in views}
        self.view = first
        self._looking = views[0].person
        super().__init__(
            world,
            views[0].channel,
            tuple(view.person for view in views),
            locale="en-US",
            timezone="UTC",
            layout="channel",
            display="responsive",
            width=1280,
            height=800,
            presentation_time=None,
            assets=None,
            port=port,
        )
        self._server = _Server(self, port)
        self._world = world
        self.capability = key
        self._turn = asyncio.Lock()
        self._ticked = self._painted = time.monotonic()

    async def __aenter__(self) -> Self:
        """It is served. ``SetupError`` where the port is taken."""
        await super().__aenter__()
        return self

    @property
    def channel(self) -> ChannelHandle:
        """The channel of whoever is looking at this moment."""
        return self._rooms[self._looking.id]

    @channel.setter
    def channel(self, _: ChannelHandle) -> None:
        """Set once by simcord; it follows from the person here."""

    @property
    def ended(self) -> bool:
        """Whether somebody pressed "End preview session"."""
        return bool(self._closed)

    @property
    def port(self) -> int:
        """Where it is served; 0 before it was entered."""
        return self._server.port or 0

    async def tick(self) -> None:
        """Shows what has happened since the last time, and moves the clock. To be called a few times a second."""
        now = time.monotonic()
        if now - self._ticked >= _TICK_SECONDS and not self._turn.locked():
            self._ticked = now
            async with self._turn:
                await self._move_clock()
        if self.env.backend.transcript or now - self._painted >= _REPAINT_SECONDS:
            self._paint()

    async def turn_to(self, view: View) -> None:
        """Every open page shows this channel, and so will those that are opened from now on."""
        async with self._turn:
            self.view = view
            for page in self._browsers():
                self._turn_page(page, view.person)
                self._publish(page, reason="navigation")

    async def _move_clock(self) -> None:
        try:
            await self._world.advance_time(self._world.behind)
        except (SetupError, TimeoutError) as error:
            _log.warning("the simulated clock stands: %s", error)

    def _paint(self) -> None:
        action = self._active_action
        if action is not None and action.kind not in _SHOWN_DURING:
            return
        self._painted = time.monotonic()
        self._advance_presentation_time()
        for page in self._browsers():
            self._publish(page, reason="refresh")
        # Both would grow for ever. The transcript also says whether anything happened.
        self.env.backend.transcript.clear()
        self.env.backend.http_requests.clear()

    def _advance_presentation_time(self) -> None:
        """Now; the simulated clock is up to a tick behind, and the bot's own times would lie in the future."""
        self.capture_time = datetime.now(UTC)

    def _browsers(self) -> list[_Page]:
        return [page for page in self._pages.values() if page is not self._python]

    def _turn_page(self, page: _Page, person: MemberActor) -> None:
        """The same page, seen by somebody else in another place."""
        self._redact_page_receipts(page)
        self._clear_page_assets(page)
        self._reset_queries(page)
        page.viewer = person
        page.channel_id = self._rooms[person.id].id
        page.generation += 1
        page.target_id = page.window_end_id = page.modal = page.modal_handle = page.last_action = None
        page.status = "current"

    @contextmanager
    def _as(self, person: MemberActor) -> Iterator[None]:
        before, self._looking = self._looking, person
        try:
            yield
        finally:
            self._looking = before

    def _open_page(self, viewer_id: Any = None, target_id: Any = None) -> _Page:  # noqa: ANN401 - simcord's
        """Room is made for a new page by closing the one that was left alone longest."""
        self._prune_expired()
        pages = self._browsers()
        if len(pages) >= self._MAX_PAGES:
            self._close_page(min(pages, key=lambda page: page.last_activity).id)
        person = self.view.person if viewer_id is None else self._viewer(viewer_id)
        with self._as(person):
            page = super()._open_page(person.id, target_id)
        if target_id is None:
            page.target_id = page.window_end_id = None  # at the end of the channel, and staying there
            self._publish(page, reason="initial")
        return page

    def _target_id(self, target_id: Any, viewer: Any = None, *, denied_fallback: bool = False) -> int | None:  # noqa: ANN401 - simcord's
        with self._as(viewer or self._looking):
            return super()._target_id(target_id, viewer, denied_fallback=denied_fallback)

    async def _action(self, context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        """One after another, the clock included; simcord would refuse what overlaps."""
        async with self._turn:
            page = self._pages.get(context_id or "")
            if page is None:
                return await super()._action(context_id, body)
            if dict(body).get("sequence") == page.last_sequence + 1:
                # The page was repainted since this was drawn. Every control is checked anew below.
                body = {**body, "published_revision": page.revision}
            with self._as(page.viewer):
                return await super()._action(context_id, body)

    def _prepare_action(self, page: _Page, kind: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - simcord's
        """Whoever is chosen under "Viewing as" looks at their own channel."""
        plan = super()._prepare_action(page, kind, body)
        if kind != "viewer":
            return plan
        person = self._viewer(body.get("viewer_id"))

        async def turn(action: Any, cursor: int) -> Any:  # noqa: ANN401 - simcord's
            page.channel_id = self._rooms[person.id].id
            done = await plan(action, cursor)
            page.target_id = page.window_end_id = None
            self._publish(page, reason="navigation")
            return done

        return turn
