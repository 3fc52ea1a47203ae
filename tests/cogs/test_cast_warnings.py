"""Resolving what is odd about a script's cast, on Discord."""

from collections.abc import AsyncIterator

import pytest

from bot.ebooks.cast_service import CharacterNotes
from tests.bot.generation.run_stage import HANA as ACTOR
from tests.stage import Stage, open_stage
from tests.standins.discord_world import Message


@pytest.fixture
async def stage(sqlite_url: str) -> AsyncIterator[Stage]:
    """The bot, with a book in whose cast are HANNAH and KEIKO."""
    async with open_stage(sqlite_url) as opened:
        services = opened.bot.services
        await services.database.write(lambda tx: tx.ebooks.get_or_add("ebook_001", "The Fox"))
        for name in ("Hannah", "Keiko"):
            await services.cast.add_member("ebook_001", name, CharacterNotes(role="watchwoman"), ACTOR)
        yield opened


async def open_questions(stage: Stage) -> tuple[Message, Message]:
    """The card of a script with two odd speakers, and the private view of its questions."""
    await stage.run_script()
    card = await stage.wait_for_finished_script()
    assert "**HANA** is not in the cast of this book, but **HANNAH** is." in card.text
    assert "**FOX** is not in the cast of this book." in card.text
    return card, (await stage.discord.wait_for_answer(await stage.hana.click(card, "Cast…"))).message


async def read_state(stage: Stage, card: Message) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """The speakers of the script's dialogue, and the aliases of each accepted character."""
    services = stage.bot.services
    contents = await services.bible.read("ebook_001")
    _, script = await services.scripts.get(card.controls[0]["custom_id"].split(":")[-1])
    accepted = {member.name: member.aliases for member in contents.members if member.state.value == "accepted"}
    return [cue.speaker for cue in script.cues if cue.speaker not in {"", "NARRATOR"}], accepted


async def test_a_speaker_is_made_an_alias_and_another_a_character(stage: Stage) -> None:
    """The nearest name comes first; after the last answer the card asks nothing any more."""
    card, view = await open_questions(stage)
    await stage.hana.click(view, "It is an alias of…")
    await stage.discord.wait_until(lambda: "Whose alias is HANA?" in view.text)
    assert [option["label"] for option in view.controls[0]["options"]] == ["HANNAH", "KEIKO"]
    await stage.hana.click(view, "‹ Back")
    await stage.discord.wait_until(lambda: "It is an alias of…" in view.buttons)
    await stage.hana.click(view, "It is an alias of…")
    await stage.discord.wait_until(lambda: "Whose alias is HANA?" in view.text)
    await stage.hana.select(view, "HANNAH")
    await stage.discord.wait_until(lambda: "HANNAH" not in view.text)
    await stage.hana.click(view, "New character")
    await stage.discord.wait_until(lambda: "Nothing is open" in view.text and "⚠" not in card.text)
    assert "Cast…" not in card.buttons
    assert await read_state(stage, card) == (["HANNAH", "FOX"], {"HANNAH": ("HANA",), "KEIKO": (), "FOX": ()})


async def test_a_speaker_is_renamed_in_the_script(stage: Stage) -> None:
    """A button of an older view says that the speaker is gone, and the view shows what is still open."""
    card, view = await open_questions(stage)
    other = (await stage.discord.wait_for_answer(await stage.hana.click(card, "Cast…"))).message
    modal = await stage.hana.click(view, "Rename in this script…")
    await stage.hana.submit_modal(modal, {"name": "Keiko"})
    await stage.discord.wait_until(lambda: "**HANA**" not in view.text)
    stale = await stage.hana.click(other, "New character")
    await stage.discord.wait_until(lambda: any("meanwhile" in message.text for message in stale.messages))
    assert "**HANA**" not in other.text
    assert await read_state(stage, card) == (["KEIKO", "FOX"], {"HANNAH": (), "KEIKO": ()})


async def test_an_approved_script_has_no_question(stage: Stage) -> None:
    """Its card has no warnings; a button of an earlier view changes nothing."""
    card, view = await open_questions(stage)
    await stage.approve_template(card)
    await stage.discord.wait_until(lambda: "⚠" not in card.text)
    log = await stage.hana.click(view, "Rename in this script…")
    await stage.hana.submit_modal(log, {"name": "Keiko"})
    await stage.discord.wait_until(lambda: any("approved" in each.text for each in stage.channel))
    accepted = {"HANNAH": (), "KEIKO": (), "HANA": (), "FOX": ()}
    assert await read_state(stage, card) == (["HANA", "FOX"], accepted)
