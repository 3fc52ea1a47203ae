"""Who and what is there when the demo begins: the studio's server, three affiliates, one book."""

from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import discord

from bot.actor import Actor
from bot.affiliates.subscriptions import NewSubscription
from bot.demo.simulated_discord import SimulatedDiscord, View
from bot.services import Services
from storage import WriteTransaction

STUDIO_ID: Final = 1_313_131_313_131_313_130
_STUDIO: Final = "Midnight Myth Studio"
_AFFILIATES: Final = (("Red Lantern", "Ren"), ("Night Owls", "Noa"), ("Foxfire", "Fumi"))

EBOOK_ID: Final = "ebook_001"
EBOOK_TITLE: Final = "The Fox of Thirteen Bells"
EBOOK_THEME: Final = "fox-demon horror"


@dataclass(frozen=True, slots=True)
class SampleData:
    """The views that can be chosen; the studio's first, then the affiliates', and last somebody outside the team."""

    views: tuple[View, ...]
    places: tuple[tuple[NewSubscription, Actor], ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The views in words."""
        return tuple(view.label for view in self.views)


def build_servers(world: SimulatedDiscord) -> SampleData:
    """Servers, channels and people. The bot need not run yet."""
    studio = world.create_guild(_STUDIO, id=STUDIO_ID)
    room = studio.create_text_channel("writers-room", topic=f"{_STUDIO} · where chapters become scripts")
    team = studio.create_role("Team", permissions=discord.Permissions(manage_guild=True), color=0xE8743B, hoist=True)
    hana = studio.add_member(world.create_user("hana", global_name="Hana"), roles=[team])
    bob = studio.add_member(world.create_user("bob", global_name="Bob"))
    views = [View("the studio's #writers-room, as Hana of the team", hana, room)]
    places = []
    for server, name in _AFFILIATES:
        user = world.create_user(name.casefold(), global_name=f"{name} ({server})")
        guild = world.create_guild(server, owner=user)
        lore = guild.create_text_channel("lore", topic=f"{server} · an affiliate's server")
        views.append(View(f"#lore at {server}, as {name}", guild.add_member(user), lore))
        places.append((NewSubscription(guild.id, server, lore.id, "lore"), Actor(user.id, name)))
    views.append(View("the studio's #writers-room, as Bob, who is not the team", bob, room))
    return SampleData(tuple(views), tuple(places))


async def add_sample_data(services: Services, town: SampleData) -> None:
    """The affiliates are subscribed and the book is there, with its first chapter."""
    for place, person in town.places:
        await services.affiliates.subscribe_channel(place, person)
    title, text = story()

    async def work(tx: WriteTransaction) -> None:
        await tx.ebooks.add(EBOOK_ID, EBOOK_TITLE, EBOOK_THEME)
        await tx.ebooks.put_chapter(EBOOK_ID, 1, title, text)

    await services.database.write(work)


def story() -> tuple[str, str]:
    """The chapter that comes with the demo, as title and text."""
    told = files(__package__).joinpath("the-midnight-summoning.txt").read_text(encoding="utf-8")
    title, _, text = told.partition("\n")
    return title.strip(), text.strip()
