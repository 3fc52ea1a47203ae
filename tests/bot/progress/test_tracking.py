"""Entries that people add with ``/track``."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.actor import Actor
from bot.errors import InputError
from bot.event_names import BROADCAST_SENT, RESERVED_EVENT_NAMES
from bot.progress.tracking import MAX_DATA_LENGTH, MAX_DEPTH, MAX_EVENT_LENGTH, TrackingService, parse_data
from storage import Database
from storage.stores.events import Event, EventFilter, canonical_json, verify_chain

HANA = Actor(7, "Hana")
JSON_SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20)
)
FLAT_OBJECTS = st.dictionaries(st.text(max_size=10), JSON_SCALARS | st.lists(JSON_SCALARS, max_size=4), max_size=6)


async def read_events(database: Database) -> list[Event]:
    """The events, newest first; their chain is intact."""
    async with database.read() as tx:
        assert (await verify_chain(tx.events)).is_intact
        return list(await tx.events.get_page(EventFilter(), limit=50))


def make_nested_object(depth: int) -> str:
    """The text of an object with so many levels."""
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
def test_any_text_gives_an_object_or_an_error(text: str) -> None:
    """Whatever somebody types as data becomes an object that can be hashed, or an error with a hint."""
    try:
        value = parse_data(text)
    except InputError as error:
        assert error.hint  # noqa: PT017
        return
    assert isinstance(value, dict)
    canonical_json(value).encode()


@given(FLAT_OBJECTS)
def test_objects_are_parsed_unchanged(value: dict[str, Any]) -> None:
    """A JSON object is parsed to the value that was written."""
    text = json.dumps(value)
    if len(text) <= MAX_DATA_LENGTH:
        assert parse_data(text) == value


def test_no_data_is_an_empty_object() -> None:
    """Blank data is an empty object."""
    assert parse_data("") == parse_data("  \n") == {}


@pytest.mark.parametrize("text", ["[]", "1", '"x"', "null", "true"])
def test_only_objects_are_accepted(text: str) -> None:
    """JSON that is not an object is refused."""
    with pytest.raises(InputError, match="must be a JSON object"):
        parse_data(text)


def test_the_depth_is_limited() -> None:
    """Five levels of objects and arrays are accepted, six are not."""
    parse_data(make_nested_object(MAX_DEPTH))
    parse_data('{"a": [[[[]]]]}')
    for text in (make_nested_object(MAX_DEPTH + 1), '{"a": [[[[[]]]]]}'):
        with pytest.raises(InputError, match="nested more than 5 levels"):
            parse_data(text)


def test_the_length_is_limited() -> None:
    """Data of exactly the allowed length is accepted, one character more is not."""
    text = '{"a":"' + "x" * (MAX_DATA_LENGTH - 8) + '"}'
    assert len(text) == MAX_DATA_LENGTH
    assert parse_data(text)
    with pytest.raises(InputError, match="4,001 characters"):
        parse_data(text + " ")


async def test_an_entry_is_stored_and_chained(database: Database) -> None:
    """An entry is stored with its data, its book and the member, whose name is not in the data."""
    await TrackingService(database).add_entry("  Takes recorded ", '{"takes": 3, "ebook_id": "ebook_001"}', HANA)
    (event,) = await read_events(database)
    assert (event.event, event.ebook_id) == ("Takes recorded", "ebook_001")
    assert event.to_entry()["data"] == {"takes": 3, "ebook_id": "ebook_001"}
    async with database.read() as tx:
        assert event.member_id == await tx.members.find_id(7)
    assert "Hana" not in event.data


@pytest.mark.parametrize("event", ["", "   ", "x" * (MAX_EVENT_LENGTH + 1)])
async def test_a_name_is_required(sqlite: Database, event: str) -> None:
    """An entry needs a name of 1 to 200 characters."""
    with pytest.raises(InputError, match="1 to 200 characters"):
        await TrackingService(sqlite).add_entry(event, "", HANA)
    assert await read_events(sqlite) == []


@pytest.mark.parametrize("event", sorted(RESERVED_EVENT_NAMES))
async def test_reserved_names_are_refused(sqlite: Database, event: str) -> None:
    """Nobody can add an entry with the name of an event that the studio writes itself."""
    with pytest.raises(InputError, match="written by the studio itself"):
        await TrackingService(sqlite).add_entry(f" {event} ", "", HANA)
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
async def test_mentions_are_refused(sqlite: Database, event: str, data: str) -> None:
    """An entry can never be deleted, so it must not mention anybody, however the mention is written."""
    with pytest.raises(InputError, match="may not mention anybody"):
        await TrackingService(sqlite).add_entry(event, data, HANA)
    assert await read_events(sqlite) == []


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
async def test_odd_characters_are_stored_or_refused(database: Database, event: str, data: str) -> None:
    """Odd characters are stored unchanged or refused, on both databases alike, and the chain stays intact."""
    try:
        await TrackingService(database).add_entry(event, data, HANA)
    except InputError:
        assert await read_events(database) == []
        return
    (stored,) = await read_events(database)
    assert stored.event == event
    assert json.loads(stored.data) == (json.loads(data) if data else {})


@pytest.mark.parametrize(
    ("ebook_id", "expected"),
    [("x" * 100, "x" * 100), ("x" * 101, None), ("x", "x"), ("", None), (7, None), (None, None)],
)
async def test_an_entry_belongs_to_the_book_that_its_data_names(
    sqlite: Database, ebook_id: object, expected: str | None
) -> None:
    """Whatever cannot be the id of a book is kept in the data, and the entry belongs to no book."""
    name = "x" * MAX_EVENT_LENGTH
    await TrackingService(sqlite).add_entry(name, json.dumps({"ebook_id": ebook_id}), HANA)
    (event,) = await read_events(sqlite)
    assert (event.event, event.ebook_id) == (name, expected)
    assert event.to_entry()["data"] == {"ebook_id": ebook_id}


@pytest.mark.parametrize(("digits", "is_refused"), [(16, False), (17, True), (20, True), (21, False)])
async def test_a_number_as_long_as_a_discord_id_is_refused(sqlite: Database, digits: int, is_refused: bool) -> None:
    """Whose id it is may become known later; shorter and longer numbers are nobody's."""
    number = "1" * digits
    for event, data in ((f"Thanks {number}", ""), ("Thanks", f'{{"who": {number}}}')):
        if is_refused:
            with pytest.raises(InputError, match="may not mention anybody"):
                await TrackingService(sqlite).add_entry(event, data, HANA)
        else:
            await TrackingService(sqlite).add_entry(event, data, HANA)
    assert len(await read_events(sqlite)) == (0 if is_refused else 2)
