"""Reading a script in Discord."""

import re

from tests.stage import CHAPTER, Stage
from tests.standins.discord_interactions import InteractionLog


async def test_a_long_script_has_pages(stage: Stage) -> None:
    """Read shows a long script in pages, with buttons to the next and the previous one."""
    await stage.run_script(source=("chapter.txt", (CHAPTER + "\n\n").encode() * 60))
    card = await stage.wait_for_finished_script()
    log = await stage.discord.wait_for_answer(await stage.hana.click(card, "Read"))
    assert "Cast: NARRATOR" in log.text
    await stage.hana.click(log, "Page 2 ›")
    await stage.discord.wait_until(lambda: "Page 2 of" in log.text)
    await stage.hana.click(log, "‹ Page 1")
    await stage.discord.wait_until(lambda: "Cast: NARRATOR" in log.text)


async def open_reader(stage: Stage) -> InteractionLog:
    """The reader of a script, as Hana opens it."""
    await stage.run_script()
    card = await stage.wait_for_finished_script()
    return await stage.discord.wait_for_answer(await stage.hana.click(card, "Read"))


async def open_cue(stage: Stage, number: int) -> InteractionLog:
    """One of the script's cues, opened from its page."""
    log = await open_reader(stage)
    options = [option for each in log.message.controls if each["type"] == 3 for option in each["options"]]
    (label,) = [option["label"] for option in options if option["label"].startswith(f"{number} · ")]
    await stage.hana.select(log, label, placeholder="Open a cue")
    await stage.discord.wait_until(lambda: f"Cue {number} of " in log.text)
    return log


async def test_one_characters_lines_can_be_read(stage: Stage) -> None:
    """With what they answer; "Whole script" shows everything again."""
    log = await open_reader(stage)
    await stage.hana.select(log, "HANA", placeholder="Only one character")
    await stage.discord.wait_until(lambda: "HANA: 1 line" in log.text)
    assert "A bell rang" not in log.text
    await stage.hana.click(log, "Whole script")
    await stage.discord.wait_until(lambda: "A bell rang" in log.text)


async def test_a_cue_is_found_by_number_and_by_word(stage: Stage) -> None:
    """A wrong number gets a sentence; words are found in any case."""
    log = await open_reader(stage)
    modal = await stage.discord.wait_for_answer(await stage.hana.click(log, "Jump to cue…"))
    answer = await stage.discord.wait_for_answer(await stage.hana.submit_modal(modal, {"number": "999"}))
    assert "There is no cue “999”" in "\n".join(message.text for message in answer.messages)
    modal = await stage.discord.wait_for_answer(await stage.hana.click(log, "Search…"))
    await stage.hana.submit_modal(modal, {"query": "DROWNED bell"})
    await stage.discord.wait_until(lambda: "“DROWNED bell”: 1 cue found" in log.text)
    assert "__**drowned**__" in log.text


async def test_back_to_the_page_shows_what_was_shown_before(stage: Stage) -> None:
    """One character's lines are still filtered after other cues, a change and the takes."""
    log = await open_reader(stage)
    await stage.hana.select(log, "HANA", placeholder="Only one character")
    await stage.discord.wait_until(lambda: "HANA: 1 line" in log.text)
    options = [option for each in log.message.controls if each["type"] == 3 for option in each["options"]]
    (label,) = [option["label"] for option in options if re.search(r"^\d+ · .*HANA", option["label"])]
    await stage.hana.select(log, label, placeholder="Open a cue")
    await stage.discord.wait_until(lambda: "Back to the page" in log.message.buttons)
    form = await stage.discord.wait_for_answer(await stage.hana.click(log, "Edit…"))
    await stage.hana.submit_modal(form, {"text": "You came back.", "timing": ["free"]})
    await stage.discord.wait_until(lambda: "The cue is changed." in log.text)
    await stage.hana.click(log, "‹ Cue")
    await stage.discord.wait_until(lambda: "The cue is changed." not in log.text)
    await stage.hana.click(log, "Takes")
    await stage.discord.wait_until(lambda: "Back to the cue" in log.message.buttons)
    await stage.hana.click(log, "Back to the cue")
    await stage.discord.wait_until(lambda: "Back to the page" in log.message.buttons)
    await stage.hana.click(log, "Back to the page")
    await stage.discord.wait_until(lambda: "HANA: 1 line" in log.text)


