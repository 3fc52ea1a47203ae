"""The cards of broadcasts."""

import asyncio

from tests.cogs.announcements import compose
from tests.stage import Stage


async def test_the_card_of_a_stopped_broadcast_counts_posts_in_flight(stage: Stage) -> None:
    """Posts that were in flight when the broadcast was stopped are counted as soon as they have arrived."""
    affiliates = [await (await stage.add_affiliate(f"S{number}")).subscribe() for number in range(8)]
    stage.discord.latency = 0.3
    log = await compose(stage)
    await stage.hana.click(log, "Post to 8 channels")
    await stage.discord.wait_for_answer(await stage.hana.slash("broadcasts stop-all"))
    stage.discord.latency = 0.0
    card = await stage.wait_for_card("Soon")
    async with asyncio.timeout(15):
        while True:
            arrived = sum(len(affiliate.posts) for affiliate in affiliates)
            if f"Posted to {arrived} of 8" in card.text or (not arrived and "8 stopped" in card.text):
                break
            await asyncio.sleep(0.05)
