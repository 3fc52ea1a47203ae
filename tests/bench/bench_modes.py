"""What a faithful script costs beside an adaptation: output tokens, requests, time and money for one long chapter."""

import random
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import pytest

from bot.generation.gemini.client import load_sdk
from bot.scripts.coverage import Coverage
from bot.scripts.models import ScriptMode
from bot.scripts.text_units import find_units
from tests.bot.generation.conftest import stage as stage_fixture
from tests.bot.generation.conftest import standin as standin_fixture
from tests.bot.generation.pipeline_stage import FaultyGemini, PipelineStage, connect
from tests.standins.gemini_scenarios import Play, text_of

WORDS: Final = 12_000
TOKENS_A_SECOND: Final = 220
"""What a Flash model writes in a second, as public measurements of 2026 have it."""
MOST_OUTPUT: Final = 0.25
"""The most output tokens of the faithful mode, as a share of the adapted mode's."""
_CHUNK: Final = 200  # characters of one event, which then takes about a quarter of a second

stage, standin = stage_fixture, standin_fixture  # fixtures of the tests of writing
_NOUNS = "lantern bell stair fox valley shrine snow door well ferryman rope cedar hill stone shadow tower".split()  # noqa: SIM905
_VERBS = "waited guttered rang moved listened sank opened turned breathed waned".split()  # noqa: SIM905
_NAMES = ("Hana", "Mateo", "Ines", "Oku")


class WritingGemini(FaultyGemini):
    """Writes at the speed of a real model."""

    async def _events(self, play: Play, model: str, body: dict[str, Any]) -> AsyncIterator[bytes | None]:
        self.chunks = max(1, len(text_of(play.scenario, body, len(self.requests))) // _CHUNK)
        self.delay = _CHUNK / 4 / TOKENS_A_SECOND
        async for event in super()._events(play, model, body):
            yield event


@pytest.fixture(scope="module")
def gemini_server() -> Iterator[FaultyGemini]:
    """The stand-in for this module."""
    load_sdk()
    with WritingGemini() as server:
        yield server


def make_chapter(words: int) -> str:
    """A chapter in which a third of the paragraphs are dialogue, with a scene break here and there."""
    dice = random.Random(13)

    def sentence() -> str:
        first, second, third = dice.sample(_NOUNS, 3)
        return (
            f"The {first} {dice.choice(_VERBS)} behind the {second}, and nobody who knew the {third} had ever said why."
        )

    paragraphs: list[str] = []
    count = 0
    while count < words:
        if len(paragraphs) % 40 == 39:
            paragraphs.append("* * *")
            continue
        if dice.random() < 0.35:
            name = dice.choice(_NAMES)
            paragraph = f"“{sentence()[:-1]},” said {name}. “{sentence()}”"
        else:
            paragraph = " ".join(sentence() for _ in range(dice.randint(2, 5)))
        paragraphs.append(paragraph)
        count += len(find_units(paragraph))
    return "\n\n".join(paragraphs)


async def measure(
    pipeline_stage: PipelineStage, server: FaultyGemini, mode: ScriptMode, text: str
) -> tuple[int, int, float, float]:
    """Output tokens, requests, seconds and dollars of one chapter."""
    pipeline_stage.mode = mode
    run = await pipeline_stage.create_run(text=text)
    before = len(server.calls)
    begin = time.perf_counter()
    async with connect() as model:
        await pipeline_stage.pipeline(model, 300.0).write(run)
    seconds = time.perf_counter() - begin
    outcome = await pipeline_stage.read_outcome(run)
    assert outcome.stored.writer == "gemini", outcome.stored.error
    share = Coverage.model_validate_json(outcome.stored.coverage).share
    assert share == 1.0 if mode is ScriptMode.FAITHFUL else share > 0.95
    assert outcome.stored.cost_micros is not None
    output = outcome.kept.usage.output
    print(
        f" {mode.value:>9} {outcome.kept.usage.prompt:>9,} {output:>9,} {len(server.calls) - before:>9} {seconds:>9.1f}"
        f" {outcome.stored.cost_micros / 1e6:>9.4f} {len(outcome.script.cues):>7}"
    )
    return output, len(server.calls) - before, seconds, outcome.stored.cost_micros / 1e6


async def test_faithful_scripts_cost_a_fraction(stage: PipelineStage, standin: FaultyGemini) -> None:
    """A faithful script of a chapter of 12,000 words takes at most a quarter of an adaptation's output tokens."""
    text = make_chapter(WORDS)
    print(f"\n{len(find_units(text)):,} words at {TOKENS_A_SECOND} tokens a second")
    print(f" {'mode':>9} {'input':>9} {'output':>9} {'requests':>9} {'seconds':>9} {'dollars':>9} {'cues':>7}")
    adapted = await measure(stage, standin, ScriptMode.ADAPTED, text)
    faithful = await measure(stage, standin, ScriptMode.FAITHFUL, text)
    names = ("output", "requests", "time", "money")
    shares = [f"{name} {ours / theirs:.2f}" for name, ours, theirs in zip(names, faithful, adapted, strict=True)]
    print(f" faithful : adapted – {', '.join(shares)}")
    assert faithful[0] <= MOST_OUTPUT * adapted[0]
