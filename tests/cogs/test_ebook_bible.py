"""``/ebook cast`` and ``/ebook lexicon``: everything is shown and can be changed."""

import pytest

from bot.ebooks.cast_service import CharacterNotes
from tests.bot.generation.run_stage import HANA as ACTOR
from tests.stage import Stage
from tests.standins.discord_interactions import InteractionLog
from tests.standins.discord_world import Message


async def open_list(stage: Stage, command: str) -> Message:
    """The private answer of ``/ebook cast`` or ``/ebook lexicon``."""
    log = await stage.discord.wait_for_answer(await stage.hana.slash(f"ebook {command}", ebook="ebook_001"))
    assert log.ephemeral
    return log.message


async def fill(stage: Stage, form: InteractionLog, view: Message, shown: str, **fields: object) -> None:
    """Sends a form and waits until the message shows ``shown``."""
    await stage.hana.submit_modal(form, fields)
    await stage.discord.wait_until(lambda: shown in view.text)


async def press(stage: Stage, view: Message, label: str, text: str) -> None:
    """Presses a button and waits until the message shows ``text``."""
    await stage.hana.click(view, label)
    await stage.discord.wait_until(lambda: text in view.text)


async def accept(stage: Stage, view: Message) -> None:
    """Accepts the entry and waits until it is shown without a mark."""
    await stage.hana.click(view, "Accept")
    await stage.discord.wait_until(lambda: "Accept" not in view.buttons)


async def choose(stage: Stage, view: Message, label: str) -> None:
    """Opens an entry of the list."""
    await stage.hana.select(view, label)
    await stage.discord.wait_until(lambda: "‹ Back" in view.buttons)


async def test_a_character_is_proposed_accepted_renamed_and_removed(stage: Stage) -> None:
    """From a script's proposal to the renaming, which the draft's card and the next script follow."""
    await stage.run_script()
    card = await stage.wait_for_finished_script()
    view = await open_list(stage, "cast")
    assert "0 characters · 2 proposed" in view.text
    assert "**HANA** · *proposed* · from chapter 1" in view.text
    await press(stage, view, "Accept all 2", "2 characters")
    await choose(stage, view, "HANA")
    form = await stage.hana.click(view, "Edit…")
    await fill(stage, form, view, "**Voice:** dry", aliases="Granny", voice="dry", chapter="2")
    assert "**Also called:** GRANNY" in view.text
    assert "**First chapter:** 2" in view.text
    form = await stage.hana.click(view, "Rename…")
    await fill(stage, form, view, "### KEIKO", name="Keiko", drafts=True)
    assert "**Also called:** GRANNY, HANA" in view.text
    read = await stage.discord.wait_for_answer(await stage.hana.click(card, "Read"))
    assert "**KEIKO**: You came back" in read.text
    await press(stage, view, "Remove", "Remove KEIKO?")
    await press(stage, view, "Keep it", "### KEIKO")
    await press(stage, view, "Remove", "Remove KEIKO?")
    await press(stage, view, "Remove it", "1 character")
    assert "KEIKO" not in view.text
    # The speaker is in no cast any more, which the card of the draft says at once.
    await stage.discord.wait_until(lambda: "**KEIKO** is not in the cast" in card.text)


async def test_a_renaming_can_leave_the_drafts_alone(stage: Stage) -> None:
    """Without the tick the draft keeps its speaker, who is known by the old name; a refused form can be opened again."""
    await stage.run_script()
    card = await stage.wait_for_finished_script()
    view = await open_list(stage, "cast")
    await choose(stage, view, "HANA")
    await accept(stage, view)
    form = await stage.hana.click(view, "Rename…")
    refused = await stage.hana.submit_modal(form, {"name": "fox", "drafts": False})
    await stage.discord.wait_until(lambda: any("another character" in each.text for each in refused.messages))
    form = await stage.hana.click(refused, "Edit what I typed")
    await fill(stage, form, refused.message, "### KEIKO", name="Keiko", drafts=False)
    read = await stage.discord.wait_for_answer(await stage.hana.click(card, "Read"))
    assert "**HANA**: You came back" in read.text
    async with stage.bot.services.database.read() as tx:
        names = {member.name: member.aliases for member in await tx.bible.list_members("ebook_001")}
    assert names == {"KEIKO": ("HANA",), "FOX": ()}


