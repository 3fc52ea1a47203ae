"""simcord's preview page as a live demo. This is the only file that uses simcord's private names.

simcord's own preview is made for tests. It shows nothing until an action has ended, it shows one channel, it refuses a click
on a control that was drawn before the latest update, and its clock does not move. Its public interface cannot change that,
so this file overrides private methods, and the ``demo`` extra pins simcord to the version for which it was written.
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

from bot.clock import Clock
from bot.errors import MythError

T = TypeVar("T")
_log = logging.getLogger(__name__)
# During these actions the page may be updated. During others the page would report that the action's outcome is uncertain.
_UPDATED_DURING: Final = {"run_command", "click", "select", "modal_submit", "send_message"}
_CLOCK_SECONDS: Final = 1.0
"""How often the simulated clock follows the real one. Discord's own time stamps have a resolution of seconds."""
_REPAINT_SECONDS: Final = 10.0
"""How often the page is updated when nothing happens, for texts such as "2 minutes ago"."""
_ACTION_SECONDS: Final = 60.0
"""After this long simcord reports that an action hangs; loading the drawing library takes a few seconds on slow machines."""


class SimulatedDiscord(Env):
    """A simulated Discord whose clock follows ``clock``, with ``name`` as the bot's name."""

    def __init__(self, bot: discord.Client, name: str, clock: Clock) -> None:
        self._clock = clock
        super().__init__(bot, check_errors=False, settle_timeout=_ACTION_SECONDS)
        self.catch_up()
        self.backend.bot_user.name = name

    @property
    def clock_lag(self) -> float:
        """Seconds by which the simulated clock is behind the demo's; never negative."""
        return max(0.0, (self._clock() - self.now()).total_seconds())

    def catch_up(self) -> None:
        """Moves the simulated clock at once, without waiting for anything that becomes due meanwhile."""
        self.backend.advance_clock(self.clock_lag)

    def _record_error(self, error: BaseException) -> None:
        """Errors that the bot answers in words are not recorded: the page would call the action's outcome uncertain."""
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        if not isinstance(cause, MythError | app_commands.CheckFailure):
            super()._record_error(error)

    async def wait(self, awaitable: Awaitable[T], why: str) -> T:
        """The bot's ``Wait``: awaits in real time, while simcord knows that the task is idle.

        The awaitable runs outside simcord's task tracking, because it may start tasks that simcord would mistake for work of
        the current action that never ends.
        """
        task = asyncio.current_task()
        if task not in self._work.tasks or task in self._work.external_waits:
            return await awaitable
        outside = self._context_for_scope(contextvars.copy_context(), None)
        waiting: asyncio.Task[T] = outside.run(asyncio.create_task, _await(awaitable))
        result: T = await self.external_wait(waiting, reason=why)
        return result


async def _await(awaitable: Awaitable[T]) -> T:
    return await awaitable


@dataclass(slots=True)
class SimulatedWait:
    """The bot's ``Wait``. ``world`` is set after construction, because the simulated Discord is built around the bot."""

    world: SimulatedDiscord | None = None

    async def __call__(self, awaitable: Awaitable[T], why: str) -> T:
        """The result of ``awaitable``."""
        return await (awaitable if self.world is None else self.world.wait(awaitable, why))


@dataclass(frozen=True, slots=True)
class View:
    """A person and the channel that they see; ``label`` describes both."""

    label: str
    person: MemberActor
    channel: ChannelHandle


