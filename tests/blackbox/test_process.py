import asyncio
import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from bot.exit_codes import ExitCode
from tests.blackbox.process import BotProcess, started
from tests.stage import CHAPTER, MANAGE_GUILD, announcements
from tests.standins.discord_actors import Person
from tests.standins.discord_server import DiscordStandIn
from tests.standins.discord_world import Channel, Message
from tests.standins.gemini import GeminiStandIn

# Killed at random moments is what test_torture and test_writing_faults try; here it comes with the soak.
SIGNALS = [signal.SIGTERM, signal.SIGKILL] if os.environ.get("SOAK") else [signal.SIGTERM]
pytestmark = pytest.mark.slow
LONG = "\n\n".join(
    f"The bell rang for the {number}. time, and the lantern on stair {number} went out." for number in range(60)
)


def team(discord: DiscordStandIn) -> Person:
    return discord.add_person("Hana", roles=[discord.world.add_role(discord.studio, "Team", MANAGE_GUILD)])


async def order(discord: DiscordStandIn, person: Person, text: str = CHAPTER, **options: object) -> None:
    wanted = {"ebook": "ebook_001", "chapter": 1, "title": "The Midnight Summoning", "source": ("c.txt", text.encode())}
    await discord.wait_for_answer(await person.slash("script", options=wanted | options))


def shown(discord: DiscordStandIn, text: str) -> Message | None:
    return next((message for message in reversed(discord.channel.messages) if text in message.text), None)


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "data" / "studio.db")) as connection:
        return connection.execute(query).fetchall()


async def test_gemini_writes_the_chapter(tmp_path: Path) -> None:
    """Over real HTTP the chapter's own sentences reach Gemini, and its script, tokens and cost reach the database."""
    with GeminiStandIn() as gemini:
        async with DiscordStandIn() as discord:
            hana = team(discord)
            async with started(discord, tmp_path, GOOGLE_API_KEY="k" * 30, GOOGLE_GEMINI_BASE_URL=gemini.url) as bot:
                await order(discord, hana, theme="fox-demon horror")
                card = await discord.wait_until(lambda: shown(discord, "tokens"), 20)
                assert await bot.stop() == ExitCode.DONE
            assert discord.violations == []
    assert card is not None
    assert "gemini-3.8-flash" in card.text
    assert "$" in card.text
    (call,) = gemini.calls
    assert "nobody had touched the rope" in str(call.body)
    ((writer, body),) = rows(tmp_path, "SELECT writer, body FROM scripts")
    assert writer == "gemini"
    assert "nobody had touched the rope" in str(body)
    names = [name for (name,) in rows(tmp_path, "SELECT event FROM events ORDER BY seq")]
    assert names == [
        "Chapter audio script generation started",
        "Added document to audio_scripts",
        "Added document to grant_logs",
        "Chapter audio script generation completed",
    ]


@pytest.mark.parametrize("sent", SIGNALS)
async def test_stopped_in_the_middle_of_writing(tmp_path: Path, sent: signal.Signals) -> None:
    """However the process ends while writing, the next one finds the run, the card says so, and Continue finishes it."""
    with GeminiStandIn(chunks=40, delay=0.15) as gemini:
        async with DiscordStandIn() as discord:
            hana = team(discord)
            keys = {"GOOGLE_API_KEY": "k" * 30, "GOOGLE_GEMINI_BASE_URL": gemini.url}
            async with started(discord, tmp_path, **keys) as bot:
                await order(discord, hana, LONG)
                await discord.wait_until(lambda: (card := shown(discord, "Writing")) and "so far" in card.text, 15)
                await asyncio.sleep(2.5)
                began = time.monotonic()
                code = await bot.stop(sent)
                assert time.monotonic() - began < 10
                assert code == (ExitCode.DONE if sent is signal.SIGTERM else -signal.SIGKILL)
            gemini.delay = 0.0
            async with started(discord, tmp_path, **keys) as bot:
                card = await discord.wait_until(lambda: shown(discord, "Interrupted"), 15)
                assert card is not None
                assert "cues are safe" in card.text
                await hana.click(card, "Continue")
                await discord.wait_until(lambda: shown(discord, "Runs "), 20)
                assert await bot.stop() == ExitCode.DONE
            assert len(discord.channel.messages) == 1
            assert discord.violations == []
    ((state, version),) = rows(tmp_path, "SELECT state, version FROM runs")
    assert (state, version) == ("done", 1)
    assert len(rows(tmp_path, "SELECT * FROM scripts")) == 1
    assert "verify" not in bot.output


@pytest.mark.parametrize("sent", SIGNALS)
async def test_stopped_in_the_middle_of_a_broadcast(tmp_path: Path, sent: signal.Signals) -> None:
    """However the process ends while posting, every channel has the post exactly once after the next start."""
    async with DiscordStandIn() as discord:
        hana = team(discord)
        channels = await affiliates(discord, 30)
        async with started(discord, tmp_path, BROADCAST_RATE="10") as bot:
            await join_all(discord, channels)
            await confirm_broadcast(discord, hana, 30)
            await discord.wait_until(lambda: sum(bool(announcements(channel)) for channel, _ in channels) >= 8, 10)
            await bot.stop(sent)
        done = sum(bool(announcements(channel)) for channel, _ in channels)
        assert 8 <= done < 30
        async with started(discord, tmp_path, BROADCAST_RATE="40") as bot:
            await discord.wait_until(lambda: shown(discord, "Posted to 30 of 30"), 20)
            await bot.stop()
        assert [len(announcements(channel)) for channel, _ in channels] == [1] * 30
        assert discord.violations == []
    names = [name for (name,) in rows(tmp_path, "SELECT event FROM events")]
    assert names.count("Broadcast sent") == 1


