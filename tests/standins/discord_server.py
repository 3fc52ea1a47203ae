"""A stand-in for Discord on loopback, against which the bot's real process can be run."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from copy import deepcopy
from types import TracebackType
from typing import Any, Self, TypeVar

from aiohttp import web

from tests.standins import discord_payloads as payloads
from tests.standins.discord_actors import Person
from tests.standins.discord_commands import Commands
from tests.standins.discord_errors import ApiError
from tests.standins.discord_gateway import Gateway
from tests.standins.discord_interactions import InteractionLog, Interactions
from tests.standins.discord_mention_guard import mention_problem
from tests.standins.discord_rest import Rest
from tests.standins.discord_wire import (
    Call,
    Fault,
    Handler,
    Kind,
    Limits,
    Reply,
    RequestLog,
    Router,
    cut,
    page,
    read,
    reply,
)
from tests.standins.discord_world import EVERYDAY, Channel, Guild, Member, Message, Role, Violation, World

T = TypeVar("T")

TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAwMA.stand-in.not-a-real-token-of-anybody"
BASE = "/api/v10"
RULES = frozenset({10062, 40060, 50006, 50027, 50035, 50109})


class DiscordStandIn:
    """Discord as one bot sees it, on a port of this machine; an async context manager.

    It begins with the studio's guild (`studio`), its owner (`owner`) and a channel (`channel`).

    Attributes:
        world: what exists; add to it before the bot connects, or by the methods here while it is connected.
        rest, interactions, gateway, limits: the parts, with their switches.
        requests: every request with its answer's status.
        latency: seconds that each request waits before it is handled.
        unexpected: requests to routes that the stand-in does not know.
        handled: called with each request once it is handled and before it is answered, such as to kill the bot there.
    """

    def __init__(self, *, token: str = TOKEN, seed: int = 1) -> None:
        self.world = World(token)
        self.rest = Rest(self.world)
        self.interactions = Interactions(self.world, self.rest)
        self.gateway = Gateway(self.world)
        self.limits = Limits()
        self.requests: list[RequestLog] = []
        self.faults: list[Fault] = []
        self.latency = 0.0
        self.everyday = EVERYDAY
        self.unexpected: list[RequestLog] = []
        self.handled: Callable[[RequestLog], None] = lambda _entry: None
        self._router = Router([*self.rest.routes(), *self.interactions.routes(), *Commands(self.world).routes()])
        self._chance = random.Random(seed)
        self._closing = asyncio.Event()
        self._changed = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.world.touched = self._touch
        keeper = self.world.app_owner
        self.studio = self.world.add_guild("Midnight Myth Audio", keeper)
        self.channel = self.studio.text_channel
        self.owner = Person(self, keeper, self.channel)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_get("/attachments/{place}/{id}/{name}", self._serve)
        app.router.add_route("*", "/{rest:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.world.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._closing.set()
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        """What discord.py's Route.BASE is to be."""
        return self.world.base + BASE

    @property
    def gateway_url(self) -> str:
        """What discord.py's DiscordWebSocket.DEFAULT_GATEWAY is to be: its Client never asks for it."""
        return self.world.base.replace("http", "ws", 1) + "/gateway"

    @property
    def env(self) -> dict[str, str]:
        """The environment variables of a bot that is to come here."""
        return {
            "DISCORD_TOKEN": self.world.token,
            "DISCORD_API_BASE": self.base_url,
            "STUDIO_GUILD_ID": str(self.studio.id),
        }

    @property
    def violations(self) -> list[Violation]:
        """Requests that Discord's rules forbid, late or double answers among them."""
        return self.world.violations

    @property
    def latencies(self) -> list[float]:
        """Seconds from the dispatch of each answered interaction to its first response."""
        return [log.latency for log in self.interactions.logs if log.latency is not None]

    @property
    def invalid_requests(self) -> int:
        """Answers with 401, 403 or 429, of which 10,000 in ten minutes ban an address."""
        return sum(r.status in {401, 403, 429} for r in self.requests)

    def count_requests(self, method: str, path: str, status: int | None = None) -> int:
        """How many requests of this method had a path that ends so (and were answered so)."""
        asked = [r for r in self.requests if r.method == method and r.path.endswith(path)]
        return sum(status is None or r.status == status for r in asked)

    def add_person(self, name: str, *, guild: Guild | None = None, roles: Iterable[Role] = ()) -> Person:
        """Somebody new in a guild (the studio unless given)."""
        place = guild or self.studio
        user = self.world.add_user(name)
        place.members[user.id] = Member(user, list(roles))
        return Person(self, user, place.text_channel)

    def add_fault(
        self,
        method: str,
        path: str,
        kind: Kind = "status",
        *,
        status: int = 500,
        times: int | None = 1,
        chance: float = 1.0,
        skip: int = 0,
    ) -> Fault:
        """Let requests go wrong from now on (see `Fault`); `path` is a glob such as "/channels/*/messages"."""
        made = Fault(method, path, kind, status, times, chance, skip)
        self.faults.append(made)
        return made

    def join(self, guild: Guild) -> None:
        """The bot is added to a guild while it runs."""
        self.gateway.joined(guild)

    def remove_guild(self, guild: Guild, *, unavailable: bool = False) -> None:
        """The bot is thrown out of a guild, or Discord has an outage there."""
        guild.present = unavailable
        gone: dict[str, Any] = {"id": str(guild.id)}
        self.gateway.emit("GUILD_DELETE", gone | ({"unavailable": True} if unavailable else {}), 1)

    def delete_channel(self, channel: Channel, *, silently: bool = False) -> None:
        """Somebody deletes a channel; silently, the bot's cache does not learn of it."""
        self.world.channels.pop(channel.id, None)
        if channel.guild is not None:
            channel.guild.channels.pop(channel.id, None)
        if not silently:
            self.gateway.emit("CHANNEL_DELETE", payloads.channel(channel), 1)

    def update(self, what: Channel | Guild, *, new: bool = False) -> None:
        """Tell the bot of a changed (or new) channel, or of a guild's changed roles."""
        if isinstance(what, Channel):
            self.gateway.emit("CHANNEL_CREATE" if new else "CHANNEL_UPDATE", payloads.channel(what), 1)
            return
        for role in what.roles.values():
            self.gateway.emit("GUILD_ROLE_UPDATE", {"guild_id": str(what.id), "role": payloads.role(role)}, 1)

    def delete_message(self, message: Message) -> None:
        """Somebody deletes a message."""
        self.rest.remove(message)

    async def wait_until_connected(self, within: float = 30.0) -> None:
        """Wait until a bot has identified (or resumed) and is connected."""
        await self.wait_until(lambda: self.gateway.connected, within)

    async def wait_until(self, predicate: Callable[[], T], within: float = 30.0) -> T:
        """Wait until something is true, and give it back; TimeoutError else."""
        ends = time.monotonic() + within
        while not (value := predicate()):
            left = ends - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"not within {within} s")
            changed = self._changed
            with suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), min(left, 0.05))
        return value

    async def wait_for_answer(self, log: InteractionLog, within: float = 30.0) -> InteractionLog:
        """Wait until "is thinking…" has become an answer."""
        await self.wait_until(lambda: log.is_answered, within)
        return log

    async def dispatch(self, log: InteractionLog, patience: float) -> InteractionLog:
        """Send an interaction and wait for its first response; used by `Person`."""
        connected = self.gateway.connected
        self.interactions.logs.append(log)
        log.born = time.monotonic()
        self.gateway.emit("INTERACTION_CREATE", log.payload, 0)
        try:
            await self.wait_until(lambda: log.callback is not None, patience)
        except TimeoutError:
            log.failed = "The application did not respond"
            if connected and self.gateway.connected:
                self.world.violate(f"interaction {log.payload['data']}"[:200], log.failed)
        return log

    def _touch(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _serve(self, request: web.Request) -> web.Response:
        found = self.world.attachments.get(int(request.match_info["id"]))
        if found is None:
            return web.Response(status=404)
        return web.Response(body=found.data, headers={"Content-Type": found.content_type})

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        started = time.monotonic()
        call = await read(request, BASE)
        entry = RequestLog(call.method, call.path, deepcopy(call.body), [f.name for f in call.files], started)
        self.requests.append(entry)
        if problem := mention_problem(call.method, call.path, call.body):
            self.world.violate(f"{call.method} {call.path}", problem)
        try:
            return await self._weather(request, call, entry, lambda: self._answer(call, entry))
        finally:
            entry.seconds = time.monotonic() - started
            self._touch()

    async def _weather(
        self, request: web.Request, call: Call, entry: RequestLog, answer: Callable[[], Awaitable[web.Response]]
    ) -> web.StreamResponse:
        fault = next((f for f in self.faults if f.strikes(call.method, call.path, self._chance)), None)
        if self.latency:
            await asyncio.sleep(self.latency)
        if fault is None:
            response = await answer()
            entry.status = response.status
            return response
        entry.fault = fault.kind
        if fault.kind in {"status", "cloudflare"}:
            entry.status = 429 if fault.kind == "cloudflare" else fault.status
            return page(entry.status)
        if fault.kind in {"lost", "silent"}:
            await answer()
            entry.status = None
        if fault.kind in {"hang", "silent"}:
            await self._closing.wait()
        return cut(request, reset=fault.kind == "reset")

    async def _answer(self, call: Call, entry: RequestLog) -> web.Response:
        open_to_all = call.path.startswith(("/interactions/", "/webhooks/"))
        if not open_to_all and call.authorization != f"Bot {self.world.token}":
            return reply({"message": "401: Unauthorized", "code": 0}, 401)
        headers, refused = self.limits.admit(call)
        if refused is not None:
            return refused
        handler = self._router.find(call)
        if handler is None:
            self.unexpected.append(entry)
            return reply({"message": "404: Not Found", "code": 0}, 404)
        headers["Via"] = "1.1 google"
        status, body = self._perform(handler, call, entry)
        entry.status = status
        self.handled(entry)
        return web.Response(status=status, headers=headers) if body is None else reply(body, status, headers)

    def _perform(self, handler: Handler, call: Call, entry: RequestLog) -> Reply:
        try:
            return handler(call)
        except ApiError as error:
            entry.code = error.body["code"]
            if entry.code in RULES:
                self.world.violate(f"{call.method} {call.path}", f"{error} {error.body.get('errors', '')}")
            return error.status, error.body
        except (TypeError, KeyError, AttributeError, ValueError) as error:
            # a form so unlike Discord's that the checks stumble over it is a broken form (or a fault of the stand-in)
            self.world.violate(f"{call.method} {call.path}", f"{error!r} in {str(call.body)[:300]}")
            return 400, {"message": "Invalid Form Body", "code": 50035, "errors": {}}
