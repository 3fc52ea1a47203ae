"""The loop that works on leased jobs, with jobs that are plain strings."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from bot.clock import wait_plainly
from bot.jobs import worker as worker_module
from bot.jobs.worker import JobWorker


class FakeJobs:
    """A handler whose due jobs are in a list and which records what it is asked to do."""

    def __init__(self, *due: str) -> None:
        self.due = list(due)
        self.orphaned: list[str] = []
        self.begun: list[tuple[str, bool]] = []
        self.ended: list[str] = []
        self.cancelled: list[str] = []
        self.renewed: list[str] = []
        self.lost: set[str] = set()
        self.recoveries: list[bool] = []
        self.rounds = 0
        self.limits: list[int] = []
        self.seconds_until_due: float | None = None
        self.gates: dict[str, asyncio.Event] = {}
        self.errors: list[Exception] = []
        self.on_claim: Callable[[], Awaitable[None]] | None = None

    @property
    def kind(self) -> str:
        return "fakes"

    def get_key(self, job: str) -> str:
        return job

    async def claim(self, owner: str, limit: int) -> Sequence[str]:
        assert owner.startswith("fakes_")
        self.limits.append(limit)
        if self.errors:
            raise self.errors.pop()
        claimed, self.due = self.due[:limit], self.due[limit:]
        if claimed and self.on_claim is not None:
            await self.on_claim()
        return claimed

    async def recover(self, owner: str, *, all_owners: bool) -> Sequence[str]:
        assert owner.startswith("fakes_")
        self.recoveries.append(all_owners)
        recovered, self.orphaned = self.orphaned, []
        return recovered

    async def renew(self, job: str) -> bool:
        self.renewed.append(job)
        return job not in self.lost

    async def run(self, job: str, *, recovered: bool) -> None:
        self.begun.append((job, recovered))
        try:
            if job in self.gates:
                await self.gates[job].wait()
            if job == "broken":
                raise RuntimeError("broken")
        except asyncio.CancelledError:
            self.cancelled.append(job)
            raise
        self.ended.append(job)

    async def get_seconds_until_due(self) -> float | None:
        return self.seconds_until_due

    async def after_round(self) -> None:
        self.rounds += 1


@asynccontextmanager
async def running(jobs: FakeJobs, limit: int = 10, *, exclusive: bool = False) -> AsyncIterator[JobWorker[str]]:
    """A started worker, stopped at the end."""
    worker = JobWorker(jobs, wait_plainly, limit, exclusive)
    await worker.start()
    try:
        yield worker
    finally:
        await worker.stop()


async def until(condition: Callable[[], object]) -> None:
    """Returns when the condition is true."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - the condition is outside of the code under test
            await asyncio.sleep(0.001)


async def test_due_jobs_are_run_within_the_limit() -> None:
    """All due jobs are run, never more at once than the limit allows."""
    jobs = FakeJobs(*"abcde")
    jobs.gates = {name: asyncio.Event() for name in "abcde"}
    async with running(jobs, limit=2):
        await until(lambda: len(jobs.begun) == 2)
        await asyncio.sleep(0.01)
        assert len(jobs.begun) == 2
        assert jobs.limits == [2], "while nothing is free, nothing is claimed"
        for name in "abcde":
            jobs.gates[name].set()
        await until(lambda: sorted(jobs.ended) == list("abcde"))
        await until(lambda: jobs.rounds)


async def test_a_wake_up_starts_a_new_job_beside_running_ones() -> None:
    """A job that becomes due while another one runs does not wait for its end."""
    jobs = FakeJobs("slow")
    jobs.gates = {"slow": asyncio.Event()}
    async with running(jobs) as worker:
        await until(lambda: jobs.begun)
        jobs.due.append("new")
        worker.wake()
        await until(lambda: jobs.ended == ["new"])
        jobs.gates["slow"].set()


