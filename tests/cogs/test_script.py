import json

import pytest

from bot.event_names import GENERATION_COMPLETED, GENERATION_STARTED, GRANT_LOG_ADDED, SCRIPT_ADDED
from tests.stage import CHAPTER, Stage
from tests.standins.discord_world import Message


async def test_a_chapter_becomes_a_script(stage: Stage) -> None:
    """A file given to /script becomes a script on a card, reported by four events in order."""
    log = await stage.run_script()
    assert "New book" in log.text
    assert "ebook_001" in log.text
    card = await stage.wait_for_finished_script()
    assert "The Midnight Summoning" in card.text
    assert "No Gemini key is set" in card.text
    assert card.buttons == ["Read", "Download", "Approve", "Approve and release…"], "no key, so no Gemini"
    assert await stage.event_names() == [GENERATION_STARTED, SCRIPT_ADDED, GRANT_LOG_ADDED, GENERATION_COMPLETED]


async def test_without_text_a_modal_asks_for_it(stage: Stage) -> None:
    """If no text is given or stored, a modal asks for it, and what is pasted there is written."""
    log = await stage.hana.slash("script", ebook="ebook_001", chapter=2)
    assert log.modal is not None
    done = await stage.discord.wait_for_answer(await stage.hana.submit_modal(log, {"text": CHAPTER}))
    assert "on its way" in done.text
    assert "Chapter 2" in (await stage.wait_for_finished_script()).text


async def test_the_modal_accepts_a_file(stage: Stage) -> None:
    """A file uploaded in the modal becomes a script."""
    log = await stage.hana.slash("script", ebook="ebook_001", chapter=2)
    await stage.hana.submit_modal(log, {"source": [("chapter.md", CHAPTER.encode())]})
    assert "narration" in (await stage.wait_for_finished_script()).text


async def test_the_same_chapter_twice_is_version_2(stage: Stage) -> None:
    """A second script of a chapter needs no text and is version 2."""
    await stage.run_script()
    await stage.wait_for_finished_script()
    log = await stage.run_script(source=None, title=None)
    assert "version 2" in log.text
    card = await stage.wait_for_card("version 2")
    assert "The Midnight Summoning" in card.text


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("big.txt", b"The bell rang. " * 140_000, "one chapter may have"),
        ("empty.txt", b"", "no readable text"),
        ("blank.md", b" \n\t\n", "no readable text"),
        ("chapter.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "is a PNG picture"),
        ("chapter.zip", b"PK\x03\x04", "is not a text file"),
        ("noise.txt", bytes(range(1, 32)) * 40, "not readable text"),
    ],
)
async def test_a_file_that_is_not_a_chapter_is_refused(stage: Stage, name: str, content: bytes, sentence: str) -> None:
    """It is refused with a sentence, and nothing is stored."""
    log = await stage.run_script(source=(name, content))
    assert sentence in log.text
    assert log.ephemeral
    assert await stage.event_names() == []
    assert stage.channel == []


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "cp1252"])
async def test_other_encodings_are_decoded(stage: Stage, encoding: str) -> None:
    """UTF-16 with and without a byte order mark, UTF-8 with one, and Windows-1252 are decoded."""
    await stage.run_script(source=("chapter.txt", CHAPTER.encode(encoding)))
    card = await stage.wait_for_finished_script()
    log = await stage.discord.wait_for_answer(await stage.hana.click(card, "Read"))
    assert "You came back" in log.text


async def test_a_title_of_250_characters_is_accepted(stage: Stage) -> None:
    """A very long title is stored whole; the card shows as much of it as fits."""
    title = "The " + "very " * 49 + "end."
    await stage.run_script(title=title)
    await stage.wait_for_finished_script()
    async with stage.bot.services.database.read() as tx:
        (standing,) = await tx.scripts.list_chapter_progress()
    assert standing.title == title


async def test_only_the_team_can_request_scripts(stage: Stage) -> None:
    """Somebody outside the team gets an error, and nothing happens."""
    log = await stage.run_script(stage.bob)
    assert "studio's team" in log.text
    assert await stage.event_names() == []


async def download_script(stage: Stage, card: Message, choice: str) -> bytes:
    """The one file that comes of Download and this choice."""
    log = await stage.discord.wait_for_answer(await stage.hana.click(card, "Download"))
    await stage.hana.select(log, choice)
    await stage.discord.wait_until(lambda: "The script:" in log.text)
    (file,) = [file for message in log.messages for file in message.attachments]
    return file.data


async def test_the_buttons_of_the_card_work(stage: Stage) -> None:
    """Read shows the cues, Download gives one file as Markdown or as JSON, Approve changes the card and is an event."""
    await stage.run_script()
    card = await stage.wait_for_finished_script()
    read = await stage.discord.wait_for_answer(await stage.hana.click(card, "Read"))
    assert "The lantern guttered" in read.text
    assert "You came back" in (await download_script(stage, card, "Markdown, to read anywhere")).decode()
    document = json.loads(await download_script(stage, card, "JSON, everything, for programs"))
    assert document["ebookId"] == "ebook_001"
    assert document["writer"] == "template"
    assert "No Gemini key" in document["error"]
    await stage.approve_template(card)
    assert "Approve" not in card.buttons
    assert "Script approved" in await stage.event_names()


async def test_only_the_team_can_approve(stage: Stage) -> None:
    """Somebody outside the team gets an error, and the script is still a draft."""
    await stage.run_script()
    card = await stage.wait_for_finished_script()
    log = await stage.bob.click(card, "Approve")
    assert "studio's team" in log.text
    assert "draft" in card.text


async def test_markup_in_titles_is_escaped(stage: Stage) -> None:
    """Markup and mentions in a title neither format the card nor ping anybody."""
    await stage.run_script(title="**@everyone** <@&1> `x`")
    card = await stage.wait_for_finished_script()
    assert "\\*\\*" in card.text
    assert not card.pings


async def test_the_book_is_autocompleted(stage: Stage) -> None:
    """Known books are offered by id and title, and then a new one; people outside the team are offered only public ones."""
    await stage.run_script()
    await stage.wait_for_finished_script()
    choices = (await stage.hana.autocomplete("script", "ebook", "ebook")).choices
    assert [choice["value"] for choice in choices or []] == ["ebook_001", "ebook"]
    assert (await stage.bob.autocomplete("progress", "ebook", "e")).choices == []
