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
from bot.services import Runtime
from storage.states import BroadcastState, DeliveryState
from storage.stores.subscriptions import SubscriptionChanges
from tests.stage import AffiliateServer, Stage, running
from tests.standins.discord_interactions import InteractionLog
from tests.standins.discord_world import Message

NEWS = 5


async def joined(stage: Stage, *names: str) -> list[AffiliateServer]:
    return [await (await stage.add_affiliate(name)).subscribe() for name in names]


async def composed(stage: Stage, **options: str) -> InteractionLog:
    wanted = {"title": "Soon", "message": "The well opens."} | options
    return await stage.discord.wait_for_answer(await stage.hana.slash("broadcast", options=wanted))


async def posted(stage: Stage, count: int) -> Message:
    log = await composed(stage)
    await stage.hana.click(log, f"Post to {count} channel" + ("s" if count != 1 else ""))
    return await stage.wait_for_card(f"Posted to {count} of {count}")


async def arrived(stage: Stage, affiliate: AffiliateServer, count: int) -> None:
    await stage.discord.wait_until(lambda: len(affiliate.posts) == count)


async def newest(stage: Stage) -> str:
    async with stage.bot.services.database.read() as tx:
        return (await tx.broadcasts.list_in_states(*BroadcastState, limit=1))[0].id


async def test_links_carry_each_affiliates_code(stage: Stage) -> None:
    """Each post's link carries the referral code of its own server."""
    found = await joined(stage, "Red Lantern", "Night Owls")
    services = stage.bot.services
    draft = await services.drafts.compose_draft(
        Post("Soon", "Here.", link="https://example.org/a?b=1#c"), Actor(1, "x")
    )
    await services.drafts.confirm_draft(draft.id, Actor(1, "x"))
    await stage.discord.wait_until(lambda: all(one.posts for one in found))
    for one in found:
        subscription = await services.affiliates.find_by_guild(one.guild.id)
        assert subscription is not None
        urls = [control["url"] for control in one.posts[0].controls if control.get("url")]
        assert urls == [f"https://example.org/a?b=1&ref={subscription.referral}#c"]


async def test_a_scheduled_announcement_waits_and_can_be_cancelled(stage: Stage) -> None:
    """A typed time is shown as understood; nothing goes out before it, and cancelling leaves nothing."""
    (lantern,) = await joined(stage, "Red Lantern")
    log = await composed(stage)
    modal = await stage.hana.click(log, "When: now")
    bad = await stage.hana.submit_modal(modal, {"when": "the day after never"})
    await stage.discord.wait_until(lambda: "could not be understood" in bad.text)
    modal = await stage.hana.click(log, "When: now")
    await stage.hana.submit_modal(modal, {"when": "in 2 hours"})
    await stage.discord.wait_until(lambda: "When: <t:" in log.text)
    await stage.hana.click(log, "Schedule for 1 channel")
    card = await stage.wait_for_card("Scheduled")
    assert not lantern.posts
    await stage.hana.click(card, "Cancel")
    await stage.discord.wait_until(lambda: "Cancelled" in card.text)
    assert not lantern.posts


async def test_edit_and_recall_reach_every_post(stage: Stage) -> None:
    """What has been posted can be changed everywhere, and removed everywhere after one more press."""
    found = await joined(stage, "Red Lantern", "Night Owls")
    card = await posted(stage, 2)
    modal = await stage.hana.click(card, "Edit the posts")
    log = await stage.discord.wait_for_answer(
        await stage.hana.submit_modal(modal, {"title": "Sooner", "message": "The well is open."})
    )
    assert "Changes **2 posts**" in log.text
    assert "Sooner" in log.text
    assert not any("Sooner" in one.posts[0].text for one in found)
    await stage.hana.click(log, "Change 2 posts")
    await stage.discord.wait_until(lambda: all("Sooner" in one.posts[0].text for one in found))
    await stage.discord.wait_until(lambda: "Sooner" in card.text and "Recall" in card.buttons)
    asked = await stage.discord.wait_for_answer(await stage.hana.click(card, "Recall"))
    assert "2 channels" in asked.text
    assert all(one.posts for one in found)
    await stage.hana.click(asked, "Remove 2 posts")
    await stage.discord.wait_until(lambda: not any(one.posts for one in found))
    await stage.discord.wait_until(lambda: "2 recalled" in card.text)
    names = await stage.event_names()
    assert names.count(BROADCAST_SENT) == 1


