"""Affiliates: joining, settings, sharing, leaving, and what ends a subscription by itself."""

import asyncio

from storage.stores.subscriptions import SubscriptionChanges
from tests.cogs.test_announcements import arrived, composed, joined, posted
from tests.stage import Stage


async def test_a_channel_that_refuses_three_in_a_row_is_paused(stage: Stage) -> None:
    """After three refusals in a row a channel is paused, its server is told once, and the team can resume it."""
    (lantern,) = await joined(stage, "Red Lantern")
    stage.discord.add_fault("POST", f"*/channels/{lantern.channel.id}/messages", "status", status=403, times=3)
    for number in range(3):
        log = await composed(stage, title=f"Soon {number}")
        await stage.hana.click(log, "Post to 1 channel")
        await stage.wait_for_card(f"Posted · Soon {number}")
    await stage.discord.wait_until(lambda: any("are paused" in m.text for m in lantern.guild.text_channel.messages))
    log = await composed(stage)
    assert "paused" in log.text
    listed = await stage.discord.wait_for_answer(await stage.hana.slash("affiliates list"))
    await stage.hana.click(listed, "Resume Red Lantern")
    await stage.discord.wait_until(lambda: "**paused**" not in listed.text)
    await posted(stage, 1)


async def test_subscriptions_end_by_themselves(stage: Stage) -> None:
    """A removed bot and a deleted channel end the subscription, and the team sees it in the audit channel."""
    audit = stage.discord.world.add_channel(stage.discord.studio, "audit")
    stage.discord.update(audit, new=True)
    await stage.discord.wait_until(lambda: stage.bot.get_channel(audit.id))
    setup = await stage.discord.wait_for_answer(await stage.hana.slash("setup"))
    await stage.hana.select(setup, [audit], custom_id="setup:audit")
    await stage.discord.wait_until(lambda: "A test post stands in" in setup.text)
    lantern, owls = await joined(stage, "Red Lantern", "Night Owls")
    stage.discord.remove_guild(lantern.guild)
    stage.discord.delete_channel(owls.channel)
    await stage.discord.wait_until(
        lambda: sum("no longer subscribed" in message.text for message in audit.messages) == 2
    )
    log = await composed(stage)
    assert "No channel would get it" in log.text


async def test_joining_can_need_the_teams_word(stage: Stage) -> None:
    """Where the studio says so, a server waits until the team lets it in, and is told when it does."""
    setup = await stage.discord.wait_for_answer(await stage.hana.slash("setup"))
    await stage.hana.click(setup, "Let the team admit servers")
    await stage.discord.wait_until(lambda: "after the team lets them in" in setup.text)
    lantern = await stage.add_affiliate("Red Lantern")
    assert "has to let you in" in await lantern.run_command("join", channel=lantern.channel)
    assert "No channel would get it" in (await composed(stage)).text
    listed = await stage.discord.wait_for_answer(await stage.hana.slash("affiliates list"))
    await stage.hana.click(listed, "Admit Red Lantern")
    await stage.discord.wait_until(lambda: any("will arrive in" in m.text for m in lantern.guild.text_channel.messages))
    await posted(stage, 1)


async def test_from_share_to_badge(stage: Stage) -> None:
    """Shares bring badges, told at once and shown with the leaderboard."""
    (lantern,) = await joined(stage, "Red Lantern")
    reader = stage.discord.add_person("Reader", guild=lantern.guild)
    answers = []
    for number in (1, 2, 3):
        log = await composed(stage, title=f"Lore {number}")
        await stage.hana.click(log, "Post to 1 channel")
        await arrived(stage, lantern, number)
        pressed = await stage.discord.wait_for_answer(await reader.click(lantern.posts[-1], "I shared it"))
        answers.append(pressed.text)
    assert "First Whisper" in answers[0]
    assert "Ember Tail" in answers[2]
    seen = await stage.discord.wait_for_answer(await reader.slash("badges", channel=lantern.guild.text_channel))
    assert "Ember Tail" in seen.text
    assert "1. Reader" in seen.text


async def test_settings_choose_role_and_books(stage: Stage) -> None:
    """/affiliate settings changes the role to ping and the books that are followed."""
    (lantern,) = await joined(stage, "Red Lantern")
    await stage.run_script()
    card = await stage.wait_for_finished_script()
    await stage.hana.click(card, "Approve")
    await stage.discord.wait_until(lambda: "approved" in card.text)
    log = await stage.discord.wait_for_answer(
        await lantern.manager.slash("affiliate settings", channel=lantern.guild.text_channel)
    )
    await lantern.manager.select(log, [lantern.listener_role], custom_id="affiliate:role")
    await stage.discord.wait_until(lambda: f"<@&{lantern.listener_role.id}>" in log.text)
    await lantern.manager.select(log, ["ebook_001"], custom_id="affiliate:books")
    await stage.discord.wait_until(lambda: "Follows: ebook_001" in log.text)


async def test_check_again_after_a_missing_permission(stage: Stage) -> None:
    """A channel that is closed is shown with what is missing; after mending it, Check again subscribes."""
    lantern = await stage.add_affiliate("Red Lantern", denied=1 << 14)
    log = await lantern.manager.slash(
        "affiliate join", channel=lantern.guild.text_channel, options={"channel": lantern.channel}
    )
    await stage.discord.wait_for_answer(log)
    assert "Embed Links ✘" in log.text
    lantern.channel.overwrites.clear()
    stage.discord.update(lantern.channel)
    await stage.discord.wait_until(
        lambda: stage.bot.adapters.channel_access.find_obstacle(lantern.guild.id, lantern.channel.id) == ""
    )
    await lantern.manager.click(log, "Check again")
    await stage.discord.wait_until(lambda: "You are subscribed" in log.text)


async def test_what_was_lost_while_away_ends_at_the_start(stage: Stage) -> None:
    """A server that removed the bot while it was away is no longer subscribed once it is back."""
    (lantern,) = await joined(stage, "Red Lantern")
    stage.bot._connection._guilds.pop(lantern.guild.id)
    stage.bot.dispatch("ready")
    services = stage.bot.services
    for _ in range(100):
        if await services.affiliates.find_by_guild(lantern.guild.id) is None:
            break
        await asyncio.sleep(0.02)
    assert await services.affiliates.find_by_guild(lantern.guild.id) is None


async def test_a_second_join_keeps_the_followed_books(stage: Stage) -> None:
    """A second ``/affiliate join``, which a paused channel is asked for, does not change which books the server follows."""
    lantern = await (await stage.add_affiliate("Red Lantern")).subscribe()
    affiliates = stage.bot.services.affiliates
    async with stage.bot.services.database.read() as tx:
        known = await tx.subscriptions.find_by_guild(lantern.guild.id)
    assert known is not None
    await stage.bot.services.database.write(
        lambda tx: tx.subscriptions.change(lantern.guild.id, SubscriptionChanges(ebooks=("ebook_001",)))
    )
    await lantern.subscribe()
    subscription = await affiliates.find_by_guild(lantern.guild.id)
    assert subscription is not None
    assert tuple(subscription.ebooks) == ("ebook_001",)
