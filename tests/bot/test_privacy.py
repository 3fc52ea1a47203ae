"""People get and delete their own data, and nobody else's."""

import json

import pytest

from bot.actor import Actor
from bot.broadcasts.drafts import DraftService
from bot.broadcasts.post import Post
from bot.errors import StateError
from bot.ports import NoDiscord
from bot.privacy import PrivacyService
from storage import Database
from storage.states import BroadcastState
from storage.stores.events import EventFilter

HANA, KENJI, STRANGER = Actor(991, "Hana"), Actor(992, "Kenji"), Actor(993, "Nobody yet")


class RecordingPrivacy:
    """The service, and the ids of the announcements whose cards it has refreshed."""

    def __init__(self, database: Database) -> None:
        self.refreshed: list[str] = []
        self.service = PrivacyService(database, self._refresh)

    async def _refresh(self, broadcast_id: str) -> None:
        self.refreshed.append(broadcast_id)


@pytest.fixture
async def privacy(sqlite: Database) -> RecordingPrivacy:
    """The service, where Hana and Kenji are known."""
    for person in (HANA, KENJI):
        await sqlite.write(lambda tx, person=person: tx.members.remember(person))  # type: ignore[misc]
    return RecordingPrivacy(sqlite)


async def find_id(database: Database, person: Actor) -> str | None:
    async with database.read() as tx:
        return await tx.members.find_id(person.discord_id)


async def test_a_download_has_only_ones_own_data(sqlite: Database, privacy: RecordingPrivacy) -> None:
    """The file names the person who asked and not the other member; the download is an event of that person."""
    download = await privacy.service.export_data(HANA, 100_000)
    text = download.content.decode()
    assert download.name == "my_data.json"
    assert [row["name"] for row in json.loads(text)["members"]] == ["Hana"]
    assert "Kenji" not in text
    assert "992" not in text
    async with sqlite.read() as tx:
        (event,) = [event async for event in tx.events.stream(EventFilter())]
    assert event.event == "Personal data downloaded"
    assert event.member_id == await find_id(sqlite, HANA)
    assert json.loads(event.data)["rows"] == 1


async def test_a_download_too_large_even_as_zip_file_is_refused(sqlite: Database, privacy: RecordingPrivacy) -> None:
    """The person is told whom to ask, and no download is reported."""
    with pytest.raises(StateError, match="larger than a file on Discord"):
        await privacy.service.export_data(HANA, 10)
    async with sqlite.read() as tx:
        assert [event async for event in tx.events.stream(EventFilter())] == []


@pytest.mark.parametrize("person", [STRANGER, HANA])
async def test_unknown_people_have_nothing_and_stay_unknown(
    sqlite: Database, privacy: RecordingPrivacy, person: Actor
) -> None:
    """Whoever is not known, or has been forgotten, can neither download nor be forgotten, and does not become known."""
    if person is HANA:
        assert await privacy.service.forget_member(HANA) == 0
    for act in (privacy.service.forget_member(person), privacy.service.export_data(person, 100_000)):
        with pytest.raises(StateError, match="Nothing is stored about you"):
            await act
    assert await find_id(sqlite, person) is None
    assert await find_id(sqlite, KENJI) is not None


async def test_forgetting_discards_ones_own_waiting_announcements(sqlite: Database, privacy: RecordingPrivacy) -> None:
    """What waits for approval of the forgotten person is discarded and its card refreshed; another member's stays."""
    drafts = DraftService(sqlite, NoDiscord(), lambda: None)
    ids = {}
    for person in (HANA, KENJI):
        draft = await drafts.compose_draft(Post("Soon", "The well opens."), person)
        member_id = await find_id(sqlite, person)
        await sqlite.write(lambda tx, draft=draft, by=member_id: tx.broadcasts.request_approval(draft.id, by))  # type: ignore[misc]
        ids[person] = draft.id
    assert await privacy.service.forget_member(HANA) == 1
    assert privacy.refreshed == [ids[HANA]]
    async with sqlite.read() as tx:
        assert (await tx.broadcasts.get(ids[HANA])).state is BroadcastState.CANCELLED
        assert (await tx.broadcasts.get(ids[KENJI])).state is BroadcastState.PENDING
        names = [event.event async for event in tx.events.stream(EventFilter())]
    assert names[-2:] == ["Broadcast discarded", "Member forgotten"]
    assert await find_id(sqlite, HANA) is None
    assert await find_id(sqlite, KENJI) is not None
