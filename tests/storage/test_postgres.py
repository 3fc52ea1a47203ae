"""Addresses of PostgreSQL servers as operators have them, and what is said about those that cannot be used."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text

from storage import Database, DatabaseUnreadableError
from tests.conftest import FakeClock
from tests.postgres import Server
from tests.storage.breakable_link import open_link


async def refusal(url: str) -> str:
    """The sentence about an address that cannot be used."""
    with pytest.raises(DatabaseUnreadableError) as caught:
        await Database.open(url, FakeClock())
    return str(caught.value)


async def test_the_parameters_of_other_programs_are_understood(postgres_url: str, clock: FakeClock) -> None:
    """sslmode, connect_timeout, application_name and options mean what they mean to psql."""
    options = "-c%20statement_timeout%3D4711%20--lock-timeout%3D12"
    url = f"{postgres_url}&sslmode=prefer&connect_timeout=3&application_name=studio&options={options}"
    database = await Database.open(url, clock)
    async with database.read() as tx:
        names = ("application_name", "statement_timeout", "lock_timeout")
        query = text("SELECT current_setting(:name)")
        values = [(await tx.members.connection.execute(query, {"name": name})).scalar_one() for name in names]
        assert values == ["studio", "4711ms", "12ms"]
    await database.close()


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ("sslmode=sometimes", "sslmode must be one of disable, allow, prefer"),
        ("connect_timeout=soon", "connect_timeout must be a whole number"),
        ("connect_timeout=0", "connect_timeout must be a whole number"),
        ("options=work_mem", "options must be made of -c name=value"),
        ("options=-c%20work_mem", "options must be made of -c name=value"),
        ("options=%22", "options must be made of -c name=value"),
        ("sslrootcert=/etc/ca.pem", "set the environment variable PGSSLROOTCERT instead"),
        ("keepalives=1", "the parameter keepalives is not supported; supported are application_name"),
    ],
)
async def test_other_parameters_are_refused_by_name(parameters: str, words: str) -> None:
    """A parameter that means nothing to us is refused before anything connects."""
    assert words in await refusal(f"postgresql://bob@192.0.2.1/studio?{parameters}")


async def test_a_server_without_encryption_is_reported(postgres_server: Server) -> None:
    """Encryption that the server does not offer is not taken for a server that is away."""
    async with open_link(postgres_server) as link:
        url = link.url("postgres").replace("sslmode=disable", "sslmode=require")
        assert "sslmode in DATABASE_URL do not agree about encryption" in await refusal(url)


@pytest.fixture
async def limited_user(postgres_server: Server) -> AsyncIterator[str]:
    """A user who may have two connections and create nothing."""
    admin = await asyncpg.connect(user="postgres", host=str(postgres_server.folder), database="postgres")
    await admin.execute("CREATE ROLE limited LOGIN CONNECTION LIMIT 2")
    yield "limited"
    await admin.execute("DROP ROLE limited")
    await admin.close()


async def test_missing_rights_and_taken_connections_are_named(
    limited_user: str, empty_postgres_url: str, postgres_server: Server
) -> None:
    """Neither is reported as a wrong user or password."""
    url = empty_postgres_url.replace("postgres@", f"{limited_user}@")
    assert "lacks a right" in await refusal(url)
    folder = str(postgres_server.folder)
    others = [await asyncpg.connect(user=limited_user, host=folder, database="own") for _ in range(2)]
    assert "All connections of the database server are taken" in await refusal(url)
    for other in others:
        await other.close()


async def test_a_silent_server_is_reported_in_the_time_given() -> None:
    """A server that accepts the connection and says nothing is reported after connect_timeout."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        began = time.monotonic()
        assert "does not answer" in await refusal(f"postgresql://bob@127.0.0.1:{port}/studio?connect_timeout=1")
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("idle_seconds", [0.0, 3600.0], ids=["idle for long", "just used"])
async def test_a_connection_that_broke_while_nobody_used_it_is_replaced(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, idle_seconds: float
) -> None:
    """Whoever reads next does not notice that the server has ended the connections of the pool."""
    monkeypatch.setattr("storage.postgres._IDLE_SECONDS", idle_seconds)
    database = await Database.open(postgres_url)
    async with database.read() as tx:
        driver: Any = (await tx.members.connection.get_raw_connection()).driver_connection
        told = asyncio.Event()
        driver.add_termination_listener(lambda _: told.set())
    admin = await asyncpg.connect(postgres_url)
    await admin.execute("SELECT pg_terminate_backend($1)", driver.get_server_pid())
    await admin.close()
    if idle_seconds:
        await told.wait()
    async with database.read() as tx:
        assert (await tx.events.get_head()).seq == 0
    await database.close()
