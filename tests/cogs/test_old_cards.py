"""A press on an outdated card: the pressed message itself is brought up to date, then an answer says what holds."""

from bot.actor import Actor
from tests.cogs.announcements import compose_and_post, get_newest_id, subscribe_servers
from tests.stage import Stage
from tests.standins.discord_world import Message


def keep_as_it_is(stage: Stage, card: Message) -> None:
    """Discord refuses to edit or delete this card from now on, except through the interaction of a press on it."""
    for method in ("PATCH", "DELETE"):
        stage.discord.add_fault(method, f"/channels/*/messages/{card.id}", "status", status=403, times=None)


async def press(stage: Stage, card: Message, label: str, answer: str) -> None:
    """Hana presses a button of the card, and reads this answer privately, without a form that she would fill in for nothing."""
    log = await stage.hana.click(card, label)
    await stage.discord.wait_until(lambda: any(answer in message.text for message in log.messages))
    assert log.modal is None
    assert log.messages[-1].ephemeral


async def test_an_old_card_of_a_run_is_brought_up_to_date(stage: Stage) -> None:
    """Cancel on a card whose run was cancelled elsewhere shows that on the card, with the button that is left."""
    stage.bot.services.worker.jobs.begin_stop()  # so that the run stays in the queue
    await stage.run_script()
    old = await stage.wait_for_card("Waiting")
    keep_as_it_is(stage, old)
    async with stage.bot.services.database.read() as tx:
        run_id = next(control["custom_id"] for control in old.controls).rsplit(":", 1)[1]
        assert (await tx.runs.get(run_id)).card_id == old.id
    await stage.bot.services.generation.cancel_run(run_id, Actor(2, "Kenji"))
    fresh = await stage.wait_for_card("Cancelled")
    assert fresh.id != old.id
    await press(stage, old, "Cancel", "already ended")
    assert "Cancelled" in old.text
    assert old.buttons == ["Retry"]

    await stage.hana.click(old, "Retry")
    newest = await stage.wait_for_card("Waiting")
    for card in (old, fresh):
        await stage.discord.wait_until(lambda card=card: not card.buttons)  # type: ignore[misc]
        assert str(newest.id) in card.text, "the card leads to the one of the new run"


async def test_an_old_card_of_a_script_is_brought_up_to_date(stage: Stage) -> None:
    """Approve, Release and Withdraw on a card that missed a change show the change instead of an old button."""
    await stage.run_script()
    old = await stage.wait_for_finished_script()
    keep_as_it_is(stage, old)
    script_id = next(control["custom_id"] for control in old.controls).rsplit(":", 1)[1]
    scripts = stage.bot.services.scripts
    await scripts.approve(script_id, Actor(2, "Kenji"))
    await press(stage, old, "Approve", "already approved")
    assert "**approved**" in old.text
    await scripts.withdraw(script_id, Actor(2, "Kenji"))
    await press(stage, old, "Release…", "still a draft")
    assert "Release…" not in old.buttons


async def test_an_old_card_of_an_announcement_is_brought_up_to_date(stage: Stage) -> None:
    """Recall, Edit and Try again on a card that missed the recall show it as recalled."""
    await subscribe_servers(stage, "Red Lantern")
    old = await compose_and_post(stage, 1)
    await stage.discord.wait_until(lambda: "Recall" in old.buttons)
    keep_as_it_is(stage, old)
    await stage.bot.services.broadcasts.recall_posts(await get_newest_id(stage), Actor(2, "Kenji"))
    fresh = await stage.wait_for_card("Recalled")
    assert fresh.id != old.id
    assert "Recall" in old.buttons
    await press(stage, old, "Edit the posts", "No post of this announcement is in any channel")
    assert "Recalled" in old.text
    assert old.buttons == ["Report"]
