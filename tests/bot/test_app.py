"""When the bot starts its workers, and what becomes of events that come too late."""

import asyncio
import sqlite3
from typing import Any, cast
from unittest.mock import PropertyMock, patch

import discord
import pytest
import sqlalchemy
from discord.state import ConnectionState
from pydantic import SecretStr

from bot.app import MythBot
from bot.process import STOP_SECONDS
from bot.services import Services
from bot.settings import Settings
from tests.stage import open_stage

_SHORT_WAIT = "PRAGMA busy_timeout=20"


class Server:
    """A server as discord.py lists it: ``unavailable`` until Discord has sent it, and for as long as it has an outage."""

    def __init__(self, *, unavailable: bool) -> None:
        self.unavailable = unavailable


class CountingServices:
    """Services that count how often their workers were started."""

    def __init__(self) -> None:
        self.starts = 0

    async def start(self, *, with_workers: bool) -> None:
        self.starts += with_workers


@pytest.fixture
async def services() -> CountingServices:
    return CountingServices()


@pytest.fixture
async def bot(services: CountingServices) -> MythBot:
    """A bot that is not connected."""
    settings: dict[str, Any] = {"discord_token": SecretStr(f"x.y.{'z' * 70}"), "studio_guild_id": 1}
    made = MythBot(Settings(_env_file=None, **settings))
    made.services = cast("Services", services)
    made.shard_count = 1
    return made


async def announce(bot: MythBot, event: str, *servers: Server) -> None:
    """Calls the bot's listener while these servers are listed. The event is one of them or the number of a shard."""
    with patch.object(MythBot, "guilds", new_callable=PropertyMock, return_value=servers):
        if event == "ready":
            await bot.on_ready()
        elif event == "guild_available":
            await bot.on_guild_available(cast("discord.Guild", servers[0]))
        else:
            await bot.on_shard_connect(int(event))


async def test_workers_start_once_when_the_last_server_has_arrived(bot: MythBot, services: CountingServices) -> None:
    """They start neither earlier, when the channel of a card may be unknown, nor a second time."""
    first, last = Server(unavailable=False), Server(unavailable=True)
    for event in ("0", "guild_available"):
        await announce(bot, event, first, last)
    assert (services.starts, bot.first_ready.is_set()) == (0, False)
    last.unavailable = False
    for event in ("guild_available", "guild_available", "ready"):
        await announce(bot, event, first, last)
        assert (services.starts, bot.first_ready.is_set()) == (1, True)


async def test_workers_wait_for_every_shard(bot: MythBot, services: CountingServices) -> None:
    """While a shard is not connected its servers are not even listed; one without servers is complete at once."""
    bot.shard_count, bot.shard_ids = 4, [1, 3]
    server = Server(unavailable=False)
    for event in ("1", "guild_available"):
        await announce(bot, event, server)
        assert services.starts == 0
    await announce(bot, "3", server)
    assert services.starts == 1


async def test_workers_start_although_a_server_has_an_outage(bot: MythBot, services: CountingServices) -> None:
    """discord.py reports that it is ready when it has waited long enough for the other servers."""
    await announce(bot, "ready", Server(unavailable=False), Server(unavailable=True))
    assert (services.starts, bot.first_ready.is_set()) == (1, True)


async def test_a_start_does_not_wait_for_a_further_server(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot works as soon as all servers have arrived, however long discord.py waits for another one."""
    endless = property(lambda _: 3600.0, lambda _state, _seconds: None)
    monkeypatch.setattr(ConnectionState, "guild_ready_timeout", endless, raising=False)
    async with open_stage(sqlite_url) as stage:
        assert stage.bot.first_ready.is_set()
        assert not stage.bot.is_ready()
        await stage.run_script()
        await stage.wait_for_finished_script()


async def test_events_after_the_end_are_dropped(sqlite_url: str) -> None:
    """discord.py may announce that it is ready after the bot has closed; no listener runs, and nothing is left unawaited."""
    async with open_stage(sqlite_url) as stage:
        await stage.bot.close()
        before = asyncio.all_tasks()
        stage.bot.dispatch("ready")
        assert asyncio.all_tasks() == before


async def test_a_command_that_waits_for_a_locked_file_is_answered_before_the_bot_stops(
    sqlite_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The bot does not wait for the lock, and whoever typed the command reads that it was not stored; nothing is an error."""
    async with open_stage(sqlite_url) as stage:
        engines = stage.bot.services.database.engines
        assert engines.path is not None
        sqlalchemy.event.listen(
            engines.writer.sync_engine, "checkout", lambda dbapi, *_: dbapi.cursor().execute(_SHORT_WAIT)
        )
        with sqlite3.connect(engines.path, isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            log = await stage.hana.slash("track", event="Voice recorded")
            await stage.discord.wait_until(lambda: "trying again" in caplog.text)
            async with asyncio.timeout(STOP_SECONDS):
                await stage.bot.close()
            other.execute("ROLLBACK")
        assert "I am being stopped, and nothing of this was stored." in (await stage.discord.wait_for_answer(log)).text
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
