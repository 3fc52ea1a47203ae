"""The state of all processes as one screen of text, or as JSON for programs."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from bot.monitoring.figures import StoredFigures
from storage.inspection import DatabaseState
from storage.stores.processes import Process

_SHORT_HASH: Final = 16


def describe_status(state: DatabaseState, figures: StoredFigures) -> Iterator[str]:
    """The lines of text."""
    yield f"Database    {state.product}, tables of version {state.version}"
    yield f"Log         {figures.head.seq:,} events, head {figures.head.hash[:_SHORT_HASH]}…"
    yield from _describe_processes(state, figures)
    yield f"{'Queue':<12}{'due':>7}{'waiting for':>14}{'worked on':>11}"
    for name, queue in figures.queues.items():
        lag = _format_span(timedelta(seconds=queue.get_lag(figures.now))) if queue.due else "-"
        yield f"  {name:<10}{queue.due:>7,}{lag:>14}{queue.leased:>11,}"
    yield "States"
    for name, counts in figures.states.items():
        listed = ", ".join(f"{count:,} {each}" for each, count in sorted(counts.items())) or "none"
        yield f"  {name:<14}{listed}"
    yield "Leases" if figures.leases else "Leases      none"
    for lease in figures.leases:
        seconds = (lease.until - figures.now).total_seconds()
        left = "expired, another process takes over" if lease.is_expired else f"{seconds:.0f} s left"
        yield f"  {lease.queue:<10}{lease.jobs:>7,}  {left}, {lease.owner}"


def _describe_processes(state: DatabaseState, figures: StoredFigures) -> Iterator[str]:
    if not figures.processes:
        yield f"Processes   {state.holder} uses the file" if state.holder else "Processes   none"
        return
    yield "Processes"
    for process in figures.processes:
        condition = str(process.state) if process.is_alive(figures.now) else "DEAD"
        shards = f", shards {process.shards}" if process.shards else ""
        since = _format_span(figures.now - process.started_at)
        seen = _format_span(figures.now - process.seen_at)
        place = f"{process.host}/{process.pid}"
        yield f"  {process.role:<9}{condition:<10}{place}, version {process.version}{shards}, up {since}, seen {seen} ago"


def _format_span(span: timedelta) -> str:
    minutes, seconds = divmod(max(0, round(span.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return f"{hours // 24} days"
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"


def build_status(state: DatabaseState, figures: StoredFigures) -> dict[str, Any]:
    """The same as values that JSON has; times are ISO texts in UTC."""
    return {
        "now": _format_time(figures.now),
        "database": {"product": state.product, "version": state.version, "holder": state.holder},
        "chain": {"events": figures.head.seq, "head": figures.head.hash},
        "processes": [_build_process(process, figures.now) for process in figures.processes],
        "queues": {
            name: {"due": queue.due, "lag_seconds": queue.get_lag(figures.now), "leased": queue.leased}
            for name, queue in figures.queues.items()
        },
        "states": figures.states,
        "leases": [
            {
                "queue": lease.queue,
                "owner": lease.owner,
                "jobs": lease.jobs,
                "until": _format_time(lease.until),
                "expired": lease.is_expired,
            }
            for lease in figures.leases
        ],
    }


def _build_process(process: Process, now: datetime) -> Mapping[str, Any]:
    return {
        "id": process.id,
        "role": process.role,
        "state": str(process.state),
        "alive": process.is_alive(now),
        "host": process.host,
        "pid": process.pid,
        "version": process.version,
        "shards": process.shards,
        "started_at": _format_time(process.started_at),
        "seen_at": _format_time(process.seen_at),
    }


def _format_time(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
