"""Announcements from confirmation to recall: scheduling, approval, changes, reports and stops."""

import asyncio
import csv
import io
from datetime import datetime, timedelta

import pytest

from bot.actor import Actor
from bot.broadcasts.post import Post
from bot.clock import utcnow
from bot.errors import ForbiddenError
from bot.event_names import BROADCAST_SENT
from bot.runtime import Runtime
from bot.studio_config import StudioConfig, save_config
from storage.states import DeliveryState
from storage.stores.subscriptions import SubscriptionChanges
from tests.cogs.announcements import (
    choose,
    choose_time,
    compose,
    compose_and_post,
    compose_and_schedule,
    get_newest_id,
    require_second_approver,
    subscribe_servers,
    wait_for_posts,
)
from tests.stage import Stage, running_bot
from tests.standins.discord_interactions import InteractionLog

ANNOUNCEMENT_CHANNEL = 5
"""Discord's type of a channel that other servers can follow."""


async def test_links_carry_the_referral_code_of_their_server(stage: Stage) -> None:
    """The link of each post carries the referral code of the server it is in."""
    affiliates = await subscribe_servers(stage, "Red Lantern", "Night Owls")
    services = stage.bot.services
    draft = await services.drafts.compose_draft(
        Post("Soon", "Here.", link="https://example.org/a?b=1#c"), Actor(1, "x")
    )
    await services.drafts.confirm_draft(draft.id, Actor(1, "x"))
    await stage.discord.wait_until(lambda: all(affiliate.posts for affiliate in affiliates))
    for affiliate in affiliates:
        subscription = await services.affiliates.find_by_guild(affiliate.guild.id)
        assert subscription is not None
        urls = [control["url"] for control in affiliate.posts[0].controls if control.get("url")]
        assert urls == [f"https://example.org/a?b=1&ref={subscription.referral}#c"]


async def test_a_scheduled_announcement_waits_and_can_be_cancelled(stage: Stage) -> None:
    """The preview shows how a typed time was understood; nothing is posted before it, and nothing after a cancellation."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    log = await compose(stage)
    refused = await choose_time(stage, log, "the day after never")
    await stage.discord.wait_until(lambda: "could not be understood" in refused.text)
    await choose_time(stage, log, "in 2 hours")
    await stage.discord.wait_until(lambda: "When: <t:" in log.text)
    await stage.hana.click(log, "Schedule for 1 channel")
    card = await stage.wait_for_card("Scheduled")
    assert not lantern.posts
    await stage.hana.click(card, "Cancel")
    await stage.discord.wait_until(lambda: "Cancelled" in card.text)
    assert "Posted to 0 of 1 channel · 1 stopped." in card.text
    assert not lantern.posts


async def test_every_post_can_be_edited_and_recalled(stage: Stage) -> None:
    """Posted text can be changed in every channel, and deleted in every channel after one more press."""
    affiliates = await subscribe_servers(stage, "Red Lantern", "Night Owls")
    card = await compose_and_post(stage, 2)
    modal = await stage.hana.click(card, "Edit the posts")
    log = await stage.discord.wait_for_answer(
        await stage.hana.submit_modal(modal, {"title": "Sooner", "message": "The well is open."})
    )
    assert "Changes **2 posts**" in log.text
    assert "Sooner" in log.text
    assert not any("Sooner" in affiliate.posts[0].text for affiliate in affiliates)
    await stage.hana.click(log, "Change 2 posts")
    await stage.discord.wait_until(lambda: all("Sooner" in affiliate.posts[0].text for affiliate in affiliates))
    await stage.discord.wait_until(lambda: "Sooner" in card.text and "Recall" in card.buttons)
    question = await stage.discord.wait_for_answer(await stage.hana.click(card, "Recall"))
    assert "2 channels" in question.text
    assert all(affiliate.posts for affiliate in affiliates)
    await stage.hana.click(question, "Remove 2 posts")
    await stage.discord.wait_until(lambda: not any(affiliate.posts for affiliate in affiliates))
    await stage.discord.wait_until(lambda: "2 recalled" in card.text)
    names = await stage.event_names()
    assert names.count(BROADCAST_SENT) == 1


async def test_the_report_lists_every_channel_without_formulas(stage: Stage) -> None:
    """The CSV lists every channel with its outcome and link, and spreadsheet formulas in names are neutralised."""
    await subscribe_servers(stage, "=HYPERLINK()", "Night Owls")
    card = await compose_and_post(stage, 2)
    report = await stage.discord.wait_for_answer(await stage.hana.click(card, "Report"))
    assert "Broadcast report downloaded" in await stage.event_names()
    text = report.messages[0].attachments[0].data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["server"] for row in rows} == {"'=HYPERLINK()", "Night Owls"}
    assert {row["outcome"] for row in rows} == {"sent"}
    assert all(row["message"].startswith("https://discord.com/channels/") for row in rows)


async def test_a_second_approver_must_be_another_person(stage: Stage) -> None:
    """With a second approver required, the composer cannot approve; another member can, and both are recorded."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    await require_second_approver(stage)
    log = await compose(stage)
    await stage.hana.click(log, "Ask to post to 1 channel")
    card = await stage.wait_for_card("Waiting for approval")
    own = await stage.discord.wait_for_answer(await stage.hana.click(card, "Approve"))
    assert "cannot approve your own" in own.text
    assert not lantern.posts
    role = next(role for role in stage.discord.studio.roles.values() if role.name == "Team")
    kenji = stage.discord.add_person("Kenji", roles=[role])
    await stage.discord.wait_for_answer(await kenji.click(card, "Approve"))
    await stage.discord.wait_until(lambda: lantern.posts)
    async with stage.bot.services.database.read() as tx:
        broadcast = await tx.broadcasts.get(await get_newest_id(stage))
    assert broadcast.confirmed_by != broadcast.approved_by
    assert broadcast.approved_by is not None


