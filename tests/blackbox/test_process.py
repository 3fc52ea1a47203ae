import os
import re
import signal
import time
from pathlib import Path

import pytest

from bot.exit_codes import ExitCode
from tests.blackbox.database import database_path, select
from tests.blackbox.process import BotProcess, running_process
from tests.stage import CHAPTER, MANAGE_GUILD, add_team_member, posts_in, running_bot, settings_for
from tests.standins.discord_actors import Person
from tests.standins.discord_server import DiscordStandIn
from tests.standins.discord_world import Channel, Message
from tests.standins.gemini import GeminiStandIn

# test_torture and test_writing_faults kill at random moments; here a kill is tried only in the soak.
SIGNALS = [signal.SIGTERM, signal.SIGKILL] if os.environ.get("SOAK") else [signal.SIGTERM]
pytestmark = pytest.mark.slow
LONG = "\n\n".join(
    f"The bell rang for the {number}. time, and the lantern on stair {number} went out." for number in range(60)
)


async def run_script(discord: DiscordStandIn, person: Person, text: str = CHAPTER, **options: object) -> None:
    given = {"ebook": "ebook_001", "chapter": 1, "title": "The Midnight Summoning", "source": ("c.txt", text.encode())}
    await discord.wait_for_answer(await person.slash("script", options=given | options))


def newest_message(discord: DiscordStandIn, text: str) -> Message | None:
    return next((message for message in reversed(discord.channel.messages) if text in message.text), None)


async def test_gemini_writes_the_chapter(tmp_path: Path) -> None:
    """Over real HTTP the chapter's own sentences reach Gemini, and its script, tokens and cost reach the database."""
    with GeminiStandIn() as gemini:
        async with DiscordStandIn() as discord:
            hana = add_team_member(discord, "Hana")
            async with running_process(
                discord, tmp_path, GOOGLE_API_KEY="k" * 30, GOOGLE_GEMINI_BASE_URL=gemini.url
            ) as bot:
                await run_script(discord, hana, theme="fox-demon horror")
                card = await discord.wait_until(lambda: newest_message(discord, "tokens"), 20)
                assert await bot.stop() == ExitCode.DONE
    assert card is not None
    assert "gemini-3.8-flash" in card.text
    assert "$" in card.text
    (call,) = gemini.calls
    assert "nobody had touched the rope" in str(call.body)
    ((writer, body),) = select(database_path(tmp_path), "SELECT writer, body FROM scripts")
    assert writer == "gemini"
    assert "nobody had touched the rope" in str(body)
    names = [name for (name,) in select(database_path(tmp_path), "SELECT event FROM events ORDER BY seq")]
    assert names == [
        "Chapter audio script generation started",
        "Added document to audio_scripts",
        "Added document to grant_logs",
        "Chapter audio script generation completed",
    ]


@pytest.mark.parametrize("sent", SIGNALS)
async def test_stopped_in_the_middle_of_writing(tmp_path: Path, sent: signal.Signals) -> None:
    """However the process ends while it writes, the next one shows the run as interrupted, and Continue finishes it."""
    with GeminiStandIn(chunks=40, delay=0.15) as gemini:
        async with DiscordStandIn() as discord:
            hana = add_team_member(discord, "Hana")
            keys = {"GOOGLE_API_KEY": "k" * 30, "GOOGLE_GEMINI_BASE_URL": gemini.url}
            async with running_process(discord, tmp_path, **keys) as bot:
                await run_script(discord, hana, LONG)
                await discord.wait_until(
                    lambda: (card := newest_message(discord, "Writing")) and "so far" in card.text, 15
                )
                await discord.wait_until(
                    lambda: select(database_path(tmp_path), "SELECT 1 FROM runs WHERE progress <> ''")
                )
                began = time.monotonic()
                code = await bot.stop(sent)
                assert time.monotonic() - began < 10
                assert code == (ExitCode.DONE if sent is signal.SIGTERM else -signal.SIGKILL)
            gemini.delay = 0.0
            async with running_process(discord, tmp_path, **keys) as bot:
                card = await discord.wait_until(lambda: newest_message(discord, "Interrupted"), 15)
                assert card is not None
                assert re.search(r"\d cues? (?:is|are) safe", card.text)
                await hana.click(card, "Continue")
                await discord.wait_until(lambda: newest_message(discord, "Runs "), 20)
                assert await bot.stop() == ExitCode.DONE
            assert len(discord.channel.messages) == 1
    ((state, version),) = select(database_path(tmp_path), "SELECT state, version FROM runs")
    assert (state, version) == ("done", 1)
    assert len(select(database_path(tmp_path), "SELECT * FROM scripts")) == 1


@pytest.mark.parametrize("sent", SIGNALS)
async def test_stopped_in_the_middle_of_a_broadcast(tmp_path: Path, sent: signal.Signals) -> None:
    """However the process ends while posting, every channel has the post exactly once after the next start."""
    async with DiscordStandIn() as discord:
        hana = add_team_member(discord, "Hana")
        channels = await add_affiliates(discord, 30)
        async with running_process(discord, tmp_path, BROADCAST_RATE="10") as bot:
            await subscribe_all(discord, channels)
            await confirm_broadcast(discord, hana, 30)
            await discord.wait_until(lambda: sum(bool(posts_in(channel)) for channel, _ in channels) >= 8, 10)
            await bot.stop(sent)
        done = sum(bool(posts_in(channel)) for channel, _ in channels)
        assert 8 <= done < 30
        async with running_process(discord, tmp_path, BROADCAST_RATE="40") as bot:
            await discord.wait_until(lambda: newest_message(discord, "Posted to 30 of 30"), 20)
            await bot.stop()
        assert [len(posts_in(channel)) for channel, _ in channels] == [1] * 30
    names = [name for (name,) in select(database_path(tmp_path), "SELECT event FROM events")]
    assert names.count("Broadcast sent") == 1


