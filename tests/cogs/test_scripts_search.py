"""``/scripts search`` and ``/scripts list``: what the team finds, and what opens from there."""

from dataclasses import replace

import pytest

from bot.scripts.models import Cue, CueKind, RunningTime, Script, WriterKind
from storage import WriteTransaction
from storage.stores.scripts import NewScript
from tests.stage import Stage

TEXTS = ("The fox waits by the harbour.", "He drank *coffee* in a café.", "彼は銀河鉄道の夜に扉を開けた。") * 40
CUES = tuple(
    Cue(n=n, kind=CueKind.DIALOGUE, speaker="ADA", text=f"{text} Line {n}.") for n, text in enumerate(TEXTS, 1)
)
SCRIPT = Script(title="The Lantern", logline="", cast=(), cues=CUES, running_time=RunningTime(low=1, high=2))
NEW = NewScript(
    ebook_id="fox",
    chapter_number=1,
    version=1,
    title="The Lantern",
    theme="",
    writer=WriterKind.GEMINI,
    body=SCRIPT.model_dump_json(),
)


@pytest.fixture
async def library(stage: Stage) -> Stage:
    """A book with twelve scripts of chapter 1 and the text of chapter 2."""

    async def add(tx: WriteTransaction) -> None:
        await tx.ebooks.get_or_add("fox", "The Fox")
        await tx.chapters.save("fox", 2, "The Barn", "A lonely heron stood\n\nin the `water`.")
        for version in range(1, 13):
            await tx.scripts.add(replace(NEW, version=version, spoken_cues=4, recorded_cues=version % 5))

    await stage.bot.services.database.write(add)
    return stage


async def test_a_search_shows_cues_and_opens_one(library: Stage) -> None:
    """Matches are bold in escaped excerpts; the menu opens the reader at the cue, and the buttons turn the pages."""
    found = await library.discord.wait_for_answer(await library.hana.slash("scripts search", query="coffee cafe"))
    assert r"He drank \***coffee**\* in a **café**." in found.text
    assert "The Fox, chapter 1, version 12 · draft" in found.text
    menu = next(control for control in found.message.controls if control.get("custom_id") == "found:open")
    first_option = menu["options"][0]["value"]
    assert first_option.endswith(":2")
    answer = library.discord.wait_for_answer
    opened = await answer(await library.hana.select(found, first_option, custom_id="found:open"))
    assert "Line 2." in opened.text
    before = found.text
    second = await answer(await library.hana.click(found, "Next ›"))
    assert "The Lantern" in second.text
    assert second.text != before


async def test_a_chapter_and_a_book_are_found(library: Stage) -> None:
    """A chapter's text opens a note with the button that writes it, a book its card."""
    answer = library.discord.wait_for_answer
    found = await answer(await library.hana.slash("scripts search", query="water"))
    assert r"in the \`**water**\`." in found.text
    note = await answer(await library.hana.select(found, ["chapter:2:fox"], custom_id="found:open"))
    assert "Write chapter 2" in str(note.message.buttons)
    found = await answer(await library.hana.slash("scripts search", query="fox"))
    card = await answer(await library.hana.select(found, ["book:fox"], custom_id="found:open"))
    assert "2 chapters" in card.text


@pytest.mark.parametrize(
    ("query", "sentence"),
    [("zebra", "Nothing contains zebra."), ('"* (', "There is no word in this to search for.")],
)
async def test_nothing_found_is_explained(stage: Stage, query: str, sentence: str) -> None:
    """A search without results says what can be tried."""
    assert sentence in (await stage.discord.wait_for_answer(await stage.hana.slash("scripts search", query=query))).text


async def test_the_list_shows_the_newest_version_first(library: Stage) -> None:
    """Older versions follow, on further pages; the menu opens a script; filters leave out what does not fit."""
    answer = library.discord.wait_for_answer
    listed = await answer(await library.hana.slash("scripts list", ebook="The Fox", status="draft"))
    assert "12 scripts · page 1 of 2" in listed.text
    assert listed.text.index("version 12") < listed.text.index("version 11")
    assert "50% recorded" in listed.text
    opened = await answer(await library.hana.select(listed, "The Lantern", custom_id="scripts:open"))
    assert "version 12 · **draft**" in opened.text
    assert "Approve" in opened.message.buttons
    turned = await answer(await library.hana.click(listed, "Next ›"))
    assert "page 2 of 2" in turned.text
    empty = await answer(await library.hana.slash("scripts list", status="template"))
    assert "There are none." in empty.text
