"""A studio with much to do at once (an announcement, chapters, a live board), and what must have come of it."""

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass, field

from bot.event_names import BROADCAST_FINISHED, BROADCAST_SENT, GENERATION_COMPLETED
from storage import Database
from storage.stores.events import verify_chain
from tests.blackbox.database import query_url
from tests.stage import add_team_member, posts_in
from tests.standins.discord_actors import Person
from tests.standins.discord_server import DiscordStandIn
from tests.standins.discord_world import Channel, Message
from tests.standins.gemini import GeminiStandIn

_BELLS = 40
_MOMENT = "2026-11-22 20:00:00.000000+00"


def write_chapter(chapter: int) -> str:
    """A text of sentences that occur nowhere else."""
    return "\n\n".join(f"{_sentence(chapter, bell)} Nobody had touched the rope." for bell in range(1, _BELLS + 1))


def _sentence(chapter: int, bell: int) -> str:
    return f"Bell {bell} of chapter {chapter} rang over the drowned valley."


@dataclass(slots=True)
class BusyStudio:
    """What people in Discord do and see. ``calm`` is held by whoever presses, and by whoever disturbs the gateway."""

    discord: DiscordStandIn
    gemini: GeminiStandIn
    url: str
    channels: list[Channel] = field(default_factory=list)
    calm: asyncio.Lock = field(default_factory=asyncio.Lock)
    hana: Person = field(init=False)
    runs: int = 0
    began: float = 0.0

    def __post_init__(self) -> None:
        self.hana = add_team_member(self.discord, "Hana")

    @property
    def environment(self) -> dict[str, str]:
        """The settings that all processes share."""
        return {
            "DATABASE_URL": self.url,
            "GOOGLE_API_KEY": "k" * 30,
            "GOOGLE_GEMINI_BASE_URL": self.gemini.url,
            "GENERATION_WORKERS": "4",
        }

    def add_channels(self, number: int) -> None:
        """Servers with a subscribed channel each. Subscribing hundreds by command is not what is tested here."""
        world = self.discord.world
        owner = world.add_user("owner")
        guilds = [world.add_guild(f"Server {index}", owner) for index in range(number)]
        self.channels = [world.add_channel(guild, "lore") for guild in guilds]
        rows = ", ".join(
            f"('subscriptions_{index:016x}', 'active', {guild.id}, '{guild.name}', {channel.id}, 'lore', '{index:08x}',"
            f" '{_MOMENT}')"
            for index, (guild, channel) in enumerate(zip(guilds, self.channels, strict=True))
        )
        columns = "id, state, guild_id, guild_name, channel_id, channel_name, referral, created_at"
        query_url(self.url, f"INSERT INTO subscriptions ({columns}) VALUES {rows}")

    async def pin_board(self) -> None:
        """A live board is pinned in the studio's channel."""
        log = await self.discord.wait_for_answer(await self.hana.slash("progress"))
        await self.discord.wait_until(lambda: "Pin a live board" in log.buttons)
        await self.hana.click(log, "Pin a live board")
        await self.discord.wait_until(lambda: self.boards)

    async def start_runs(self, number: int) -> None:
        """Somebody asks for the next chapters."""
        for _ in range(number):
            self.runs += 1
            source = ("chapter.txt", write_chapter(self.runs).encode())
            options = {"ebook": "ebook_001", "chapter": self.runs, "title": f"Night {self.runs}", "source": source}
            await self.discord.wait_for_answer(await self.hana.slash("script", options=options))

    async def announce(self) -> None:
        """An announcement to all channels is confirmed."""
        log = await self.discord.wait_for_answer(await self.hana.slash("broadcast", title="Soon", message="Be there."))
        self.began = time.monotonic()
        await self.hana.click(log, f"Post to {len(self.channels):,} channels")

    async def note(self, event: str) -> None:
        """An entry with ``/track``, which the board then shows."""
        assert "Noted" in (await self.discord.wait_for_answer(await self.hana.slash("track", event=event))).text

    async def continue_interrupted(self) -> None:
        """Presses Continue on the card of every run that waits for a person."""
        for card in self.find_cards("Interrupted"):
            await self.hana.click(card, card.buttons[0])

    def find_cards(self, *texts: str) -> list[Message]:
        """Messages in the studio's channel that contain all of the texts."""
        return [message for message in self.discord.channel.messages if all(text in message.text for text in texts)]

    @property
    def boards(self) -> list[Message]:
        """The live boards."""
        return [message for message in self.discord.channel.messages if "Take it down" in message.buttons]

    @property
    def posted(self) -> int:
        """In how many channels the announcement is."""
        return sum(bool(posts_in(channel)) for channel in self.channels)

    @property
    def is_announced(self) -> bool:
        """Whether the card says how the announcement ended."""
        return bool(self.find_cards("Posted to"))

    @property
    def are_runs_done(self) -> bool:
        """Whether every chapter's card shows its script."""
        return len(self.find_cards("Runs ")) == self.runs

    def count_busiest_second(self) -> int:
        """The most requests to post that arrived within any second."""
        paths = {f"/channels/{channel.id}/messages" for channel in self.channels}
        sent = sorted(each.at for each in self.discord.requests if each.method == "POST" and each.path in paths)
        first = most = 0
        for last, at in enumerate(sent):
            while at - sent[first] >= 1:
                first += 1
            most = max(most, last - first + 1)
        return most

    def check_posts(self) -> None:
        """Every channel has one post.

        Raises:
            AssertionError: it is not so.
        """
        assert Counter(len(posts_in(channel)) for channel in self.channels) == {1: len(self.channels)}
        assert query_url(self.url, "SELECT state, count(*) FROM deliveries GROUP BY state") == [
            ("sent", len(self.channels))
        ]

    async def check_nothing_lost_nothing_twice(self) -> None:
        """Every channel has one post, every chapter one whole script, every event of these is there once; the chain is whole.

        Raises:
            AssertionError: it is not so.
        """
        self.check_posts()
        runs = query_url(self.url, "SELECT state, count(*) FROM runs GROUP BY state")
        assert runs == [("done", self.runs)]
        scripts = query_url(
            self.url, "SELECT chapter_number, version, writer, body FROM scripts ORDER BY chapter_number"
        )
        assert [row[:3] for row in scripts] == [(number, 1, "gemini") for number in range(1, self.runs + 1)]
        for chapter, _, _, body in scripts:
            spoken = " ".join(cue["text"] for cue in json.loads(body)["cues"])
            told = [spoken.count(_sentence(chapter, bell)) for bell in range(1, _BELLS + 1)]
            assert told == [1] * _BELLS, f"chapter {chapter}: {told}"
        events = Counter(name for (name,) in query_url(self.url, "SELECT event FROM events"))
        assert (events[BROADCAST_SENT], events[BROADCAST_FINISHED]) == (1, 1)
        assert events[GENERATION_COMPLETED] == self.runs
        assert len(self.boards) == 1
        assert len(self.find_cards("Night ")) >= self.runs
        database = await Database.open_for_reading(self.url)
        async with database.read() as tx:
            assert (await verify_chain(tx.events)).is_intact
        await database.close()
