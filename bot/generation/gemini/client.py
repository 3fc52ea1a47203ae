"""One call to one Gemini model, as a stream of drafts: the only file that knows Google's SDK.

What was measured of google-genai 3.4 and shapes this file: it has no time limit of its own and ignores the API's
RetryInfo, so both are ours; given a timeout, it cuts healthy streams; a blocked or empty reply raises nothing, nor does a
stream that ends without a finish reason; a finish reason that is new to it is a ``UserWarning``.
"""

import asyncio
import logging
import os
import warnings
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.clock import Clock, Wait, utcnow, wait_plainly
from bot.generation.error_messages import fault
from bot.generation.gemini.call import CallReport, Deadline
from bot.generation.gemini.refusals import ended, refused, unknown_field
from bot.generation.gemini.response import ResponseParser, schema
from bot.generation.prompt import Prompt, compose
from bot.generation.writer import GenerationErrorKind, PartRequest
from bot.scripts.models import Draft, Usage
from bot.scripts.text_units import one_line

if TYPE_CHECKING:
    import aiohttp
    from google import genai
    from google.genai import errors, types

_log = logging.getLogger(__name__)
# The answers that the SDK receives in the call being made, so that a call that is left can be hung up.
_ANSWERS: ContextVar["list[aiohttp.ClientResponse]"] = ContextVar("answers")
BETA: Final = "v1beta"
_SAFETY: Final = ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT")


def load_sdk() -> None:
    """Google's SDK is imported.

    That takes more than a second of processor time, so it is for a thread, before the gateway connects.
    """
    import aiohttp  # noqa: F401
    import httpx2  # noqa: F401
    from google import genai  # noqa: F401


@dataclass(frozen=True, slots=True)
class _Chunk:
    """What one event of the stream said, without the SDK's types."""

    text: str = ""
    finish: str = ""
    block: str = ""
    category: str = ""
    answered: str = ""
    usage: Usage | None = None


