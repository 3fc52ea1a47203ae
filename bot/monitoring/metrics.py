"""Metrics in Prometheus' text format. What can be read from the database is read when somebody asks, so it is right after a
restart too. Labels are states and kinds, never servers, titles or people.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.monitoring.figures import StoredFigures
from storage.migrate import HEAD
from storage.stores.charges import ChargeGroup

_PREFIX = "midnight_myth_"
_MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class ProcessFigures:
    """What this process says; ``turn_ages`` are seconds by kind of job.

    ``heartbeat_age`` is None without a gateway, ``is_gemini_resting`` where it is not known because the database is away.
    """

    is_ready: bool
    heartbeat_age: float | None
    turn_ages: Mapping[str, float]
    is_gemini_resting: bool | None


@dataclass(frozen=True, slots=True, eq=False)  # the library keeps collectors in a dictionary
class _FigureCollector(Collector):
    """Gives the figures to the library; ``stored`` is None where the database does not answer."""

    own: ProcessFigures
    stored: StoredFigures | None

    def collect(self) -> Iterator[Metric]:
        """Every metric."""
        info = {"version": version("midnight-myth"), "schema": HEAD}
        yield InfoMetricFamily(f"{_PREFIX}build", "The program's version.", value=info)
        yield _gauge("ready", "Whether the start is complete and no stop has begun.", self.own.is_ready)
        yield _gauge("database_up", "Whether the database answers.", self.stored is not None)
        if self.own.is_gemini_resting is not None:
            yield _gauge("gemini_resting", "Whether Gemini is left alone after failures.", self.own.is_gemini_resting)
        if self.own.heartbeat_age is not None:
            sentence = "Seconds since Discord's gateway confirmed a heartbeat."
            yield _gauge("gateway_heartbeat_age_seconds", sentence, self.own.heartbeat_age)
        sentence = "Seconds since this process looked for work of a kind."
        yield _gauges("worker_turn_age_seconds", sentence, ("queue",), self.own.turn_ages.items())
        if self.stored is not None:
            yield from self._collect_stored(self.stored)

    def _collect_stored(self, stored: StoredFigures) -> Iterator[Metric]:
        queues = stored.queues.items()
        yield _gauges(
            "jobs_due", "Jobs that wait and are due.", ("queue",), ((kind, queue.due) for kind, queue in queues)
        )
        sentence = "For how long the oldest due job has waited."
        lags = ((kind, queue.get_lag(stored.now)) for kind, queue in queues)
        yield _gauges("oldest_due_seconds", sentence, ("queue",), lags)
        yield _gauges(
            "jobs_leased",
            "Jobs that are being worked on.",
            ("queue",),
            ((kind, queue.leased) for kind, queue in queues),
        )
        expired = {
            kind: sum(group.jobs for group in stored.leases if group.queue == kind and group.is_expired)
            for kind in stored.queues
        }
        yield _gauges("leases_expired", "Jobs whose process is gone.", ("queue",), expired.items())
        rows = (((table, state), n) for table, states in stored.states.items() for state, n in states.items())
        yield _gauges("rows", "Rows by table and state.", ("table", "state"), rows)
        counts: dict[tuple[str, str], int] = {}
        for process in stored.processes:
            key = (process.role, str(process.state) if process.is_alive(stored.now) else "dead")
            counts[key] = counts.get(key, 0) + 1
        yield _gauges("processes", "Processes by role and state.", ("role", "state"), counts.items())
        yield CounterMetricFamily(f"{_PREFIX}events", "Events in the log.", value=stored.head.seq)
        yield from _collect_charges(stored.charges)


def _collect_charges(charges: list[ChargeGroup]) -> Iterator[Metric]:
    requests = CounterMetricFamily(f"{_PREFIX}gemini_requests", "Requests that cost money.", labels=("model",))
    dollars = CounterMetricFamily(f"{_PREFIX}gemini_dollars", "What they cost, at most.", labels=("model",))
    tokens = CounterMetricFamily(f"{_PREFIX}gemini_tokens", "Tokens of them.", labels=("model", "kind"))
    for group in charges:
        requests.add_metric((group.key,), group.requests)
        dollars.add_metric((group.key,), group.most_micros / _MICROS)
        tokens.add_metric((group.key, "prompt"), group.prompt_tokens)
        tokens.add_metric((group.key, "output"), group.output_tokens)
    yield from (requests, dollars, tokens)


def _gauge(name: str, sentence: str, value: float) -> Metric:
    return GaugeMetricFamily(f"{_PREFIX}{name}", sentence, value=float(value))


def _gauges(
    name: str, sentence: str, labels: Sequence[str], values: Iterable[tuple[str | tuple[str, ...], float]]
) -> Metric:
    """A family with one value for each key, which is the label's value or those of all labels."""
    family = GaugeMetricFamily(f"{_PREFIX}{name}", sentence, labels=labels)
    for key, value in values:
        family.add_metric((key,) if isinstance(key, str) else key, float(value))
    return family


def render(own: ProcessFigures, stored: StoredFigures | None) -> bytes:
    """The text for Prometheus. It takes a few milliseconds of processor time: call it in a thread."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_FigureCollector(own, stored))
    return generate_latest(registry)
