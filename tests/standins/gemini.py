"""A stand-in for the Gemini API on loopback: as strict as the real one, with every way of failing at the turn of a switch.

``with GeminiStandin() as gemini:`` serves from a thread of its own, so that it answers whatever loop its client runs in.
``python -m tests.standins.gemini --port 8799`` serves alone; the scenario is then taken from the model's name after ``--``
(``gemini-3.8-flash--quota_day``). Nothing of the bot is imported: bodies and paths follow Google's documents, not our reading.
"""

import argparse
import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from tests.standins.gemini_script import as_text, script_for, sliced
from tests.standins.gemini_strict import Refusal, check, refusal

BEFORE = {
    "bad_key": refusal(
        400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", reason="API_KEY_INVALID"
    ),
    "bad_key_401": refusal(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."),
    "forbidden": refusal(403, "PERMISSION_DENIED", "The caller does not have permission."),
    "gone": refusal(404, "NOT_FOUND", "This model models/x is no longer available to new users."),
    "bad_request": refusal(400, "INVALID_ARGUMENT", "Request contains an invalid argument."),
    "location": refusal(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
    "overloaded": refusal(
        503, "UNAVAILABLE", "This model is currently experiencing high demand. Please try again later."
    ),
    "internal": refusal(500, "INTERNAL", "An internal error has occurred."),
    "deadline": refusal(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
}
"""Scenarios that answer with an HTTP error and one of Google's bodies."""

ENDS = {
    "safety": "SAFETY", "prohibited": "PROHIBITED_CONTENT", "blocklist": "BLOCKLIST", "recitation": "RECITATION",
    "max_tokens": "MAX_TOKENS", "continuation": "CONTINUATION", "unknown_finish": "MOONRISE", "language": "LANGUAGE",
}  # fmt: skip
"""Scenarios that write a while and then end with that finish reason; with ``after=0`` they write nothing."""


@dataclass(slots=True)
class Play:
    """How the next calls to a model are answered. ``after`` is the chunks sent before it happens (default: half)."""

    scenario: str
    model: str = ""
    times: int | None = None
    after: int | None = None
    retry_in: float = 34.074824
    delay: float | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request as it arrived; the key is not kept, only whether there was one."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    with_key: bool
    body: dict[str, Any]

    @property
    def model(self) -> str:
        """The model that was asked."""
        return self.path.partition("/models/")[2].partition(":")[0]


@dataclass
class GeminiStandin:
    """The server. ``chunks`` and ``delay`` (seconds between chunks) shape every answer; ``play`` sets what goes wrong."""

    port: int = 0
    chunks: int = 24
    delay: float = 0.0
    requests: list[Recorded] = field(default_factory=list)
    plays: list[Play] = field(default_factory=list)

    def play(
        self,
        scenario: str,
        model: str = "",
        *,
        times: int | None = None,
        after: int | None = None,
        retry_in: float = 34.074824,
        delay: float | None = None,
    ) -> None:
        """From now on ``scenario`` is what ``model`` (any, where empty) answers, ``times`` times or always.

        Several are played one after the other, in the order in which they were set.
        """
        self.plays.append(Play(scenario, model, times, after, retry_in, delay))

    def reset(self) -> None:
        """All is well again, and nothing was asked yet."""
        self.plays.clear()
        self.requests.clear()

    @property
    def calls(self) -> list[Recorded]:
        """The requests to write something."""
        return [request for request in self.requests if ":streamGenerateContent" in request.path]

    @property
    def url(self) -> str:
        """What ``GOOGLE_GEMINI_BASE_URL`` is to be."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)

    async def _serve(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        runner = await self.start()
        self._ready.set()
        await self._end.wait()
        await runner.cleanup()

    async def start(self) -> web.AppRunner:
        """Serves in the running loop; the runner's ``cleanup`` ends it."""
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/{version}/models/{call}", self._answer)
        app.router.add_get("/{version}/models", self._list)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port)
        await site.start()
        self.port = runner.addresses[0][1]
        return runner

    async def _list(self, request: web.Request) -> web.StreamResponse:
        await self._record(request)
        return web.json_response({"models": [_model("gemini-3.8-flash"), _model("gemini-3.5-flash-lite")]})

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        recorded = await self._record(request)
        model, _, method = request.match_info["call"].partition(":")
        try:
            version = request.match_info["version"]
            check(recorded, verb=request.method, version=version, model=model, method=method, query=request.query)
            if not method:
                return web.json_response(_model(model))
            if method == "countTokens":
                return web.json_response({"totalTokens": len(json.dumps(recorded.body)) // 4})
            return await self._stream(request, model, recorded.body)
        except Refusal as error:
            return web.Response(
                status=error.status, headers=error.headers, text=error.body, content_type=error.content_type
            )

    async def _record(self, request: web.Request) -> Recorded:
        text = await request.text()
        try:
            body = json.loads(text) if text else {}
        except ValueError:
            body = {"unreadable": text}
        headers = {name.lower(): value for name, value in request.headers.items()}
        with_key = bool(headers.pop("x-goog-api-key", ""))
        recorded = Recorded(request.method, request.path, request.query_string, headers, with_key, body)
        self.requests.append(recorded)
        return recorded

    def _next(self, model: str) -> Play:
        name, _, scenario = model.partition("--")
        for play in self.plays:
            if play.model in {"", name} and play.times != 0:
                play.times = None if play.times is None else play.times - 1
                return play
        return Play(scenario or "ok")

    async def _stream(self, request: web.Request, model: str, body: dict[str, Any]) -> web.StreamResponse:
        play = self._next(model)
        _refuse(play, request.match_info["version"])
        if play.scenario == "drop_first":
            _drop(request)
            return web.Response()
        if play.scenario == "stall_first":
            await asyncio.sleep(3600)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        with suppress(ConnectionError):  # the client has heard enough
            await response.prepare(request)
            async for event in self._events(play, model.partition("--")[0], body):
                if event is None:
                    _drop(request)
                    break
                await response.write(event)
        return response

    async def _events(self, play: Play, model: str, body: dict[str, Any]) -> AsyncIterator[bytes | None]:
        """The events of an answer; None is a dropped connection."""
        delay = self.delay if play.delay is None else play.delay
        told = _Told(model, len(json.dumps(body, ensure_ascii=False)) // 4)
        slices = sliced(_text(play.scenario, body, len(self.requests)), self.chunks)
        if play.scenario in {"thought", "thought_out"}:
            told.thoughts = 640
            yield told.event("**Planning the scene**", thought=True)
        if play.scenario in {"empty_body", "no_candidates", "thought_out", "prompt_blocked"}:
            slices = []
        until = len(slices) // 2 if play.after is None else play.after
        breaks = play.scenario in {"stall", "cut", "no_finish", "error_in_stream", "broken_event", *ENDS}
        for piece in slices[:until] if breaks else slices[:-1]:
            yield told.event(piece)
            await asyncio.sleep(delay)
        match play.scenario:
            case "empty_body" | "no_finish":
                return
            case "no_candidates":
                yield told.plain({})
            case "prompt_blocked":
                yield told.plain({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}})
            case "thought_out":
                yield told.plain(
                    {"candidates": [{"content": {"role": "model"}, "finishReason": "MAX_TOKENS", "index": 0}]}
                )
            case "stall":
                await asyncio.sleep(3600)
            case "cut":
                yield None
            case "error_in_stream":
                yield f"data: {BEFORE['overloaded'].body}\r\n\r\n".encode()
            case "broken_event":
                yield b'data: {"candidates": [{"content"\r\n\r\n'
            case end if end in ENDS:
                yield told.ended(ENDS[end])
            case _:
                yield told.event(slices[-1], finish="STOP")


@dataclass
class _Told:
    """What the answer has told so far, as the API counts it: cumulative."""

    model: str
    prompt: int
    output: int = 0
    thoughts: int = 0

    def event(self, text: str, *, thought: bool = False, finish: str = "") -> bytes:
        part: dict[str, Any] = {"text": text}
        if thought:
            part["thought"] = True
        else:
            self.output += -(-len(text) // 4)
        candidate: dict[str, Any] = {"content": {"parts": [part], "role": "model"}, "index": 0}
        if finish:
            candidate["finishReason"] = finish
        return self.plain({"candidates": [candidate]})

    def ended(self, reason: str) -> bytes:
        candidate: dict[str, Any] = {"finishReason": reason, "index": 0}
        if reason == "SAFETY":
            candidate["safetyRatings"] = [
                {"category": "HARM_CATEGORY_HARASSMENT", "probability": "LOW"},
                {"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH", "blocked": True},
            ]
        return self.plain({"candidates": [candidate]})

    def plain(self, event: dict[str, Any]) -> bytes:
        usage = {
            "promptTokenCount": self.prompt,
            "candidatesTokenCount": self.output,
            "thoughtsTokenCount": self.thoughts,
            "totalTokenCount": self.prompt + self.output + self.thoughts,
        }
        whole = {**event, "usageMetadata": usage, "modelVersion": self.model, "responseId": "standin"}
        return f"data: {json.dumps(whole, ensure_ascii=False)}\r\n\r\n".encode()


def _text(scenario: str, body: dict[str, Any], seed: int) -> str:
    """All that the model writes in an answer that is not cut short."""
    script = script_for(body, seed)
    if scenario == "runaway":
        script["cues"].insert(1, {"type": "narration", "speaker": "NARRATOR", "text": "and on " * 15_000})
    text = as_text(script)
    odd = {
        "fenced": f"\ufeff```json\n{text}\n```\n",
        "wrong_shape": as_text({"answer": "I have read the chapter.", "cues": []}),
        "not_json": "I am sorry, I would rather tell you about it.",
        "blank": " \n ",
        "no_end": text[:-40],
    }
    return odd.get(scenario, text)


def _refuse(play: Play, version: str) -> None:
    """Raises what the scenario answers instead of a stream, where it does."""
    if play.scenario in BEFORE:
        raise BEFORE[play.scenario]
    if play.scenario.startswith("quota_"):
        raise _quota(play)
    if play.scenario == "html":
        raise Refusal(502, "<html><body><h1>502 Bad Gateway</h1></body></html>", "text/html")
    if play.scenario == "broken_error":
        raise Refusal(503, '{"error": {"code": 503', "application/json")
    if play.scenario == "unknown_name" and version == "v1":
        raise refusal(
            400,
            "INVALID_ARGUMENT",
            "Invalid JSON payload received. Unknown name \"responseJsonSchema\" at 'generation_config': Cannot find field.",
        )


def _quota(play: Play) -> Refusal:
    """A 429 as the free tier answers it."""
    kind, limit = {
        "quota_minute": ("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", 5),
        "quota_day": ("GenerateRequestsPerDayPerProjectPerModel-FreeTier", 20),
        "quota_none": ("GenerateRequestsPerDayPerProjectPerModel-FreeTier", 0),
        "quota_bare": ("", 0),
    }[play.scenario]
    if not kind:
        return refusal(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).")
    metric = "generativelanguage.googleapis.com/generate_content_free_tier_requests"
    details: list[dict[str, Any]] = [
        {
            "@type": "type.googleapis.com/google.rpc.QuotaFailure",
            "violations": [{"quotaMetric": metric, "quotaId": kind, "quotaValue": str(limit)}],
        },
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{play.retry_in}s"},
    ]
    message = (
        f"You exceeded your current quota. * Quota exceeded for metric: {metric}, limit: {limit}, model: {play.model}"
    )
    return refusal(429, "RESOURCE_EXHAUSTED", f"{message}\nPlease retry in {play.retry_in}s.", details=details)


def _drop(request: web.Request) -> None:
    """The connection ends without a goodbye."""
    if request.transport is not None:
        request.transport.abort()


def _model(name: str) -> dict[str, Any]:
    return {
        "name": f"models/{name}",
        "inputTokenLimit": 1_048_576,
        "outputTokenLimit": 65_536,
        "supportedGenerationMethods": ["generateContent", "countTokens", "batchGenerateContent"],
    }


async def _alone(port: int, delay: float) -> None:
    standin = GeminiStandin(port=port, delay=delay)
    runner = await standin.start()
    print(standin.url, flush=True)  # noqa: T201 - the one thing its caller wants to know
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--delay", type=float, default=0.05, help="seconds between two chunks")
    given = parser.parse_args()
    asyncio.run(_alone(given.port, given.delay))
