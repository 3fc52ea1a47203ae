"""Which servers belong to which shards."""

from bot.shards import Shards

SERVERS = [(time << 22) + rest for time in (1, 2, 7, 90_001) for rest in (0, 1, 4_194_303)]


def test_each_server_belongs_to_exactly_one_shard() -> None:
    """Whatever the number of shards, and as Discord's documentation computes it."""
    for count in (1, 2, 3, 16):
        owners = [[n for n in range(count) if Shards([n], count).has_server(server)] for server in SERVERS]
        assert owners == [[(server >> 22) % count] for server in SERVERS]


def test_shards_as_people_read_them() -> None:
    """In the log and in the list of processes."""
    assert str(Shards((0, 3), 4)) == "0, 3 of 4"
    assert str(Shards((), 1)) == ""