async def test_approving_twice_sends_once(stage: Stage) -> None:
    """A second approval of the same announcement is refused with a sentence."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    drafts = stage.bot.services.drafts
    await require_second_approver(stage)
    draft = await drafts.compose_draft(Post("Soon", "Here."), Actor(1, "x"))
    await drafts.confirm_draft(draft.id, Actor(1, "x"))
    with pytest.raises(ForbiddenError):
        await drafts.approve_broadcast(draft.id, Actor(1, "x"))
    await drafts.approve_broadcast(draft.id, Actor(2, "y"))
    with pytest.raises(Exception, match="already been confirmed"):
        await drafts.approve_broadcast(draft.id, Actor(3, "z"))
    await stage.discord.wait_until(lambda: lantern.posts)
    assert len(lantern.posts) == 1


async def test_the_audience_can_be_limited_to_followers(stage: Stage) -> None:
    """An announcement goes to everybody, or only to servers that follow its book, as chosen in the preview."""
    lantern, owls = await subscribe_servers(stage, "Red Lantern", "Night Owls")
    await stage.run_script()
    await stage.wait_for_finished_script()
    await stage.run_script(ebook="ebook_002", chapter=1)
    await stage.discord.wait_until(lambda: sum("Runs " in message.text for message in stage.channel) == 2)
    services = stage.bot.services
    async with services.database.read() as tx:
        scripts = [script async for script in tx.scripts.stream()]
    for script in scripts:
        await services.scripts.approve(script.id, Actor(1, "x"))
    await services.affiliates.change_subscription(
        owls.guild.id, SubscriptionChanges(ebooks=("ebook_002",)), Actor(1, "x")
    )
    log = await compose(stage, ebook="ebook_001")
    assert "2 channels" in log.text
    await choose(stage, log, "audience", "followers")
    await stage.discord.wait_until(lambda: "Goes to **1 channel**" in log.text)
    await stage.hana.click(log, "Post to 1 channel")
    await stage.discord.wait_until(lambda: lantern.posts)
    assert not owls.posts


async def test_the_breaker_stops_a_broadcast_that_mostly_fails(stage: Stage) -> None:
    """When a fifth of at least twenty channels refuse, the other posts are not sent, and the card says why."""
    affiliates = await subscribe_servers(stage, *(f"Server {number}" for number in range(40)))
    for affiliate in affiliates:
        stage.discord.add_fault("POST", f"*/channels/{affiliate.channel.id}/messages", "status", status=403, times=1)
    log = await compose(stage)
    await stage.hana.click(log, "Post to 40 channels")
    card = await stage.wait_for_card("It was stopped because", 20)
    assert "refused it" in card.text
    async with stage.bot.services.database.read() as tx:
        counts = (await tx.deliveries.count(await get_newest_id(stage))).by_state
    assert sum(counts.values()) == 40
    assert counts.get(DeliveryState.CANCELLED, 0) >= 5


async def test_the_post_in_the_studios_own_channel_is_published(stage: Stage) -> None:
    """With an announcement channel configured, it gets the post too, which is published to followers."""
    news = stage.discord.world.add_channel(stage.discord.studio, "announcements", ANNOUNCEMENT_CHANNEL)
    stage.discord.update(news, new=True)
    await stage.discord.wait_until(lambda: stage.bot.get_channel(news.id))
    setup = await stage.discord.wait_for_answer(await stage.hana.slash("setup"))
    await stage.hana.select(setup, [news], custom_id="setup:announcement")
    await stage.discord.wait_until(lambda: "others can follow it" in setup.text)
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    await compose_and_post(stage, 2)
    assert lantern.posts
    post = next(message for message in news.messages if "I shared it" in message.buttons)
    assert post.crossposted


async def test_a_guest_cannot_use_the_teams_buttons(stage: Stage) -> None:
    """A person outside the team who presses a button of the card gets a refusal, and nothing happens."""
    await subscribe_servers(stage, "Red Lantern")
    card = await compose_and_post(stage, 1)
    reply = await stage.bob.click(card, "Recall")
    assert "studio's team" in reply.text


async def test_stop_all_cancels_what_is_scheduled(stage: Stage) -> None:
    """/broadcasts stop-all cancels what is scheduled or being sent."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    await compose_and_schedule(stage)
    reply = await stage.discord.wait_for_answer(await stage.hana.slash("broadcasts stop-all"))
    assert "Stopped 1 announcement. 1 post will not be sent." in reply.text
    listed = await stage.discord.wait_for_answer(await stage.hana.slash("broadcasts list"))
    assert "cancelled" in listed.text
    assert not lantern.posts


