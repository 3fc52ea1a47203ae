"""What is kept of a member."""

from storage import Database, WriteTransaction
from storage.stores.events import verify_chain
from storage.stores.personal_data import OWNED, member_columns
from tests.conftest import SampleActor


def test_no_column_with_a_member_is_overlooked() -> None:
    """Whoever asks for their data gets every row that carries their id."""
    assert {(table.name, column) for table, columns in OWNED.items() for column in columns} == member_columns()


async def test_forgotten_member_leaves_no_name_and_an_intact_chain(database: Database) -> None:
    """Id and name are gone, the events stay under the random id, and the chain verifies; who comes back is somebody new."""

    async def act() -> str:
        async def work(tx: WriteTransaction) -> str:
            member_id: str = await tx.members.remember(SampleActor(991, "Hana"))
            tx.report("Mixing", {}, member_id=member_id)
            return member_id

        return await database.write(work)

    before = await act()
    assert await database.write(lambda tx: tx.personal_data.forget(991)) == before
    assert await database.write(lambda tx: tx.personal_data.forget(991)) is None
    async with database.read() as tx:
        personal_data = [found async for found in tx.personal_data.of(before)]
        assert [table for table, _ in personal_data] == ["members", "events", "sessions"]
        assert (personal_data[0][1]["name"], personal_data[0][1]["discord_id"]) == (None, None)
        assert (await verify_chain(tx.events)).is_intact
    assert await act() != before
