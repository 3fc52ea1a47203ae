"""An announcement that is scheduled: its text and its time can be changed until it begins."""

from bot.event_names import BROADCAST_CHANGED
from tests.cogs.announcements import (
    choose,
    choose_time,
    compose_and_schedule,
    read_menu,
    require_second_approver,
    subscribe_servers,
)
from tests.stage import Stage, add_team_member
from tests.standins.discord_interactions import InteractionLog
from tests.standins.discord_world import Message


async def edit(stage: Stage, card: Message, title: str) -> InteractionLog:
    """The preview of another title for the scheduled announcement."""
    modal = await stage.hana.click(card, "Edit")
    return await stage.discord.wait_for_answer(
        await stage.hana.submit_modal(modal, {"title": title, "message": "The well is open."})
    )


async def test_text_and_time_can_be_changed_before_it_begins(stage: Stage) -> None:
    """Both have a preview and a confirmation; the card shows the new state, and the post has the new text."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    card = await compose_and_schedule(stage)
    assert card.buttons == ["Show the post", "Edit", "Change the time", "Cancel"]
    log = await edit(stage, card, "Sooner")
    assert "Goes to **1 channel**" in log.text
    assert "It replaces what is scheduled for <t:" in log.text
    assert "Soon" in card.text
    assert "Sooner" not in card.text
    await stage.hana.click(log, "Change it for 1 channel")
    await stage.discord.wait_until(lambda: "Scheduled · Sooner" in card.text and "Changed. It goes to" in log.text)

    log = await stage.discord.wait_for_answer(await stage.hana.click(card, "Change the time"))
    before = read_menu(log, "when")
    await choose_time(stage, log, "in 5 hours")
    await stage.discord.wait_until(lambda: read_menu(log, "when") != before)
    await choose(stage, log, "when", "Now")
    await stage.discord.wait_until(lambda: "Post to 1 channel now" in log.buttons)
    assert not lantern.posts
    await stage.hana.click(log, "Post to 1 channel now")
    await stage.discord.wait_until(lambda: lantern.posts and "Posted to 1 of 1" in card.text)
    assert "Sooner" in lantern.posts[0].text
    assert (await stage.event_names()).count(BROADCAST_CHANGED) == 2


async def test_the_list_says_when_it_is_scheduled_for(stage: Stage) -> None:
    """``/broadcasts list`` and the choices of its commands show when it will be posted, not when it was written."""
    await subscribe_servers(stage, "Red Lantern")
    await compose_and_schedule(stage)
    async with stage.bot.services.database.read() as tx:
        due_at = (await tx.broadcasts.list_submitted(1))[0].due_at
    assert due_at is not None
    listed = await stage.discord.wait_for_answer(await stage.hana.slash("broadcasts list"))
    assert f"scheduled for <t:{int(due_at.timestamp())}:F> (<t:{int(due_at.timestamp())}:R>)" in listed.text
    (choice,) = (await stage.hana.autocomplete("broadcasts status", "broadcast")).choices or [{}]
    assert choice["name"] == f"Soon · scheduled · {due_at:%d %b %H:%M}"


async def test_a_new_text_waits_for_a_second_person_again(stage: Stage) -> None:
    """The card of the scheduled announcement waits for approval, and whoever changed it cannot approve."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    card = await compose_and_schedule(stage)
    await require_second_approver(stage)
    log = await edit(stage, card, "Sooner")
    assert "Nothing is posted until then" in log.text
    await stage.hana.click(log, "Ask to change it for 1 channel")
    await stage.discord.wait_until(lambda: "Waiting for approval · Sooner" in card.text)
    own = await stage.hana.click(card, "Approve")
    await stage.discord.wait_until(lambda: "cannot approve your own" in own.text)
    await add_team_member(stage.discord, "Kenji").click(card, "Approve")
    await stage.discord.wait_until(lambda: "Scheduled · Sooner" in card.text)
    assert not lantern.posts
