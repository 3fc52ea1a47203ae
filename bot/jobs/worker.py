"""The one loop that works on leased jobs: runs, deliveries and live boards all use it.

A job is a row that outlives a request. Its handler claims due rows with a lease (see ``storage/leases.py``); this loop runs
them as tasks, renews their leases while they run, and takes over what dead processes left behind.

    claim ──> run ──> (the handler stores the outcome, which ends the lease)
      ^        │
      │        └── heartbeat: renew; a lease that is lost cancels the task
      └── wake-up, due time, or sweep
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final, Generic, Protocol, TypeVar

from bot.clock import Wait
from bot.errors import log_unexpected
from storage.leases import new_owner

J = TypeVar("J")

HEARTBEAT_SECONDS: Final = 3.0
"""Between two renewals. Less than a third of the lease (10 s): two may fail before another process takes the job."""
SWEEP_SECONDS: Final = 15.0
"""The longest pause between two looks for work: a wake-up may get lost, and the wall clock may be changed meanwhile."""
_STALLED_SECONDS: Final = 5.0
"""A heartbeat that comes so late says that this process or the database was away. The others may not have renewed their leases
yet either, so nothing is taken over before the next one."""
_ERROR_PAUSE_SECONDS: Final = 2.5
"""After a failed round, so that a database that is away is not asked in a tight loop."""
_SHORTEST_PAUSE_SECONDS: Final = 0.05
"""Before a job whose due time has just passed on another clock than ours."""


class JobHandler(Protocol[J]):
    """What the loop needs to know about one kind of job. Implemented once for each kind."""

    @property
    def kind(self) -> str:
        """The name of the kind in owners and log lines, such as ``runs``."""
        ...

    def get_key(self, job: J) -> str:
        """The job's id."""
        ...

    async def claim(self, owner: str, limit: int) -> Sequence[J]:
        """At most ``limit`` due jobs, leased by ``owner``; fewer or none where no more are due."""
        ...

    async def recover(self, owner: str, *, all_owners: bool) -> Sequence[J]:
        """Deals with jobs whose owner is gone; returns those that are leased by ``owner`` now and have to be run.

        With ``all_owners`` every other owner is known to be gone, whatever its leases say.
        """
        ...

    async def renew(self, job: J) -> bool:
        """Whether the lease was renewed; False where the job is no longer ours."""
        ...

    async def run(self, job: J, *, recovered: bool) -> None:
        """Works on the job and stores the outcome. ``recovered`` says that a dead process had begun it."""
        ...

    async def get_seconds_until_due(self) -> float | None:
        """Seconds until the next job is due (negative where it is overdue); None where none waits."""
        ...

    async def after_round(self) -> None:
        """Called when nothing is due and nothing is running."""
        ...


