"""How requests reach the stand-in's handlers, and what goes wrong on the way where a test says so."""

import json
import random
import re
import socket
import struct
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal
from urllib.parse import unquote

from aiohttp import BodyPartReader, web

from tests.standins.discord_errors import ApiError
from tests.standins.discord_world import Json

Kind = Literal["status", "reset", "lost", "hang", "silent", "cloudflare"]
Reply = tuple[int, Any]


@dataclass
class Upload:
    """A file in a multipart request."""

    name: str
    data: bytes
    content_type: str


@dataclass
class Call:
    """One request, read to its end."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    files: list[Upload]
    authorization: str
    args: dict[str, str] = field(default_factory=dict)

    def number(self, name: str) -> int:
        """An id from the path; 50035 where it is none."""
        if not self.args[name].isdigit():
            errors = {name: {"_errors": [{"code": "NUMBER_TYPE_COERCE", "message": "Value is not snowflake."}]}}
            raise ApiError(400, 50035, "Invalid Form Body", {"errors": errors})
        return int(self.args[name])

    @property
    def form(self) -> Json:
        """The body as an object; 50109 where it is none."""
        if not isinstance(self.body, dict):
            raise ApiError(400, 50109, "The request body contains invalid JSON.")
        return self.body


Handler = Callable[[Call], Reply]
Route = tuple[str, str, Handler]


@dataclass
class RequestLog:
    """A request and how it ended: `status` is what was answered, None where no answer arrived."""

    method: str
    path: str
    json: Any
    files: list[str]
    at: float
    status: int | None = None
    code: int | None = None
    fault: Kind | None = None
    seconds: float = 0.0


class Router:
    """Finds the handler of a method and path."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [(method, _pattern(template), handler) for method, template, handler in routes]

    def find(self, call: Call) -> Handler | None:
        """The handler, with the path's parts put into the call."""
        for method, pattern, handler in self._routes:
            if method == call.method and (match := pattern.fullmatch(call.path)):
                call.args = {key: unquote(value) for key, value in match.groupdict().items()}
                return handler
        return None


@dataclass
class Fault:
    """Something that goes wrong for requests of `method` ("*": any) to paths like `path` (a glob without the base).

    Kinds: `status` answers with `status` and an HTML page; `cloudflare` is a 429 without Via; `reset` cuts the
    connection before the request is handled, `lost` after; `hang` never answers,
    `silent` handles the request first. The first `skip` requests pass.
    """

    method: str
    path: str
    kind: Kind = "status"
    status: int = 500
    times: int | None = 1
    probability: float = 1.0
    skip: int = 0
    met: int = 0

    def strikes(self, method: str, path: str, chance: random.Random) -> bool:
        """Whether this request meets it; counts."""
        if self.method not in {"*", method} or not fnmatchcase(path, self.path):
            return False
        if (self.times is not None and self.met >= self.times) or chance.random() >= self.probability:
            return False
        if self.skip:
            self.skip -= 1
            return False
        self.met += 1
        return True


async def read(request: web.Request, base: str) -> Call:
    """Read a request to its end, multipart or JSON."""
    body: Any = None
    files: list[Upload] = []
    if request.content_type == "multipart/form-data":
        found: list[tuple[int, Upload]] = []
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader):
                continue
            data = bytes(await part.read(decode=False))
            if part.name == "payload_json":
                body = json.loads(data)
            elif named := re.fullmatch(r"files\[(\d+)]", part.name or ""):
                kind = part.headers.get("Content-Type", "application/octet-stream")
                found.append((int(named[1]), Upload(part.filename or "file", data, kind)))
        files = [upload for _, upload in sorted(found, key=lambda pair: pair[0])]
    elif raw := await request.read():
        try:
            body = json.loads(raw)
        except ValueError:
            body = raw.decode(errors="replace")
    path = request.rel_url.raw_path.removeprefix(base)
    query = dict(request.query)
    return Call(request.method, path, query, body, files, request.headers.get("Authorization", ""))


def cut(request: web.Request, *, reset: bool = False) -> web.Response:
    """Drop the connection, with `reset` by RST; the response given back goes nowhere."""
    transport = request.transport
    if transport is not None:
        sock = transport.get_extra_info("socket")
        if reset and sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=499)


class Limits:
    """Discord's rate limits: 50 requests in any second, and windows of five in five seconds for posts and edits."""

    def __init__(self) -> None:
        self.enabled = False
        self.per_second = 50
        self.limit = 5
        self.window = 5.0
        self._recent: list[float] = []
        self._buckets: dict[str, tuple[float, int]] = {}

    def admit(self, call: Call) -> tuple[dict[str, str], web.Response | None]:
        """The headers to answer with, and the 429 where the request is one too many."""
        if not self.enabled:
            return {}, None
        now = time.monotonic()
        if not call.path.startswith(("/interactions/", "/webhooks/")):
            self._recent = [at for at in self._recent if now - at < 1]
            if len(self._recent) >= self.per_second:
                return {}, refusal(1 - (now - self._recent[0]), "global")
            self._recent.append(now)
        bucket = _bucket(call)
        if bucket is None:
            return {}, None
        ends, used = self._buckets.get(bucket, (0.0, 0))
        if now >= ends:
            ends, used = now + self.window, 0
        over = used >= self.limit
        self._buckets[bucket] = ends, used + (0 if over else 1)
        headers = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(max(0, self.limit - used - 1)),
            "X-RateLimit-Reset": f"{time.time() + ends - now:.3f}",
            "X-RateLimit-Reset-After": f"{ends - now:.3f}",
            "X-RateLimit-Bucket": bucket.split(":")[0],
        }
        return headers, refusal(ends - now, "user", headers) if over else None


def refusal(seconds: float, scope: str, headers: dict[str, str] | None = None) -> web.Response:
    """A 429 as Discord itself gives it (with Via)."""
    seconds = max(round(seconds, 3), 0.001)
    named = {"X-RateLimit-Scope": scope, "Retry-After": str(int(seconds) + 1), "Via": "1.1 google", **(headers or {})}
    if scope == "global":
        named["X-RateLimit-Global"] = "true"
    body = {"message": "You are being rate limited.", "retry_after": seconds, "global": scope == "global"}
    return reply(body, 429, named)


def reply(body: Any, status: int, headers: dict[str, str] | None = None) -> web.Response:
    """JSON with the bare content type that discord.py compares with, without a charset."""
    raw = json.dumps(body).encode()
    return web.Response(body=raw, status=status, headers=headers, content_type="application/json")


def page(status: int) -> web.Response:
    """The HTML page of a proxy in front of Discord, without Via."""
    text = f"<html><head><title>{status}</title></head><body><center><h1>{status}</h1></center></body></html>"
    return web.Response(status=status, text=text, content_type="text/html")


def _bucket(call: Call) -> str | None:
    if match := re.fullmatch(r"/channels/(\d+)/messages(/\d+)?", call.path):
        if call.method == "POST" and match[2] is None:
            return f"post:{match[1]}"
        if call.method == "PATCH" and match[2] is not None:
            return f"patch:{match[1]}"
    return None


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)}", r"(?P<\1>[^/]+)", template))
