"""What is kept of a member."""

from storage import Database, Writing
from storage.stores.events import verify
from storage.stores.personal_data import OWNED, member_columns


def test_no_column_with_a_member_is_overlooked() -> None:
    """Whoever asks for their data gets every row that carries their id."""
    assert {(table.name, column) for table, columns in OWNED.items() for column in columns} == member_columns()


async def test_forgotten_member_leaves_no_name_and_an_intact_chain(database: Database) -> None:
    """Id and name are gone, the events stay under the random id, and the chain verifies; who comes back is somebody new."""

    async def act() -> str:
        async def work(writing: Writing) -> str:
            member_id: str = await writing.members.remember(991, "Hana")
            writing.report("Mixing", {}, member_id=member_id)
            return member_id

        return await database.write(work)

    before = await act()
    assert await database.write(lambda writing: writing.traces.forget(991)) == before
    assert await database.write(lambda writing: writing.traces.forget(991)) is None
    async with database.read() as reading:
        traces = [found async for found in reading.traces.of(before)]
        assert [table for table, _ in traces] == ["members", "events", "sessions"]
        assert (traces[0][1]["name"], traces[0][1]["discord_id"]) == (None, None)
        assert (await verify(reading.events)).intact
    assert await act() != before
