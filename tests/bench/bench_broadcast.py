"""How long a broadcast to 1,000 channels takes, beside the two usual ways of writing it, in one run.

All go through discord.py's own HTTP client to a loopback server with 120 ms latency that enforces Discord's 50 requests a
second and 5 posts in 5 seconds a channel, and honours ``enforce_nonce``.
"""

import asyncio
import time
from collections.abc import Awaitable, Sequence
from pathlib import Path

import discord

from bot.actor import Actor
from bot.broadcasts.post import Post
from bot.runtime import Runtime
from cogs.views.broadcast_post import post_embed
from storage import WriteTransaction
from tests.stage import Stage, open_stage
from tests.standins.discord_world import Channel

CHANNELS = 1_000
SAMPLE = 100
RATE = 25.0
LATENCY = 0.12
SLACK = 1.05


async def test_broadcast(tmp_path: Path) -> None:
    """Ours takes at most 1.05 times the channels over the rate, without a single 429."""
    async with open_stage(f"sqlite:///{tmp_path / 'bench.db'}", Runtime(), broadcast_rate=RATE) as stage:
        channels = await _subscribed(stage)
        stage.discord.latency = LATENCY
        stage.discord.limits.enabled = True
        ours = await _ours(stage)
        refused = _refused(stage)
        assert all(len(channel.messages) == 1 for channel in channels)
        sequential = await _timed(_sequential(stage.bot, channels[:SAMPLE]))
        red = await _timed(_half_second(stage.bot, channels[:SAMPLE]))
    print(f"\n{CHANNELS} channels, {LATENCY * 1000:.0f} ms latency, rate {RATE:.0f}/s")
    print(f"  this studio          {ours:7.1f} s   {CHANNELS / ours:5.1f}/s   {refused} times 429")
    for name, seconds in (("plain loop", sequential), ("half a second each", red)):
        whole = seconds * CHANNELS / SAMPLE
        print(f"  {name:20} {whole:7.1f} s   {SAMPLE / seconds:5.1f}/s   (from {SAMPLE} channels)")
    assert refused == 0
    assert ours <= SLACK * CHANNELS / RATE


async def _subscribed(stage: Stage) -> list[Channel]:
    world = stage.discord.world
    owner = world.add_user("owner")
    guilds = [world.add_guild(f"Server {number}", owner) for number in range(CHANNELS)]
    for guild in guilds:
        stage.discord.join(guild)
    await stage.discord.wait_until(lambda: len(stage.bot.guilds) == CHANNELS + 1, 60)

    async def work(tx: WriteTransaction) -> None:
        for guild in guilds:
            await tx.subscriptions.join(
                guild_id=guild.id,
                guild_name=guild.name,
                channel_id=guild.text_channel.id,
                channel_name=guild.text_channel.name,
                role_id=None,
                member_id=None,
            )

    await stage.bot.services.database.write(work)
    return [guild.text_channel for guild in guilds]


async def _ours(stage: Stage) -> float:
    services = stage.bot.services
    draft = await services.drafts.compose_draft(Post("Soon", "The well opens."), Actor(1, "Hana"))
    began = time.perf_counter()
    await services.drafts.confirm_draft(draft.id, Actor(1, "Hana"))
    while (status := await services.broadcasts.get_status(draft.id)).counts.waiting:
        await asyncio.sleep(0.1)
    assert status.counts.standing == CHANNELS
    return time.perf_counter() - began


def _refused(stage: Stage) -> int:
    return sum(request.status == 429 for request in stage.discord.requests)


async def _sequential(bot: discord.Client, channels: Sequence[Channel]) -> None:
    for channel in channels:
        await bot.get_partial_messageable(channel.id).send(embed=post_embed(Post("Soon", "The well opens.")))


async def _half_second(bot: discord.Client, channels: Sequence[Channel]) -> None:
    for channel in channels:
        await bot.get_partial_messageable(channel.id).send(embed=post_embed(Post("Soon", "The well opens.")))
        await asyncio.sleep(0.5)


async def _timed(work: Awaitable[None]) -> float:
    began = time.perf_counter()
    await work
    return time.perf_counter() - began
