"""The real Gemini. `make live` runs these where GOOGLE_API_KEY or GEMINI_API_KEY is set; they cost less than a cent."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.generation.draft import Draft
from bot.generation.gemini.client import GeminiClient, load_sdk
from bot.generation.gemini.writer import GeminiWriter
from bot.generation.request import PartRequest
from bot.generation.writer import GenerationError, GenerationErrorKind
from bot.scripts import coverage
from bot.scripts.models import CueKind
from bot.scripts.spans import split_spans
from bot.scripts.text_splitting import split_paragraphs
from bot.settings import StudioSettings
from tests.bot.scripts.span_loss import find_loss

SETTINGS = StudioSettings(_env_file=None)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not any(os.environ.get(name, "").strip() for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY")),
        reason="no GOOGLE_API_KEY or GEMINI_API_KEY is set: the real Gemini is not asked",
    ),
]
MODELS = (SETTINGS.gemini_model, *SETTINGS.gemini_fallback_models)
CHAPTER = """\
The lantern guttered above the well, and Hana counted the bells.

“You came back,” said Hana. “There are always twelve.”

The thirteenth bell rang over the drowned valley, and nobody had touched the rope.

“I never left,” the fox whispered, and the door of the shrine creaked open.
"""
ASSIGNMENT = PartRequest(
    "The Fox of Thirteen Bells", 1, "The Midnight Summoning", "fox-demon horror", split_paragraphs(CHAPTER)
)


@pytest.fixture
async def gemini() -> AsyncIterator[GeminiClient]:
    """The real one, as the studio's settings have it."""
    load_sdk()
    assert SETTINGS.google_api_key is not None
    key = SETTINGS.google_api_key.get_secret_value()
    model = GeminiClient(key, api_version=SETTINGS.gemini_api_version, max_output_tokens=8_192)
    yield model
    await model.aclose()


async def written(gemini: GeminiClient, *models: str) -> list[Draft]:
    writer = GeminiWriter(gemini, models, total_seconds=SETTINGS.gemini_total_seconds)
    return [draft async for draft in writer.write(ASSIGNMENT)]


async def test_a_short_chapter_is_labelled(gemini: GeminiClient) -> None:
    """The faithful mode: the real model's labels give every word of the chapter once, and hardly need a repair."""
    spans = split_spans(CHAPTER)
    writer = GeminiWriter(gemini, MODELS, total_seconds=SETTINGS.gemini_total_seconds)
    last = [draft async for draft in writer.write(replace(ASSIGNMENT, spans=spans))][-1]
    assert find_loss(spans, last.cues, last.cuts) == ""
    assert {cue.speaker for cue in last.cues} >= {"HANA", "NARRATOR"}
    assert len(last.repairs) <= 1


async def test_a_short_chapter_is_written(gemini: GeminiClient) -> None:
    """A chapter of four paragraphs becomes a script with all of them, in growing drafts, counted in tokens."""
    drafts = await written(gemini, *MODELS)
    last = drafts[-1]
    assert len(drafts) > 1
    assert coverage.measure_coverage(ASSIGNMENT.paragraphs, last.cues).missing == ()
    assert {CueKind.NARRATION, CueKind.DIALOGUE} <= {cue.kind for cue in last.cues}
    assert "HANA" in {member.name for member in last.cast}
    assert last.usage.prompt > 0
    assert last.usage.output > 0
    assert last.model.startswith("gemini-")


async def test_a_retired_model_falls_back(gemini: GeminiClient) -> None:
    """A model that was shut down is told apart, and the next one writes."""
    last = (await written(gemini, "gemini-2.0-flash", *MODELS))[-1]
    assert last.cues
    assert "2.0" not in last.model


async def test_a_retired_model_alone_is_gone(gemini: GeminiClient) -> None:
    """Where no other model may be asked, the fault says that this one is not to be had."""
    with pytest.raises(GenerationError) as found:
        await written(gemini, "gemini-2.0-flash")
    assert found.value.kind in {GenerationErrorKind.MODEL_GONE, GenerationErrorKind.QUOTA_NONE}


async def test_a_wrong_key_is_a_bad_key() -> None:
    """A key that Google does not know is told as such, and the sentence does not repeat it."""
    load_sdk()
    wrong = "AIzaSy" + "0" * 33
    model = GeminiClient(wrong)
    try:
        with pytest.raises(GenerationError) as found:
            await written(model, *MODELS)
    finally:
        await model.aclose()
    assert found.value.kind is GenerationErrorKind.BAD_KEY
    assert wrong not in found.value.text


async def test_the_models_we_name_exist(gemini: GeminiClient) -> None:
    """Each model of the settings is known to the API and has room for what we ask of it."""
    client = gemini.get_sdk_client(MODELS[0])
    for name in MODELS:
        found = await client.aio.models.get(model=name)
        assert found.output_token_limit is not None
        assert found.output_token_limit >= 32_768