async def test_words_and_the_story_are_added_and_edited(stage: Stage) -> None:
    """The three lists are one press apart, and each has a form for new entries."""
    services = stage.bot.services
    await services.database.write(lambda tx: tx.ebooks.get_or_add("ebook_001", "The Fox"))
    view = await open_list(stage, "lexicon")
    assert "Nothing yet" in view.text
    form = await stage.hana.click(view, "Add…")
    await fill(stage, form, view, "### Tsukimi", spelling="Tsukimi", pronunciation="soo-KEE-mee")
    form = await stage.hana.click(view, "Edit…")
    await fill(stage, form, view, "TSKEE-mee", spelling="Tsukimi", pronunciation="TSKEE-mee")
    await press(stage, view, "‹ Back", "1 word")
    await press(stage, view, "Story so far", "0 chapters")
    form = await stage.hana.click(view, "Add…")
    await fill(stage, form, view, "Hana counts.", chapter="1", text="Hana counts.")
    form = await stage.hana.click(view, "Edit…")
    await fill(stage, form, view, "Hana sleeps.", text="Hana sleeps.")
    await press(stage, view, "‹ Back", "**Chapter 1** · Hana sleeps.")
    await press(stage, view, "Cast", "0 characters")
    form = await stage.hana.click(view, "Add…")
    await fill(stage, form, view, "### OWL", name="Owl", aliases="", role="", voice="", pronunciation="")
    await press(stage, view, "Remove", "Remove OWL?")


async def test_a_rejected_proposal_can_be_accepted_after_all(stage: Stage) -> None:
    """It is listed last and marked."""
    await stage.run_script()
    await stage.wait_for_finished_script()
    view = await open_list(stage, "cast")
    await choose(stage, view, "FOX")
    await press(stage, view, "Reject", "*rejected*")
    assert "Reject" not in view.buttons
    await press(stage, view, "‹ Back", "1 proposed · 1 rejected")
    await choose(stage, view, "FOX")
    await accept(stage, view)
    await press(stage, view, "‹ Back", "1 character · 1 proposed")


async def test_a_long_cast_has_pages(stage: Stage) -> None:
    """Ten characters to a page, also where the book's id is too long for a button."""
    services, ebook_id = stage.bot.services, "book " * 18
    await services.database.write(lambda tx: tx.ebooks.get_or_add(ebook_id, "The Fox"))
    for number in range(12):
        await services.cast.add_member(ebook_id, f"Nun {number:02}", CharacterNotes(voice="x" * 240), ACTOR)
    log = await stage.discord.wait_for_answer(await stage.hana.slash("ebook cast", ebook="The Fox"))
    assert "NUN 09" in log.text
    assert "NUN 10" not in log.text
    await press(stage, log.message, "›", "NUN 11")
    assert "NUN 09" not in log.text
    await press(stage, log.message, "‹", "NUN 00")


@pytest.mark.parametrize("command", ["cast", "lexicon"])
async def test_an_unknown_book_and_a_stranger_are_refused(stage: Stage, command: str) -> None:
    """The answer says how to find the books; people outside the team get no list."""
    log = await stage.discord.wait_for_answer(await stage.hana.slash(f"ebook {command}", ebook="nothing"))
    assert "no book called “nothing”" in log.text
    refused = await stage.discord.wait_for_answer(await stage.bob.slash(f"ebook {command}", ebook="ebook_001"))
    assert "for the studio's team" in refused.text
