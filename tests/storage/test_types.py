"""Moments and ids mean the same on both databases."""

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

HANDS = Table("hands", MetaData(), Column("at", Utc))
TOKYO = timezone(timedelta(hours=9))


async def kept(database: Database, moment: datetime | None) -> datetime | None:
    """What comes back of a moment."""
    async with database.engines.writer.begin() as connection:
        await connection.run_sync(HANDS.create)
        await connection.execute(HANDS.insert().values(at=moment))
        found: datetime | None = (await connection.execute(select(HANDS.c.at))).scalar()
        await connection.run_sync(HANDS.drop)
    return found


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 22, 20, 0, 0, 123456, tzinfo=UTC),
        datetime(2026, 3, 29, 2, 30, tzinfo=TOKYO),
        datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=timezone(timedelta(hours=-11, minutes=-30))),
    ],
)
async def test_a_moment_comes_back_as_itself(database: Database, moment: datetime) -> None:
    """A moment of any zone comes back as the same moment, in UTC, to the microsecond."""
    found = await kept(database, moment)
    assert found == moment
    assert found is not None
    assert found.utcoffset() == timedelta(0)


async def test_no_moment_stays_none(database: Database) -> None:
    """Where there is no moment, none comes back."""
    assert await kept(database, None) is None


async def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    """A time that does not say where it is meant is a bug, and is refused before it is stored."""
    with pytest.raises(StatementError, match="naive datetime"):
        await kept(database, datetime(2026, 11, 22, 20, 0))  # noqa: DTZ001 - just this is refused


async def test_moments_compare_across_zones(database: Database) -> None:
    """A question about a moment is answered alike whatever zone it is asked in."""
    moment = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
    async with database.engines.writer.begin() as connection:
        await connection.run_sync(HANDS.create)
        await connection.execute(HANDS.insert().values(at=moment))
        for asked, found in ((moment, 1), (moment + timedelta(microseconds=1), 0)):
            rows = await connection.execute(select(HANDS.c.at).where(HANDS.c.at >= asked.astimezone(TOKYO)))
            assert len(rows.all()) == found
        await connection.run_sync(HANDS.drop)


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2100, 1, 1)), st.integers(-14, 14))  # noqa: DTZ001
def test_hashed_time_is_one_text(naive: datetime, hours: int) -> None:
    """A moment has one text for hashing, of one length, which sorts as the moments do."""
    moment = naive.replace(tzinfo=UTC)
    text = iso(moment.astimezone(timezone(timedelta(hours=hours))))
    assert text == iso(moment)
    assert len(text) == 32
    assert datetime.fromisoformat(text) == moment
    assert iso(moment + timedelta(microseconds=1)) > text


def test_ids_are_random() -> None:
    """Ids have the seed's form and do not repeat."""
    ids = {new_id("audio_scripts") for _ in range(1000)}
    assert len(ids) == 1000
    assert all(re.fullmatch(r"audio_scripts_[0-9a-f]{16}", one) for one in ids)
