"""The data about a member: export and deletion."""

from storage import Database, WriteTransaction
from storage.stores.events import verify_chain
from storage.stores.personal_data import MEMBER_COLUMNS
from storage.tables import metadata
from tests.conftest import SampleActor

_MEMBER_ID_COLUMNS = {"member_id", "author_id", "confirmed_by", "approved_by", "rights_confirmed_by"}


def test_every_column_with_a_member_id_is_exported() -> None:
    """``MEMBER_COLUMNS`` contains every column of the database that holds a member's id."""
    listed = {(table.name, column) for table, columns in MEMBER_COLUMNS.items() for column in columns}
    assert listed == {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.c
        if column.name in _MEMBER_ID_COLUMNS
    }


async def test_forgotten_member_leaves_no_name_and_an_intact_chain(database: Database) -> None:
    """Id and name are deleted, events stay under the random id, the chain verifies, and a returning person is a new member."""

    async def act() -> str:
        async def work(tx: WriteTransaction) -> str:
            member_id: str = await tx.members.remember(SampleActor(991, "Hana"))
            tx.report("Mixing", {}, member_id=member_id)
            return member_id

        return await database.write(work)

    before = await act()
    assert await database.write(lambda tx: tx.personal_data.forget_member(991)) == before
    assert await database.write(lambda tx: tx.personal_data.forget_member(991)) is None
    async with database.read() as tx:
        rows = [row async for row in tx.personal_data.stream_rows(before)]
        assert [table for table, _ in rows] == ["members", "events", "sessions"]
        assert (rows[0][1]["name"], rows[0][1]["discord_id"]) == (None, None)
        assert (await verify_chain(tx.events)).is_intact
    assert await act() != before