@dataclass(slots=True)
class JobWorker(Generic[J]):
    """Runs jobs of one kind until it is stopped, at most ``limit`` at once.

    ``exclusive`` says that this is the only process on the database. At a stop, running jobs get ``stop_seconds`` to end;
    then they are cancelled. While jobs run, new ones are claimed when there is room for ``refill_at`` of them.
    """

    handler: JobHandler[J]
    wait: Wait
    limit: int
    exclusive: bool
    stop_seconds: float = 0.0
    refill_at: int = 1
    owner: str = ""
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _running: dict[str, tuple[J, asyncio.Task[None]]] = field(default_factory=dict)
    _recovered: deque[J] = field(default_factory=deque)
    _cancelled: set[str] = field(default_factory=set)
    _loops: list[asyncio.Task[None]] = field(default_factory=list)
    _has_recovered_all: bool = False
    _renewed_at: float | None = None
    turned_at: float | None = None
    """When it last looked for work, on the event loop's clock: at most ``SWEEP_SECONDS`` ago while it works."""

    def __post_init__(self) -> None:
        self.owner = self.owner or new_owner(self.handler.kind)

    @property
    def is_stopping(self) -> bool:
        """Whether the worker is stopping, so that a job should not begin anything that takes long."""
        return self._stop.is_set()

    async def start(self) -> None:
        """Recovers what dead processes left behind, then works in the background."""
        await self._recover()
        self._loops = [asyncio.create_task(self._run()), asyncio.create_task(self._keep_leases())]

    def begin_stop(self) -> None:
        """Claims nothing new from now on; ``stop`` does the rest."""
        self._stop.set()
        self._wake.set()

    async def stop(self) -> None:
        """Claims nothing new, lets running jobs end for ``stop_seconds``, cancels the rest and returns when all have ended.

        Their handler stores what a cancelled job has to keep; otherwise its lease expires and the job is recovered.
        """
        self.begin_stop()
        tasks = [task for _, task in self._running.values()]
        if tasks and self.stop_seconds:
            await asyncio.wait(tasks, timeout=self.stop_seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*self._loops, *tasks, return_exceptions=True)

    def wake(self) -> None:
        """Makes the loop look for due jobs now. Losing a wake-up costs at most ``SWEEP_SECONDS``."""
        self._wake.set()

    async def cancel(self, key: str) -> None:
        """Cancels the job if it runs here, also one that is being claimed at this moment, and returns when it has ended."""
        self._cancelled.add(key)
        if key in self._running:
            _, task = self._running[key]
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _run(self) -> None:
        while not self._stop.is_set():
            self._wake.clear()
            try:
                await self._recover()
                await self._work_until_idle()
                await self.handler.after_round()
                due = await self.handler.get_seconds_until_due()
                pause = SWEEP_SECONDS if due is None else min(max(due, _SHORTEST_PAUSE_SECONDS), SWEEP_SECONDS)
            except Exception as error:  # noqa: BLE001 - one failed round must not end the worker; it is logged
                log_unexpected(error, f"working on {self.handler.kind}")
                pause = _ERROR_PAUSE_SECONDS
            if not self._stop.is_set():
                with suppress(TimeoutError):
                    await self.wait(asyncio.wait_for(self._wake.wait(), pause), f"{self.handler.kind} that are due")

    async def _work_until_idle(self) -> None:
        while not self._stop.is_set():
            await self._start_due()
            if not self._running:
                return
            await self.wait(self._wait_for_change(), f"{self.handler.kind} that are running")
            self._wake.clear()

    async def _wait_for_change(self) -> None:
        """Returns when a job has ended or the worker is woken."""
        # Started inside the wait, not before it: the demo's simulated Discord would take the task for unfinished work.
        waker = asyncio.create_task(self._wake.wait())
        try:
            await asyncio.wait(
                {waker, *(task for _, task in self._running.values())}, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            waker.cancel()

    async def _start_due(self) -> None:
        self.turned_at = asyncio.get_running_loop().time()
        while not self._stop.is_set() and (free := self.limit - len(self._running)) > 0:
            if self._running and free < self.refill_at:
                return
            if self._recovered:
                self._start(self._recovered.popleft(), recovered=True)
                continue
            self._cancelled.clear()
            claimed = await self.handler.claim(self.owner, free)
            for job in claimed:
                self._start(job, recovered=False)
            if not claimed:
                return

    def _start(self, job: J, *, recovered: bool) -> None:
        key = self.handler.get_key(job)
        task = asyncio.create_task(self._run_job(key, job, recovered=recovered))
        self._running[key] = job, task
        # Not in the task itself: a task that is cancelled before its first step runs none of its code.
        task.add_done_callback(lambda _: self._forget(key))
        if key in self._cancelled:  # between the claim and this line
            task.cancel()

    async def _run_job(self, key: str, job: J, *, recovered: bool) -> None:
        try:
            await self.handler.run(job, recovered=recovered)
        except Exception as error:  # noqa: BLE001 - the job's lease expires, and a later sweep recovers it
            log_unexpected(error, f"working on {self.handler.kind} {key}")

    def _forget(self, key: str) -> None:
        self._running.pop(key, None)
        self._wake.set()

    async def _recover(self) -> None:
        """Renews our leases, then takes over those of others: after an outage our own have run out as well."""
        before, loop = self._renewed_at, asyncio.get_running_loop()
        await self._renew_leases()
        self._renewed_at = loop.time()
        if before is not None and self._renewed_at - before > HEARTBEAT_SECONDS + _STALLED_SECONDS:
            return
        all_owners = self.exclusive and not self._has_recovered_all
        self._recovered.extend(await self.handler.recover(self.owner, all_owners=all_owners))
        self._has_recovered_all = True

    async def _keep_leases(self) -> None:
        while not self._stop.is_set():
            with suppress(TimeoutError):
                await self.wait(asyncio.wait_for(self._stop.wait(), HEARTBEAT_SECONDS), "the next heartbeat")
            if self._stop.is_set():
                return
            try:
                await self._recover()
            except Exception as error:  # noqa: BLE001 - the next heartbeat may find the database back
                log_unexpected(error, f"renewing leases of {self.handler.kind}")
            self._wake.set()

    async def _renew_leases(self) -> None:
        for job in list(self._recovered):
            await self.handler.renew(job)
        for key, (job, task) in list(self._running.items()):
            # A job that has ended in the same moment is no longer ours either, and needs no cancelling.
            if not await self.handler.renew(job) and key in self._running:
                task.cancel()
