"""Changes and recalls concern the posts that their question has counted, or they ask again."""

from tests.cogs.announcements import compose, subscribe_servers
from tests.stage import Stage


async def test_posts_that_arrived_since_the_count_are_asked_about_again(stage: Stage) -> None:
    """A post that arrives while "Change 1 post" and "Remove 1 post" are on screen is neither changed nor removed unasked."""
    lantern, owls = await subscribe_servers(stage, "Red Lantern", "Night Owls")
    stage.discord.add_fault("POST", f"*/channels/{owls.channel.id}/messages", "status", status=403, times=1)
    log = await compose(stage)
    await stage.hana.click(log, "Post to 2 channels")
    card = await stage.wait_for_card("Refused: #lore in Night Owls")
    await stage.discord.wait_until(lambda: "Recall" in card.buttons)
    modal = await stage.hana.click(card, "Edit the posts")
    change = await stage.discord.wait_for_answer(
        await stage.hana.submit_modal(modal, {"title": "Sooner", "message": "It is open."})
    )
    recall = await stage.hana.click(card, "Recall")
    await stage.discord.wait_until(lambda: "Remove 1 post" in recall.buttons)
    await stage.hana.click(card, "Try 1 again")
    await stage.discord.wait_until(lambda: "Posted to 2 of 2" in card.text)

    await stage.hana.click(change, "Change 1 post")
    await stage.discord.wait_until(lambda: "Change 2 posts" in change.buttons and "have changed since" in change.text)
    await stage.hana.click(recall, "Remove 1 post")
    await stage.discord.wait_until(lambda: "Remove 2 posts" in recall.buttons and "have changed since" in recall.text)
    assert all("Soon" in server.posts[0].text for server in (lantern, owls))

    await stage.hana.click(change, "Change 2 posts")
    await stage.discord.wait_until(lambda: all("Sooner" in server.posts[0].text for server in (lantern, owls)))
    await stage.discord.wait_until(lambda: "Recall" in card.buttons)
    await stage.hana.click(recall, "Remove 2 posts")
    await stage.discord.wait_until(lambda: not lantern.posts and not owls.posts)
    assert "Remove 2 posts" not in recall.buttons, "the question cannot be answered twice"