async def test_a_cue_is_edited_added_moved_deleted_and_undone(stage: Stage) -> None:
    """Each change shows at once and on the script's card; undo takes the changes back one after the other."""
    log = await open_cue(stage, 2)
    modal = await stage.discord.wait_for_answer(await stage.hana.click(log, "Edit…"))
    await stage.hana.submit_modal(modal, {"text": "The lamp went out.", "direction": "low", "timing": ["free"]})
    await stage.discord.wait_until(lambda: "The cue is changed." in log.text)
    assert "*(low)*" in log.text
    assert "differs from the source" in log.text
    await stage.wait_for_card("1 line differs from the source")
    modal = await stage.discord.wait_for_answer(await stage.hana.click(log, "Add after…"))
    await stage.hana.submit_modal(modal, {"kind": ["sfx"], "text": "wind", "speaker": "", "direction": ""})
    await stage.discord.wait_until(lambda: "The cue is added." in log.text)
    modal = await stage.discord.wait_for_answer(await stage.hana.click(log, "Move…"))
    await stage.hana.submit_modal(modal, {"number": "1"})
    await stage.discord.wait_until(lambda: "The cue is now number 1." in log.text)
    await stage.hana.click(log, "Delete")
    await stage.discord.wait_until(lambda: "Cue 1 is deleted." in log.text)
    for _ in range(4):
        before = log.message.edits
        await stage.hana.click(log, "Undo the last edit")
        await stage.discord.wait_until(lambda before=before: log.message.edits > before)  # type: ignore[misc]
    await stage.wait_for_card("every word of the source is spoken")
    assert "Undone: “Changed cue 2”." in log.text


async def test_the_second_editor_gets_back_what_was_typed(stage: Stage) -> None:
    """The answer has one's own text and the other person's; the form opens again with what was typed, and is accepted."""
    log = await open_cue(stage, 2)
    modal = await stage.discord.wait_for_answer(await stage.hana.click(log, "Edit…"))
    other = await stage.discord.wait_for_answer(await stage.hana.click(log, "Edit…"))
    await stage.hana.submit_modal(other, {"text": "Somebody else's words.", "timing": ["free"]})
    await stage.discord.wait_until(lambda: "Somebody else's words." in log.text)
    answer = await stage.hana.submit_modal(modal, {"text": "My own words.", "timing": ["free"]})
    await stage.discord.wait_until(lambda: answer.followups)
    (message,) = answer.followups
    text = message.text
    assert "Somebody else has changed this cue" in text
    assert "My own words." in text
    assert "Somebody else's words." in text
    again = await stage.discord.wait_for_answer(await stage.hana.click(message, "Edit what I typed"))
    accepted = await stage.hana.submit_modal(again, {"text": "My own words.", "timing": ["free"]})
    await stage.discord.wait_until(lambda: any("The cue is changed." in each.text for each in accepted.messages))


async def test_an_approved_version_becomes_a_new_draft(stage: Stage) -> None:
    """Its cues offer no editing but a new draft, which can be edited."""
    log = await open_cue(stage, 2)
    await stage.approve_template(await stage.wait_for_card("Runs "))
    await stage.hana.click(log, "Cue ›")
    await stage.discord.wait_until(lambda: "New draft from this version" in log.message.buttons)
    assert "Edit…" not in log.message.buttons
    await stage.hana.click(log, "New draft from this version")
    await stage.discord.wait_until(lambda: "This is version 2, a draft with the text of version 1." in log.text)
    assert "Edit…" in log.message.buttons
