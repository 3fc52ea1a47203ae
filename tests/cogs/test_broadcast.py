"""``/broadcast``: from the draft over the preview and the confirmation to the posts."""

import pytest

from bot.actor import Actor
from bot.errors import StateError
from bot.event_names import BROADCAST_SENT, SCRIPT_RELEASED
from tests.cogs.announcements import choose, compose, read_menu
from tests.stage import Stage

SEND_MESSAGES = 1 << 11


async def test_a_release_is_posted_after_its_confirmation(stage: Stage) -> None:
    """Approve and release shows a preview with a count; only the confirmation posts, once, and is reported as an event."""
    affiliates = [await (await stage.add_affiliate(name)).subscribe() for name in ("Red Lantern", "Night Owls")]
    await stage.run_script(hook="Tell the fox.")
    card = await stage.wait_for_finished_script()
    question = await stage.discord.wait_for_answer(await stage.hana.click(card, "Approve and release…"))
    modal = await stage.hana.click(question, "Approve and release the template…")
    log = await stage.discord.wait_for_answer(await stage.hana.submit_modal(modal, {"link": "https://example.org/1"}))
    assert "Goes to **2 channels** in 2 servers" in log.text
    assert "This releases a template" in log.text
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


async def test_a_modal_asks_for_a_missing_message(stage: Stage) -> None:
    """Without title or message a modal asks for it; its text becomes the preview and can be edited there."""
    await (await stage.add_affiliate("Red Lantern")).subscribe()
    modal = await stage.hana.slash("broadcast", title="Soon")
    log = await stage.discord.wait_for_answer(await stage.hana.submit_modal(modal, {"message": "The well opens."}))
    assert "The well opens." in log.text
    edit = await stage.hana.click(log, "Edit")
    await stage.hana.submit_modal(edit, {"title": "Sooner", "message": "The well is open."})
    await stage.discord.wait_until(lambda: "Sooner" in log.text)


async def test_the_preview_names_channels_that_are_left_out(stage: Stage) -> None:
    """A channel where the bot may not post is left out before anything is sent, and the preview says why."""
    owls = await (await stage.add_affiliate("Night Owls")).subscribe()
    await (await stage.add_affiliate("Red Lantern")).subscribe()
    owls.channel.deny(owls.guild.me, SEND_MESSAGES)
    stage.discord.update(owls.channel)
    log = await compose(stage)
    assert "Goes to **1 channel**" in log.text
    assert "Night Owls" in log.text
    assert "Send Messages" in log.text


async def test_a_refused_channel_is_reported(stage: Stage) -> None:
    """A channel that is deleted between preview and sending is reported as refused; the others get the post."""
    lantern, owls = [await (await stage.add_affiliate(name)).subscribe() for name in ("Red Lantern", "Night Owls")]
    log = await compose(stage)
    stage.discord.delete_channel(lantern.channel, silently=True)
    await stage.hana.click(log, "Post to 2 channels")
    card = await stage.wait_for_card("Posted to 1 of 2 channels")
    assert "1 refused" in card.text
    assert "Red Lantern" in card.text
    assert "no longer exists" in card.text
    assert len(owls.posts) == 1


async def test_two_confirmations_send_once(stage: Stage) -> None:
    """A draft that is confirmed twice is sent once, and the second confirmation is refused."""
    lantern = await (await stage.add_affiliate("Red Lantern")).subscribe()
    log = await compose(stage)
    button = next(c["custom_id"] for c in log.message.controls if c.get("label", "").startswith("Post to"))
    await stage.hana.click(log, custom_id=button)
    await stage.discord.wait_until(lambda: lantern.posts)
    with pytest.raises(StateError, match="already been confirmed"):
        await stage.bot.services.drafts.confirm_draft(button.rsplit(":", 1)[1], Actor(1, "x"))
    assert len(lantern.posts) == 1


async def test_only_the_chosen_role_is_pinged(stage: Stage) -> None:
    """Mentions in the text ping nobody; the role that a server chose is pinged only where the preview was set so."""
    lantern = await stage.add_affiliate("Red Lantern")
    await lantern.subscribe(role=lantern.listener_role)
    role = lantern.listener_role
    text = f"@everyone <@&{role.id}> @here"
    log = await compose(stage, "Soon", text)
    await stage.hana.click(log, "Post to 1 channel")
    await stage.discord.wait_until(lambda: len(lantern.posts) == 1)
    assert not lantern.posts[0].pings
    log = await compose(stage, "Now", text)
    assert read_menu(log, "pings") == "Ping roles they chose: no"
    await choose(stage, log, "pings", "Yes")
    await stage.discord.wait_until(lambda: read_menu(log, "pings") == "Ping roles they chose: yes")
    await stage.hana.click(log, "Post to 1 channel")
    await stage.discord.wait_until(lambda: len(lantern.posts) == 2)
    pings = lantern.posts[1].pings
    assert list(pings.roles) == [role.id]
    assert not pings.everyone
