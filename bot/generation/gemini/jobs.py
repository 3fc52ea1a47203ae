"""Gemini's batch mode: many requests are handed over as one job, at half price, and answered within a day."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from bot.generation.error_messages import create_error
from bot.generation.gemini.client import GeminiClient
from bot.generation.gemini.refusals import error_from_response
from bot.generation.gemini.responses import Chunk, build_turn, get_retry_after, read_response
from bot.generation.prompt import Prompt
from bot.generation.writer import GenerationError, GenerationErrorKind

if TYPE_CHECKING:
    from google import genai
    from google.genai import types

_CALL_SECONDS: Final = 60.0
"""For one call about a job. What takes longer counts as lost; the next round looks again."""
_METHOD: Final = "batchGenerateContent"
_HTTP_CODES: Final = {3: 400, 7: 403, 8: 429, 13: 500, 14: 503, 4: 504}
"""The errors of single requests carry the codes of gRPC."""


class JobState(StrEnum):
    """Where a job stands: ``open → answered | lost``. A lost one will not be answered."""

    OPEN = "open"
    ANSWERED = "answered"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class JobAnswers:
    """What Gemini says about a job: its state, and each request's answer or error by the request's key."""

    state: JobState
    answers: Mapping[str, Chunk | GenerationError]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class GeminiJobs:
    """The jobs of one model. Every method raises ``GenerationError`` where the API refuses or cannot be reached."""

    client: GeminiClient
    model: str

    async def is_supported(self) -> bool:
        """Whether the model has a batch mode."""
        from google.genai import types

        async with self._translate_errors():
            model = await self._sdk.models.get(
                model=self.model, config=types.GetModelConfig(http_options=self._options)
            )
            return _METHOD in (model.supported_actions or [])

    async def create(self, display_name: str, prompts: Mapping[str, Prompt]) -> str:
        """Hands the prompts over, each with its key; returns the job's name."""
        from google.genai import types

        requests = [
            types.InlinedRequest(
                contents=[build_turn(prompt)], metadata={"key": key}, config=self.client.build_config(prompt)
            )
            for key, prompt in prompts.items()
        ]
        async with self._translate_errors():
            config = types.CreateBatchJobConfig(display_name=display_name, http_options=self._options)
            job = await self._sdk.batches.create(model=self.model, src=requests, config=config)
            return job.name or ""

    async def find(self, display_name: str) -> str | None:
        """The name of the job with this display name; None where there is none."""
        from google.genai import types

        async with self._translate_errors():
            config = types.ListBatchJobsConfig(page_size=100, http_options=self._options)
            async for job in await self._sdk.batches.list(config=config):
                if job.display_name == display_name and job.name:
                    return job.name
        return None

    async def get(self, name: str) -> JobAnswers:
        """Where the job stands."""
        from google.genai import types

        try:
            async with self._translate_errors():
                config = types.GetBatchJobConfig(http_options=self._options)
                job = await self._sdk.batches.get(name=name, config=config)
        except GenerationError as error:
            if error.kind is not GenerationErrorKind.MODEL_GONE:
                raise
            return JobAnswers(JobState.LOST, {}, "no longer known")
        state = job.state.value.removeprefix("JOB_STATE_") if job.state else ""
        responses = (job.dest.inlined_responses if job.dest else None) or []
        answers = {key: self._read_answer(each) for each in responses if (key := (each.metadata or {}).get("key", ""))}
        if state in {"SUCCEEDED", "PARTIALLY_SUCCEEDED"}:
            return JobAnswers(JobState.ANSWERED, answers)
        is_lost = state in {"FAILED", "CANCELLED", "EXPIRED"}
        return JobAnswers(JobState.LOST if is_lost else JobState.OPEN, answers, state.lower())

    async def cancel(self, name: str) -> None:
        """Gemini does not go on with the job."""
        from google.genai import types

        async with self._translate_errors():
            await self._sdk.batches.cancel(name=name, config=types.CancelBatchJobConfig(http_options=self._options))

    def _read_answer(self, answer: "types.InlinedResponse") -> Chunk | GenerationError:
        if answer.response is not None:
            return read_response(answer.response)
        code = answer.error.code or 0 if answer.error else 0
        body = {"error": {"message": answer.error.message or "" if answer.error else ""}}
        return error_from_response(_HTTP_CODES.get(code, code or 500), body, self.model, self.client.clock())

    @property
    def _sdk(self) -> "genai.client.AsyncClient":
        return self.client.get_sdk_client(self.model).aio

    @property
    def _options(self) -> "types.HttpOptions | None":
        from google.genai import types

        version = self.client.choose_version(self.model)
        return types.HttpOptions(api_version=version) if version else None

    @asynccontextmanager
    async def _translate_errors(self) -> AsyncIterator[None]:
        """Whatever the SDK raises becomes a ``GenerationError``, and nothing takes longer than a minute."""
        import aiohttp
        import httpx2
        from google.genai import errors

        try:
            async with asyncio.timeout(_CALL_SECONDS):
                yield
        except errors.APIError as error:
            raise error_from_response(
                error.code or 0, error.details, self.model, self.client.clock(), get_retry_after(error)
            ) from None
        except TimeoutError:
            raise create_error(GenerationErrorKind.STALLED, model=self.model) from None
        except (aiohttp.ClientError, httpx2.HTTPError, OSError) as error:
            reason = type(error).__name__
            raise create_error(GenerationErrorKind.DISCONNECTED, model=self.model, reason=reason) from None
        except ValueError:
            raise create_error(GenerationErrorKind.MALFORMED, model=self.model) from None
