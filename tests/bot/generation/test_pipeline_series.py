"""Chapters in a row over real HTTP: what Gemini proposed is in the next request once it is approved."""

from bot.actor import Actor
from bot.generation.request import ScriptRequest
from bot.generation.service import create_run
from bot.scripts.library import ScriptLibrary
from storage.stores.runs import Run
from tests.bot.generation.pipeline_stage import OWNER, FaultyGemini, PipelineStage, write

CHAPTERS = (
    "“You came back,” said Hana. The bell rang.",
    "“I never left,” whispered Keiko. The well was dry.",
    "“Count them,” said Hana. Nobody did.",
)


async def create(stage: PipelineStage, number: int) -> Run:
    """A run for the chapter, leased already."""
    request = ScriptRequest(ebook="ebook_001", chapter_number=number, title=f"Night {number}")
    return (await stage.database.write(lambda tx: create_run(tx, request, CHAPTERS[number - 1], owner=OWNER))).run


async def test_the_third_request_contains_what_two_responses_proposed(
    standin: FaultyGemini, stage: PipelineStage
) -> None:
    """Names, pronunciations and synopses come back from Gemini, are approved, and are sent with the third chapter."""
    for number in (1, 2, 3):
        outcome = await write(stage, run=await create(stage, number))
        assert outcome.stored.writer == "gemini"
        await ScriptLibrary(stage.database).approve(outcome.stored.id, Actor(7, "Hana", team=True))
    first, _, third = (
        "\n".join(part["text"] for turn in call.body["contents"] for part in turn["parts"]) for call in standin.calls
    )
    assert "- HANA: say h-a-n-a\n- KEIKO: say k-e-i-k-o\n" in third
    assert "- Keiko: keiko" in third
    assert "- Chapter 1: “You came back,” said Hana. The bell rang.\n- Chapter 2: " in third
    assert "# The book's cast" not in first
    assert "# The story so far" not in first