async def add_affiliates(discord: DiscordStandIn, number: int) -> list[tuple[Channel, Person]]:
    channels = []
    for index in range(number):
        guild = discord.world.add_guild(f"Affiliate {index}", discord.world.add_user(f"owner {index}"))
        role = discord.world.add_role(guild, "Manager", MANAGE_GUILD)
        channel = discord.world.add_channel(guild, "lore")
        channels.append((channel, discord.add_person(f"manager {index}", guild=guild, roles=[role])))
    return channels


async def subscribe_all(discord: DiscordStandIn, channels: list[tuple[Channel, Person]]) -> None:
    for channel, manager in channels:
        log = await manager.slash("affiliate join", channel=manager.home, options={"channel": channel})
        assert "You are subscribed" in (await discord.wait_for_answer(log)).text


async def confirm_broadcast(discord: DiscordStandIn, person: Person, count: int) -> None:
    log = await discord.wait_for_answer(await person.slash("broadcast", title="Soon", message="The well opens."))
    await person.click(log, f"Post to {count} channels")


async def test_answers_come_at_once_while_chapters_are_written(tmp_path: Path) -> None:
    """While three chapters are being written, 19 of 20 first responses take less than 300 ms.

    On a machine that is busy with something else every response is late, which says nothing about the bot. Then a response
    may take five times as long as while nothing is written. One of three rounds must pass.
    """
    with GeminiStandIn(chunks=4000, delay=0.1) as gemini:  # enough for minutes
        async with DiscordStandIn() as discord:
            hana = add_team_member(discord, "Hana")
            keys = {"GOOGLE_API_KEY": "k" * 30, "GOOGLE_GEMINI_BASE_URL": gemini.url}
            async with running_process(discord, tmp_path, **keys) as bot:
                limit = max(0.3, 5 * await slow_response(discord, hana))
                for chapter in (1, 2, 3):
                    await run_script(discord, hana, LONG, chapter=chapter)
                await discord.wait_until(lambda: gemini.open_streams == 3, 10)
                rounds = [await slow_response(discord, hana)]
                while len(rounds) < 3 and min(rounds) >= limit:
                    rounds.append(await slow_response(discord, hana))
                assert gemini.open_streams == 3, "the chapters were being written all the while"
                await bot.stop()
    assert min(rounds) < limit


async def slow_response(discord: DiscordStandIn, hana: Person) -> float:
    """Seconds within which 19 of 20 commands get their first response, measured with 40."""
    return sorted([await first_response(discord, hana, number) for number in range(40)])[37]


async def first_response(discord: DiscordStandIn, hana: Person, number: int) -> float:
    """Seconds until the first response to one of four commands, in turn."""
    command = ("progress", "help", "about", "track")[number % 4]
    log = await hana.slash(command, options={"event": f"Take {number}"} if command == "track" else {})
    await discord.wait_for_answer(log)
    assert log.latency is not None
    return log.latency


@pytest.mark.parametrize(
    ("environment", "code", "sentences"),
    [
        (
            {"DISCORD_TOKEN": "", "STUDIO_GUILD_ID": "x"},
            ExitCode.CONFIG,
            ["DISCORD_TOKEN is empty", "STUDIO_GUILD_ID must be"],
        ),
        ({"DISCORD_TOKEN": "wrong.wrong.wrong"}, ExitCode.TOKEN, ["Discord refuses DISCORD_TOKEN"]),
    ],
)
async def test_a_failed_start_says_why_in_one_sentence(
    tmp_path: Path, environment: dict[str, str], code: ExitCode, sentences: list[str]
) -> None:
    """A start that fails says why in plain words, without a traceback; ``tests/bot/test_process.py`` has the other reasons."""
    async with DiscordStandIn() as discord:
        bot = await BotProcess.start(tmp_path, **(discord.env | environment))
        assert await bot.wait_for_exit(20) == code
    for sentence in sentences:
        assert sentence in bot.output
    assert "Traceback" not in bot.output


async def test_a_second_process_is_refused(tmp_path: Path, sqlite_url: str) -> None:
    """A second process on the same file is refused with a sentence, and the first runs on."""
    async with DiscordStandIn() as discord, running_bot(settings_for(discord, sqlite_url)) as first:
        second = await BotProcess.start(tmp_path, **discord.env, DATABASE_URL=sqlite_url)
        assert await second.wait_for_exit(20) == ExitCode.DATABASE
        assert f"in use by process {os.getpid()}" in second.output
        assert not first.is_closed()
        assert discord.gateway.connected


async def test_commands_are_registered_only_when_they_change(tmp_path: Path, sqlite_url: str) -> None:
    """A restart registers no command again; ``run --sync`` does."""
    async with DiscordStandIn() as discord:

        def registrations() -> int:
            return sum(request.method == "PUT" and request.path.endswith("/commands") for request in discord.requests)

        for _ in range(2):
            async with running_bot(settings_for(discord, sqlite_url)):
                assert registrations() == 2
        bot = await BotProcess.start(tmp_path, "run", "--sync", **discord.env, DATABASE_URL=sqlite_url)
        await discord.wait_until(lambda: registrations() == 4, 20)
        assert await bot.stop() == ExitCode.DONE
