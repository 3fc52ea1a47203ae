import asyncio
import gc
import logging
import socket
import subprocess
import sys
from collections.abc import Awaitable
from contextlib import aclosing
from typing import TypeVar

import pytest

from bot.generation.draft import Draft, Usage
from bot.generation.gemini.call import CallReport, Deadline
from bot.generation.gemini.client import GeminiClient
from bot.generation.prompt import compose_prompt
from bot.generation.writer import GenerationError, GenerationErrorKind
from bot.scripts.coverage import measure_coverage
from tests.bot.generation.story import CHAPTER, request
from tests.standins.gemini import GeminiStandIn
from tests.standins.gemini_script import story_of

MODEL = "gemini-3.8-flash"
T = TypeVar("T")


async def call(
    gemini: GeminiClient, report: CallReport | None = None, model: str = MODEL
) -> tuple[list[Draft], GenerationError | None]:
    """All drafts of one call, and the error that ended it."""
    drafts: list[Draft] = []
    try:
        async for draft in gemini.stream(model, request(), report=report):
            drafts.append(draft)  # noqa: PERF401 - what came before an error is kept
    except GenerationError as error:
        return drafts, error
    return drafts, None


async def test_a_chapter_is_written(standin: GeminiStandIn, gemini: GeminiClient) -> None:
    """Drafts grow cue by cue; the last one covers the chapter and names the model and the usage."""
    drafts, error = await call(gemini)
    assert error is None
    assert [len(draft.cues) for draft in drafts] == sorted({len(draft.cues) for draft in drafts})
    assert len(drafts) > 3
    last = drafts[-1]
    assert measure_coverage(request().paragraphs, last.cues).missing == ()
    assert (last.model, last.title) == (MODEL, "The Midnight Summoning")
    assert last.usage.prompt > 500
    assert last.usage.output > 100
    assert all(draft.cues == last.cues[: len(draft.cues)] for draft in drafts)


async def test_the_request_contains_schema_limits_and_chapter(standin: GeminiStandIn, gemini: GeminiClient) -> None:
    """One request to the stable version has schema, limits, safety settings and the whole chapter, and no sampling."""
    await call(gemini)
    [request] = standin.calls
    assert (request.path, request.query) == (f"/v1/models/{MODEL}:streamGenerateContent", "alt=sse")
    assert request.with_key
    assert "test-key" not in str(request)
    config = request.body["generationConfig"]
    assert set(config) == {"responseMimeType", "responseJsonSchema", "maxOutputTokens", "thinkingConfig"}
    assert 8_192 < config["maxOutputTokens"] < 10_000, "a short text needs no more, so no more has to be reserved"
    assert "LOW" in config["thinkingConfig"].values()
    assert {(setting["category"], setting["threshold"]) for setting in request.body["safetySettings"]} == {
        (f"HARM_CATEGORY_{name}", "OFF")
        for name in ("HARASSMENT", "HATE_SPEECH", "SEXUALLY_EXPLICIT", "DANGEROUS_CONTENT")
    }
    assert [turn["role"] for turn in request.body["contents"]] == ["user"]
    assert story_of(request.body) == CHAPTER.strip()
    assert "X-Server-Timeout".lower() not in request.headers