async def test_the_report_names_every_channel_and_no_formula(stage: Stage) -> None:
    """The CSV has every channel with its outcome and link; what a spreadsheet would run is made text."""
    await joined(stage, "=HYPERLINK()", "Night Owls")
    card = await posted(stage, 2)
    report = await stage.discord.wait_for_answer(await stage.hana.click(card, "Report"))
    assert "Broadcast report downloaded" in await stage.event_names()
    text = report.messages[0].attachments[0].data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["server"] for row in rows} == {"'=HYPERLINK()", "Night Owls"}
    assert {row["outcome"] for row in rows} == {"sent"}
    assert all(row["message"].startswith("https://discord.com/channels/") for row in rows)


async def test_two_people_are_needed_where_the_studio_says_so(stage: Stage) -> None:
    """With a second approver the composer cannot approve their own; somebody else can, and both are recorded."""
    (lantern,) = await joined(stage, "Red Lantern")
    setup = await stage.discord.wait_for_answer(await stage.hana.slash("setup"))
    await stage.hana.click(setup, "Require a second approver")
    await stage.discord.wait_until(lambda: "approves announcements:** yes" in setup.text)
    log = await composed(stage)
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
        broadcast = await tx.broadcasts.get(await newest(stage))
    assert broadcast.confirmed_by != broadcast.approved_by
    assert broadcast.approved_by is not None


async def test_approving_twice_sends_once(stage: Stage) -> None:
    """A second approval of the same announcement is refused in a sentence."""
    (lantern,) = await joined(stage, "Red Lantern")
    drafts = stage.bot.services.drafts
    setup = await stage.discord.wait_for_answer(await stage.hana.slash("setup"))
    await stage.hana.click(setup, "Require a second approver")
    await stage.discord.wait_until(lambda: "approves announcements:** yes" in setup.text)
    draft = await drafts.compose_draft(Post("Soon", "Here."), Actor(1, "x"))
    await drafts.confirm_draft(draft.id, Actor(1, "x"))
    with pytest.raises(ForbiddenError):
        await drafts.approve_broadcast(draft.id, Actor(1, "x"))
    await drafts.approve_broadcast(draft.id, Actor(2, "y"))
    with pytest.raises(Exception, match="already been confirmed"):
        await drafts.approve_broadcast(draft.id, Actor(3, "z"))
    await stage.discord.wait_until(lambda: lantern.posts)
    assert len(lantern.posts) == 1


async def test_only_followers_hear_of_a_book_where_that_is_chosen(stage: Stage) -> None:
    """Everybody gets an announcement, or only those who follow its book, as the preview was told."""
    lantern, owls = await joined(stage, "Red Lantern", "Night Owls")
    await stage.run_script()
    await stage.wait_for_finished_script()
    await stage.run_script(ebook="ebook_002", chapter=1)
    await stage.discord.wait_until(lambda: sum("Runs " in message.text for message in stage.channel) == 2)
    services = stage.bot.services
    await services.affiliates.change_subscription(
        owls.guild.id, SubscriptionChanges(ebooks=("ebook_002",)), Actor(1, "x")
    )
    log = await composed(stage, ebook="ebook_001")
    assert "2 channels" in log.text
    await stage.hana.click(log, "Audience: everyone")
    await stage.discord.wait_until(lambda: "Goes to **1 channel**" in log.text)
    await stage.hana.click(log, "Post to 1 channel")
    await stage.discord.wait_until(lambda: lantern.posts)
    assert not owls.posts


