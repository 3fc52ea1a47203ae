"""Generations as they are kept, and what they cost."""

import asyncio
from datetime import timedelta

import pytest

from storage import Database, StaleStateError, WriteTransaction
from storage.leases import LEASE_DURATION, Lease
from storage.states import RunState
from storage.stores.runs import NewRun, Run
from tests.conftest import FakeClock

ANN, BEN = "worker_ann", "worker_ben"


@pytest.fixture(autouse=True)
async def book(database: Database) -> None:
    """The book that the runs are of."""
    await database.write(lambda tx: tx.ebooks.get_or_add("ebook_001", "The Fox"))


async def ordered(database: Database, chapter: int = 1, *, channel: int | None = None) -> Run:
    """A run that waits, with the next version of its chapter."""

    async def work(tx: WriteTransaction) -> Run:
        version = await tx.runs.next_version("ebook_001", chapter)
        return await tx.runs.add(NewRun("ebook_001", chapter, version, "{}", "The bell rang.", channel_id=channel))

    return await database.write(work)


async def claimed(database: Database, owner: str = ANN) -> Run | None:
    """What ``owner`` gets to write."""
    return await database.write(lambda tx: tx.runs.claim(owner))


async def taken(database: Database, owner: str = ANN) -> Run:
    """A run being written by ``owner``."""
    await ordered(database)
    run = await claimed(database, owner)
    assert run is not None
    return run


async def now(database: Database, run: Run) -> Run:
    """The run as it stands now."""
    async with database.read() as tx:
        return await tx.runs.get(run.id)


async def test_the_oldest_comes_first(database: Database, clock: FakeClock) -> None:
    """Runs are written in the order in which they were asked for, each by one worker."""
    wanted = []
    for chapter in (3, 1, 2):
        wanted.append((await ordered(database, chapter)).id)
        clock.advance(seconds=1)
    got = [await claimed(database, owner) for owner in (ANN, BEN, ANN, BEN)]
    assert [run.id if run else None for run in got] == [*wanted, None]
    first = got[0]
    assert first is not None
    assert (first.state, first.lease_owner, first.attempts) == (RunState.WRITING, ANN, 0)
    assert first.started_at == clock.now
    assert first.lease_until == clock.now + LEASE_DURATION


async def test_a_run_waits_for_its_card(database: Database, clock: FakeClock) -> None:
    """A run whose card is still being posted is not begun, but after half a minute it is begun without."""
    await ordered(database, channel=77)
    assert await claimed(database) is None
    clock.advance(seconds=30)
    assert await claimed(database) is None
    clock.advance(seconds=1)
    assert await claimed(database) is not None


async def test_a_card_lets_the_run_begin(database: Database) -> None:
    """As soon as its card stands, a run may be begun; where no card can stand, too."""
    shown, hidden = await ordered(database, 1, channel=77), await ordered(database, 2, channel=78)
    await database.write(lambda tx: tx.run_cards.set_card(shown.id, 77, 99))
    await database.write(lambda tx: tx.run_cards.set_card(hidden.id, None, None))
    got = {run.id for run in (await claimed(database), await claimed(database)) if run}
    assert got == {shown.id, hidden.id}


async def test_this_very_run(database: Database, clock: FakeClock) -> None:
    """Somebody who asks for one run gets that run and no other."""
    await ordered(database, 1)
    clock.advance(seconds=1)
    wanted = await ordered(database, 2)
    got = await database.write(lambda tx: tx.runs.claim(ANN, run_id=wanted.id))
    assert got is not None
    assert got.id == wanted.id
    assert await database.write(lambda tx: tx.runs.claim(BEN, run_id=wanted.id)) is None


async def test_no_two_workers_get_the_same_run(peers: tuple[Database, Database]) -> None:
    """Many workers of two processes that reach out at once get every run exactly once."""
    wanted = [(await ordered(peers[0], chapter)).id for chapter in range(1, 11)]
    got = await asyncio.gather(*(claimed(peers[n % 2], f"worker_{n}") for n in range(14)))
    assert sorted(run.id for run in got if run) == sorted(wanted)