PATCHES: Final = {
    # The page's title and logo.
    "/": (
        ("<title>SimCord Preview<", "<title>Midnight Myth demo<"),
        ('aria-hidden="true">S</span>', 'aria-hidden="true">M</span>'),
        ("<strong>SimCord</strong><small>Preview</small>", "<strong>Midnight Myth</strong><small>on SimCord</small>"),
    ),
    "/timeline.js": (
        # A channel opens at its end instead of at its beginning.
        (
            ": state.scrollIntent || captureScrollIntent();",
            ': state.scrollIntent || (previousIds.length ? captureScrollIntent() : { policy: "bottom" });',
        ),
        # Within 160 px of the end the page still follows new messages; the growing input field hides about that much.
        ("ui.timeline.clientHeight <= 1 ?", "ui.timeline.clientHeight <= 160 ?"),
        # While an update is drawn, the position is not measured: new content would count as scrolled away from the end.
        (
            'if (!state.ready && state.scrollIntent?.policy === "target") return;',
            'if (!state.ready && ["target", "bottom"].includes(state.scrollIntent?.policy)) return;',
        ),
        (
            'if (state.scrollIntent?.policy !== "target") state.scrollIntent',
            'if (!["target", "bottom"].includes(state.scrollIntent?.policy)) state.scrollIntent',
        ),
    ),
    "/text.js": (
        # A link to a message leads to it in the page's channel, not to its row in the list beside it or to the real Discord.
        (
            "      target.append(link);\n",
            (
                "      const message = /^https:\\/\\/discord\\.com\\/channels\\/\\d+\\/\\d+\\/(\\d+)$/.exec(href);\n"
                '      if (message) link.addEventListener("click", (event) => {\n'
                "        event.preventDefault();\n"
                '        const card = document.querySelector(`.channel-message[data-message-id="${message[1]}"]`);\n'
                '        card?.scrollIntoView({ block: "center" });\n'
                "      });\n"
                "      target.append(link);\n"
            ),
        ),
    ),
    "/commands.js": (
        # As in Discord, an option's choices are offered before anything is typed.
        (
            'const current = String(field.value || "");',
            'const current = String(field.value || ""); queryAutocomplete(option, current);',
        ),
        # Enter on the command's name runs it if all its options are optional, instead of picking a choice.
        (
            "const list = popupElement().querySelector('[role=\"listbox\"]');",
            (
                "const list = event.target.matches('.command-chip') ? null :"
                " popupElement().querySelector('[role=\"listbox\"]');"
            ),
        ),
    ),
}
"""What is replaced in simcord's page, by file: pairs of simcord's text, which must occur exactly once (tested), and ours.

The page cannot be configured, and a copy of it would have to be maintained; so the few differences from Discord that
confuse a visitor are patched when the file is served.
"""


class _PatchedServer(PreviewServer):
    """Serves simcord's page with ``PATCHES``."""

    async def _static(self, request: Any) -> Any:  # noqa: ANN401 - simcord's
        response = await super()._static(request)
        for old, new in PATCHES.get(request.path, ()):
            response.text = response.text.replace(old, new)
        return response


