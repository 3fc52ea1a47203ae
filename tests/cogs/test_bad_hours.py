"""What Discord's bad hours do to cards and announcements: nothing that stays."""

import asyncio
import time
from typing import Any

import pytest

from bot.studio_config import StudioConfig, save_config
from cogs.messages import requests
from storage.stores.subscriptions import SubscriptionChanges
from tests.cogs.test_broadcast import composed
from tests.stage import Stage
from tests.standins.discord_wire import Call, Kind, refusal

READ_MESSAGE_HISTORY = 1 << 16


def quiet_for(stage: Stage, seconds: float) -> None:
    """Discord's global rate limit, from the next message on: every request but those of interactions is refused."""
    admit = stage.discord.limits.admit
    ends: list[float] = []

    def refused(call: Call) -> Any:
        if not ends and call.method == "POST" and call.path.endswith("/messages"):
            ends.append(time.monotonic() + seconds)
        if ends and time.monotonic() < ends[0] and not call.path.startswith(("/interactions", "/webhooks")):
            return {}, refusal(ends[0] - time.monotonic(), "global")
        return admit(call)

    stage.discord.limits.enabled = True
    stage.discord.limits.admit = refused  # type: ignore[method-assign]


async def test_a_long_global_limit_is_waited_out(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long Discord asks everybody to be quiet, afterwards everything goes on, and nothing arrives twice."""
    monkeypatch.setattr(requests, "REQUEST_SECONDS", 0.3)
    lantern = await (await stage.add_affiliate("Red Lantern")).subscribe()
    log = await composed(stage)
    quiet_for(stage, 1.5)
    await stage.hana.click(log, "Post to 1 channel")
    await stage.discord.wait_until(lambda: lantern.posts, 15)
    await stage.run_script()
    await stage.wait_for_finished_script()
    await stage.wait_for_card("Posted to 1 of 1 channel", 30)
    assert len(lantern.posts) == 1


@pytest.mark.parametrize("kind", ["lost", "reset", "status"])
async def test_a_card_whose_posting_fails_comes(stage: Stage, kind: Kind) -> None:
    """A fault while a run's card is posted costs nothing: there is one card, and it shows the script."""
    stage.discord.add_fault("POST", f"/channels/{stage.discord.channel.id}/messages", kind, status=503)
    log = await stage.run_script()
    assert "on its way" in log.text
    await stage.wait_for_finished_script()
    assert len(stage.channel) == 1


async def test_a_card_that_missed_the_end_shows_it(stage: Stage) -> None:
    """The last edit of a run's card fails: as soon as Discord is well again, the card shows the script."""
    fault = stage.discord.add_fault("PATCH", "/channels/*/messages/*", "reset", times=None)
    await stage.run_script()
    async with asyncio.timeout(10):
        while True:
            if "Chapter audio script generation completed" in await stage.event_names():
                break
            await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
    stage.discord.faults.remove(fault)
    await stage.bot.services.worker._cards.show_outdated()
    await stage.wait_for_finished_script()


async def test_a_stopped_post_stays_stopped(stage: Stage) -> None:
    """What was stopped while Discord asked for quiet is not sent by a later recall of what had arrived."""
    found = [await (await stage.add_affiliate(name)).subscribe() for name in ("A", "B", "C", "D")]
    stage.bot.services.dispatcher.pacer.rate = 4.0
    log = await composed(stage)
    await stage.hana.click(log, "Post to 4 channels")
    await stage.discord.wait_until(lambda: any(one.posts for one in found))
    stage.bot.services.dispatcher.pacer.pause_for(1.5)
    await stage.discord.wait_for_answer(await stage.hana.slash("broadcasts stop-all"))
    arrived = sum(len(one.posts) for one in found)
    card = await stage.wait_for_card("Soon")
    await stage.discord.wait_until(lambda: "Recall" in card.buttons)
    asked = await stage.discord.wait_for_answer(await stage.hana.click(card, "Recall"))
    answer = await stage.discord.wait_for_answer(await stage.hana.click(asked, "Remove"))
    assert "still on their way" in answer.text or "Removing" in answer.text
    await asyncio.sleep(2.5)
    assert sum(len(one.posts) for one in found) <= arrived
    assert 1 <= arrived < 4


async def test_the_card_of_a_stopped_broadcast_counts_what_landed(stage: Stage) -> None:
    """Posts that were in flight at the stop are counted as soon as they have landed."""
    found = [await (await stage.add_affiliate(f"S{number}")).subscribe() for number in range(8)]
    stage.discord.latency = 0.3
    log = await composed(stage)
    await stage.hana.click(log, "Post to 8 channels")
    await stage.discord.wait_for_answer(await stage.hana.slash("broadcasts stop-all"))
    stage.discord.latency = 0.0
    card = await stage.wait_for_card("Soon")
    async with asyncio.timeout(15):
        while True:
            arrived = sum(len(one.posts) for one in found)
            if f"Posted to {arrived} of 8" in card.text or (not arrived and "8 stopped" in card.text):
                break
            await asyncio.sleep(0.05)


async def test_a_subscribed_announcement_channel_gets_it_once(stage: Stage) -> None:
    """The studio's own channel, subscribed besides, is one channel: counted once, posted once."""
    lantern = await (await stage.add_affiliate("Red Lantern")).subscribe()
    config = stage.bot.config.value
    place = {
        "guild_id": lantern.guild.id,
        "guild_name": "Red Lantern",
        "channel_id": lantern.channel.id,
        "channel_name": "lore",
    }
    changed = StudioConfig.model_validate(config.model_dump() | {"announcement": place})
    await stage.bot.services.database.write(lambda tx: save_config(tx, changed))
    log = await composed(stage)
    await stage.hana.click(log, "Post to 1 channel")
    await stage.wait_for_card("Posted to 1 of 1 channel")
    assert len(lantern.posts) == 1


async def test_a_server_that_leaves_in_the_middle_is_told_so(stage: Stage) -> None:
    """Whose subscription ends before its turn is reported as that, not as stopped by somebody."""
    lantern = await (await stage.add_affiliate("Red Lantern")).subscribe()
    stage.bot.services.dispatcher.pacer.pause_for(1.5)
    log = await composed(stage)
    await stage.hana.click(log, "Post to 1 channel")
    await stage.wait_for_card("Posting")
    stage.discord.delete_channel(lantern.channel)
    card = await stage.wait_for_card("1 refused")
    assert "the subscription has ended meanwhile" in card.text


async def test_joining_again_keeps_the_followed_books(stage: Stage) -> None:
    """/affiliate join once more, as a paused channel is told to, changes nothing of what the server follows."""
    lantern = await (await stage.add_affiliate("Red Lantern")).subscribe()
    affiliates = stage.bot.services.affiliates
    async with stage.bot.services.database.read() as tx:
        known = await tx.subscriptions.find_by_guild(lantern.guild.id)
    assert known is not None
    await stage.bot.services.database.write(
        lambda tx: tx.subscriptions.change(lantern.guild.id, SubscriptionChanges(ebooks=("ebook_001",)))
    )
    await lantern.subscribe()
    again = await affiliates.find_by_guild(lantern.guild.id)
    assert again is not None
    assert tuple(again.ebooks) == ("ebook_001",)


async def test_an_unreadable_history_proves_nothing(stage: Stage) -> None:
    """Where its history may not be read, a channel looks empty: a lost answer is no reason to post again blindly."""
    lantern = await (await stage.add_affiliate("Red Lantern")).subscribe()
    lantern.channel.deny(lantern.guild.me, READ_MESSAGE_HISTORY)
    stage.discord.update(lantern.channel)
    stage.discord.add_fault("POST", f"/channels/{lantern.channel.id}/messages", "lost")
    log = await composed(stage)
    await stage.hana.click(log, "Post to 1 channel")
    await stage.wait_for_card("Posted to 1 of 1 channel", 20)
    assert len(lantern.posts) == 1, "the nonce made the second try the same post"


async def test_with_a_second_approver_texts_are_not_changed_by_one(stage: Stage) -> None:
    """Where two people stand behind every text, nobody alone gives posted announcements another one."""
    await (await stage.add_affiliate("Red Lantern")).subscribe()
    log = await composed(stage)
    await stage.hana.click(log, "Post to 1 channel")
    card = await stage.wait_for_card("Posted to 1 of 1 channel")
    changed = StudioConfig.model_validate(stage.bot.config.value.model_dump() | {"second_approver": True})
    await stage.bot.services.database.write(lambda tx: save_config(tx, changed))
    modal = await stage.hana.click(card, "Edit the posts")
    answer = await stage.discord.wait_for_answer(
        await stage.hana.submit_modal(modal, {"title": "Free nitro", "message": "x"})
    )
    assert "two people" in answer.text