ERRORS_BEFORE_FIRST_CUE = [
    ("bad_key", GenerationErrorKind.BAD_KEY, "INVALID_ARGUMENT"),
    ("bad_key_401", GenerationErrorKind.BAD_KEY, "UNAUTHENTICATED"),
    ("forbidden", GenerationErrorKind.NO_PERMISSION, "PERMISSION_DENIED"),
    ("gone", GenerationErrorKind.MODEL_GONE, "NOT_FOUND"),
    ("bad_request", GenerationErrorKind.BAD_REQUEST, "INVALID_ARGUMENT"),
    ("location", GenerationErrorKind.BAD_REQUEST, "FAILED_PRECONDITION"),
    ("overloaded", GenerationErrorKind.OVERLOADED, "UNAVAILABLE"),
    ("internal", GenerationErrorKind.OVERLOADED, "INTERNAL"),
    ("deadline", GenerationErrorKind.OVERLOADED, "DEADLINE_EXCEEDED"),
    ("html", GenerationErrorKind.OVERLOADED, "Bad Gateway"),
    ("quota_minute", GenerationErrorKind.QUOTA_MINUTE, ""),
    ("quota_bare", GenerationErrorKind.QUOTA_MINUTE, ""),
    ("quota_day", GenerationErrorKind.QUOTA_DAY, ""),
    ("quota_none", GenerationErrorKind.QUOTA_NONE, ""),
    ("broken_error", GenerationErrorKind.MALFORMED, ""),
    ("drop_first", GenerationErrorKind.DISCONNECTED, "ServerDisconnectedError"),
    ("stall_first", GenerationErrorKind.STALLED, ""),
    ("empty_body", GenerationErrorKind.EMPTY, ""),
    ("no_candidates", GenerationErrorKind.EMPTY, ""),
    ("blank", GenerationErrorKind.EMPTY, ""),
    ("prompt_blocked", GenerationErrorKind.PROMPT_BLOCKED, "PROHIBITED_CONTENT"),
    ("thought_out", GenerationErrorKind.THOUGHT_OUT, "MAX_TOKENS"),
    ("wrong_shape", GenerationErrorKind.WRONG_SHAPE, ""),
    ("not_json", GenerationErrorKind.MALFORMED, ""),
]


@pytest.mark.parametrize(("scenario", "kind", "reason"), ERRORS_BEFORE_FIRST_CUE)
async def test_every_error_before_the_first_cue_has_its_kind(
    standin: GeminiStandIn, gemini: GeminiClient, scenario: str, kind: GenerationErrorKind, reason: str
) -> None:
    """There is one call, no cue, the right kind and the API's code for it."""
    standin.answer_with(scenario)
    drafts, error = await call(gemini)
    assert error is not None
    assert (error.kind, error.reason, error.model, drafts) == (kind, reason, MODEL, [])
    assert error.sentence
    assert error.hint
    assert len(standin.calls) == 1


ERRORS_IN_STREAM = [
    ("stall", GenerationErrorKind.STALLED, ""),
    ("cut", GenerationErrorKind.DISCONNECTED, "ClientPayloadError"),
    ("no_finish", GenerationErrorKind.CUT_OFF, ""),
    ("error_in_stream", GenerationErrorKind.OVERLOADED, "UNAVAILABLE"),
    ("broken_event", GenerationErrorKind.MALFORMED, ""),
    ("no_end", GenerationErrorKind.MALFORMED, ""),
    ("safety", GenerationErrorKind.OUTPUT_BLOCKED, "HARM_CATEGORY_DANGEROUS_CONTENT"),
    ("prohibited", GenerationErrorKind.OUTPUT_BLOCKED, "PROHIBITED_CONTENT"),
    ("recitation", GenerationErrorKind.RECITATION, "RECITATION"),
    ("max_tokens", GenerationErrorKind.TRUNCATED, "MAX_TOKENS"),
    ("continuation", GenerationErrorKind.TRUNCATED, "CONTINUATION"),
    ("unknown_finish", GenerationErrorKind.UNKNOWN_END, "MOONRISE"),
]


@pytest.mark.parametrize(("scenario", "kind", "reason"), ERRORS_IN_STREAM)
async def test_every_error_in_the_stream_keeps_what_was_written(
    standin: GeminiStandIn, gemini: GeminiClient, scenario: str, kind: GenerationErrorKind, reason: str
) -> None:
    """The complete cues before the error were yielded, and the error says what happened."""
    standin.answer_with(scenario)
    drafts, error = await call(gemini)
    assert error is not None
    assert (error.kind, error.reason) == (kind, reason)
    assert len(drafts[-1].cues) >= 3
    assert all(cue.text in CHAPTER for cue in drafts[-1].cues if cue.kind.is_spoken)
    assert len(standin.calls) == 1