class LivePage(Preview):
    """simcord's page, updated while things happen; each viewer sees their own channel.

    ``view`` is what a newly opened page shows. ``key`` is the secret in the page's address.
    """

    # simcord closes a page that was silent for longer; a laptop that was closed over night must not lose its page.
    _PAGE_LEASE_SECONDS = 12 * 3600.0

    def __init__(self, world: SimulatedDiscord, views: Sequence[View], first: View, port: int, key: str) -> None:
        self._channels = {view.person.id: view.channel for view in views}
        self.view = first
        self._current_viewer = views[0].person
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
        self._server = _PatchedServer(self, port)
        self._world = world
        self.capability = key
        self._action_lock = asyncio.Lock()
        self._clock_moved_at = self._painted_at = time.monotonic()

    async def __aenter__(self) -> Self:
        """Serves the page.

        Raises:
            SetupError: the port is in use.
        """
        await super().__aenter__()
        return self

    @property
    def channel(self) -> ChannelHandle:
        """The channel of the person for whom simcord is working at the moment."""
        return self._channels[self._current_viewer.id]

    @channel.setter
    def channel(self, _: ChannelHandle) -> None:
        """Ignored: simcord sets a channel once, but here it depends on the person."""

    @property
    def ended(self) -> bool:
        """Whether somebody clicked "End preview session"."""
        return bool(self._closed)

    @property
    def port(self) -> int:
        """The page's port; 0 before the page is served."""
        return self._server.port or 0

    async def tick(self) -> None:
        """Updates the page and moves the simulated clock; to be called a few times a second."""
        now = time.monotonic()
        if now - self._clock_moved_at >= _CLOCK_SECONDS and not self._action_lock.locked():
            self._clock_moved_at = now
            async with self._action_lock:
                await self._move_clock()
        if self.env.backend.transcript or now - self._painted_at >= _REPAINT_SECONDS:
            self._paint()

    async def show_view(self, view: View) -> None:
        """Every open page, and every page that is opened later, shows this person's channel."""
        async with self._action_lock:
            self.view = view
            for page in self._browsers():
                self._switch_page(page, view.person)
                self._publish(page, reason="navigation")

    async def _move_clock(self) -> None:
        try:
            await self._world.advance_time(self._world.clock_lag)
        except (SetupError, TimeoutError) as error:
            _log.warning("the simulated clock does not move: %s", error)

    def _paint(self) -> None:
        action = self._active_action
        if action is not None and action.kind not in _UPDATED_DURING:
            return
        self._painted_at = time.monotonic()
        self._advance_presentation_time()
        for page in self._browsers():
            self._publish(page, reason="refresh")
        # Both lists would grow without limit. An empty transcript also means that nothing has happened since.
        self.env.backend.transcript.clear()
        self.env.backend.http_requests.clear()

    def _advance_presentation_time(self) -> None:
        """The page shows real time: the simulated clock lags, so that new messages would seem to come from the future."""
        self.capture_time = datetime.now(UTC)

    def _browsers(self) -> list[_Page]:
        return [page for page in self._pages.values() if page is not self._python]

    def _switch_page(self, page: _Page, person: MemberActor) -> None:
        """The page is seen by another person in their channel from now on."""
        self._redact_page_receipts(page)
        self._clear_page_assets(page)
        self._reset_queries(page)
        page.viewer = person
        page.channel_id = self._channels[person.id].id
        page.generation += 1
        page.target_id = page.window_end_id = page.modal = page.modal_handle = page.last_action = None
        page.status = "current"

    @contextmanager
    def _working_for(self, person: MemberActor) -> Iterator[None]:
        previous, self._current_viewer = self._current_viewer, person
        try:
            yield
        finally:
            self._current_viewer = previous

    def _open_page(self, viewer_id: Any = None, target_id: Any = None) -> _Page:  # noqa: ANN401 - simcord's
        """If too many pages are open, the one that was unused for the longest time is closed."""
        self._prune_expired()
        pages = self._browsers()
        if len(pages) >= self._MAX_PAGES:
            self._close_page(min(pages, key=lambda page: page.last_activity).id)
        person = self.view.person if viewer_id is None else self._viewer(viewer_id)
        with self._working_for(person):
            page = super()._open_page(person.id, target_id)
        if target_id is None:
            page.target_id = page.window_end_id = None  # follow the channel's end
            self._publish(page, reason="initial")
        return page

    def _target_id(self, target_id: Any, viewer: Any = None, *, denied_fallback: bool = False) -> int | None:  # noqa: ANN401 - simcord's
        with self._working_for(viewer or self._current_viewer):
            return super()._target_id(target_id, viewer, denied_fallback=denied_fallback)

    async def _action(self, context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        """Actions and clock moves run one after another, because simcord refuses overlapping ones."""
        async with self._action_lock:
            page = self._pages.get(context_id or "")
            if page is None:
                return await super()._action(context_id, body)
            if dict(body).get("sequence") == page.last_sequence + 1:
                # The page was updated after the control was drawn; simcord checks below that the control still exists.
                body = {**body, "published_revision": page.revision}
            with self._working_for(page.viewer):
                return await super()._action(context_id, body)

    def _prepare_action(self, page: _Page, kind: str, body: Mapping[str, Any]) -> Any:  # noqa: ANN401 - simcord's
        """A person who is chosen under "Viewing as" sees their own channel."""
        plan = super()._prepare_action(page, kind, body)
        if kind != "viewer":
            return plan
        person = self._viewer(body.get("viewer_id"))

        async def switch_channel(action: Any, cursor: int) -> Any:  # noqa: ANN401 - simcord's
            page.channel_id = self._channels[person.id].id
            result = await plan(action, cursor)
            page.target_id = page.window_end_id = None
            self._publish(page, reason="navigation")
            return result

        return switch_channel
