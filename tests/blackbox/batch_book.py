"""A book for batches in a real process, and what is seen of them."""

import os

from tests.blackbox.database import query_url
from tests.standins.discord_actors import Person
from tests.standins.discord_server import DiscordStandIn
from tests.standins.discord_world import Message

CHAPTERS = 40 if os.environ.get("SOAK") else 12
BOOK = "ebook_001"


def add_book(url: str) -> None:
    """The database has the book. Adding one by command is not what is tested here."""
    moment = "2026-11-22 20:00:00.000000"
    chapters = ", ".join(
        f"('{BOOK}', {number}, 'Bell {number}', '{write_chapter(number)}', '{moment}')"
        for number in range(1, CHAPTERS + 1)
    )
    query_url(
        url,
        f"INSERT INTO ebooks (id, title, created_at) VALUES ('{BOOK}', 'The Bells', '{moment}')",
        f"INSERT INTO chapters (ebook_id, number, title, content, updated_at) VALUES {chapters}",
    )


def write_chapter(number: int) -> str:
    """A text that names the chapter."""
    return "\n\n".join(f"The bell of chapter {number} rang for the {time}. time." for time in range(1, 9))


async def start_batch(discord: DiscordStandIn, hana: Person, **options: str) -> Message:
    """Starts a batch of the whole book and returns its card."""
    plan = await discord.wait_for_answer(await hana.slash("batch start", options={"ebook": BOOK, **options}))
    await hana.click(plan, f"Write {CHAPTERS} chapters")
    await discord.wait_until(lambda: find_cards(discord))
    return find_cards(discord)[0]


def find_cards(discord: DiscordStandIn) -> list[Message]:
    """The cards of batches in the studio's channel."""
    return [message for message in discord.channel.messages if f"{CHAPTERS} chapters, " in message.text]


def count_scripts(url: str) -> int:
    """How many scripts there are."""
    ((count,),) = query_url(url, "SELECT count(*) FROM scripts")
    return int(count)
