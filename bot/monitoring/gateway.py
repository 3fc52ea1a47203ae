"""How alive the connection to Discord's gateway is."""

import math
import time
from typing import Any


def get_heartbeat_age(client: Any) -> float:  # noqa: ANN401 - discord.py's client, which is imported elsewhere only
    """Seconds since Discord last confirmed a heartbeat, of the shard for which that is longest; infinite without connection.

    discord.py's ``latency`` is that of the last heartbeat, however long ago that was.
    """
    shards = getattr(client, "_AutoShardedClient__shards", None)
    sockets = [client.ws] if shards is None else [shard.ws for shard in shards.values()]
    return max((_get_age(socket) for socket in sockets), default=math.inf)


def _get_age(socket: Any) -> float:  # noqa: ANN401 - discord.py's websocket
    if socket is None or not socket.open or socket._keep_alive is None:  # noqa: SLF001 - there is no other way
        return math.inf
    return time.perf_counter() - float(socket._keep_alive._last_ack)  # noqa: SLF001
