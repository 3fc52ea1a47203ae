"""One call to one Gemini model, as a stream of drafts. Beside ``responses.py`` and ``jobs.py`` nothing knows Google's SDK.

Measured with google-genai 3.4, and the reason for much of this file: the SDK has no time limit of its own and ignores the
API's RetryInfo, so both are ours; given a timeout, it cuts healthy streams; a blocked or empty response raises nothing, and
neither does a stream that ends without a finish reason; a finish reason that it does not know is a ``UserWarning``.
"""

import asyncio
import logging
import os
import warnings
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

from bot.clock import Clock, Wait, utcnow, wait_plainly
from bot.generation.draft import Draft, Usage
from bot.generation.error_messages import create_error
from bot.generation.gemini.call import CallReport, Deadline
from bot.generation.gemini.label_response import LABEL_SCHEMA
from bot.generation.gemini.refusals import error_from_response, is_unknown_field_error
from bot.generation.gemini.response import CUE_SCHEMA, ResponseParser, build_response_schema
from bot.generation.gemini.responses import (
    Chunk,
    build_turn,
    create_parser,
    finish_response,
    get_retry_after,
    read_response,
)
from bot.generation.prompt import Prompt, compose_prompt
from bot.generation.request import PartRequest
from bot.generation.writer import GenerationErrorKind
from bot.scripts.text_units import to_single_line

if TYPE_CHECKING:
    import aiohttp
    from google import genai
    from google.genai import errors, types

_log = logging.getLogger(__name__)
# The HTTP responses of the call that runs in this context, so that a call that is abandoned can close its connection.
_HTTP_RESPONSES: ContextVar["list[aiohttp.ClientResponse]"] = ContextVar("http_responses")
BETA_VERSION: Final = "v1beta"
_SAFETY_CATEGORIES: Final = ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT")
_DEFAULT_DEADLINE_SECONDS: Final = 600.0
"""The end of a call whose caller sets none: longer than any part takes, so that a forgotten stream ends."""
_MAX_LOGGED_CHARS: Final = 300  # of an error message from the API; the useful part comes first


def load_sdk() -> None:
    """Imports Google's SDK.

    This takes more than a second of processor time. Call it in a thread, before the gateway connects.
    """
    import aiohttp  # noqa: F401
    import httpx2  # noqa: F401
    from google import genai  # noqa: F401