@pytest.mark.parametrize("scenario", ["safety", "recitation", "max_tokens", "no_finish", "cut", "error_in_stream"])
async def test_the_same_errors_can_come_before_any_text(
    standin: GeminiStandIn, gemini: GeminiClient, scenario: str
) -> None:
    """Nothing is yielded then, and the error is raised all the same."""
    standin.answer_with(scenario, after=0)
    drafts, error = await call(gemini)
    assert error is not None
    assert drafts == []


@pytest.mark.parametrize("scenario", ["thought", "fenced", "runaway"])
async def test_odd_but_usable_responses_are_parsed(standin: GeminiStandIn, gemini: GeminiClient, scenario: str) -> None:
    """Thoughts are not text, a fence does no harm, and an endless cue is cut."""
    standin.answer_with(scenario)
    drafts, error = await call(gemini)
    assert error is None
    assert measure_coverage(request().paragraphs, drafts[-1].cues).share == 1.0
    assert not [cue for cue in drafts[-1].cues if "Planning" in cue.text]


async def test_a_refused_connection_is_free(
    standin: GeminiStandIn, gemini: GeminiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refused connection costs nothing and is reported as a lost connection."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", f"http://127.0.0.1:{unused.getsockname()[1]}")
        report = CallReport(MODEL)
        _, error = await call(gemini, report)
    assert error is not None
    assert error.kind is GenerationErrorKind.DISCONNECTED
    assert report.billable_usage == Usage()


@pytest.mark.parametrize(
    ("scenario", "known"),
    [("ok", True), ("max_tokens", True), ("safety", True), ("prompt_blocked", True), ("overloaded", True), ("cut", False),
     ("no_finish", False), ("stall", False), ("drop_first", False), ("error_in_stream", False)],
)  # fmt: skip
async def test_the_report_says_whether_the_cost_is_known(
    standin: GeminiStandIn, gemini: GeminiClient, scenario: str, known: bool
) -> None:
    """If the API ended the response, the usage is complete. A refused call is free; the cost of a broken one is unknown."""
    standin.answer_with(scenario)
    report = CallReport(MODEL)
    await call(gemini, report)
    assert (report.billable_usage is not None) is known
    assert (report.billable_usage == Usage()) is (scenario == "overloaded")


async def test_an_endless_stream_is_ended(standin: GeminiStandIn, gemini: GeminiClient) -> None:
    """A stream that never stops ends at the deadline."""
    standin.delay, standin.chunks = 0.05, 2_000
    with pytest.raises(GenerationError) as raised:
        async for _ in gemini.stream(MODEL, request(), deadline=Deadline(0.3)):
            pass
    assert raised.value.kind is GenerationErrorKind.TIMED_OUT


async def wait_for_streams(standin: GeminiStandIn, number: int) -> None:
    """Waits until so many responses are open."""
    async with asyncio.timeout(10):
        while standin.open_streams != number:  # noqa: ASYNC110 - seen from outside, as the server sees it
            await asyncio.sleep(0.01)


