"""``/badges``: what sharing earns."""

from tests.cogs.announcements import compose, subscribe_servers, wait_for_posts
from tests.stage import Stage


async def test_a_share_counts_once(stage: Stage) -> None:
    """ "I shared it" counts once for each person and announcement."""
    lantern = await (await stage.add_affiliate("Red Lantern")).subscribe()
    log = await compose(stage)
    await stage.hana.click(log, "Post to 1 channel")
    await stage.discord.wait_until(lambda: lantern.posts)
    reader = stage.discord.add_person("Reader", guild=lantern.guild)
    first = await stage.discord.wait_for_answer(await reader.click(lantern.posts[0], "I shared it"))
    assert "Counted." in first.text
    second = await stage.discord.wait_for_answer(await reader.click(lantern.posts[0], "I shared it"))
    assert "each announcement counts once" in second.text
    seen = await stage.discord.wait_for_answer(await reader.slash("progress", channel=lantern.guild.text_channel))
    assert "shared 1 announcement" in seen.text
    assert "First Whisper" in seen.text
    assert "Your next badge: **Ember Tail**, after 2 more shares." in seen.text


async def test_shares_earn_badges(stage: Stage) -> None:
    """Shares earn badges, which are announced at once and shown with the leaderboard."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    reader = stage.discord.add_person("Reader", guild=lantern.guild)
    answers = []
    for number in (1, 2, 3):
        log = await compose(stage, title=f"Lore {number}")
        await stage.hana.click(log, "Post to 1 channel")
        await wait_for_posts(stage, lantern, number)
        pressed = await stage.discord.wait_for_answer(await reader.click(lantern.posts[-1], "I shared it"))
        answers.append(pressed.text)
    assert "First Whisper" in answers[0]
    assert "You now have 2 shares. Your next badge: **Ember Tail**, after 1 more share." in answers[1]
    assert "Ember Tail" in answers[2]
    seen = await stage.discord.wait_for_answer(await reader.slash("badges", channel=lantern.guild.text_channel))
    assert "Ember Tail" in seen.text
    assert "1. Reader" in seen.text
