"""Times and ids behave the same on both databases."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, MetaData, Table, select
from sqlalchemy.exc import StatementError

from storage import Database
from storage.ids import new_id
from storage.types import Utc, iso

TIMES = Table("times", MetaData(), Column("at", Utc))
TOKYO = timezone(timedelta(hours=9))


async def store_and_read(database: Database, moment: datetime | None) -> datetime | None:
    """The time as it is read after it was stored."""
    async with database.engines.writer.begin() as connection:
        await connection.run_sync(TIMES.create)
        await connection.execute(TIMES.insert().values(at=moment))
        stored: datetime | None = (await connection.execute(select(TIMES.c.at))).scalar()
        await connection.run_sync(TIMES.drop)
    return stored


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 22, 20, 0, 0, 123456, tzinfo=UTC),
        datetime(2026, 3, 29, 2, 30, tzinfo=TOKYO),
        datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=timezone(timedelta(hours=-11, minutes=-30))),
    ],
)
async def test_time_is_read_as_it_was_stored(database: Database, moment: datetime) -> None:
    """A time in any zone is read as the same time in UTC, to the microsecond."""
    stored = await store_and_read(database, moment)
    assert stored == moment
    assert stored is not None
    assert stored.utcoffset() == timedelta(0)


async def test_none_is_read_as_none(database: Database) -> None:
    """NULL is read as None."""
    assert await store_and_read(database, None) is None


async def test_naive_time_is_refused(database: Database) -> None:
    """A naive time is a bug and is refused before it is stored."""
    with pytest.raises(StatementError, match="naive datetime"):
        await store_and_read(database, datetime(2026, 11, 22, 20, 0))  # noqa: DTZ001 - this is what is refused


async def test_times_are_compared_across_zones(database: Database) -> None:
    """A comparison has the same result in whatever zone its time is."""
    moment = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
    async with database.engines.writer.begin() as connection:
        await connection.run_sync(TIMES.create)
        await connection.execute(TIMES.insert().values(at=moment))
        for limit, expected in ((moment, 1), (moment + timedelta(microseconds=1), 0)):
            rows = await connection.execute(select(TIMES.c.at).where(TIMES.c.at >= limit.astimezone(TOKYO)))
            assert len(rows.all()) == expected
        await connection.run_sync(TIMES.drop)


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2100, 1, 1)), st.integers(-14, 14))  # noqa: DTZ001
def test_iso_text_is_canonical(naive: datetime, hours: int) -> None:
    """A time has one text for hashing, of fixed length, and texts sort like times."""
    moment = naive.replace(tzinfo=UTC)
    text = iso(moment.astimezone(timezone(timedelta(hours=hours))))
    assert text == iso(moment)
    assert len(text) == 32
    assert datetime.fromisoformat(text) == moment
    assert iso(moment + timedelta(microseconds=1)) > text


def test_ids_are_random() -> None:
    """Ids have the form ``{collection}_{16 hex}`` and do not repeat."""
    ids = {new_id("audio_scripts") for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch(r"audio_scripts_[0-9a-f]{16}", new) for new in ids)
