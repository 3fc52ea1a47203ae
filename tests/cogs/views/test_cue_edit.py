"""What happens in the forms for cues when something came in between: another editor, an approval, a mistake."""

import pytest

from bot.actor import Actor
from bot.scripts.editing import CueFields, digest_cue
from bot.scripts.models import MAX_CUE_CHARS
from tests.cogs.views.test_script_reader import open_cue
from tests.stage import Stage
from tests.standins.discord_interactions import InteractionLog


async def press(stage: Stage, log: InteractionLog, label: str) -> InteractionLog:
    """Hana presses the button and has the answer."""
    return await stage.discord.wait_for_answer(await stage.hana.click(log, label))


async def change_meanwhile(stage: Stage, text: str | None) -> None:
    """Somebody else changes the second cue, or deletes it."""
    services, by = stage.bot.services, Actor(77, "Oku", team=True)
    async with services.database.read() as tx:
        (script_id,) = [stored.id async for stored in tx.scripts.stream()]
    cue = (await services.scripts.get(script_id))[1].cues[1]
    if text is None:
        await services.editing.delete_cue(script_id, cue.id, by)
    else:
        await services.editing.change_cue(script_id, cue.id, digest_cue(cue), CueFields(text, cue.speaker), by)


@pytest.mark.parametrize("theirs", ["*_" * (MAX_CUE_CHARS // 2), None], ids=["long", "deleted"])
async def test_a_conflict_gives_the_longest_text_back_in_full(stage: Stage, theirs: str | None) -> None:
    """One message, which Discord accepts, with one's own text as a file; no form for a cue that is gone."""
    log = await open_cue(stage, 2)
    modal = await press(stage, log, "Edit…")
    await change_meanwhile(stage, theirs)
    mine = "~|" * (MAX_CUE_CHARS // 2)
    answer = await stage.hana.submit_modal(modal, {"text": mine, "direction": "close", "timing": ["keep"]})
    await stage.discord.wait_until(lambda: answer.followups)
    (message,) = answer.followups
    assert "Somebody else has" in message.text
    (file,) = message.attachments
    assert mine in str(file)
    assert ("Edit what I typed" in message.buttons) == (theirs is not None)


async def test_a_form_that_opens_again_has_what_was_chosen_too(stage: Stage) -> None:
    """A sound whose form was refused is still a sound."""
    log = await open_cue(stage, 2)
    modal = await press(stage, log, "Add after…")
    refused = await stage.hana.submit_modal(modal, {"kind": ["music"], "text": "x" * (MAX_CUE_CHARS + 1)})
    await stage.discord.wait_until(lambda: refused.followups)
    assert f"a cue has at most {MAX_CUE_CHARS:,}" in refused.followups[0].text
    again = await press(stage, refused.followups[0], "Edit what I typed")  # type: ignore[arg-type]
    accepted = await stage.hana.submit_modal(again, {"text": "A slow waltz"})
    await stage.discord.wait_until(lambda: any("The cue is added." in each.text for each in accepted.messages))
    assert any("· MUSIC" in each.text for each in accepted.messages)


@pytest.mark.parametrize("late", ["form", "press"])
async def test_editing_what_was_approved_meanwhile_offers_a_new_draft(stage: Stage, late: str) -> None:
    """A clear sentence; the message, which still showed a draft, shows the button for a new one."""
    log = await open_cue(stage, 2)
    modal = await press(stage, log, "Edit…")
    await stage.approve_template(await stage.wait_for_card("Runs "))
    if late == "form":
        answer = await stage.hana.submit_modal(modal, {"text": "Too late.", "timing": ["free"]})
    else:
        answer = await stage.hana.click(log, "Edit…")
    await stage.discord.wait_until(lambda: answer.followups)
    assert "This version is approved, so its text no longer changes." in answer.followups[0].text
    await stage.discord.wait_until(lambda: "New draft from this version" in log.message.buttons)
    assert "Delete" not in log.message.buttons
    await press(stage, log, "History")
    await stage.discord.wait_until(lambda: "approved by Hana" in log.text)
