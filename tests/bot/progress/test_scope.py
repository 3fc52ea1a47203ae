"""Which part of the progress is wanted: periods in the studio's time zone, books, members."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.ebooks.ebook_keys import shorten_ebook_id
from bot.errors import NotFoundError
from bot.progress.scope import (
    Period,
    ResolvedScope,
    Scope,
    get_day_start,
    make_event_key,
    resolve_scope,
)
from storage import Database
from tests.conftest import FakeClock, SampleActor

BERLIN = ZoneInfo("Europe/Berlin")


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("period", "now", "start"),
    [
        # In winter midnight in Berlin is 23:00 UTC, in summer 22:00; the clocks change on 2026-03-29 and 2026-10-25.
        (Period.TODAY, "2026-11-24T22:59:59", "2026-11-23T23:00"),
        (Period.TODAY, "2026-11-24T23:00:00", "2026-11-24T23:00"),
        (Period.TODAY, "2026-07-01T21:59:59", "2026-06-30T22:00"),
        (Period.TODAY, "2026-07-01T22:00:00", "2026-07-01T22:00"),
        (Period.TODAY, "2026-10-25T12:00:00", "2026-10-24T22:00"),
        (Period.TODAY, "2026-03-29T12:00:00", "2026-03-28T23:00"),
        (Period.WEEK, "2026-11-24T12:00:00", "2026-11-17T23:00"),
        (Period.WEEK, "2026-11-24T23:00:00", "2026-11-18T23:00"),
        (Period.WEEK, "2026-10-28T12:00:00", "2026-10-21T22:00"),
        (Period.WEEK, "2026-04-01T12:00:00", "2026-03-25T23:00"),
        (Period.MONTH, "2026-11-24T12:00:00", "2026-10-25T23:00"),
        (Period.MONTH, "2026-11-20T12:00:00", "2026-10-21T22:00"),
        (Period.MONTH, "2026-07-31T12:00:00", "2026-07-01T22:00"),
    ],
)
def test_a_period_begins_at_midnight_in_berlin(period: Period, now: str, start: str) -> None:
    """Today, 7 days or 30 days, today included, begin at the studio's midnight of their first day."""
    found = period.get_start(_utc(now), BERLIN)
    assert found is not None
    assert found.astimezone(UTC) == _utc(start)
    assert (found.hour, found.minute, found.second, found.microsecond) == (0, 0, 0, 0)


@pytest.mark.parametrize(("period", "days"), [(Period.TODAY, 1), (Period.WEEK, 7), (Period.MONTH, 30)])
def test_a_period_has_its_number_of_days(period: Period, days: int) -> None:
    """The first day and today count."""
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert period.get_start(now, ZoneInfo("UTC")) == datetime(2026, 11, 24, tzinfo=UTC) - timedelta(days=days - 1)


def test_all_time_has_no_beginning() -> None:
    """Every event is in it."""
    assert Period.ALL.get_start(datetime(2026, 11, 24, tzinfo=UTC), BERLIN) is None


def test_each_period_is_named() -> None:
    """Headings name the period."""
    assert [period.label for period in Period] == ["today", "this week", "this month", "all time"]


def test_a_day_begins_at_midnight_to_the_microsecond() -> None:
    """Midnight is in the zone and not in UTC."""
    assert get_day_start(datetime(2026, 1, 1, 4, 5, 6, 7, tzinfo=UTC), ZoneInfo("America/New_York")) == datetime(
        2025, 12, 31, 5, tzinfo=UTC
    )


@pytest.mark.parametrize("ebook_id", ["ebook_001", "x" * 32, "mein Buch", "a#b"])
def test_a_short_id_is_kept(ebook_id: str) -> None:
    """An id of up to 32 characters fits into a custom id."""
    assert shorten_ebook_id(ebook_id) == ebook_id


@pytest.mark.parametrize("ebook_id", ["x" * 33, "#ebook", "a\nb", "\x00"])
def test_a_long_or_odd_id_is_hashed(ebook_id: str) -> None:
    """Other ids become a hash of 17 characters, different for each."""
    short = shorten_ebook_id(ebook_id)
    assert (len(short), short[0]) == (17, "#")
    assert short != shorten_ebook_id(ebook_id + "#" * 40)


def test_an_events_key_is_short_and_its_own() -> None:
    """Eight characters, always the same for a name; buttons in old messages depend on it."""
    assert make_event_key("Script Approved") == make_event_key("Script Approved")
    assert len({make_event_key(str(number)) for number in range(100)}) == 100
    assert make_event_key("") == "e3b0c442"


async def resolve(database: Database, scope: Scope, zone: str = "UTC") -> ResolvedScope:
    """The resolved scope."""
    async with database.read() as tx:
        return await resolve_scope(tx, scope, zone)


@pytest.mark.parametrize("name", ["ebook_001", "EBOOK_001", "the fox", shorten_ebook_id("ebook_001")])
async def test_a_book_is_found_by_id_or_title(sqlite: Database, name: str) -> None:
    """An id or a title in any case names a book; the filter has its id."""
    await sqlite.write(lambda tx: tx.ebooks.get_or_add("ebook_001", "The Fox"))
    resolved = await resolve(sqlite, Scope(ebook=name))
    assert resolved.ebook is not None
    assert (resolved.ebook.id, resolved.filter.ebook_id) == ("ebook_001", "ebook_001")


@pytest.mark.parametrize("ebook_id", ["x" * 50, "#odd"])
async def test_a_book_with_a_long_id_is_found_by_its_short_form(sqlite: Database, ebook_id: str) -> None:
    """What a button carries leads back to the book, among others."""
    await sqlite.write(lambda tx: tx.ebooks.get_or_add("ebook_001", "The Fox"))
    await sqlite.write(lambda tx: tx.ebooks.get_or_add(ebook_id, "The Crow"))
    assert (await resolve(sqlite, Scope(ebook=shorten_ebook_id(ebook_id)))).filter.ebook_id == ebook_id


@pytest.mark.parametrize("name", ["nothing", "#0123456789abcdef"])
async def test_an_unknown_book_is_refused(sqlite: Database, name: str) -> None:
    """The sentence names what was asked for."""
    with pytest.raises(NotFoundError, match=f"“{name}”"):
        await resolve(sqlite, Scope(ebook=name))


async def test_a_scope_without_limits_filters_by_the_week_alone(sqlite: Database, clock: FakeClock) -> None:
    """The default is everything of this week in the studio's zone."""
    resolved = await resolve(sqlite, Scope(), "Europe/Berlin")
    assert (resolved.ebook, resolved.filter.ebook_id, resolved.filter.member_id) == (None, None, None)
    assert resolved.since == resolved.filter.since == Period.WEEK.get_start(clock.now, BERLIN)
    assert resolved.zone == BERLIN


async def test_a_stranger_has_no_events(sqlite: Database) -> None:
    """Somebody who never did anything is not mistaken for everybody."""
    member_id = await sqlite.write(lambda tx: tx.members.remember(SampleActor(7, "Hana")))
    assert (await resolve(sqlite, Scope(member_discord_id=7))).filter.member_id == member_id
    assert (await resolve(sqlite, Scope(member_discord_id=8))).filter.member_id == ""