async def test_the_breaker_stops_what_mostly_fails(stage: Stage) -> None:
    """When a fifth of at least twenty sends is refused, the rest is not sent, and the card says why."""
    found = await joined(stage, *(f"Server {number}" for number in range(40)))
    for one in found:
        stage.discord.add_fault("POST", f"*/channels/{one.channel.id}/messages", "status", status=403, times=1)
    log = await composed(stage)
    await stage.hana.click(log, "Post to 40 channels")
    card = await stage.wait_for_card("It was stopped because", 20)
    assert "refused it" in card.text
    async with stage.bot.services.database.read() as tx:
        counts = await tx.deliveries.count_by_state(await newest(stage))
    assert sum(counts.values()) == 40
    assert counts.get(DeliveryState.CANCELLED, 0) >= 5


async def test_the_studios_own_channel_is_published(stage: Stage) -> None:
    """With an announcement channel set, the post stands there too and is published to those who follow it."""
    news = stage.discord.world.add_channel(stage.discord.studio, "announcements", NEWS)
    stage.discord.update(news, new=True)
    await stage.discord.wait_until(lambda: stage.bot.get_channel(news.id))
    setup = await stage.discord.wait_for_answer(await stage.hana.slash("setup"))
    await stage.hana.select(setup, [news], custom_id="setup:announcement")
    await stage.discord.wait_until(lambda: "others can follow it" in setup.text)
    (lantern,) = await joined(stage, "Red Lantern")
    await posted(stage, 2)
    assert lantern.posts
    post = next(message for message in news.messages if "I shared it" in message.buttons)
    assert post.crossposted


async def test_a_guest_cannot_press_what_is_the_teams(stage: Stage) -> None:
    """Somebody outside the team who presses a broadcast's button is told so, and nothing happens."""
    await joined(stage, "Red Lantern")
    card = await posted(stage, 1)
    told = await stage.bob.click(card, "Recall")
    assert "studio's team" in told.text


async def test_stop_all_stops_at_once(stage: Stage) -> None:
    """/broadcasts stop-all ends everything that is scheduled or going out."""
    (lantern,) = await joined(stage, "Red Lantern")
    log = await composed(stage)
    modal = await stage.hana.click(log, "When: now")
    await stage.hana.submit_modal(modal, {"when": "in 2 hours"})
    await stage.discord.wait_until(lambda: "Schedule for 1 channel" in log.buttons)
    await stage.hana.click(log, "Schedule for 1 channel")
    await stage.wait_for_card("Scheduled")
    told = await stage.discord.wait_for_answer(await stage.hana.slash("broadcasts stop-all"))
    assert "Stopped 1 announcement; 1 post" in told.text
    listed = await stage.discord.wait_for_answer(await stage.hana.slash("broadcasts list"))
    assert "cancelled" in listed.text
    assert not lantern.posts


async def test_a_scheduled_announcement_survives_a_restart_and_a_changed_clock(stage: Stage) -> None:
    """What is scheduled goes out once when its time has come by the clock on the wall, whoever runs then."""
    (lantern,) = await joined(stage, "Red Lantern")
    log = await composed(stage)
    modal = await stage.hana.click(log, "When: now")
    await stage.hana.submit_modal(modal, {"when": "in 2 hours"})
    await stage.discord.wait_until(lambda: "Schedule for 1 channel" in log.buttons)
    await stage.hana.click(log, "Schedule for 1 channel")
    await stage.wait_for_card("Scheduled")
    await stage.bot.close()

    def earlier() -> datetime:
        return utcnow() - timedelta(hours=5)

    def later() -> datetime:
        return utcnow() + timedelta(hours=3)

    async with running(stage.bot.settings, Runtime(clock=earlier)):
        await asyncio.sleep(0.5)
        assert not lantern.posts
    async with running(stage.bot.settings, Runtime(clock=later)):
        await arrived(stage, lantern, 1)
        await stage.wait_for_card("Posted to 1 of 1")
    assert len(lantern.posts) == 1