async def test_a_lease_is_kept_by_its_owner(database: Database, clock: FakeClock) -> None:
    """Renewing moves the lease and keeps the progress; nobody else can do it."""
    run = await taken(database)
    clock.advance(seconds=40)
    await database.write(lambda tx: tx.runs.renew(run.id, run.lease, progress="half"))
    kept = await now(database, run)
    assert (kept.progress, kept.lease_until) == ("half", clock.now + LEASE_DURATION)
    await database.write(lambda tx: tx.runs.renew(run.id, run.lease))
    assert (await now(database, run)).progress == "half"
    with pytest.raises(StaleStateError):
        await database.write(lambda tx: tx.runs.renew(run.id, Lease(BEN, run.lease_token), progress="mine"))
    assert (await now(database, run)).progress == "half"


async def test_an_abandoned_run_is_found(database: Database, clock: FakeClock) -> None:
    """A run whose worker has fallen silent is interrupted once its lease is over, not before, and only once."""
    run = await taken(database)

    async def sweep() -> list[Run]:
        return await database.write(lambda tx: tx.runs.interrupt_expired(BEN, "gone", all_owners=False))

    clock.advance(seconds=LEASE_DURATION.total_seconds())
    assert await sweep() == []
    clock.advance(seconds=1)
    (found,) = await sweep()
    assert (found.id, found.state, found.note) == (run.id, RunState.INTERRUPTED, "gone")
    assert (found.lease_owner, found.lease_until) == (None, None)
    assert await sweep() == []


async def test_an_abandoned_run_waits_for_another_worker_once(database: Database, clock: FakeClock) -> None:
    """Where that is wanted, it is ready again with its progress; the second time it is left to be interrupted."""
    run = await taken(database)
    await database.write(lambda tx: tx.runs.renew(run.id, run.lease, progress="half"))

    async def sweep() -> list[Run]:
        clock.advance(minutes=1)
        return await database.write(lambda tx: tx.runs.requeue_expired(BEN, all_owners=False, others_once=True))

    (found,) = await sweep()
    assert (found.id, found.state, found.progress, found.lease_owner) == (run.id, RunState.READY, "half", None)
    assert await claimed(database, BEN) is not None
    assert await sweep() == []


async def test_the_only_process_finds_every_run(database: Database) -> None:
    """At the start of the only process there can be, every run that claims to be written is interrupted."""
    run = await taken(database)
    waiting = await ordered(database, 2)
    found = await database.write(lambda tx: tx.runs.interrupt_expired(BEN, "restarted", all_owners=True))
    assert [one.id for one in found] == [run.id]
    assert (await now(database, waiting)).state is RunState.READY


async def test_a_lost_lease_can_change_nothing(database: Database, clock: FakeClock) -> None:
    """A worker that comes back after its lease was taken can neither keep, finish nor interrupt the run."""
    run = await taken(database)
    clock.advance(minutes=2)
    await database.write(lambda tx: tx.runs.interrupt_expired(BEN, "gone", all_owners=False))
    await database.write(lambda tx: tx.runs.requeue(run.id))
    assert await claimed(database, BEN) is not None
    for late in (
        lambda tx: tx.runs.renew(run.id, run.lease, progress="old"),
        lambda tx: tx.runs.finish(run.id, run.lease, script_id="s", cost_micros=1, progress="old"),
        lambda tx: tx.runs.interrupt(run.id, run.lease, "old"),
    ):
        with pytest.raises(StaleStateError):
            await database.write(late)
    kept = await now(database, run)
    assert (kept.state, kept.lease_owner, kept.attempts) == (RunState.WRITING, BEN, 0)


async def test_a_finished_run_stays_finished(database: Database) -> None:
    """A finished run names its script and its cost, and cannot be cancelled, continued or claimed."""
    run = await taken(database)
    await database.write(
        lambda tx: tx.runs.finish(run.id, run.lease, script_id="audio_scripts_1", cost_micros=42, progress="all")
    )
    done = await now(database, run)
    assert (done.state, done.script_id, done.cost_micros, done.progress) == (
        RunState.DONE,
        "audio_scripts_1",
        42,
        "all",
    )
    assert done.lease_owner is None
    for late in (lambda tx: tx.runs.cancel(run.id), lambda tx: tx.runs.requeue(run.id)):
        with pytest.raises(StaleStateError):
            await database.write(late)
    assert await claimed(database) is None


