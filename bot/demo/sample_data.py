"""The demo's servers, people and texts: the studio, three affiliates, and the chapters of two books."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import discord

from bot.actor import Actor
from bot.affiliates.subscriptions import NewSubscription
from bot.demo.simulated_discord import SimulatedDiscord, View

STUDIO_ID: Final = 1_313_131_313_131_313_130
_STUDIO: Final = "Midnight Myth Studio"
_AFFILIATES: Final = (("Red Lantern", "Ren"), ("Night Owls", "Noa"), ("Foxfire", "Fumi"))

EBOOK_ID: Final = "ebook_001"
EBOOK_TITLE: Final = "The Fox of Thirteen Bells"
EBOOK_THEME: Final = "fox-demon horror"


@dataclass(frozen=True, slots=True)
class SampleData:
    """The views to choose from: both of the team, each affiliate, somebody outside the team; and the affiliates' subscriptions.

    ``team`` has the two people who made the studio's history.
    """

    studio_id: int
    team: tuple[Actor, Actor]
    views: tuple[View, ...]
    subscriptions: tuple[tuple[NewSubscription, Actor], ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the views, in order."""
        return tuple(view.label for view in self.views)


def build_servers(world: SimulatedDiscord) -> SampleData:
    """Creates servers, channels and people; the bot may be started later."""
    studio = world.create_guild(_STUDIO, id=STUDIO_ID)
    writers_room = studio.create_text_channel("writers-room", topic=f"{_STUDIO} · where chapters become scripts")
    team = studio.create_role("Team", permissions=discord.Permissions(manage_guild=True), color=0xE8743B, hoist=True)
    hana = studio.add_member(world.create_user("hana", global_name="Hana"), roles=[team])
    kenji = studio.add_member(world.create_user("kenji", global_name="Kenji"), roles=[team])
    bob = studio.add_member(world.create_user("bob", global_name="Bob"))
    views = [
        View("the studio's #writers-room, as Hana of the team", hana, writers_room),
        View("the studio's #writers-room, as Kenji, who can be the second approver", kenji, writers_room),
    ]
    subscriptions = []
    for server, name in _AFFILIATES:
        user = world.create_user(name.casefold(), global_name=f"{name} ({server})")
        guild = world.create_guild(server, owner=user)
        lore = guild.create_text_channel("lore", topic=f"{server} · an affiliate's server")
        views.append(View(f"#lore at {server}, as {name}", guild.add_member(user), lore))
        subscriptions.append((NewSubscription(guild.id, server, lore.id, "lore"), Actor(user.id, name)))
    views.append(View("the studio's #writers-room, as Bob, who is not the team", bob, writers_room))
    team_members = (Actor(hana.id, "Hana"), Actor(kenji.id, "Kenji"))
    return SampleData(STUDIO_ID, team_members, tuple(views), tuple(subscriptions))


def read_chapter() -> tuple[str, str]:
    """The title and the text of the chapter that visitors are asked to try."""
    return _split_title(_read("the-midnight-summoning.txt"))


def read_lanterns() -> list[tuple[str, str]]:
    """The titles and texts of the chapters of the book with a history."""
    return [_split_title(chapter) for chapter in _read("lanterns-for-the-drowned.txt").split("# ")[1:]]


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _split_title(content: str) -> tuple[str, str]:
    title, _, text = content.partition("\n")
    return title.strip(), text.strip()