async def test_orphaned_jobs_come_first_and_are_marked() -> None:
    """What a dead process had begun is run before anything new, and the handler is told so."""
    jobs = FakeJobs("new")
    jobs.orphaned = ["old"]
    async with running(jobs, limit=1):
        await until(lambda: len(jobs.ended) == 2)
    assert jobs.begun == [("old", True), ("new", False)]


@pytest.mark.parametrize("exclusive", [True, False])
async def test_only_the_only_process_takes_all_owners_for_dead(*, exclusive: bool) -> None:
    """Leases of others are ignored once, at the start, and only where no other process can be alive."""
    jobs = FakeJobs()
    async with running(jobs, exclusive=exclusive) as worker:
        await until(lambda: jobs.rounds)
        worker.wake()
        await until(lambda: jobs.rounds > 1)
    assert jobs.recoveries[0] is exclusive
    assert not any(jobs.recoveries[1:])


async def test_leases_are_renewed_and_a_lost_one_ends_the_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a job runs its lease is renewed; where that fails because another process has it, the job is cancelled."""
    monkeypatch.setattr(worker_module, "HEARTBEAT_SECONDS", 0.01)
    jobs = FakeJobs("kept", "lost")
    jobs.gates = {"kept": asyncio.Event(), "lost": asyncio.Event()}
    async with running(jobs):
        await until(lambda: jobs.renewed.count("kept") > 1)
        assert jobs.cancelled == []
        jobs.lost.add("lost")
        await until(lambda: jobs.cancelled == ["lost"])
        jobs.gates["kept"].set()
        await until(lambda: jobs.ended == ["kept"])


async def test_a_job_can_be_cancelled_while_it_is_claimed() -> None:
    """A cancellation that comes between the claim and the start of the job is not lost."""
    jobs = FakeJobs("a")
    jobs.gates = {"a": asyncio.Event()}
    worker = JobWorker(jobs, wait_plainly, 10, exclusive=False)
    jobs.on_claim = lambda: worker.cancel("a")
    await worker.start()
    await until(lambda: not jobs.due and not worker._running)
    await worker.stop()
    assert jobs.ended == []


async def test_an_error_ends_neither_the_worker_nor_other_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A failed round is repeated after a pause, and a job that raises leaves the others alone."""
    monkeypatch.setattr(worker_module, "_ERROR_PAUSE_SECONDS", 0.01)
    jobs = FakeJobs("broken", "fine")
    jobs.errors = [RuntimeError("the database is away")]
    async with running(jobs):
        await until(lambda: jobs.ended == ["fine"])
    assert ("broken", False) in jobs.begun