class GeminiModel:
    """The API behind one key. One per process; ``aclose`` ends it. Opens no connection before the first call."""

    def __init__(
        self,
        api_key: str,
        *,
        api_version: str = "",
        thinking_level: str = "LOW",
        max_output_tokens: int = 32_768,
        idle_seconds: float = 60.0,
        clock: Clock = utcnow,
        wait: Wait = wait_plainly,
    ) -> None:
        self._key = api_key.strip()
        self._version = api_version.strip()
        self._thinking = thinking_level.strip().upper()
        self.max_output_tokens = max_output_tokens
        self._idle = idle_seconds
        self._clock = clock
        self._wait = wait
        self._client: genai.Client | None = None
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def aclose(self) -> None:
        """No connection is open any more, and none will be opened again."""
        self._closed = True
        if self._client is not None and self._session is not None:
            await self._session.close()
            self._client.close()

    async def stream(
        self,
        model: str,
        request: PartRequest,
        *,
        prompt: Prompt | None = None,
        deadline: Deadline | None = None,
        report: CallReport | None = None,
    ) -> AsyncGenerator[Draft, None]:
        """Ever longer drafts from one call, each with at least one new cue; the last is complete.

        ``report`` is filled on the way. Raises ``GenerationError`` of every kind but BUDGET.
        """
        report = report or CallReport(model)
        reader = ResponseParser(request)
        last = _Chunk()
        async with aclosing(
            self._chunks(model, prompt or compose(request), deadline or Deadline(600), report)
        ) as chunks:
            async for chunk in chunks:
                report.answered = chunk.answered or report.answered
                report.usage = chunk.usage or report.usage
                if chunk.text and reader.feed(chunk.text):
                    yield self._draft(reader, report)
                if chunk.finish or chunk.block:
                    last = chunk
        report.finished = bool(last.finish or last.block)
        if last.block:
            raise fault(GenerationErrorKind.PROMPT_BLOCKED, model=model, reason=last.block)
        if last.finish and last.finish != "STOP":
            raise ended(last.finish, last.category, model, wrote=reader.begun)
        if not reader.begun:
            raise fault(GenerationErrorKind.EMPTY, model=model)
        if not last.finish:
            raise fault(GenerationErrorKind.CUT_OFF, model=model)
        reader.finish(model)
        yield self._draft(reader, report)

    def _draft(self, reader: ResponseParser, report: CallReport) -> Draft:
        return reader.draft(report.answered or report.model, report.usage or Usage())

    async def _chunks(
        self, model: str, prompt: Prompt, deadline: Deadline, report: CallReport
    ) -> AsyncGenerator[_Chunk, None]:
        """The stream's events; all that the SDK raises leaves as a ``GenerationError``."""
        from google.genai import errors

        version = BETA if not self._configured_version and model.endswith("-latest") else self._version
        while True:
            begun = False
            try:
                async with aclosing(self._events(model, prompt, version, deadline, report)) as events:
                    async for event in events:
                        begun = True
                        yield _read(event)
            except errors.APIError as error:
                if not begun and self._worth_beta(error, version):
                    self._version = version = BETA
                    continue
                report.free = not begun
                self._log_refusal(model, error)
                raise refused(error.code or 0, error.details, model, self._clock(), _retry_after(error)) from None
            return

    def _log_refusal(self, model: str, error: "errors.APIError") -> None:
        """The API's own message is for the operator; it holds neither the chapter nor, for certain, the key."""
        said = one_line(str(error.message or "").replace(self._key, "[key]"))[:300]
        _log.warning("%s answered %s %s: %s", model, error.code, error.status, said)

    @property
    def _configured_version(self) -> str:
        return self._version or os.environ.get("GOOGLE_GENAI_API_VERSION", "")

    def _worth_beta(self, error: "errors.APIError", version: str) -> bool:
        """Whether the stable version does not know our fields, nobody chose it, and the beta was not yet asked."""
        return not self._configured_version and version != BETA and unknown_field(error.code or 0, error.details)

    async def _events(
        self, model: str, prompt: Prompt, version: str, deadline: Deadline, report: CallReport
    ) -> AsyncGenerator["types.GenerateContentResponse", None]:
        """The SDK's own events, each waited for through the seam and no longer than it may take."""
        import aiohttp
        import httpx2

        # The SDK warns of a finish reason that it does not know; ours has a sentence for it, and a warning may be an error.
        warnings.filterwarnings("ignore", message=".* is not a valid ", category=UserWarning)
        events: AsyncIterator[types.GenerateContentResponse] | None = None
        answers: list[aiohttp.ClientResponse] = []
        _ANSWERS.set(answers)
        try:
            events = await self._open(model, prompt, version)
            report.free = False
            while True:
                idle = min(self._idle, deadline.left, deadline.silence)
                try:
                    async with asyncio.timeout(idle) as limit:
                        event = await self._wait(anext(events), f"an answer from {model}")
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    if not limit.expired():
                        raise
                    late = deadline.left <= 0 and idle < self._idle
                    raise fault(
                        GenerationErrorKind.TIMED_OUT if late else GenerationErrorKind.STALLED, model=model
                    ) from None
                yield event
        except (aiohttp.ClientError, httpx2.HTTPError, OSError) as problem:
            report.free = isinstance(problem, aiohttp.ClientConnectorError)
            raise fault(GenerationErrorKind.DISCONNECTED, model=model, reason=type(problem).__name__) from None
        except (
            ValueError
        ):  # JSON that is none, or not the API's: the SDK has three classes for it, all of them of this one
            raise fault(GenerationErrorKind.MALFORMED, model=model) from None
        finally:
            if isinstance(events, AsyncGenerator):
                await events.aclose()
            # The SDK leaves its inner generators to the garbage collector, and until then Gemini goes on writing at our cost.
            for answer in answers:
                answer.close()

    async def _open(self, model: str, prompt: Prompt, version: str) -> AsyncIterator["types.GenerateContentResponse"]:
        from google.genai import types

        level = types.ThinkingLevel(self._thinking) if self._thinking else None
        categories = [types.HarmCategory(f"HARM_CATEGORY_{name}") for name in _SAFETY]
        off = types.HarmBlockThreshold.OFF
        config = types.GenerateContentConfig(
            system_instruction=prompt.system,
            response_mime_type="application/json",
            response_json_schema=schema(),
            max_output_tokens=self.max_output_tokens,
            thinking_config=types.ThinkingConfig(thinking_level=level) if level else None,
            safety_settings=[types.SafetySetting(category=category, threshold=off) for category in categories],
            automatic_continuation=False,
            http_options=types.HttpOptions(api_version=version) if version else None,
        )
        turn = types.Content(role="user", parts=[types.Part(text=text) for text in prompt.turn])
        return await self._connected(model).aio.models.generate_content_stream(
            model=model, contents=[turn], config=config
        )

    def _connected(self, model: str) -> "genai.Client":
        import aiohttp
        from google import genai
        from google.genai import types

        if not self._key or not self._key.isascii() or not self._key.isprintable():  # no such key could be sent
            raise fault(GenerationErrorKind.BAD_KEY, model=model, reason="UNUSABLE" if self._key else "MISSING")
        if self._closed:
            raise fault(GenerationErrorKind.DISCONNECTED, model=model, reason="CLOSED")
        if self._client is None:
            # One attempt and no time limit: the SDK's retries are blind to quotas, and its timeout cuts healthy streams.
            # The session is ours because the SDK's own subclasses aiohttp's, which warns, and is never closed for certain.
            tracing = aiohttp.TraceConfig()
            tracing.on_request_end.append(_remember)
            self._session = aiohttp.ClientSession(trust_env=True, trace_configs=[tracing])
            once = types.HttpOptions(retry_options=types.HttpRetryOptions(attempts=1), aiohttp_client=self._session)
            self._client = genai.Client(api_key=self._key, vertexai=False, http_options=once)
        return self._client


async def _remember(_: object, __: object, ended: "aiohttp.TraceRequestEndParams") -> None:
    _ANSWERS.get([]).append(ended.response)


def _read(event: "types.GenerateContentResponse") -> _Chunk:
    candidate = event.candidates[0] if event.candidates else None
    parts = (candidate.content.parts if candidate and candidate.content else None) or []
    feedback = event.prompt_feedback
    ratings = (candidate.safety_ratings if candidate else None) or []
    blocked = next((rating.category.value for rating in ratings if rating.blocked and rating.category), "")
    return _Chunk(
        text="".join(part.text for part in parts if part.text and not part.thought),
        finish=candidate.finish_reason.value if candidate and candidate.finish_reason else "",
        block=feedback.block_reason.value if feedback and feedback.block_reason else "",
        category=blocked,
        answered=event.model_version or "",
        usage=_usage(event),
    )


def _usage(event: "types.GenerateContentResponse") -> Usage | None:
    told = event.usage_metadata
    if told is None:
        return None
    return Usage(
        prompt=told.prompt_token_count or 0,
        cached=told.cached_content_token_count or 0,
        output=told.candidates_token_count or 0,
        thoughts=told.thoughts_token_count or 0,
    )


def _retry_after(error: "errors.APIError") -> str:
    """The header alone: the response it stands in also holds the key and is never logged."""
    headers = getattr(error.response, "headers", None) or {}
    return str(headers.get("Retry-After", ""))
