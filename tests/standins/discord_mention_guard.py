"""The studio's own rule for mentions: every request that can mention says whom it may ring, which is nobody or one role.

Discord would ring everybody whom a text mentions if ``allowed_mentions`` is missing, and the bot sends text that people and a
language model wrote. The only deliberate ping is the role that an affiliate chose for the posts of announcements.
"""

import re
from typing import Any

from tests.standins.discord_world import Json, walk

_NEW_MESSAGE = re.compile(r"/channels/\d+/messages")
_MESSAGE = re.compile(r"/channels/\d+/messages/\d+|/webhooks/\d+/[^/]+(/messages/[^/]+)?")
_CALLBACK = re.compile(r"/interactions/\d+/[^/]+/callback")
_CALLBACKS_WITH_MESSAGE = frozenset({4, 7})


def mention_problem(method: str, path: str, body: Any) -> str | None:
    """What is wrong with the request's ``allowed_mentions``; None if nothing is.

    Grants are wrong even in a request without text, since the next one from the same place may have some.
    """
    message = _message_of(method, path, body)
    if message is None:
        return None
    allowed = message.get("allowed_mentions")
    if allowed is None:
        return "allowed_mentions is missing" if _has_text(message) else None
    if allowed.get("parse") or allowed.get("users") or allowed.get("replied_user"):
        return f"allowed_mentions grants too much: {allowed}"
    roles = [str(role) for role in allowed.get("roles") or []]
    is_role_ping = (
        _NEW_MESSAGE.fullmatch(path) and len(roles) == 1 and f"<@&{roles[0]}>" in (message.get("content") or "")
    )
    if roles and not is_role_ping:
        return f"allowed_mentions grants roles that the text does not ping: {allowed}"
    return None


def _has_text(message: Json) -> bool:
    """Whether it has text that can mention; embeds and buttons cannot."""
    texts = [component.get("content") for component in walk(message.get("components") or []) if component["type"] == 10]
    return any([message.get("content"), *texts])


def _message_of(method: str, path: str, body: Any) -> Json | None:
    """The message that a request creates or edits."""
    if not isinstance(body, dict) or method not in {"POST", "PATCH"}:
        return None
    if _CALLBACK.fullmatch(path):
        data = body.get("data") if body.get("type") in _CALLBACKS_WITH_MESSAGE else None
        return data if isinstance(data, dict) else None
    return body if _NEW_MESSAGE.fullmatch(path) or _MESSAGE.fullmatch(path) else None
