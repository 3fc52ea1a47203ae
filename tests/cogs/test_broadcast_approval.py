"""The second approver: what they see, and that no way leads around them."""

import pytest

from bot.actor import Actor
from bot.broadcasts.drafts import TimePassedError
from bot.broadcasts.post import Post
from bot.clock import utcnow
from bot.errors import StateError
from storage.states import BroadcastState
from storage.stores.broadcasts import BroadcastChanges
from tests.cogs.announcements import (
    close_channel,
    compose,
    compose_and_post,
    get_newest_id,
    require_second_approver,
    subscribe_servers,
)
from tests.stage import Stage, add_team_member
from tests.standins.discord_world import Message


async def ask_for_approval(stage: Stage, channels: str = "1 channel", **options: str) -> Message:
    """The card of an announcement by Hana that waits for another person."""
    log = await compose(stage, **options)
    await stage.hana.click(log, f"Ask to post to {channels}")
    return await stage.wait_for_card("Waiting for approval")


async def test_the_approver_sees_what_they_approve(stage: Stage) -> None:
    """The card shows link, time and channels, then text and hook as they will look, and a button shows the whole post."""
    await subscribe_servers(stage, "Red Lantern", "Night Owls")
    await require_second_approver(stage)
    services, hana = stage.bot.services, Actor(stage.hana.user.id, "Hana")
    draft = await services.drafts.compose_draft(Post("Soon", "The **well** opens tonight.", "Will you look?"), hana)
    await services.drafts.confirm_draft(draft.id, hana)
    await services.broadcast_cards.open_card(draft.id, stage.discord.channel.id)
    card = await stage.wait_for_card("Waiting for approval")
    for expected in (
        "The **well** opens tonight.\n\n*Will you look?*",
        "**2 channels** in 2 servers",
        "Link: none",
        "as soon as it is approved",
    ):
        assert expected in card.text
    shown = await stage.discord.wait_for_answer(await stage.hana.click(card, "Show the post"))
    assert shown.messages[-1].embeds[0]["description"].startswith("The **well** opens tonight.")


async def test_forgetting_oneself_does_not_make_a_second_person(stage: Stage) -> None:
    """Whoever composes, is forgotten and approves, posts nothing: the announcement is discarded with their data."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    await require_second_approver(stage)
    card = await ask_for_approval(stage)
    question = await stage.discord.wait_for_answer(await stage.hana.slash("privacy"))
    await stage.hana.click(question, "Forget me…")
    await stage.discord.wait_until(lambda: "Forget you?" in question.text)
    await stage.hana.click(question, "Forget me")
    await stage.discord.wait_until(lambda: "1 announcement of yours" in question.text)
    await stage.discord.wait_until(lambda: "Cancelled" in card.text)
    drafts = stage.bot.services.drafts
    with pytest.raises(StateError):
        await drafts.approve_broadcast(await get_newest_id(stage), Actor(stage.hana.user.id, "Hana"))
    assert not lantern.posts


async def test_switching_the_rule_off_releases_nothing_that_waits(stage: Stage) -> None:
    """The audit channel learns of it, and the author still cannot approve what was waiting."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    await require_second_approver(stage)
    audit = stage.discord.world.add_channel(stage.discord.studio, "audit")
    stage.discord.update(audit, new=True)
    await stage.discord.wait_until(lambda: stage.bot.get_channel(audit.id))
    await stage.bot.studio_config.set_audit_channel(audit.id, Actor(1, "x"))
    card = await ask_for_approval(stage)
    setup = await stage.discord.wait_for_answer(await stage.hana.slash("setup"))
    await stage.hana.click(setup, "Stop requiring a second approver")
    await stage.discord.wait_until(
        lambda: any("no longer needs a second" in message.text for message in audit.messages)
    )
    pressed = await stage.hana.click(card, "Approve")
    # If the card is not up to date, the answer brings it up to date first, and the sentence follows.
    await stage.discord.wait_until(
        lambda: any(
            "cannot approve your own" in text for text in (pressed.text, *(each.text for each in pressed.followups))
        )
    )
    assert not lantern.posts


