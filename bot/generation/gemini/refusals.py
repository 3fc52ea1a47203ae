"""The Gemini API's error responses and finish reasons as ``GenerationError``.

Known traps that are handled here: a bad key is a 400; a model outside the account's tier may answer 429 with ``limit: 0``; a
429 for a daily quota names a delay of seconds, which is useless, since daily quotas reset at midnight Pacific time.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.generation.error_messages import create_error
from bot.generation.writer import GenerationError, GenerationErrorKind

_PACIFIC: Final = ZoneInfo("America/Los_Angeles")
_LIMIT: Final = re.compile(r"\blimit: (\d+)\b")
_RETRY_IN: Final = re.compile(r"retry in (\d+(?:\.\d+)?)s", re.IGNORECASE)
_SECONDS: Final = re.compile(r"(\d+(?:\.\d+)?)s?")

_BAD_KEY_REASONS: Final = ("API_KEY_INVALID", "API_KEY_EXPIRED")
_BAD_KEY_PHRASES: Final = ("api key not valid", "api key expired", "api key not found", "reported as leaked")
_CODES_BY_STATUS: Final = {
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 429,
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
}

_KINDS_BY_FINISH_REASON: Final = {
    **dict.fromkeys(
        ("SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "MODEL_ARMOR", "IMAGE_SAFETY", "ESCALATION"),
        GenerationErrorKind.OUTPUT_BLOCKED,
    ),
    "RECITATION": GenerationErrorKind.RECITATION,
    "MAX_TOKENS": GenerationErrorKind.TRUNCATED,
    "CONTINUATION": GenerationErrorKind.TRUNCATED,  # the SDK's own continuation is off, so that the budget sees every call
    "MALFORMED_RESPONSE": GenerationErrorKind.MALFORMED,
}


def error_from_response(code: int, body: object, model: str, now: datetime, retry_after: str = "") -> GenerationError:
    """The error for an HTTP status and its body: the parsed JSON, or the text where it was not JSON.

    ``retry_after`` is the header of that name. ``now`` is timezone-aware; it decides when a daily quota resets.
    """
    error = _get_error_object(body)
    message = _to_text(error.get("message"))
    status = _to_text(error.get("status"))
    code = code if code >= 400 else _CODES_BY_STATUS.get(status, 500)
    if _is_bad_key(code, message, error):
        return create_error(GenerationErrorKind.BAD_KEY, model=model, reason=status)
    if code == 429:
        return _quota_error(error, message, model, now, retry_after)
    kinds = {
        403: GenerationErrorKind.NO_PERMISSION,
        404: GenerationErrorKind.MODEL_GONE,
        408: GenerationErrorKind.OVERLOADED,
        499: GenerationErrorKind.OVERLOADED,
    }
    kind = kinds.get(code, GenerationErrorKind.OVERLOADED if code >= 500 else GenerationErrorKind.BAD_REQUEST)
    return create_error(kind, model=model, reason=status or str(code), retry_after=_parse_seconds(retry_after))


def error_from_finish_reason(reason: str, category: str, model: str, *, has_text: bool) -> GenerationError:
    """The error for a finish reason other than STOP.

    ``category`` is the safety category that was blocked, or empty. ``has_text`` is whether the model had written anything.
    """
    kind = _KINDS_BY_FINISH_REASON.get(reason, GenerationErrorKind.UNKNOWN_END)
    if kind is GenerationErrorKind.TRUNCATED and not has_text:
        kind = GenerationErrorKind.THOUGHT_OUT
    return create_error(kind, model=model, reason=category or reason)


def is_unknown_field_error(code: int, body: object) -> bool:
    """Whether the API refused the request because this version of it does not know one of our fields."""
    return code == 400 and "unknown name" in _to_text(_get_error_object(body).get("message")).lower()


def next_pacific_midnight(now: datetime) -> datetime:
    """When daily quotas reset, in UTC. Google's documentation of rate limits: they do so at midnight Pacific time."""
    tomorrow = now.astimezone(_PACIFIC).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), _PACIFIC).astimezone(UTC)


def _quota_error(
    error: Mapping[object, object], message: str, model: str, now: datetime, header: str
) -> GenerationError:
    violations = [
        violation for detail in _get_details(error) for violation in _filter_objects(detail.get("violations"))
    ]
    quota_values = (_to_text(violation.get("quotaValue")) for violation in violations)
    limits = [int(value) for value in quota_values if value.isdigit()]
    limits += [int(value) for value in _LIMIT.findall(message)]
    if 0 in limits:
        return create_error(GenerationErrorKind.QUOTA_NONE, model=model, limit=0)
    daily = [violation for violation in violations if "perday" in _to_text(violation.get("quotaId")).lower()]
    if daily:
        value = _to_text(daily[0].get("quotaValue"))
        limit = int(value) if value.isdigit() else None
        return create_error(GenerationErrorKind.QUOTA_DAY, model=model, limit=limit, back_at=next_pacific_midnight(now))
    delays = [_parse_seconds(_to_text(detail.get("retryDelay"))) for detail in _get_details(error)]
    delays += [_parse_seconds(header), *map(_parse_seconds, _RETRY_IN.findall(message))]
    wait = next((delay for delay in delays if delay is not None), None)
    return create_error(
        GenerationErrorKind.QUOTA_MINUTE, model=model, retry_after=wait, limit=min(limits, default=None)
    )


def _is_bad_key(code: int, message: str, error: Mapping[object, object]) -> bool:
    if code == 401:
        return True
    reasons = {_to_text(detail.get("reason")) for detail in _get_details(error)}
    message = message.lower()
    return code in {400, 403} and (
        any(reason in reasons for reason in _BAD_KEY_REASONS) or any(phrase in message for phrase in _BAD_KEY_PHRASES)
    )


def _get_error_object(body: object) -> Mapping[object, object]:
    """The error object of a body: its ``error`` field, or the body itself, or the same in a list of one."""
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, Mapping):
        return {}
    inner = body.get("error")
    return inner if isinstance(inner, Mapping) else body


def _get_details(error: Mapping[object, object]) -> Iterator[Mapping[object, object]]:
    return _filter_objects(error.get("details"))


def _filter_objects(value: object) -> Iterator[Mapping[object, object]]:
    return (entry for entry in value if isinstance(entry, Mapping)) if isinstance(value, list) else iter(())


def _to_text(value: object) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _parse_seconds(text: str) -> float | None:
    """The seconds of a delay such as ``34.07s`` or ``34``; None where the text is not one."""
    match = _SECONDS.fullmatch(text.strip())
    return float(match[1]) if match else None
