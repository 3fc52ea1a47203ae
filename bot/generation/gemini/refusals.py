"""What the Gemini API answers when it does not deliver, read from its own bodies and told as a ``GenerationError``.

Traps that are known and handled: a bad key is a 400; a model outside the account's tier may answer 429 with ``limit: 0``; a
429 whose quota is per day carries a delay of seconds that helps nobody, for daily quotas return at midnight Pacific time.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.generation.error_messages import fault
from bot.generation.writer import GenerationError, GenerationErrorKind

_PACIFIC: Final = ZoneInfo("America/Los_Angeles")
_LIMIT: Final = re.compile(r"\blimit: (\d+)\b")
_RETRY_IN: Final = re.compile(r"retry in (\d+(?:\.\d+)?)s", re.IGNORECASE)
_SECONDS: Final = re.compile(r"(\d+(?:\.\d+)?)s?")

_KEY_REASONS: Final = ("API_KEY_INVALID", "API_KEY_EXPIRED")
_KEY_WORDS: Final = ("api key not valid", "api key expired", "api key not found", "reported as leaked")
_BY_STATUS: Final = {
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 429,
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
}

_ENDS: Final = {
    **dict.fromkeys(
        ("SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "MODEL_ARMOR", "IMAGE_SAFETY", "ESCALATION"),
        GenerationErrorKind.OUTPUT_BLOCKED,
    ),
    "RECITATION": GenerationErrorKind.RECITATION,
    "MAX_TOKENS": GenerationErrorKind.TRUNCATED,
    "CONTINUATION": GenerationErrorKind.TRUNCATED,  # the SDK's own continuation is off, so that every call is metered
    "MALFORMED_RESPONSE": GenerationErrorKind.MALFORMED,
}


def refused(code: int, body: object, model: str, now: datetime, retry_after: str = "") -> GenerationError:
    """The fault for an HTTP status and its body (the JSON document, or the text of something that was none).

    ``retry_after`` is the header of that name. ``now`` is aware; it dates the return of a daily quota.
    """
    error = _error(body)
    message = _text(error.get("message"))
    status = _text(error.get("status"))
    code = code if code >= 400 else _BY_STATUS.get(status, 500)
    if _about_key(code, message, error):
        return fault(GenerationErrorKind.BAD_KEY, model=model, reason=status)
    if code == 429:
        return _quota(error, message, model, now, retry_after)
    kinds = {
        403: GenerationErrorKind.NO_PERMISSION,
        404: GenerationErrorKind.MODEL_GONE,
        408: GenerationErrorKind.OVERLOADED,
        499: GenerationErrorKind.OVERLOADED,
    }
    kind = kinds.get(code, GenerationErrorKind.OVERLOADED if code >= 500 else GenerationErrorKind.BAD_REQUEST)
    return fault(kind, model=model, reason=status or str(code), retry_after=_seconds(retry_after))


def ended(reason: str, category: str, model: str, *, wrote: bool) -> GenerationError:
    """The fault for a finish reason other than STOP; ``category`` is the safety category that was blocked, if one was."""
    kind = _ENDS.get(reason, GenerationErrorKind.UNKNOWN_END)
    if kind is GenerationErrorKind.TRUNCATED and not wrote:
        kind = GenerationErrorKind.THOUGHT_OUT
    return fault(kind, model=model, reason=category or reason)


def unknown_field(code: int, body: object) -> bool:
    """Whether the API refused the request because this version of it does not know one of our fields."""
    return code == 400 and "unknown name" in _text(_error(body).get("message")).lower()


def next_pacific_midnight(now: datetime) -> datetime:
    """When daily quotas return, aware, in UTC."""
    tomorrow = now.astimezone(_PACIFIC).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), _PACIFIC).astimezone(UTC)


def _quota(error: Mapping[object, object], message: str, model: str, now: datetime, header: str) -> GenerationError:
    violations = [found for detail in _details(error) for found in _objects(detail.get("violations"))]
    limits = [int(value) for value in (_text(found.get("quotaValue")) for found in violations) if value.isdigit()]
    limits += [int(value) for value in _LIMIT.findall(message)]
    if 0 in limits:
        return fault(GenerationErrorKind.QUOTA_NONE, model=model, limit=0)
    daily = [found for found in violations if "perday" in _text(found.get("quotaId")).lower()]
    if daily:
        told = _text(daily[0].get("quotaValue"))
        limit = int(told) if told.isdigit() else None
        return fault(GenerationErrorKind.QUOTA_DAY, model=model, limit=limit, back_at=next_pacific_midnight(now))
    delays = [_seconds(_text(detail.get("retryDelay"))) for detail in _details(error)]
    delays += [_seconds(header), *map(_seconds, _RETRY_IN.findall(message))]
    wait = next((delay for delay in delays if delay is not None), None)
    return fault(GenerationErrorKind.QUOTA_MINUTE, model=model, retry_after=wait, limit=min(limits, default=None))


def _about_key(code: int, message: str, error: Mapping[object, object]) -> bool:
    if code == 401:
        return True
    reasons = {_text(detail.get("reason")) for detail in _details(error)}
    said = message.lower()
    return code in {400, 403} and (
        any(reason in reasons for reason in _KEY_REASONS) or any(words in said for words in _KEY_WORDS)
    )


def _error(body: object) -> Mapping[object, object]:
    """The error object of a body: inside ``error``, or the body itself, or in a list of one."""
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, Mapping):
        return {}
    inner = body.get("error")
    return inner if isinstance(inner, Mapping) else body


def _details(error: Mapping[object, object]) -> Iterator[Mapping[object, object]]:
    return _objects(error.get("details"))


def _objects(value: object) -> Iterator[Mapping[object, object]]:
    return (found for found in value if isinstance(found, Mapping)) if isinstance(value, list) else iter(())


def _text(value: object) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _seconds(told: str) -> float | None:
    found = _SECONDS.fullmatch(told.strip())
    return float(found[1]) if found else None