async def test_a_change_prepared_before_the_rule_is_refused_after_it(stage: Stage) -> None:
    """A new text for posts needs no second person only where no text does."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    await compose_and_post(stage, 1)
    services = stage.bot.services
    by = Actor(stage.hana.user.id, "Hana")
    change = await services.drafts.compose_change(await get_newest_id(stage), Post("Later", "Changed."), by)
    await services.drafts.preview_draft(change.id)
    await require_second_approver(stage)
    with pytest.raises(StateError, match="two people"):
        await services.broadcasts.apply_change(change.id, by)
    assert "Changed." not in lantern.posts[0].text


async def test_a_change_cannot_be_posted_as_an_announcement(stage: Stage) -> None:
    """A draft that changes posts has its own button; a forged press of the other one sends nothing."""
    await subscribe_servers(stage, "Red Lantern")
    await compose_and_post(stage, 1)
    by = Actor(stage.hana.user.id, "Hana")
    drafts = stage.bot.services.drafts
    change = await drafts.compose_change(await get_newest_id(stage), Post("Later", "Changed."), by)
    with pytest.raises(StateError, match="changes posts"):
        await drafts.confirm_draft(change.id, by)


async def test_a_passed_time_is_not_approved_silently(stage: Stage) -> None:
    """If the time has passed meanwhile, approving asks whether to post now, and confirming shows the preview again."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    drafts, broadcasts = stage.bot.services.drafts, stage.bot.services.broadcasts
    hana, kenji = Actor(stage.hana.user.id, "Hana"), add_team_member(stage.discord, "Kenji")
    await require_second_approver(stage)
    draft = await drafts.compose_draft(Post("Soon", "Here."), hana)
    await drafts.confirm_draft(draft.id, hana)
    await stage.bot.services.broadcast_cards.open_card(draft.id, stage.discord.studio.text_channel.id)
    card = await stage.wait_for_card("Waiting for approval")
    async with stage.bot.services.database.read() as tx:
        assert (await tx.broadcasts.get(draft.id)).state is BroadcastState.PENDING

    late = await drafts.compose_draft(Post("Late", "Here."), hana)
    await drafts.change_draft(late.id, BroadcastChanges(due_at=utcnow()))
    with pytest.raises(TimePassedError):
        await drafts.confirm_draft(late.id, hana)
    await stage.bot.services.database.write(lambda tx: _set_due(tx, draft.id))
    await stage.bot.services.broadcast_cards.refresh_card(draft.id)
    question = await stage.discord.wait_for_answer(await kenji.click(card, "Approve"))
    assert "has passed" in question.text
    assert not lantern.posts
    await stage.discord.wait_for_answer(await kenji.click(question, "Approve and post now"))
    await stage.discord.wait_until(lambda: lantern.posts)
    assert (await broadcasts.get_status(draft.id)).broadcast.due_at is None


async def _set_due(tx: object, broadcast_id: str) -> None:
    from storage import WriteTransaction
    from storage.tables import broadcasts

    assert isinstance(tx, WriteTransaction)
    await tx.broadcasts.connection.execute(
        broadcasts.update().where(broadcasts.c.id == broadcast_id).values(due_at=utcnow())
    )


async def test_only_the_counted_channels_get_it(stage: Stage) -> None:
    """If servers join after the preview, the press shows the new count instead of posting to more than it said."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    log = await compose(stage)
    (owls,) = await subscribe_servers(stage, "Night Owls")
    await stage.hana.click(log, "Post to 1 channel")
    await stage.discord.wait_until(lambda: "have changed since" in log.text)
    assert not lantern.posts
    assert not owls.posts
    await stage.hana.click(log, "Post to 2 channels")
    await stage.discord.wait_until(lambda: lantern.posts and owls.posts)


async def test_stop_all_discards_what_waits_for_approval(stage: Stage) -> None:
    """After the emergency stop no press can post what was waiting."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    await require_second_approver(stage)
    card = await ask_for_approval(stage)
    reply = await stage.discord.wait_for_answer(await stage.hana.slash("broadcasts stop-all"))
    assert "1 announcement" in reply.text
    await stage.discord.wait_until(lambda: "Cancelled" in card.text)
    with pytest.raises(StateError):
        await stage.bot.services.drafts.approve_broadcast(await get_newest_id(stage), Actor(2, "y"))
    assert not lantern.posts


async def test_what_was_released_without_posting_is_not_posted_by_one_person(stage: Stage) -> None:
    """Where the only channel was closed, nothing was approved; trying again once it is open needs two people as well."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    await require_second_approver(stage)
    await stage.run_script()
    card = await stage.wait_for_finished_script()
    await stage.approve_template(card)
    await close_channel(stage, lantern)
    modal = await stage.hana.click(card, "Release…")
    log = await stage.discord.wait_for_answer(await stage.hana.submit_modal(modal))
    await stage.hana.click(log, "Release without posting")
    await stage.discord.wait_until(lambda: "Nothing was posted" in log.text)
    with pytest.raises(StateError, match="two people"):
        await stage.bot.services.broadcasts.retry_failed(await get_newest_id(stage), Actor(stage.hana.user.id, "Hana"))


async def test_an_approved_release_shows_on_the_card_of_its_script(stage: Stage) -> None:
    """Once the second person has approved, the script's card says "released" and offers no release any more."""
    await subscribe_servers(stage, "Red Lantern")
    await require_second_approver(stage)
    await stage.run_script()
    card = await stage.wait_for_finished_script()
    await stage.approve_template(card)
    modal = await stage.hana.click(card, "Release…")
    log = await stage.discord.wait_for_answer(await stage.hana.submit_modal(modal))
    await stage.hana.click(log, "Ask to post to 1 channel")
    waiting = await stage.wait_for_card("Waiting for approval")
    await add_team_member(stage.discord, "Kenji").click(waiting, "Approve")
    await stage.discord.wait_until(lambda: "**released**" in card.text)
    assert card.buttons == ["Read", "Download"]
