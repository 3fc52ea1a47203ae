"""Entries that people make by hand."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.actor import Actor
from bot.errors import InputError
from bot.event_names import BROADCAST_SENT, RESERVED_EVENT_NAMES
from bot.progress.tracking import MAX_DATA, MAX_DEPTH, MAX_EVENT, TrackingService, parsed
from storage import Database
from storage.stores.events import Event, EventFilter, canonical_json, verify_chain

HANA = Actor(7, "Hana")
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)
)
FLAT = st.dictionaries(st.text(max_size=10), LEAVES | st.lists(LEAVES, max_size=4), max_size=6)


async def entries(database: Database) -> list[Event]:
    """What stands in the log, newest first."""
    async with database.read() as tx:
        assert (await verify_chain(tx.events)).is_intact
        return list(await tx.events.get_page(EventFilter(), limit=50))


def nested(depth: int) -> str:
    """An object of so many levels."""
    return '{"a":' * depth + "1" + "}" * depth


@given(st.text(st.characters(), max_size=300) | st.text(st.sampled_from('{}[]":,\\u0d8ENaIfity 1-.'), max_size=60))
@example("[" * 3_999)
@example('{"a":' * 500 + "1" + "}" * 500)
@example('{"a": 1e999}')
@example('{"a": NaN}')
@example('{"a": -Infinity}')
@example('{"a": "\\ud800"}')
@example('{"\\udfff": 1}')
@example('{"a": ' + "9" * 3_900 + "}")
@example("\x00")
def test_anything_typed_is_an_object_or_a_sentence(data: str) -> None:
    """Whatever somebody types as data becomes an object that can be hashed, or a sentence that says why not."""
    try:
        found = parsed(data)
    except InputError as error:
        assert error.hint  # noqa: PT017
        return
    assert isinstance(found, dict)
    canonical_json(found).encode()


@given(FLAT)
def test_objects_come_back(value: dict[str, Any]) -> None:
    """A JSON object is read as what it says."""
    text = json.dumps(value)
    if len(text) <= MAX_DATA:
        assert parsed(text) == value


def test_no_data_is_an_empty_object() -> None:
    """Without data an entry has an empty object."""
    assert parsed("") == parsed("  \n") == {}


@pytest.mark.parametrize("data", ["[]", "1", '"x"', "null", "true"])
def test_only_objects_are_taken(data: str) -> None:
    """Data that is JSON but no object is refused with an example."""
    with pytest.raises(InputError, match="must be a JSON object"):
        parsed(data)


def test_the_depth_is_limited() -> None:
    """Five levels are taken, six are not, lists counted."""
    parsed(nested(MAX_DEPTH))
    parsed('{"a": [[[[]]]]}')
    for data in (nested(MAX_DEPTH + 1), '{"a": [[[[[]]]]]}'):
        with pytest.raises(InputError, match="nested more than 5 levels"):
            parsed(data)


def test_the_length_is_limited() -> None:
    """Data of just the allowed length is taken, one sign more is not."""
    exact = '{"a":"' + "x" * (MAX_DATA - 8) + '"}'
    assert len(exact) == MAX_DATA
    assert parsed(exact)
    with pytest.raises(InputError, match="4,001 characters"):
        parsed(exact + " ")


async def test_an_entry_is_kept_and_chained(database: Database) -> None:
    """An entry stands in the log with its data, whoever made it by our id alone, and its book."""
    await TrackingService(database).track("  Takes recorded ", '{"takes": 3, "ebook_id": "ebook_001"}', HANA)
    (entry,) = await entries(database)
    assert (entry.event, entry.ebook_id) == ("Takes recorded", "ebook_001")
    assert entry.to_entry()["data"] == {"takes": 3, "ebook_id": "ebook_001"}
    async with database.read() as tx:
        assert entry.member_id == await tx.members.find_id(7)
    assert "Hana" not in entry.data


@pytest.mark.parametrize("event", ["", "   ", "x" * (MAX_EVENT + 1)])
async def test_a_name_is_needed(sqlite: Database, event: str) -> None:
    """An entry needs a name of 1 to 200 characters."""
    with pytest.raises(InputError, match="1 to 200 characters"):
        await TrackingService(sqlite).track(event, "", HANA)
    assert await entries(sqlite) == []


@pytest.mark.parametrize("event", sorted(RESERVED_EVENT_NAMES))
async def test_the_studios_own_names_cannot_be_claimed(sqlite: Database, event: str) -> None:
    """Nobody can write by hand what the studio itself reports."""
    with pytest.raises(InputError, match="written by the studio itself"):
        await TrackingService(sqlite).track(f" {event} ", "", HANA)
    assert BROADCAST_SENT in RESERVED_EVENT_NAMES


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("Thanks <@123>", ""),
        ("Thanks <@!123>", ""),
        ("@everyone", ""),
        ("x", '{"who": "<@&42>"}'),
        ("x", '{"<@42>": 1}'),
        ("x", '{"who": "\\u003c@123\\u003e"}'),
        ("x", '{"who": "@\\u0065veryone"}'),
    ],
)
async def test_nobody_is_mentioned(sqlite: Database, event: str, data: str) -> None:
    """Since an entry can never be deleted, it mentions nobody, however the mention is written."""
    with pytest.raises(InputError, match="may not mention anybody"):
        await TrackingService(sqlite).track(event, data, HANA)
    assert await entries(sqlite) == []


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("a\x00b", ""),
        ("a\ud800b", ""),
        ("x", '{"ebook_id": "a\\u0000b"}'),
        ("x", '{"a": "\\u0000"}'),
        ("x", '{"ebook_id": ["a"]}'),
        ("月 🦊", '{"月": "🦊"}'),
    ],
)
async def test_odd_signs_are_kept_or_refused(database: Database, event: str, data: str) -> None:
    """Odd signs are stored as they are or refused in a sentence, alike on both databases; the chain stays whole."""
    try:
        await TrackingService(database).track(event, data, HANA)
    except InputError:
        assert await entries(database) == []
        return
    (entry,) = await entries(database)
    assert entry.event == event
    assert json.loads(entry.data) == (json.loads(data) if data else {})