async def test_our_own_jobs_are_not_taken_over_after_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a failed round the leases of running jobs are renewed before expired ones are recovered: theirs ran out as well."""
    monkeypatch.setattr(worker_module, "_ERROR_PAUSE_SECONDS", 0.01)
    jobs = FakeJobs("slow")
    jobs.gates = {"slow": asyncio.Event()}
    async with running(jobs) as worker:
        await until(lambda: jobs.begun)
        jobs.errors = [RuntimeError("the disk is full")]
        recoveries = len(jobs.recoveries)
        worker.wake()
        await until(lambda: len(jobs.recoveries) > recoveries)
        assert jobs.renewed == ["slow"]
        jobs.gates["slow"].set()
        await until(lambda: jobs.ended == ["slow"])


async def test_a_stop_waits_for_running_jobs_and_then_cancels_them() -> None:
    """Jobs get the time that was agreed to end; what is still running then is cancelled, and nothing new begins."""
    jobs = FakeJobs("quick", "endless", "never")
    jobs.gates = {"quick": asyncio.Event(), "endless": asyncio.Event()}
    worker = JobWorker(jobs, wait_plainly, 2, exclusive=False, stop_seconds=0.05)
    await worker.start()
    await until(lambda: len(jobs.begun) == 2)
    was_stopping = worker.is_stopping
    stopping = asyncio.create_task(worker.stop())
    await asyncio.sleep(0.01)
    assert (was_stopping, worker.is_stopping) == (False, True)
    jobs.gates["quick"].set()
    await stopping
    assert (jobs.ended, jobs.cancelled) == (["quick"], ["endless"])
    assert jobs.due == ["never"]
    assert jobs.renewed == []


async def test_an_idle_worker_stops_at_once() -> None:
    jobs = FakeJobs()
    worker = JobWorker(jobs, wait_plainly, 2, exclusive=False, stop_seconds=60)
    await worker.start()
    await until(lambda: jobs.rounds)
    await asyncio.wait_for(worker.stop(), 5)
    assert len(jobs.recoveries) == 2, "one at the start and one of the first round"


async def test_a_running_job_can_be_cancelled_alone() -> None:
    """Who cancels it goes on when it has ended; the other jobs do not notice, and cancelling it again changes nothing."""
    jobs = FakeJobs("a", "b")
    jobs.gates = {"a": asyncio.Event(), "b": asyncio.Event()}
    async with running(jobs) as worker:
        await until(lambda: len(jobs.begun) == 2)
        await worker.cancel("a")
        assert jobs.cancelled == ["a"]
        await worker.cancel("a")
        jobs.gates["b"].set()
        await until(lambda: jobs.ended == ["b"])
    assert jobs.cancelled == ["a"]


@pytest.mark.parametrize("seconds", [0.01, -5.0, 0.0])
async def test_the_worker_looks_again_when_the_next_job_is_due(seconds: float) -> None:
    """Also where it is overdue, since another process may fail to take it; but never in a tight loop."""
    jobs = FakeJobs()
    jobs.seconds_until_due = seconds
    async with running(jobs):
        await until(lambda: jobs.rounds)
        jobs.due.append("late")
        await until(lambda: jobs.ended == ["late"])
        assert jobs.rounds < 20


@pytest.mark.parametrize("seconds", [None, 1000.0])
async def test_the_worker_looks_for_work_now_and_then(monkeypatch: pytest.MonkeyPatch, seconds: float | None) -> None:
    """A wake-up may get lost, and the clock may be changed: no pause is longer than a sweep."""
    monkeypatch.setattr(worker_module, "SWEEP_SECONDS", 0.01)
    jobs = FakeJobs()
    jobs.seconds_until_due = seconds
    async with running(jobs):
        await until(lambda: jobs.rounds)
        jobs.due.append("found")
        await until(lambda: jobs.ended == ["found"])


@pytest.mark.parametrize(("refill_at", "begun"), [(1, 4), (2, 3), (3, 3)])
async def test_new_jobs_are_claimed_when_there_is_room_for_some(refill_at: int, begun: int) -> None:
    """While others run, each claim takes several jobs at once where that was asked for; at last all are run."""
    jobs = FakeJobs(*"abcde")
    jobs.gates = {name: asyncio.Event() for name in "abcde"}
    worker = JobWorker(jobs, wait_plainly, 3, exclusive=False, refill_at=refill_at)
    await worker.start()
    await until(lambda: len(jobs.begun) == 3)
    jobs.gates["a"].set()
    await until(lambda: jobs.ended == ["a"])
    await asyncio.sleep(0.01)
    assert len(jobs.begun) == begun
    for name in "bcde":
        jobs.gates[name].set()
    await until(lambda: sorted(jobs.ended) == list("abcde"))
    await worker.stop()


async def test_nothing_is_taken_over_right_after_a_standstill(monkeypatch: pytest.MonkeyPatch) -> None:
    """A heartbeat that comes late says that the database was away: others get the time to renew their leases first."""
    monkeypatch.setattr(worker_module, "_STALLED_SECONDS", -worker_module.HEARTBEAT_SECONDS)
    jobs = FakeJobs()
    async with running(jobs) as worker:
        await until(lambda: jobs.rounds)
        assert len(jobs.recoveries) == 1, "only that of the start, which has nothing to compare with"
        monkeypatch.undo()
        worker.wake()
        await until(lambda: len(jobs.recoveries) > 1)
