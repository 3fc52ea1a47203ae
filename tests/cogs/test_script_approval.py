"""Approving a script, and taking the approval back."""

import re

from bot.actor import Actor
from bot.event_names import SCRIPT_APPROVED, SCRIPT_WITHDRAWN
from tests.stage import Stage


async def test_an_approval_can_be_withdrawn(stage: Stage) -> None:
    """The card says who approved; afterwards the script is a draft again, and the log names both."""
    await stage.run_script()
    card = await stage.wait_for_finished_script()
    await stage.approve_template(card)
    assert f"approved** by <@{stage.hana.id}>" in card.text
    assert card.buttons == ["Read", "Download", "Release…", "Withdraw approval"]
    await stage.hana.click(card, "Withdraw approval")
    await stage.discord.wait_until(lambda: "draft" in card.text)
    assert "** by <@" not in card.text
    assert (await stage.event_names())[-2:] == [SCRIPT_APPROVED, SCRIPT_WITHDRAWN]


async def test_discarding_a_release_says_that_the_approval_stays(stage: Stage) -> None:
    """ "Approve and release…", then Discard: the message is true, and names the way back."""
    await stage.run_script()
    card = await stage.wait_for_finished_script()
    question = await stage.discord.wait_for_answer(await stage.hana.click(card, "Approve and release…"))
    assert "draft" in card.text
    modal = await stage.hana.click(question, "Approve and release the template…")
    log = await stage.discord.wait_for_answer(await stage.hana.submit_modal(modal, {}))
    await stage.hana.click(log, "Discard")
    await stage.discord.wait_until(lambda: "Discarded" in log.text)
    assert "The script stays approved" in log.text
    assert "approved" in card.text


async def test_a_release_continues_where_somebody_has_just_approved(stage: Stage) -> None:
    """The form that was open meanwhile leads to the preview, without a second approval."""
    await stage.run_script()
    card = await stage.wait_for_finished_script()
    question = await stage.discord.wait_for_answer(await stage.hana.click(card, "Approve and release…"))
    modal = await stage.hana.click(question, "Approve and release the template…")
    await stage.approve_template(card)
    log = await stage.discord.wait_for_answer(await stage.hana.submit_modal(modal, {}))
    assert "this is what affiliates will see" in log.text
    assert (await stage.event_names()).count(SCRIPT_APPROVED) == 1


async def test_a_withdrawn_script_is_not_released(stage: Stage) -> None:
    """A preview that was open when the approval was withdrawn releases nothing."""
    await stage.run_script()
    card = await stage.wait_for_finished_script()
    await stage.approve_template(card)
    log = await stage.discord.wait_for_answer(
        await stage.hana.submit_modal(await stage.hana.click(card, "Release…"), {})
    )
    await stage.hana.click(card, "Withdraw approval")
    await stage.discord.wait_until(lambda: "draft" in card.text)
    refused = await stage.discord.wait_for_answer(await stage.hana.click(log, "Release without posting"))
    assert "no longer approved" in refused.text
    assert "draft" in card.text


async def test_a_press_on_an_outdated_card_brings_it_up_to_date(stage: Stage) -> None:
    """Whoever approves what is approved already reads that, and the card shows it."""
    await stage.run_script()
    card = await stage.wait_for_finished_script()
    question = await stage.discord.wait_for_answer(await stage.hana.click(card, "Approve"))
    (script_id,) = re.findall(r"audio_scripts_[0-9a-f]{16}", card.text)
    await stage.bot.services.scripts.approve(script_id, Actor(2, "Kenji"))
    refused = await stage.hana.click(question, "Approve the template")
    await stage.discord.wait_until(lambda: "already" in refused.text)
    assert not question.buttons, "the question cannot be answered twice"
    await stage.discord.wait_until(lambda: "**approved**" in card.text)
