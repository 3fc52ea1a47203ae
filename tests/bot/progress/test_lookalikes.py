"""Names that only look like those of the studio."""

import pytest

from bot.actor import Actor
from bot.errors import InputError
from bot.event_names import BROADCAST_SENT, RESERVED_EVENT_NAMES
from bot.progress.tracking import TrackingService
from storage import Database
from storage.stores.events import EventFilter

HANA = Actor(1, "Hana")


@pytest.mark.parametrize(
    "name",
    [
        "Broadcast\u200b sent",
        "Broadcast\u00a0sent",
        "Br\u043eadcast sent",
        "Broadcast  sent",
        "broadcast SENT",
        "Broadcast\u2003sent\ufeff",
        "Broadcast\u2800sent",
        "\u3164Broadcast sent\uffa0",
        "\uff22roadcast sent",
        "Broadc\u0430st s\u0435nt",
        "Br\u00f6adcast sent",
        "\u202eBroadcast sent",
    ],
)
async def test_a_name_that_looks_like_a_studio_event_is_refused(sqlite: Database, name: str) -> None:
    """A reader could not tell the entry from what the studio itself has written."""
    with pytest.raises(InputError, match="written by the studio"):
        await TrackingService(sqlite).add_entry(name, "", HANA)


@pytest.mark.parametrize("name", ["Broadcast sent twice", "Запись готова", "録音した", "Mixing", "Entr\u00e9e"])
async def test_other_names_are_stored_as_they_were_typed(sqlite: Database, name: str) -> None:
    """Names in every alphabet are taken, unchanged."""
    await TrackingService(sqlite).add_entry(name, "", HANA)
    async with sqlite.read() as tx:
        assert [event.event for event in await tx.events.get_page(EventFilter(), limit=5)] == [name]


def test_the_example_is_a_studio_event() -> None:
    """The names above imitate one that is reserved."""
    assert BROADCAST_SENT in RESERVED_EVENT_NAMES
