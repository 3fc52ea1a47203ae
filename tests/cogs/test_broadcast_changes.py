"""Announcements after posting: what the card and the lists say, and trying again what was refused."""

import re

from bot.event_names import BROADCAST_RETRIED
from bot.notices import add_server_notice
from storage.states import SubscriptionState
from tests.cogs.announcements import close_channel, compose, compose_and_post, subscribe_servers
from tests.stage import Stage
from tests.standins.discord_world import Message


async def change_posts(stage: Stage, card: Message, title: str, posts: str) -> None:
    """Gives the posts another title, and confirms that."""
    modal = await stage.hana.click(card, "Edit the posts")
    log = await stage.discord.wait_for_answer(
        await stage.hana.submit_modal(modal, {"title": title, "message": "The well is open."})
    )
    await stage.hana.click(log, f"Change {posts}")


async def recall_posts(stage: Stage, card: Message, posts: str) -> None:
    """Recalls the posts, and confirms that."""
    question = await stage.discord.wait_for_answer(await stage.hana.click(card, "Recall"))
    await stage.hana.click(question, f"Remove {posts}")


async def get_listed(stage: Stage) -> list[str]:
    """The lines of ``/broadcasts list``."""
    reply = await stage.discord.wait_for_answer(await stage.hana.slash("broadcasts list"))
    return reply.text.splitlines()[1:]


async def test_later_actions_do_not_change_what_posting_took(stage: Stage) -> None:
    """After an edit and a recall the card still says to how many channels it was posted, and in how many seconds."""
    await subscribe_servers(stage, "Red Lantern", "Night Owls")
    card = await compose_and_post(stage, 2)
    posted = next(line for line in card.text.splitlines() if line.startswith("Posted to 2 of 2")).removesuffix(".")
    async with stage.bot.services.database.read() as tx:
        finished_at = (await tx.broadcasts.list_submitted(1))[0].finished_at
    await change_posts(stage, card, "Sooner", "2 posts")
    await stage.discord.wait_until(lambda: "Sooner" in card.text and "Recall" in card.buttons)
    assert posted in card.text
    assert re.search(r"\nChanged at <t:\d+:f>\.\n", card.text)
    await recall_posts(stage, card, "2 posts")
    await stage.discord.wait_until(lambda: "Recalled" in card.text)
    assert f"{posted} · 2 recalled." in card.text
    assert "Changed at" not in card.text
    async with stage.bot.services.database.read() as tx:
        assert (await tx.broadcasts.list_submitted(1))[0].finished_at == finished_at


async def test_lists_show_announcements_and_not_their_changes(stage: Stage) -> None:
    """A change and a discarded draft are not in the list, and a recalled announcement says so."""
    await subscribe_servers(stage, "Red Lantern")
    card = await compose_and_post(stage, 1)
    discarded = await compose(stage, title="Never mind")
    await stage.hana.click(discarded, "Discard")
    await change_posts(stage, card, "Sooner", "1 post")
    await stage.discord.wait_until(lambda: "Sooner" in card.text and "Recall" in card.buttons)
    (line,) = await get_listed(stage)
    assert "**Sooner** · posted · 1 of 1 channel" in line
    await recall_posts(stage, card, "1 post")
    await stage.discord.wait_until(lambda: "Recalled" in card.text)
    (line,) = await get_listed(stage)
    assert "**Sooner** · recalled · 1 of 1 channel" in line
    log = await stage.hana.autocomplete("broadcasts status", "broadcast")
    assert [choice["name"].split(" · ")[:2] for choice in log.choices or ()] == [["Sooner", "recalled"]]


async def test_a_refused_recall_can_be_repeated_in_that_channel(stage: Stage) -> None:
    """A post that could not be removed is still counted, named and removed by another attempt."""
    lantern, owls = await subscribe_servers(stage, "Red Lantern", "Night Owls")
    card = await compose_and_post(stage, 2)
    path = f"*/channels/{owls.channel.id}/messages/*"
    stage.discord.add_fault("DELETE", path, "status", status=403, times=1)
    await recall_posts(stage, card, "2 posts")
    await stage.discord.wait_until(lambda: "Posted to 2 of 2 channels" in card.text and "Try 1 again" in card.buttons)
    assert "Not removed: #lore in Night Owls" in card.text
    assert "1 could not be changed or removed" in card.text
    assert not lantern.posts
    await stage.hana.click(card, "Try 1 again")
    await stage.discord.wait_until(lambda: "Recalled" in card.text and not owls.posts)
    assert BROADCAST_RETRIED in await stage.event_names()