@pytest.mark.parametrize("state", [RunState.READY, RunState.WRITING, RunState.INTERRUPTED])
async def test_a_live_run_can_be_cancelled_once(database: Database, state: RunState) -> None:
    """Whatever waits, is written or was interrupted can be cancelled, once, and its worker is told by its lease."""
    run = await ordered(database)
    if state is not RunState.READY:
        run = await claimed(database) or run
    if state is RunState.INTERRUPTED:
        await database.write(lambda tx: tx.runs.interrupt(run.id, run.lease, "stopped"))
    assert (await now(database, run)).state is state
    cancelled = await database.write(lambda tx: tx.runs.cancel(run.id))
    assert (cancelled.state, cancelled.lease_owner) == (RunState.CANCELLED, None)
    with pytest.raises(StaleStateError):
        await database.write(lambda tx: tx.runs.cancel(run.id))
    with pytest.raises(StaleStateError):
        await database.write(lambda tx: tx.runs.renew(run.id, run.lease))
    assert await claimed(database) is None


async def test_going_on_keeps_what_was_written(database: Database) -> None:
    """An interrupted run goes on with its progress; one that is not interrupted cannot be continued."""
    run = await taken(database)
    with pytest.raises(StaleStateError):
        await database.write(lambda tx: tx.runs.requeue(run.id))
    await database.write(lambda tx: tx.runs.renew(run.id, run.lease, progress="half"))
    await database.write(lambda tx: tx.runs.interrupt(run.id, run.lease, "stopped"))
    resumed = await database.write(lambda tx: tx.runs.requeue(run.id))
    assert (resumed.state, resumed.progress, resumed.note) == (RunState.READY, "half", "")
    again = await claimed(database, BEN)
    assert again is not None
    assert (again.attempts, again.started_at) == (0, run.started_at)


async def test_versions_count_up(database: Database) -> None:
    """Each chapter counts its own versions; a run that was cancelled without a script gives its number back."""
    first, second = await ordered(database), await ordered(database)
    other = await ordered(database, 2)
    assert (first.version, second.version, other.version) == (1, 2, 1)
    await database.write(lambda tx: tx.runs.cancel(second.id))
    assert (await ordered(database)).version == 2


async def test_versions_are_never_shared(peers: tuple[Database, Database]) -> None:
    """Orders for one chapter that come in at once get different versions without a gap."""
    runs = await asyncio.gather(*(ordered(peers[n % 2]) for n in range(8)))
    assert sorted(run.version for run in runs) == list(range(1, 9))


async def test_what_waits_is_counted(database: Database, clock: FakeClock) -> None:
    """One can ask how many runs are live and how many come before one's own."""
    runs = []
    for chapter in (1, 2, 3):
        runs.append(await ordered(database, chapter))
        clock.advance(seconds=1)
    await claimed(database)
    async with database.read() as tx:
        assert await tx.runs.count_live() == 3
        assert await tx.runs.count_ahead(runs[2]) == 1
        assert [run.id for run in await tx.runs.list_in_states(RunState.READY)] == [run.id for run in runs[1:]]
    await database.write(lambda tx: tx.runs.cancel(runs[1].id))
    async with database.read() as tx:
        assert await tx.runs.count_live() == 2
        assert await tx.runs.count_ahead(runs[2]) == 0


async def test_money_is_counted_at_its_highest_known(database: Database, clock: FakeClock) -> None:
    """A call counts with what was set aside for it until it is known what it cost; then with that, be it nothing."""
    one, two = await ordered(database, 1), await ordered(database, 2)
    lost = await database.write(lambda tx: tx.charges.reserve_cost(one.id, "m", 100))
    clock.advance(days=40)
    settled = await database.write(lambda tx: tx.charges.reserve_cost(one.id, "m", 1_000))
    free = await database.write(lambda tx: tx.charges.reserve_cost(two.id, "m", 5_000_000_000))
    assert len({lost, settled, free}) == 3
    async with database.read() as tx:
        assert await tx.charges.sum_costs() == 5_000_001_100
    await database.write(lambda tx: tx.charges.record_cost(settled, 30))
    await database.write(lambda tx: tx.charges.record_cost(free, 0))
    async with database.read() as tx:
        assert await tx.charges.sum_costs() == 130
        assert await tx.charges.sum_costs(run_id=one.id) == 130
        assert await tx.charges.sum_costs(run_id=two.id) == 0
        assert await tx.charges.sum_costs(since=clock.now) == 30
        assert await tx.charges.sum_costs(run_id=one.id, since=clock.now + timedelta(seconds=1)) == 0


async def test_an_unknown_run_is_a_key_error(database: Database) -> None:
    """Asking for a run that does not exist is told apart from one in another state."""
    async with database.read() as tx:
        with pytest.raises(KeyError):
            await tx.runs.get("runs_0000000000000000")