async def test_leaving_early_closes_the_connection(standin: GeminiStandIn, gemini: GeminiClient) -> None:
    """A caller that stops reading or is cancelled leaves no connection open and can call again."""
    gc.disable()  # what is only closed when garbage is collected is not closed
    try:
        standin.answer_with("stall", times=2)
        async with aclosing(gemini.stream(MODEL, request())) as drafts:
            await anext(drafts)
            assert standin.open_streams == 1
        await wait_for_streams(standin, 0)
        task = asyncio.create_task(call(gemini))
        await wait_for_streams(standin, 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await wait_for_streams(standin, 0)
    finally:
        gc.enable()
    assert (await call(gemini))[1] is None


async def test_the_beta_is_asked_where_the_stable_version_does_not_know_our_fields(
    standin: GeminiStandIn, gemini: GeminiClient
) -> None:
    """The beta is tried once and remembered, and only where no version is configured."""
    standin.answer_with("unknown_name")
    assert (await call(gemini))[1] is None
    assert (await call(gemini))[1] is None
    assert [request.path.split("/")[1] for request in standin.calls] == ["v1", "v1beta", "v1beta"]


@pytest.mark.parametrize("how", ["argument", "environment"])
async def test_a_configured_version_is_used(standin: GeminiStandIn, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """A version set as an argument or in the SDK's own variable is used, whatever the response."""
    standin.answer_with("unknown_name")
    if how == "environment":
        monkeypatch.setenv("GOOGLE_GENAI_API_VERSION", "v1")
    gemini = GeminiClient("test-key", api_version="v1" if how == "argument" else "")
    _, error = await call(gemini)
    assert error is not None
    assert error.kind is GenerationErrorKind.BAD_REQUEST
    assert len(standin.calls) == 1
    await gemini.aclose()


async def test_latest_aliases_are_asked_of_the_beta(standin: GeminiStandIn, gemini: GeminiClient) -> None:
    """The stable version does not have aliases such as ``-latest``."""
    assert (await call(gemini, model="gemini-flash-latest"))[1] is None
    assert standin.calls[0].path.startswith("/v1beta/")


@pytest.mark.parametrize("key", ["", " \n", "kéy", "a\nb"])
async def test_an_impossible_key_is_not_sent(standin: GeminiStandIn, key: str) -> None:
    """It is reported as a bad key without asking Google."""
    gemini = GeminiClient(key)
    _, error = await call(gemini)
    assert error is not None
    assert error.kind is GenerationErrorKind.BAD_KEY
    assert standin.calls == []
    await gemini.aclose()


async def test_a_closed_client_stays_closed(standin: GeminiStandIn, gemini: GeminiClient) -> None:
    """It opens no new session, as the SDK would, and can be closed twice."""
    await call(gemini)
    await gemini.aclose()
    await gemini.aclose()
    _, error = await call(gemini)
    assert error is not None
    assert error.kind is GenerationErrorKind.DISCONNECTED
    assert len(standin.calls) == 1


async def test_every_wait_goes_through_the_injected_function(standin: GeminiStandIn) -> None:
    """A simulated Discord learns of each wait for the network."""
    waits: list[str] = []

    async def wait(awaitable: Awaitable[T], why: str) -> T:
        waits.append(why)
        return await awaitable

    gemini = GeminiClient("test-key", wait=wait)
    await call(gemini)
    await gemini.aclose()
    assert len(waits) >= standin.chunks
    assert set(waits) == {f"an answer from {MODEL}"}


async def test_neither_key_nor_chapter_is_logged(
    standin: GeminiStandIn, gemini: GeminiClient, caplog: pytest.LogCaptureFixture
) -> None:
    """The log has the API's message, and neither the key nor the chapter."""
    caplog.set_level(logging.DEBUG)
    for scenario in ("bad_request", "cut"):
        standin.answer_with(scenario, times=1)
        await call(gemini)
    assert "Request contains an invalid argument" in caplog.text
    assert "test-key" not in caplog.text
    assert "lantern guttered" not in caplog.text


def test_the_sdk_is_not_imported_with_the_module() -> None:
    """Importing it takes over a second of processor time and is left to a thread."""
    code = "import sys, bot.generation.gemini.writer; sys.exit(any(name.startswith('google') for name in sys.modules))"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


async def test_a_long_part_may_use_the_whole_output_limit(gemini: GeminiClient) -> None:
    """The limit grows with the text, up to the client's own."""
    limits = [
        gemini.get_output_limit(compose_prompt(request("The bell rang. " * count))) for count in (10, 1_000, 9_000)
    ]
    assert limits == sorted(set(limits))
    assert limits[-1] == 32_768