async def affiliates(discord: DiscordStandIn, number: int) -> list[tuple[Channel, Person]]:
    found = []
    for index in range(number):
        guild = discord.world.add_guild(f"Affiliate {index}", discord.world.add_user(f"owner {index}"))
        role = discord.world.add_role(guild, "Keeper", MANAGE_GUILD)
        channel = discord.world.add_channel(guild, "lore")
        found.append((channel, discord.add_person(f"keeper {index}", guild=guild, roles=[role])))
    return found


async def join_all(discord: DiscordStandIn, channels: list[tuple[Channel, Person]]) -> None:
    for channel, keeper in channels:
        log = await keeper.slash("affiliate join", channel=keeper.home, options={"channel": channel})
        assert "You are subscribed" in (await discord.wait_for_answer(log)).text


async def confirm_broadcast(discord: DiscordStandIn, person: Person, count: int) -> None:
    log = await discord.wait_for_answer(await person.slash("broadcast", title="Soon", message="The well opens."))
    await person.click(log, f"Post to {count} channels")


async def test_answers_come_at_once_while_writing(tmp_path: Path) -> None:
    """The first response to a command comes within 300 ms (p99 over 100) while chapters are being written."""
    with GeminiStandIn(chunks=400, delay=0.05) as gemini:
        async with DiscordStandIn() as discord:
            hana = team(discord)
            keys = {"GOOGLE_API_KEY": "k" * 30, "GOOGLE_GEMINI_BASE_URL": gemini.url}
            async with started(discord, tmp_path, **keys) as bot:
                for chapter in (1, 2, 3):
                    await order(discord, hana, LONG, chapter=chapter)
                await discord.wait_until(lambda: gemini.open == 3, 10)
                latencies = []
                for number in range(100):
                    command = ("progress", "help", "about", "track")[number % 4]
                    options = {"event": f"Take {number}"} if command == "track" else {}
                    log = await hana.slash(command, options=options)
                    await discord.wait_for_answer(log)
                    assert log.latency is not None
                    latencies.append(log.latency)
                assert gemini.open == 3, "the chapters were being written all the while"
                await bot.stop()
    assert sorted(latencies)[98] < 0.3


@pytest.mark.parametrize(
    ("environment", "code", "sentences"),
    [
        (
            {"DISCORD_TOKEN": "", "STUDIO_GUILD_ID": "x"},
            ExitCode.CONFIG,
            ["DISCORD_TOKEN is empty", "STUDIO_GUILD_ID must be"],
        ),
        ({"DATABASE_URL": "sqlite:///."}, ExitCode.DATABASE, ["cannot be opened"]),
        ({"DATABASE_URL": "mysql://u:secret@h/d"}, ExitCode.DATABASE, ["only sqlite and postgresql"]),
        ({"DISCORD_TOKEN": "wrong"}, ExitCode.TOKEN, ["Discord refuses DISCORD_TOKEN"]),
        ({"DISCORD_API_BASE": "http://127.0.0.1:9/api/v10"}, ExitCode.UNREACHABLE, ["Discord cannot be reached"]),
    ],
)
async def test_what_keeps_it_from_starting_is_one_sentence(
    tmp_path: Path, environment: dict[str, str], code: ExitCode, sentences: list[str]
) -> None:
    """What is wrong at the start is told in plain words, without a traceback, and with an exit code of its own."""
    async with DiscordStandIn() as discord:
        bot = await BotProcess.start(tmp_path, **(discord.env | environment))
        assert await bot.ended(20) == code
    for sentence in sentences:
        assert sentence in bot.output
    assert "Traceback" not in bot.output
    assert "secret" not in bot.output


async def test_a_second_process_is_refused(tmp_path: Path) -> None:
    """A second process on the same file is refused in a sentence, and the first is not disturbed."""
    async with DiscordStandIn() as discord, started(discord, tmp_path) as bot:
        second = await BotProcess.start(tmp_path, **discord.env)
        assert await second.ended(20) == ExitCode.DATABASE
        assert f"in use by process {bot.process.pid}" in second.output
        assert bot.process.returncode is None


async def test_commands_are_registered_only_when_they_change(tmp_path: Path) -> None:
    """A restart registers nothing anew; ``run --sync`` does."""
    async with DiscordStandIn() as discord:

        def registrations() -> int:
            return sum(request.method == "PUT" and request.path.endswith("/commands") for request in discord.requests)

        async with started(discord, tmp_path) as bot:
            assert registrations() == 2
            await bot.stop()
        async with started(discord, tmp_path) as bot:
            assert registrations() == 2
            await bot.stop()
        bot = await BotProcess.start(tmp_path, "run", "--sync", **discord.env)
        await discord.wait_until(lambda: registrations() == 4, 20)
        assert await bot.stop() == ExitCode.DONE
