"""How old the last confirmed heartbeat is, of one connection and of several shards."""

import math
import time
from types import SimpleNamespace
from typing import Any

import pytest

from bot.monitoring.gateway import get_heartbeat_age

NOW = 1000.0


def socket(age: float, *, is_open: bool = True) -> SimpleNamespace:
    """discord.py's websocket with what is read of it."""
    return SimpleNamespace(open=is_open, _keep_alive=SimpleNamespace(_last_ack=NOW - age))


@pytest.mark.parametrize(
    ("client", "age"),
    [
        (SimpleNamespace(ws=None), math.inf),
        (SimpleNamespace(ws=socket(5)), 5),
        (SimpleNamespace(ws=socket(5, is_open=False)), math.inf),
        (SimpleNamespace(_AutoShardedClient__shards={}), math.inf),
        (
            SimpleNamespace(
                _AutoShardedClient__shards={0: SimpleNamespace(ws=socket(5)), 1: SimpleNamespace(ws=socket(50))}
            ),
            50,
        ),
    ],
)
def test_the_oldest_heartbeat_counts(client: Any, age: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that is closed or was never opened is infinitely old, and one bad shard makes the whole process bad."""
    monkeypatch.setattr(time, "perf_counter", lambda: NOW)
    assert get_heartbeat_age(client) == age