async def test_a_scheduled_announcement_survives_a_restart_and_a_changed_clock(stage: Stage) -> None:
    """A scheduled announcement is posted once when the wall clock passes its time, whichever process runs then."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    await compose_and_schedule(stage)
    await stage.bot.close()

    def earlier() -> datetime:
        return utcnow() - timedelta(hours=5)

    def later() -> datetime:
        return utcnow() + timedelta(hours=3)

    async with running_bot(stage.bot.settings, Runtime(clock=earlier)):
        await asyncio.sleep(0.5)
        assert not lantern.posts
    async with running_bot(stage.bot.settings, Runtime(clock=later)):
        await wait_for_posts(stage, lantern, 1)
        await stage.wait_for_card("Posted to 1 of 1")
    assert len(lantern.posts) == 1


async def test_a_stopped_post_is_not_sent_by_a_later_recall(stage: Stage) -> None:
    """Posts that were stopped during a pause are not sent when the posts that had arrived are recalled."""
    affiliates = await subscribe_servers(stage, "A", "B", "C", "D")
    stage.bot.services.dispatcher.pacer.rate = 2.0
    log = await compose(stage)
    await stage.hana.click(log, "Post to 4 channels")
    await stage.discord.wait_until(lambda: any(affiliate.posts for affiliate in affiliates))
    await stage.bot.services.dispatcher.pacer.pause_for(1.5)
    await stage.discord.wait_for_answer(await stage.hana.slash("broadcasts stop-all"))
    arrived = sum(len(affiliate.posts) for affiliate in affiliates)
    card = await stage.wait_for_card("Soon")
    await stage.discord.wait_until(lambda: "Recall" in card.buttons)
    question = await stage.discord.wait_for_answer(await stage.hana.click(card, "Recall"))
    answer = await stage.hana.click(question, "Remove")
    await stage.discord.wait_until(lambda: "still on their way" in answer.text or "Removing" in answer.text)
    await asyncio.sleep(2.5)
    assert sum(len(affiliate.posts) for affiliate in affiliates) <= arrived
    assert 1 <= arrived < 4


async def test_a_subscribed_announcement_channel_gets_it_once(stage: Stage) -> None:
    """The studio's own announcement channel is counted once and posted to once if it is subscribed as well."""
    lantern = await (await stage.add_affiliate("Red Lantern")).subscribe()
    config = stage.bot.config.value
    channel = {
        "guild_id": lantern.guild.id,
        "guild_name": "Red Lantern",
        "channel_id": lantern.channel.id,
        "channel_name": "lore",
    }
    changed = StudioConfig.model_validate(config.model_dump() | {"announcement": channel})
    await stage.bot.services.database.write(lambda tx: save_config(tx, changed))
    log = await compose(stage)
    await stage.hana.click(log, "Post to 1 channel")
    await stage.wait_for_card("Posted to 1 of 1 channel")
    assert len(lantern.posts) == 1


