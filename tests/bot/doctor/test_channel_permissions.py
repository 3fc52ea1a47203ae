"""Permissions in a channel, computed as Discord's documentation does it."""

import pytest

from bot.doctor.channel_permissions import compute_channel_permissions, compute_server_permissions, name_missing

GUILD = {
    "id": "1",
    "roles": [{"id": "1", "permissions": "4"}, {"id": "2", "permissions": "2"}, {"id": "3", "permissions": "8"}],
}


@pytest.mark.parametrize(("roles", "granted"), [([], 4), (["2"], 6), (["3"], (1 << 64) - 1)])
def test_roles_add_up_in_a_server(roles: list[str], granted: int) -> None:
    """@everyone and the member's roles are added; Administrator is everything."""
    assert compute_server_permissions(GUILD, roles) == granted


def overwrite(number: str, kind: int, *, allow: int = 0, deny: int = 0) -> dict[str, object]:
    return {"id": number, "type": kind, "allow": str(allow), "deny": str(deny)}


@pytest.mark.parametrize(
    ("overwrites", "granted"),
    [
        ([], 3),
        ([overwrite("1", 0, deny=3)], 0),
        ([overwrite("1", 0, deny=3), overwrite("2", 0, allow=2)], 2),
        ([overwrite("2", 0, deny=2), overwrite("4", 0, allow=2)], 3),
        ([overwrite("2", 0, allow=2), overwrite("9", 1, deny=2)], 1),
        ([overwrite("5", 0, deny=3), overwrite("8", 1, deny=3)], 3),
    ],
)
def test_a_channel_changes_what_the_server_grants(overwrites: list[dict[str, object]], granted: int) -> None:
    """@everyone, then the roles together with allow winning, then the member; what is meant for others changes nothing."""
    assert compute_channel_permissions(3, "1", "9", ["2", "4"], overwrites) == granted


def test_nothing_hides_a_channel_from_an_administrator() -> None:
    """Overwrites do not count for it."""
    everything = compute_server_permissions(GUILD, ["3"])
    hidden = [overwrite("1", 0, deny=everything), overwrite("9", 1, deny=everything)]
    assert compute_channel_permissions(everything, "1", "9", ["3"], hidden) == everything


def test_missing_permissions_have_discords_names() -> None:
    """Those without which nothing is posted are told from the others."""
    assert name_missing(1 << 10 | 1 << 16) == (["Send Messages", "Embed Links"], ["Attach Files"])
