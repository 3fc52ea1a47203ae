"""``/affiliate``: joining, settings, leaving, and what ends a subscription by itself."""

import asyncio

from bot.actor import Actor
from storage.stores.subscriptions import SubscriptionChanges
from tests.bot.affiliates.test_subscriptions import add_public_book
from tests.cogs.announcements import compose, subscribe_servers
from tests.stage import Stage

EMBED_LINKS = 1 << 14


async def test_joining_names_a_missing_permission(stage: Stage) -> None:
    """A join to a channel that the bot cannot write to names the permission as Discord does."""
    lantern = await stage.add_affiliate("Red Lantern", denied=EMBED_LINKS)
    assert "Embed Links" in await lantern.run_command("join", channel=lantern.channel)


async def test_check_again_after_a_missing_permission(stage: Stage) -> None:
    """A join that lacks a permission says which; once it is granted, Check again subscribes the channel."""
    lantern = await stage.add_affiliate("Red Lantern", denied=EMBED_LINKS)
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


async def test_settings_change_role_and_books(stage: Stage) -> None:
    """/affiliate settings changes the role to ping and the followed books."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    await stage.run_script()
    card = await stage.wait_for_finished_script()
    await stage.approve_template(card)
    log = await stage.discord.wait_for_answer(
        await lantern.manager.slash("affiliate settings", channel=lantern.guild.text_channel)
    )
    await lantern.manager.select(log, [lantern.listener_role], custom_id="affiliate:role")
    await stage.discord.wait_until(lambda: f"<@&{lantern.listener_role.id}>" in log.text)
    await lantern.manager.select(log, ["ebook_001"], custom_id="affiliate:books:0")
    await stage.discord.wait_until(lambda: "Follows: ebook_001" in log.text)


async def test_more_books_than_one_menu_holds(stage: Stage) -> None:
    """With more than 25 books there are more menus, and choosing in one keeps what is followed in the others."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    for number in range(27):
        await add_public_book(stage.bot.services.database, f"book_{number:02}")
    affiliates, guild_id = stage.bot.services.affiliates, lantern.guild.id
    books = sorted((await affiliates.get_settings(guild_id)).books)
    await affiliates.change_subscription(guild_id, SubscriptionChanges(ebooks=("book_26",)), Actor(1, "Hana"))
    log = await lantern.manager.slash("affiliate settings", channel=lantern.guild.text_channel)
    await stage.discord.wait_for_answer(log)
    assert len(books) == 27
    await lantern.manager.select(log, ["book_03"], custom_id="affiliate:books:0")
    await stage.discord.wait_until(lambda: "Follows: Book_26, Book_03" in log.text)
    subscription = await affiliates.find_by_guild(guild_id)
    assert subscription is not None
    assert sorted(subscription.ebooks) == ["book_03", "book_26"]


async def test_an_outdated_menu_takes_nothing_away(stage: Stage) -> None:
    """Two settings are open; what is chosen in one stays when the other, which does not show it, is used."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    for book in ("bell", "fox"):
        await add_public_book(stage.bot.services.database, book)
    first, second = [
        await stage.discord.wait_for_answer(
            await lantern.manager.slash("affiliate settings", channel=lantern.guild.text_channel)
        )
        for _ in range(2)
    ]
    await lantern.manager.select(first, ["bell"], custom_id="affiliate:books:0")
    await stage.discord.wait_until(lambda: "Follows: Bell" in first.text)
    await lantern.manager.select(second, ["fox"], custom_id="affiliate:books:0")
    await stage.discord.wait_until(lambda: "Follows: Bell, Fox" in second.text)
    await lantern.manager.select(second, ["fox"], custom_id="affiliate:books:0")
    await stage.discord.wait_until(lambda: "Follows: Fox" in second.text)


async def test_settings_open_for_whoever_follows_a_hundred_books(stage: Stage) -> None:
    """Long titles do not make the card longer than Discord takes: some are named, and the rest is counted."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    followed = tuple(f"the_very_long_title_of_the_book_of_the_midnight_bell_{number}" for number in range(100))
    changes = SubscriptionChanges(ebooks=followed)
    await stage.bot.services.database.write(lambda tx: tx.subscriptions.change(lantern.guild.id, changes))
    assert "and 75 more" in await lantern.run_command("settings")


async def test_a_second_join_keeps_the_followed_books(stage: Stage) -> None:
    """A second ``/affiliate join``, which a paused channel is asked for, does not change which books the server follows."""
    lantern = await (await stage.add_affiliate("Red Lantern")).subscribe()
    affiliates = stage.bot.services.affiliates
    await stage.run_script()
    card = await stage.wait_for_finished_script()
    await stage.approve_template(card)
    changes = SubscriptionChanges(ebooks=("ebook_001",))
    await affiliates.change_subscription(lantern.guild.id, changes, Actor(1, "Hana"))
    await lantern.subscribe()
    subscription = await affiliates.find_by_guild(lantern.guild.id)
    assert subscription is not None
    assert tuple(subscription.ebooks) == ("ebook_001",)


async def test_leaving_ends_the_subscription(stage: Stage) -> None:
    """After /affiliate leave and its confirmation nothing arrives, and leaving again is refused."""
    lantern = await (await stage.add_affiliate("Red Lantern")).subscribe()
    question = await lantern.manager.slash("affiliate leave", channel=lantern.guild.text_channel)
    await stage.discord.wait_for_answer(question)
    assert await stage.bot.services.affiliates.find_by_guild(lantern.guild.id)
    await lantern.manager.click(question, "End announcements")
    await stage.discord.wait_until(lambda: "have ended here" in question.text)
    assert "not subscribed" in await lantern.run_command("leave")
    log = await compose(stage)
    assert "No channel would get it" in log.text


async def test_a_removed_bot_or_deleted_channel_ends_the_subscription(stage: Stage) -> None:
    """A removed bot and a deleted channel end the subscription, and the audit channel reports it."""
    audit = stage.discord.world.add_channel(stage.discord.studio, "audit")
    stage.discord.update(audit, new=True)
    await stage.discord.wait_until(lambda: stage.bot.get_channel(audit.id))
    setup = await stage.discord.wait_for_answer(await stage.hana.slash("setup"))
    await stage.hana.select(setup, [audit], custom_id="setup:audit")
    await stage.discord.wait_until(lambda: "A test post is in" in setup.text)
    lantern, owls = await subscribe_servers(stage, "Red Lantern", "Night Owls")
    stage.discord.remove_guild(lantern.guild)
    stage.discord.delete_channel(owls.channel)
    await stage.discord.wait_until(
        lambda: sum("no longer subscribed" in message.text for message in audit.messages) == 2
    )
    log = await compose(stage)
    assert "No channel would get it" in log.text


async def test_a_server_lost_while_offline_is_unsubscribed_at_start(stage: Stage) -> None:
    """A server that removed the bot while it was offline is no longer subscribed after the start."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    await stage.discord.wait_until(stage.bot.is_ready)
    stage.bot._connection._guilds.pop(lantern.guild.id)
    stage.bot.dispatch("shard_ready", 0)
    services = stage.bot.services
    for _ in range(100):
        if await services.affiliates.find_by_guild(lantern.guild.id) is None:
            break
        await asyncio.sleep(0.02)
    assert await services.affiliates.find_by_guild(lantern.guild.id) is None
