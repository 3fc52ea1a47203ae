import pytest

from tests.standins.discord_mention_guard import mention_problem
from tests.standins.discord_world import Json

CREATE, EDIT, FOLLOW_UP = "/channels/1/messages", "/channels/1/messages/2", "/webhooks/1/token"
CALLBACK = "/interactions/1/token/callback"
NOBODY: Json = {"parse": []}
LAYOUT: list[Json] = [{"type": 17, "components": [{"type": 10, "content": "@everyone"}]}]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", CREATE, {"content": "x", "allowed_mentions": NOBODY}),
        ("POST", CREATE, {"content": "<@&7> x", "allowed_mentions": {"parse": [], "roles": ["7"]}}),
        ("POST", CREATE, {"embeds": [{"title": "@everyone"}]}),
        ("PATCH", EDIT, {"components": LAYOUT, "allowed_mentions": NOBODY}),
        ("POST", CALLBACK, {"type": 5, "data": {"flags": 64}}),
        ("POST", CALLBACK, {"type": 8, "data": {"choices": []}}),
        ("GET", CREATE, None),
    ],
)
def test_requests_that_ring_nobody_or_one_role_are_accepted(method: str, path: str, body: Json | None) -> None:
    """A request is accepted if it cannot mention, grants nothing, or pings the one role that its text names."""
    assert mention_problem(method, path, body) is None


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", CREATE, {"content": "x"}),
        ("POST", CREATE, {"content": "x", "allowed_mentions": {"parse": ["everyone"]}}),
        ("POST", CREATE, {"content": "<@&7> x", "allowed_mentions": {"parse": ["everyone"], "roles": ["7"]}}),
        ("POST", CREATE, {"content": "<@&7> x", "allowed_mentions": {"parse": ["roles"]}}),
        ("POST", CREATE, {"embeds": [{"title": "x"}], "allowed_mentions": {"parse": ["roles"]}}),
        ("POST", CREATE, {"embeds": [{"title": "x"}], "allowed_mentions": {"parse": [], "roles": ["7"]}}),
        ("POST", CREATE, {"content": "x", "allowed_mentions": {"parse": [], "users": ["7"]}}),
        ("POST", CREATE, {"content": "x", "allowed_mentions": {"parse": [], "replied_user": True}}),
        ("POST", CREATE, {"content": "x", "allowed_mentions": {"parse": [], "roles": ["7"]}}),
        ("POST", CREATE, {"content": "<@&7><@&8>", "allowed_mentions": {"parse": [], "roles": ["7", "8"]}}),
        ("PATCH", EDIT, {"components": LAYOUT}),
        ("PATCH", EDIT, {"content": "<@&7>", "allowed_mentions": {"parse": [], "roles": ["7"]}}),
        ("POST", FOLLOW_UP, {"content": "x"}),
        ("PATCH", f"{FOLLOW_UP}/messages/@original", {"components": LAYOUT}),
        ("POST", CALLBACK, {"type": 4, "data": {"content": "x"}}),
        ("POST", CALLBACK, {"type": 7, "data": {"components": LAYOUT}}),
    ],
)
def test_requests_that_could_ring_somebody_are_found(method: str, path: str, body: Json) -> None:
    """A request with text is refused without ``allowed_mentions`` and with any grant besides one role that it pings."""
    assert mention_problem(method, path, body) is not None
