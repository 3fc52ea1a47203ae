"""Announcements: composed, confirmed, posted, stopped, edited and recalled."""

import asyncio

import pytest

from bot.actor import Actor
from bot.errors import StateError
from bot.event_names import BROADCAST_SENT, SCRIPT_RELEASED
from bot.studio_config import StudioConfig, save_config
from tests.stage import Stage
from tests.standins.discord_interactions import InteractionLog

SEND, EMBED = 1 << 11, 1 << 14


async def composed(stage: Stage, title: str = "Soon", message: str = "The well opens.") -> InteractionLog:
    """The preview of an announcement."""
    return await stage.discord.wait_for_answer(await stage.hana.slash("broadcast", title=title, message=message))


async def test_from_approval_to_an_affiliate(stage: Stage) -> None:
    """Approve and release shows a preview with its count; only the confirmation posts, once, and is an event."""
    affiliates = [await (await stage.add_affiliate(name)).subscribe() for name in ("Red Lantern", "Night Owls")]
    await stage.run_script(hook="Tell the fox.")
    card = await stage.wait_for_finished_script()
    modal = await stage.hana.click(card, "Approve and release…")
    log = await stage.discord.wait_for_answer(await stage.hana.submit_modal(modal, {"link": "https://example.org/1"}))
    assert "Goes to **2 channels** in 2 servers" in log.text
    assert log.ephemeral
    assert not any(affiliate.posts for affiliate in affiliates)
    assert BROADCAST_SENT not in await stage.event_names()
    await stage.hana.click(log, "Post to 2 channels")
    await stage.wait_for_card("Posted to 2 of 2 channels")
    for affiliate in affiliates:
        (post,) = affiliate.posts
        assert "New Lore: The Midnight Summoning" in post.text
        assert "Tell the fox." in post.text
        assert post.buttons == ["Listen / read", "I shared it"]
        assert not post.pings
    await stage.discord.wait_until(lambda: "released" in card.text)
    names = await stage.event_names()
    assert names.count(BROADCAST_SENT) == 1
    assert names.index(SCRIPT_RELEASED) < names.index(BROADCAST_SENT)


async def test_a_share_counts_once(stage: Stage) -> None:
    """ "I shared it" counts once for each person and announcement."""
    lantern = await (await stage.add_affiliate("Red Lantern")).subscribe()
    log = await composed(stage)
    await stage.hana.click(log, "Post to 1 channel")
    await stage.discord.wait_until(lambda: lantern.posts)
    reader = stage.discord.add_person("Reader", guild=lantern.guild)
    first = await stage.discord.wait_for_answer(await reader.click(lantern.posts[0], "I shared it"))
    assert "Counted." in first.text
    second = await stage.discord.wait_for_answer(await reader.click(lantern.posts[0], "I shared it"))
    assert "it counts once" in second.text
    seen = await stage.discord.wait_for_answer(await reader.slash("progress", channel=lantern.guild.text_channel))
    assert "shared 1 announcement" in seen.text
    assert "First Whisper" in seen.text


async def test_a_missing_message_is_asked_for(stage: Stage) -> None:
    """Without title or message a modal asks; what is typed there becomes the preview, and can be edited."""
    await (await stage.add_affiliate("Red Lantern")).subscribe()
    modal = await stage.hana.slash("broadcast", title="Soon")
    log = await stage.discord.wait_for_answer(await stage.hana.submit_modal(modal, {"message": "The well opens."}))
    assert "The well opens." in log.text
    edit = await stage.hana.click(log, "Edit")
    await stage.hana.submit_modal(edit, {"title": "Sooner", "message": "The well is open."})
    await stage.discord.wait_until(lambda: "Sooner" in log.text)


async def test_who_cannot_be_reached_is_left_out_with_the_reason(stage: Stage) -> None:
    """A channel where the bot may not post is left out before anything is sent, and the preview says why."""
    owls = await (await stage.add_affiliate("Night Owls")).subscribe()
    await (await stage.add_affiliate("Red Lantern")).subscribe()
    owls.channel.deny(owls.guild.me, SEND)
    stage.discord.update(owls.channel)
    log = await composed(stage)
    assert "Goes to **1 channel**" in log.text
    assert "Night Owls" in log.text
    assert "Send Messages" in log.text


async def test_a_refused_channel_is_reported(stage: Stage) -> None:
    """A channel that is deleted between preview and send is reported as refused; the others get the post."""
    lantern, owls = [await (await stage.add_affiliate(name)).subscribe() for name in ("Red Lantern", "Night Owls")]
    log = await composed(stage)
    stage.discord.delete_channel(lantern.channel, silently=True)
    await stage.hana.click(log, "Post to 2 channels")
    card = await stage.wait_for_card("Posted to 1 of 2 channels")
    assert "1 refused" in card.text
    assert "Red Lantern" in card.text
    assert "no longer exists" in card.text
    assert len(owls.posts) == 1


