"""The stand-in's gateway: HELLO, IDENTIFY, READY, heartbeats, RESUME and the events (events/gateway.mdx)."""

import asyncio
import json
import secrets
import time
import zlib
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from tests.standins import discord_payloads as payloads
from tests.standins.discord_world import Guild, Json, World

PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15
UNKNOWN_OP, DECODE_ERROR, NOT_AUTHENTICATED, BAD_TOKEN, ALREADY, RATE_LIMITED, DISALLOWED = (
    *(4001, 4002, 4003, 4004, 4005),
    *(4008, 4014),
)


@dataclass(eq=False)
class Link:
    """One websocket; what is put into `outbox` goes out in order."""

    socket: web.WebSocketResponse
    request: web.Request
    packer: Any = None
    outbox: asyncio.Queue[Json] = field(default_factory=asyncio.Queue)
    ended_here: bool = False

    async def pump(self) -> None:
        """Send what comes, until cancelled or cut."""
        while True:
            text = json.dumps(await self.outbox.get())
            try:
                if self.packer is None:
                    await self.socket.send_str(text)
                else:
                    packed = self.packer.compress(text.encode()) + self.packer.flush(zlib.Z_SYNC_FLUSH)
                    await self.socket.send_bytes(packed)
            except ConnectionError:
                return


@dataclass(eq=False)
class Session:
    """What IDENTIFY began; it outlives its websocket so that it can be resumed."""

    id: str
    intents: int
    shard: tuple[int, int] = (0, 1)
    link: Link | None = None
    seq: int = 0
    events: list[Json] = field(default_factory=list)
    resumed: int = 0

    def has_guild(self, guild_id: int) -> bool:
        """Whether the guild belongs to the session's shard (topics/gateway, "Sharding")."""
        shard, count = self.shard
        return (guild_id >> 22) % count == shard

    def push(self, event: str, data: Any) -> None:
        """One more event, sent now or on RESUME."""
        self.seq += 1
        frame = {"op": 0, "t": event, "s": self.seq, "d": data}
        self.events.append(frame)
        if self.link is not None:
            self.link.outbox.put_nowait(frame)