async def test_a_refused_change_leaves_the_count_of_posts(stage: Stage) -> None:
    """A post that could not be changed is a post all the same, and can be changed later."""
    _, owls = await subscribe_servers(stage, "Red Lantern", "Night Owls")
    card = await compose_and_post(stage, 2)
    stage.discord.add_fault("PATCH", f"*/channels/{owls.channel.id}/messages/*", "status", status=403, times=1)
    await change_posts(stage, card, "Sooner", "2 posts")
    await stage.discord.wait_until(lambda: "Posted to 2 of 2 channels" in card.text and "Try 1 again" in card.buttons)
    assert "Not changed: #lore in Night Owls" in card.text
    await stage.hana.click(card, "Try 1 again")
    await stage.discord.wait_until(lambda: "Sooner" in owls.posts[0].text)


async def test_a_refused_post_can_be_tried_again(stage: Stage) -> None:
    """Once the permission is back, one press posts to the channels that refused, and to no other."""
    lantern, owls = await subscribe_servers(stage, "Red Lantern", "Night Owls")
    stage.discord.add_fault("POST", f"*/channels/{owls.channel.id}/messages", "status", status=403, times=1)
    log = await compose(stage)
    await stage.hana.click(log, "Post to 2 channels")
    card = await stage.wait_for_card("Refused: #lore in Night Owls")
    await stage.discord.wait_until(lambda: "Try 1 again" in card.buttons)
    await stage.hana.click(card, "Try 1 again")
    await stage.discord.wait_until(lambda: "Posted to 2 of 2" in card.text)
    assert len(lantern.posts) == len(owls.posts) == 1


async def test_a_channel_that_was_closed_counts_as_a_refusal(stage: Stage) -> None:
    """A permission that was visibly removed is named on the card, counted, and pauses the server after three times."""
    lantern, owls = await subscribe_servers(stage, "Red Lantern", "Night Owls")
    await close_channel(stage, owls)
    for number in range(3):
        log = await compose(stage, title=f"Part {number}")
        await stage.hana.click(log, "Post to 1 channel")
        card = await stage.wait_for_card(f"Part {number}")
        await stage.discord.wait_until(lambda card=card: "Posted to 1 of 2 channels" in card.text)  # type: ignore[misc]
        assert "Refused: #lore in Night Owls: lacks Send Messages" in card.text
    async with stage.bot.services.database.read() as tx:
        subscription = await tx.subscriptions.find_by_guild(owls.guild.id)
    assert subscription is not None
    assert subscription.state is SubscriptionState.PAUSED
    told = [message.text for message in owls.guild.text_channel.messages if "are paused" in message.text]
    assert len(told) == 1
    assert len(lantern.posts) == 3


async def test_a_notice_that_no_channel_takes_reaches_the_manager(stage: Stage) -> None:
    """A refused notice is tried in other channels, and else shown to whoever manages the server when they use the bot."""
    (owls,) = await subscribe_servers(stage, "Night Owls")
    database, kept = stage.bot.services.database, stage.bot.services.kept_notices
    system = owls.guild.text_channel
    stage.discord.add_fault("POST", f"*/channels/{system.id}/messages", "status", status=403, times=1)
    await database.write(lambda tx: add_server_notice(tx, owls.guild.id, "Announcements are paused."))
    await stage.discord.wait_until(lambda: any("are paused" in message.text for message in owls.channel.messages))
    for channel in (system, owls.channel):
        stage.discord.add_fault("POST", f"*/channels/{channel.id}/messages", "status", status=403, times=None)
    await database.write(lambda tx: add_server_notice(tx, owls.guild.id, "Announcements are paused for good."))
    await stage.discord.wait_until(lambda: owls.guild.id in kept._guild_ids)
    log = await stage.discord.wait_for_answer(
        await owls.manager.slash("affiliate settings", channel=owls.guild.text_channel)
    )
    await stage.discord.wait_until(lambda: any("for good" in message.text for message in log.messages))
    assert await kept.take(owls.guild.id) is None


async def test_a_card_that_cannot_be_edited_is_replaced(stage: Stage) -> None:
    """Where Discord refuses to edit the card, a new one shows the state, and the old one is gone."""
    await subscribe_servers(stage, "Red Lantern")
    card = await compose_and_post(stage, 1)
    stage.discord.add_fault("PATCH", f"*/messages/{card.id}", "status", status=403, times=None)
    await recall_posts(stage, card, "1 post")
    fresh = await stage.wait_for_card("Recalled")
    assert fresh.id != card.id
    await stage.discord.wait_until(lambda: card not in stage.channel)
