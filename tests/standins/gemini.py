"""A stand-in for the Gemini API on loopback: as strict as the real one, with every way of failing at the turn of a switch.

``with GeminiStandIn() as gemini:`` serves from a thread of its own, so that it answers whatever loop its client runs in.
``python -m tests.standins.gemini --port 8799`` serves alone; its scenarios are set by ``POST /play`` (the arguments of ``play``
as JSON; ``{"reset": true}`` ends them), or chosen by the model's name after ``--`` (``gemini-3.8-flash--quota_day``).

Nothing of the bot is imported: bodies and paths follow Google's documents, not our reading of them.
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

from tests.standins.gemini_jobs import Jobs
from tests.standins.gemini_scenarios import BEFORE, ENDS, Play, refuse, text_of
from tests.standins.gemini_script import sliced
from tests.standins.gemini_strict import Refusal, check


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
class GeminiStandIn:
    """The server. ``chunks`` and ``delay`` (seconds between chunks) shape every answer; ``play`` sets what goes wrong."""

    port: int = 0
    chunks: int = 24
    delay: float = 0.0
    open_streams: int = 0  # answers that are being written now
    requests: list[Recorded] = field(default_factory=list)
    plays: list[Play] = field(default_factory=list)
    jobs: Jobs = field(default_factory=Jobs)

    def answer_with(
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
        self.jobs.reset()
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
        app.router.add_get("/{version}/batches", self._list_jobs)
        app.router.add_route("*", "/{version}/batches/{call}", self._answer_job)
        app.router.add_post("/play", self._play)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port)
        await site.start()
        self.port = runner.addresses[0][1]
        return runner

    async def _play(self, request: web.Request) -> web.StreamResponse:
        wanted = await request.json()
        if wanted.pop("reset", False):
            self.reset()
        if wanted:
            self.plays.append(Play(**wanted))
        return web.json_response({"calls": len(self.calls), "open_streams": self.open_streams})

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
                return web.json_response(
                    _model(model, has_jobs=self.jobs.is_offered and model not in self.jobs.without)
                )
            if method == "batchGenerateContent":
                return await self._take_job(request, model, recorded.body)
            if method == "countTokens":
                return web.json_response({"totalTokens": len(json.dumps(recorded.body)) // 4})
            self.open_streams += 1
            try:
                return await self._stream(request, model, recorded.body)
            finally:
                self.open_streams -= 1
        except Refusal as error:
            return _answer_refusal(error)

    async def _take_job(self, request: web.Request, model: str, body: dict[str, Any]) -> web.StreamResponse:
        refuse(self._next(model), request.match_info["version"])
        job = self.jobs.add(model, body)
        if self.jobs.loses_answer:
            self.jobs.loses_answer = False
            _drop(request)
        if self.jobs.holds_answer:
            await asyncio.Event().wait()
        return web.json_response(job.describe())

    async def _list_jobs(self, request: web.Request) -> web.StreamResponse:
        await self._record(request)
        try:
            return web.json_response({"operations": self.jobs.list_all()})
        except Refusal as error:
            return _answer_refusal(error)

    async def _answer_job(self, request: web.Request) -> web.StreamResponse:
        await self._record(request)
        name, _, method = request.match_info["call"].partition(":")
        try:
            job = self.jobs.get(f"batches/{name}")
        except Refusal as error:
            return _answer_refusal(error)
        if method == "cancel":
            job.state = "CANCELLED"
            return web.json_response({})
        return web.json_response(job.describe())

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
        refuse(play, request.match_info["version"])
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
        slices = sliced(text_of(play.scenario, body, len(self.requests)), self.chunks)
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


def _drop(request: web.Request) -> None:
    """The connection ends without a goodbye."""
    if request.transport is not None:
        request.transport.abort()


def _answer_refusal(error: Refusal) -> web.Response:
    return web.Response(status=error.status, headers=error.headers, text=error.body, content_type=error.content_type)


def _model(name: str, *, has_jobs: bool = True) -> dict[str, Any]:
    return {
        "name": f"models/{name}",
        "inputTokenLimit": 1_048_576,
        "outputTokenLimit": 65_536,
        "supportedGenerationMethods": [
            "generateContent",
            "countTokens",
            *(["batchGenerateContent"] if has_jobs else []),
        ],
    }


async def _alone(port: int, delay: float) -> None:
    standin = GeminiStandIn(port=port, delay=delay)
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
