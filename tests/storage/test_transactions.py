"""The decorators that give a service's method its transaction."""

from dataclasses import dataclass

from storage import Database, ReadTransaction, WriteTransaction, read_transaction, write_transaction


async def test_a_decorated_method_gets_a_transaction_and_its_result_is_returned(sqlite: Database) -> None:
    """Arguments are passed on; what a write stored is committed when it returns."""

    @dataclass(frozen=True)
    class Notes:
        database: Database

        @write_transaction
        async def put(self, tx: WriteTransaction, name: str, *, value: str) -> str:
            await tx.key_values.put(name, value)
            return f"{name} is {value}"

        @read_transaction
        async def get(self, tx: ReadTransaction, name: str) -> str | None:
            return await tx.key_values.get(name)

    notes = Notes(sqlite)
    assert await notes.put("bell", value="13") == "bell is 13"
    assert await notes.get("bell") == "13"
    assert await notes.get("fox") is None