class GeminiClient:
    """The API behind one key. One per process; ``aclose`` ends it. It opens no connection before the first call.

    ``max_output_tokens`` limits the output of one call, which is less where the part is short; ``idle_seconds`` is how long a
    stream may be silent. An empty ``api_version`` means the SDK's own, an empty ``thinking_level`` the model's own.
    """

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
        self._thinking_level = thinking_level.strip().upper()
        self._max_output_tokens = max_output_tokens
        self._idle_seconds = idle_seconds
        self._clock = clock
        self._wait = wait
        self._client: genai.Client | None = None
        self._session: aiohttp.ClientSession | None = None
        self._is_closed = False

    def get_output_limit(self, prompt: Prompt) -> int:
        """The most tokens that an answer to this prompt can have."""
        return min(self._max_output_tokens, prompt.output_tokens)

    async def aclose(self) -> None:
        """All connections are closed, and none will be opened again."""
        self._is_closed = True
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
        """Yields drafts from one call, each with at least one new cue; the last one is complete.

        ``report`` is filled in while the call runs.

        Raises:
            GenerationError: the call failed; of any kind but BUDGET and RESTING.
        """
        report = report or CallReport(model)
        parser = create_parser(request)
        last = Chunk()
        async with aclosing(
            self._stream_chunks(
                model, prompt or compose_prompt(request), deadline or Deadline(_DEFAULT_DEADLINE_SECONDS), report
            )
        ) as chunks:
            async for chunk in chunks:
                report.answering_model = chunk.model or report.answering_model
                report.usage = chunk.usage or report.usage
                if chunk.text and parser.feed(chunk.text):
                    yield _build_draft(parser, report)
                if chunk.finish_reason or chunk.block_reason:
                    last = chunk
        report.is_finished = bool(last.finish_reason or last.block_reason)
        finish_response(parser, last, model)
        yield _build_draft(parser, report)

    async def _stream_chunks(
        self, model: str, prompt: Prompt, deadline: Deadline, report: CallReport
    ) -> AsyncGenerator[Chunk, None]:
        """The stream's events. Whatever the SDK raises becomes a ``GenerationError``."""
        from google.genai import errors

        version = self.choose_version(model)
        while True:
            has_begun = False
            try:
                async with aclosing(self._stream_events(model, prompt, version, deadline, report)) as events:
                    async for event in events:
                        has_begun = True
                        yield read_response(event)
            except errors.APIError as error:
                if not has_begun and self._should_try_beta(error, version):
                    self._version = version = BETA_VERSION
                    continue
                report.is_free = not has_begun
                self._log_error(model, error)
                raise error_from_response(
                    error.code or 0, error.details, model, self._clock(), get_retry_after(error)
                ) from None
            return

    def _log_error(self, model: str, error: "errors.APIError") -> None:
        """Logs the API's own message for the operator, without the key. It never contains the chapter."""
        message = to_single_line(str(error.message or "").replace(self._key, "[key]"))[:_MAX_LOGGED_CHARS]
        _log.warning("%s answered %s %s: %s", model, error.code, error.status, message)

    @property
    def clock(self) -> Clock:
        """The present, which decides when a daily quota resets."""
        return self._clock

    def choose_version(self, model: str) -> str:
        """The API's version for this model; empty for the SDK's own."""
        return BETA_VERSION if not self._configured_version and model.endswith("-latest") else self._version

    @property
    def _configured_version(self) -> str:
        return self._version or os.environ.get("GOOGLE_GENAI_API_VERSION", "")

    def _should_try_beta(self, error: "errors.APIError", version: str) -> bool:
        """Whether the stable version does not know our fields, no version is configured, and the beta was not asked yet."""
        if self._configured_version or version == BETA_VERSION:
            return False
        return is_unknown_field_error(error.code or 0, error.details)

    async def _stream_events(
        self, model: str, prompt: Prompt, version: str, deadline: Deadline, report: CallReport
    ) -> AsyncGenerator["types.GenerateContentResponse", None]:
        """The SDK's own events. Each wait goes through ``self._wait`` and is limited in time."""
        import aiohttp
        import httpx2

        # The SDK warns about an unknown finish reason. We have a sentence for it, and tests turn warnings into errors.
        warnings.filterwarnings("ignore", message=".* is not a valid ", category=UserWarning)
        events: AsyncIterator[types.GenerateContentResponse] | None = None
        http_responses: list[aiohttp.ClientResponse] = []
        _HTTP_RESPONSES.set(http_responses)
        try:
            events = await self._open_stream(model, prompt, version)
            report.is_free = False
            while True:
                idle = min(self._idle_seconds, deadline.remaining, deadline.allowed_silence)
                try:
                    async with asyncio.timeout(idle) as limit:
                        event = await self._wait(anext(events), f"an answer from {model}")
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    if not limit.expired():
                        raise
                    is_past_deadline = deadline.remaining <= 0 and idle < self._idle_seconds
                    kind = GenerationErrorKind.TIMED_OUT if is_past_deadline else GenerationErrorKind.STALLED
                    raise create_error(kind, model=model) from None
                yield event
        except (aiohttp.ClientError, httpx2.HTTPError, OSError) as error:
            report.is_free = isinstance(error, aiohttp.ClientConnectorError)
            raise create_error(GenerationErrorKind.DISCONNECTED, model=model, reason=type(error).__name__) from None
        except ValueError:
            # Not JSON, or not the API's JSON. The SDK has three exception classes for this, all derived from ValueError.
            raise create_error(GenerationErrorKind.MALFORMED, model=model) from None
        finally:
            if isinstance(events, AsyncGenerator):
                await events.aclose()
            # The SDK leaves its inner generators to the garbage collector; until then Gemini keeps writing, at our cost.
            for http_response in http_responses:
                http_response.close()

    async def _open_stream(
        self, model: str, prompt: Prompt, version: str
    ) -> AsyncIterator["types.GenerateContentResponse"]:
        return await self.get_sdk_client(model).aio.models.generate_content_stream(
            model=model, contents=[build_turn(prompt)], config=self.build_config(prompt, version)
        )

    def build_config(self, prompt: Prompt, version: str = "") -> "types.GenerateContentConfig":
        """What a request asks for besides its text; ``version`` is of the API, empty for the SDK's own."""
        from google.genai import types

        level = types.ThinkingLevel(self._thinking_level) if self._thinking_level else None
        categories = [types.HarmCategory(f"HARM_CATEGORY_{name}") for name in _SAFETY_CATEGORIES]
        off = types.HarmBlockThreshold.OFF
        return types.GenerateContentConfig(
            system_instruction=prompt.system,
            response_mime_type="application/json",
            response_json_schema=build_response_schema(LABEL_SCHEMA if prompt.asks_for_labels else CUE_SCHEMA),
            max_output_tokens=self.get_output_limit(prompt),
            thinking_config=types.ThinkingConfig(thinking_level=level) if level else None,
            safety_settings=[types.SafetySetting(category=category, threshold=off) for category in categories],
            automatic_continuation=False,
            http_options=types.HttpOptions(api_version=version) if version else None,
        )

    def get_sdk_client(self, model: str) -> "genai.Client":
        """The SDK's client; ``model`` is for the error alone.

        Raises:
            GenerationError: the key cannot be used, or the client is closed.
        """
        import aiohttp
        from google import genai
        from google.genai import types

        if (
            not self._key or not self._key.isascii() or not self._key.isprintable()
        ):  # no HTTP header can carry such a key
            raise create_error(GenerationErrorKind.BAD_KEY, model=model, reason="UNUSABLE" if self._key else "MISSING")
        if self._is_closed:
            raise create_error(GenerationErrorKind.DISCONNECTED, model=model, reason="CLOSED")
        if self._client is None:
            # One attempt and no time limit: the SDK's retries ignore quotas, and its timeout cuts healthy streams.
            # The session is ours because the SDK's own subclasses aiohttp's, which warns, and is not reliably closed.
            tracing = aiohttp.TraceConfig()
            tracing.on_request_end.append(_collect_http_response)
            self._session = aiohttp.ClientSession(trust_env=True, trace_configs=[tracing])
            options = types.HttpOptions(retry_options=types.HttpRetryOptions(attempts=1), aiohttp_client=self._session)
            self._client = genai.Client(api_key=self._key, vertexai=False, http_options=options)
        return self._client


async def _collect_http_response(_: object, __: object, params: "aiohttp.TraceRequestEndParams") -> None:
    _HTTP_RESPONSES.get([]).append(params.response)


def _build_draft(parser: ResponseParser, report: CallReport) -> Draft:
    return parser.build_draft(report.answering_model or report.model, report.usage or Usage())