class Gateway:
    """Holds the sessions; `allow_privileged` and `heartbeat_seconds` may be set before the bot connects."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.heartbeat_seconds = 41.25
        self.allow_privileged = False
        self.acknowledge = True
        self.sessions: dict[str, Session] = {}
        self.identifies: list[Json] = []
        self.resumes: list[Json] = []
        self.beats: list[float] = []
        self.presences: list[Json] = []
        self._links: set[Link] = set()
        world.emit = self.emit

    @property
    def connected(self) -> bool:
        """Whether an identified websocket is open."""
        return any(s.link is not None for s in self.sessions.values())

    def emit(self, event: str, data: Json, intent: int) -> None:
        """Dispatch to the sessions of the guild's shard that asked for this intent (0: to all); without a guild to shard 0."""
        guild_id = int(data.get("guild_id") or (data["id"] if event.startswith("GUILD_") else 0))
        for session in self.sessions.values():
            if session.has_guild(guild_id) and (not intent or session.intents & intent):
                session.push(event, data)
        self.world.touched()

    def joined(self, guild: Guild) -> None:
        """The bot was added to a guild."""
        guild.present = True
        self.emit("GUILD_CREATE", payloads.guild(guild, event=True), 1)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """One websocket, from HELLO to its close."""
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        link = Link(socket, request, zlib.compressobj() if request.query.get("compress") == "zlib-stream" else None)
        self._links.add(link)
        pump = asyncio.create_task(link.pump())
        link.outbox.put_nowait({"op": 10, "d": {"heartbeat_interval": int(self.heartbeat_seconds * 1000)}})
        session: Session | None = None
        times: list[float] = []
        try:
            async for message in socket:
                if message.type is not WSMsgType.TEXT:
                    continue
                now = time.monotonic()
                times = [at for at in times if now - at < 60] + [now]
                code, session = self._receive(message.data, link, session)
                if code is not None or len(times) > 120:
                    await socket.close(code=code or RATE_LIMITED)
                self.world.touched()
        finally:
            pump.cancel()
            self._links.discard(link)
            if session is not None and session.link is link:
                session.link = None
                # a client that says goodbye ends its session; one that only echoes our close keeps it for RESUME
                if socket.close_code in {1000, 1001} and not link.ended_here:
                    self.sessions.pop(session.id, None)
            self.world.touched()
        return socket

    def _receive(self, raw: str, link: Link, session: Session | None) -> tuple[int | None, Session | None]:
        """Act on one payload; the code to close with, if so, and the session from now on."""
        try:
            payload = json.loads(raw)
            op, data = payload["op"], payload.get("d")
        except (ValueError, KeyError, TypeError):
            return DECODE_ERROR, session
        if len(raw) > 4096:
            return DECODE_ERROR, session
        if op == 1:
            self.beats.append(time.monotonic())
            if self.acknowledge:
                link.outbox.put_nowait({"op": 11})
            return None, session
        if op in {2, 6}:
            if session is not None:
                return ALREADY, session
            return self._identify(data, link) if op == 2 else self._resume(data, link)
        if session is None:
            return NOT_AUTHENTICATED, None
        if op == 3:
            self.presences.append(data)
        elif op == 8:
            self._members(data, session)
        elif op not in {4, 31}:
            return UNKNOWN_OP, session
        return None, session

    def _identify(self, data: Json, link: Link) -> tuple[int | None, Session | None]:
        self.identifies.append(data)
        if data.get("token") != self.world.token:
            return BAD_TOKEN, None
        intents = int(data.get("intents", 0))
        if intents & PRIVILEGED and not self.allow_privileged:
            return DISALLOWED, None
        shard, count = data.get("shard", (0, 1))
        session = Session(secrets.token_hex(16), intents, (shard, count), link)
        self.sessions[session.id] = session
        guilds = [guild for guild in self.world.guilds.values() if guild.present and session.has_guild(guild.id)]
        ready = {
            "v": 10,
            "user": payloads.user(self.world.bot) | {"email": None, "verified": True, "mfa_enabled": True},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.world.base.replace("http", "ws", 1) + "/gateway",
            "application": {"id": str(self.world.application_id), "flags": 0},
            "shard": [shard, count],
        }
        session.push("READY", ready)
        if intents & 1:
            for guild in guilds:
                session.push("GUILD_CREATE", payloads.guild(guild, event=True) | {"unavailable": False})
        return None, session

    def _resume(self, data: Json, link: Link) -> tuple[int | None, Session | None]:
        self.resumes.append(data)
        if data.get("token") != self.world.token:
            return BAD_TOKEN, None
        session = self.sessions.get(str(data.get("session_id")))
        seq = data.get("seq")
        if session is None or not isinstance(seq, int) or seq > session.seq:
            link.outbox.put_nowait({"op": 9, "d": False})
            return None, None
        session.link = link
        session.resumed += 1
        for frame in session.events:
            if frame["s"] > seq:
                link.outbox.put_nowait(frame)
        session.push("RESUMED", {"_trace": []})
        return None, session

    def _members(self, data: Json, session: Session) -> None:
        guild = self.world.guilds[int(data["guild_id"])]
        wanted = {int(u) for u in data.get("user_ids") or []}
        found = [m for m in guild.members.values() if not wanted or m.user.id in wanted]
        chunk = {
            "guild_id": str(guild.id),
            "members": [payloads.member(m) for m in found],
            "chunk_index": 0,
            "chunk_count": 1,
            "not_found": [],
            "nonce": data.get("nonce"),
        }
        session.push("GUILD_MEMBERS_CHUNK", chunk)

    async def drop(self, code: int = 4000) -> None:
        """Close every websocket with a code; 0 cuts them without a word."""
        for link in list(self._links):
            link.ended_here = True
            if code:
                await link.socket.close(code=code)
            elif link.request.transport is not None:
                link.request.transport.abort()

    def ask_to_reconnect(self) -> None:
        """RECONNECT (op 7) to all."""
        for link in self._links:
            link.outbox.put_nowait({"op": 7, "d": None})

    def invalidate(self, *, resumable: bool = False) -> None:
        """INVALID_SESSION (op 9) to all; the sessions are forgotten unless resumable."""
        for link in self._links:
            link.outbox.put_nowait({"op": 9, "d": resumable})
        if not resumable:
            self.sessions.clear()

    async def close(self) -> None:
        """Close what is open."""
        await self.drop(WSCloseCode.GOING_AWAY)