async def test_a_subscription_that_ends_while_posting_is_reported(stage: Stage) -> None:
    """A subscription that ends before its post is sent is reported as ended, not as stopped by a person."""
    lantern = await (await stage.add_affiliate("Red Lantern")).subscribe()
    await stage.bot.services.dispatcher.pacer.pause_for(1.5)
    log = await compose(stage)
    await stage.hana.click(log, "Post to 1 channel")
    await stage.wait_for_card("Posting")
    stage.discord.delete_channel(lantern.channel)
    card = await stage.wait_for_card("1 refused")
    assert "the subscription has ended in the meantime" in card.text


async def test_posts_are_not_edited_without_a_second_approver(stage: Stage) -> None:
    """If a second approver is required, one person alone cannot change the text of posted announcements."""
    await (await stage.add_affiliate("Red Lantern")).subscribe()
    log = await compose(stage)
    await stage.hana.click(log, "Post to 1 channel")
    card = await stage.wait_for_card("Posted to 1 of 1 channel")
    changed = StudioConfig.model_validate(stage.bot.config.value.model_dump() | {"second_approver": True})
    await stage.bot.services.database.write(lambda tx: save_config(tx, changed))
    modal = await stage.hana.click(card, "Edit the posts")
    answer = await stage.discord.wait_for_answer(
        await stage.hana.submit_modal(modal, {"title": "Free nitro", "message": "x"})
    )
    assert "two people" in answer.text


async def run_command(stage: Stage, command: str, **options: object) -> InteractionLog:
    return await stage.discord.wait_for_answer(await stage.hana.slash(command, options=options))


async def test_commands_do_what_the_buttons_do(stage: Stage) -> None:
    """/broadcasts shows, reports, changes, recalls and cancels as the card's buttons do."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    log = await run_command(stage, "broadcast", title="Soon", message="The well opens.")
    await stage.hana.click(log, "Post to 1 channel")
    card = await stage.wait_for_card("Posted to 1 of 1")
    (choice,) = (await stage.hana.autocomplete("broadcasts status", "broadcast", "soo")).choices or []
    broadcast = choice["value"]
    assert "Posted to 1 of 1" in (await run_command(stage, "broadcasts status", broadcast=broadcast)).text
    report = await run_command(stage, "broadcasts report", broadcast=broadcast)
    assert report.messages[0].attachments
    modal = await stage.hana.slash("broadcasts edit", broadcast=broadcast)
    log = await stage.discord.wait_for_answer(
        await stage.hana.submit_modal(modal, {"title": "Sooner", "message": "Open."})
    )
    await stage.hana.click(log, "Change 1 post")
    await stage.discord.wait_until(lambda: "Sooner" in card.text and "Recall" in card.buttons)
    assert "Sooner" in lantern.posts[0].text
    assert "not being sent" in (await run_command(stage, "broadcasts cancel", broadcast=broadcast)).text
    asked = await run_command(stage, "broadcasts recall", broadcast=broadcast)
    await stage.hana.click(asked, "Remove 1 post")
    await stage.discord.wait_until(lambda: not lantern.posts)
    missing = await run_command(stage, "broadcasts status", broadcast="notifications_0000000000000000")
    assert "no longer known" in missing.text
    assert (await stage.bob.autocomplete("progress", "ebook", "")).choices == []