async def test_two_confirmations_send_once(stage: Stage) -> None:
    """The same draft pressed twice is sent once, and the second press is told so."""
    lantern = await (await stage.add_affiliate("Red Lantern")).subscribe()
    log = await composed(stage)
    button = next(c["custom_id"] for c in log.message.controls if c.get("label", "").startswith("Post to"))
    await stage.hana.click(log, custom_id=button)
    await stage.discord.wait_until(lambda: lantern.posts)
    with pytest.raises(StateError, match="already been confirmed"):
        await stage.bot.services.drafts.confirm_draft(button.rsplit(":", 1)[1], Actor(1, "x"))
    assert len(lantern.posts) == 1


async def test_pings_need_a_grant(stage: Stage) -> None:
    """Mentions in the message ping nobody; the role an affiliate chose is pinged only where the preview was told so."""
    lantern = await stage.add_affiliate("Red Lantern")
    await lantern.subscribe(role=lantern.listener_role)
    role = lantern.listener_role
    text = f"@everyone <@&{role.id}> @here"
    log = await composed(stage, "Soon", text)
    await stage.hana.click(log, "Post to 1 channel")
    await stage.discord.wait_until(lambda: len(lantern.posts) == 1)
    assert not lantern.posts[0].pings
    log = await composed(stage, "Now", text)
    await stage.hana.click(log, "Ping roles they chose: no")
    await stage.discord.wait_until(lambda: "Ping roles they chose: yes" in log.buttons)
    await stage.hana.click(log, "Post to 1 channel")
    await stage.discord.wait_until(lambda: len(lantern.posts) == 2)
    pings = lantern.posts[1].pings
    assert list(pings.roles) == [role.id]
    assert not pings.everyone


async def test_leaving_ends_it(stage: Stage) -> None:
    """After /affiliate leave nothing arrives, and leaving twice is told."""
    lantern = await (await stage.add_affiliate("Red Lantern")).subscribe()
    assert "ended" in await lantern.run_command("leave")
    assert "not subscribed" in await lantern.run_command("leave")
    log = await composed(stage)
    assert "No channel would get it" in log.text


async def test_joining_says_what_is_missing(stage: Stage) -> None:
    """A channel the bot cannot write to is refused with the permission's Discord name."""
    lantern = await stage.add_affiliate("Red Lantern", denied=EMBED)
    assert "Embed Links" in await lantern.run_command("join", channel=lantern.channel)


async def test_a_stopped_post_is_not_sent_by_a_later_recall(stage: Stage) -> None:
    """Posts that were stopped during a pause are not sent when the posts that had arrived are recalled."""
    affiliates = [await (await stage.add_affiliate(name)).subscribe() for name in ("A", "B", "C", "D")]
    stage.bot.services.dispatcher.pacer.rate = 4.0
    log = await composed(stage)
    await stage.hana.click(log, "Post to 4 channels")
    await stage.discord.wait_until(lambda: any(affiliate.posts for affiliate in affiliates))
    stage.bot.services.dispatcher.pacer.pause_for(1.5)
    await stage.discord.wait_for_answer(await stage.hana.slash("broadcasts stop-all"))
    arrived = sum(len(affiliate.posts) for affiliate in affiliates)
    card = await stage.wait_for_card("Soon")
    await stage.discord.wait_until(lambda: "Recall" in card.buttons)
    asked = await stage.discord.wait_for_answer(await stage.hana.click(card, "Recall"))
    answer = await stage.discord.wait_for_answer(await stage.hana.click(asked, "Remove"))
    assert "still on their way" in answer.text or "Removing" in answer.text
    await asyncio.sleep(2.5)
    assert sum(len(affiliate.posts) for affiliate in affiliates) <= arrived
    assert 1 <= arrived < 4


async def test_a_subscribed_announcement_channel_gets_it_once(stage: Stage) -> None:
    """The studio's own announcement channel is counted once and posted to once if it is subscribed as well."""
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


async def test_a_subscription_that_ends_while_posting_is_reported(stage: Stage) -> None:
    """A subscription that ends before its post is sent is reported as ended, not as stopped by a person."""
    lantern = await (await stage.add_affiliate("Red Lantern")).subscribe()
    stage.bot.services.dispatcher.pacer.pause_for(1.5)
    log = await composed(stage)
    await stage.hana.click(log, "Post to 1 channel")
    await stage.wait_for_card("Posting")
    stage.discord.delete_channel(lantern.channel)
    card = await stage.wait_for_card("1 refused")
    assert "the subscription has ended meanwhile" in card.text


async def test_posts_are_not_edited_without_a_second_approver(stage: Stage) -> None:
    """If a second approver is required, one person alone cannot change the text of posted announcements."""
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
