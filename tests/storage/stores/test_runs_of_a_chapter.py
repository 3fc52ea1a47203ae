"""The other runs of a chapter, its lock, and its versions."""

import pytest
from sqlalchemy import Select, make_url

from storage import Database, WriteTransaction
from storage.leases import Lease
from storage.states import RunState
from storage.stores.runs import NewRun, Run, RunStore
from storage.stores.scripts import NewScript
from tests.conftest import FakeClock

FOX, OWL = "ebook_001", "ebook_002"
POSTGRESQL = make_url("postgresql+asyncpg://").get_dialect()


@pytest.fixture
async def books(sqlite: Database) -> Database:
    """A database with two books."""

    async def work(tx: WriteTransaction) -> None:
        for ebook_id in (FOX, OWL):
            await tx.ebooks.get_or_add(ebook_id, ebook_id)

    await sqlite.write(work)
    return sqlite


async def add_run(
    database: Database, state: RunState = RunState.READY, *, ebook_id: str = FOX, chapter: int = 1, version: int = 1
) -> Run:
    """A run of the chapter in this state."""

    async def work(tx: WriteTransaction) -> Run:
        run = await tx.runs.add(NewRun(ebook_id, chapter, version, "{}", "The bell rang."))
        lease = Lease("", 0)
        if state in {RunState.WRITING, RunState.INTERRUPTED, RunState.DONE}:
            claimed = await tx.runs.claim("worker", run_id=run.id)
            assert claimed is not None
            lease = claimed.lease
        if state is RunState.INTERRUPTED:
            await tx.runs.interrupt(run.id, lease, "stopped")
        if state is RunState.DONE:
            await tx.runs.finish(run.id, lease, script_id="audio_scripts_1", cost_micros=1, progress="")
        if state is RunState.CANCELLED:
            await tx.runs.cancel(run.id)
        return await tx.runs.get(run.id)

    return await database.write(work)


async def find_other_live(database: Database, run: Run) -> str | None:
    """The id of the other run that is live."""
    async with database.read() as tx:
        found = await tx.runs.find_other_live(run)
    return found.id if found else None


async def find_newer(database: Database, run: Run) -> str | None:
    """The id of the newer run."""
    async with database.read() as tx:
        found = await tx.runs.find_newer(run)
    return found.id if found else None


@pytest.mark.parametrize("state", [RunState.READY, RunState.WRITING])
async def test_another_run_that_waits_or_is_written_is_live(books: Database, state: RunState) -> None:
    run = await add_run(books)
    assert await find_other_live(books, run) is None, "a run is not another one beside itself"
    other = await add_run(books, state, version=2)
    assert await find_other_live(books, run) == other.id


@pytest.mark.parametrize("state", [RunState.INTERRUPTED, RunState.DONE, RunState.CANCELLED])
async def test_another_run_that_rests_is_not_live(books: Database, state: RunState) -> None:
    run = await add_run(books)
    await add_run(books, state, version=2)
    assert await find_other_live(books, run) is None


async def test_runs_of_other_chapters_and_books_are_not_other_runs_of_the_chapter(books: Database) -> None:
    run = await add_run(books)
    await add_run(books, ebook_id=OWL, version=2)
    await add_run(books, chapter=2, version=2)
    assert await find_other_live(books, run) is None
    assert await find_newer(books, run) is None


@pytest.mark.parametrize("state", [RunState.READY, RunState.WRITING, RunState.INTERRUPTED, RunState.DONE])
async def test_a_later_run_is_newer_unless_it_was_cancelled(books: Database, state: RunState) -> None:
    run = await add_run(books, version=2)
    await add_run(books, RunState.CANCELLED, version=3)
    assert await find_newer(books, run) is None
    newer = await add_run(books, state, version=3)
    assert await find_newer(books, run) == newer.id
    assert await find_newer(books, newer) is None, "the run before it is older"


async def test_a_run_that_has_the_same_version_is_newer(books: Database) -> None:
    """A cancelled run gives its version back, so that another run of the chapter may have it."""
    run = await add_run(books, RunState.CANCELLED, version=2)
    again = await add_run(books, version=2)
    assert await find_newer(books, run) == again.id


async def test_the_newest_of_several_runs_is_found(books: Database, clock: FakeClock) -> None:
    """The highest version counts first, then the moment of the request."""
    run = await add_run(books)
    newest = await add_run(books, version=3)
    clock.advance(seconds=1)
    await add_run(books, version=2)
    assert await find_newer(books, run) == newest.id
    later = await add_run(books, version=3)
    assert await find_newer(books, run) == later.id
    assert await find_other_live(books, run) == later.id


async def test_versions_of_stored_scripts_are_not_given_again(books: Database) -> None:
    """A script that was imported has no run; its book and chapter count its version, and no others do."""

    async def next_version(ebook_id: str, chapter: int) -> int:
        return await books.write(lambda tx: tx.runs.next_version(ebook_id, chapter))

    script = NewScript(
        ebook_id=FOX, chapter_number=2, version=5, title="Two", theme="horror", writer="gemini", body="{}"
    )
    await books.write(lambda tx: tx.scripts.add(script))
    assert [await next_version(FOX, 2), await next_version(FOX, 1), await next_version(OWL, 2)] == [6, 1, 1]


class RecordingConnection:
    """Keeps the SQL that PostgreSQL would get, where SQLite has no locks of rows."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def execute(self, query: Select[tuple[str]]) -> None:
        """Keeps the query."""
        compiled = query.compile(dialect=POSTGRESQL(), compile_kwargs={"literal_binds": True})
        self.sent.append(" ".join(str(compiled).split()))


async def test_the_books_row_is_locked_so_that_inserts_that_refer_to_it_need_not_wait(clock: FakeClock) -> None:
    connection = RecordingConnection()
    await RunStore(connection, clock.now).lock_book(FOX)  # type: ignore[arg-type]
    assert connection.sent == ["SELECT ebooks.id FROM ebooks WHERE ebooks.id = 'ebook_001' FOR NO KEY UPDATE"]
