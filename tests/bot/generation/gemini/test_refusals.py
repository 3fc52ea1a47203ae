from datetime import UTC, datetime
from typing import Any

import pytest

from bot.generation.gemini.refusals import (
    error_from_finish_reason,
    error_from_response,
    is_unknown_field_error,
    next_pacific_midnight,
)
from bot.generation.writer import GenerationError, GenerationErrorKind

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def read_error(code: int, body: object = None, header: str = "") -> GenerationError:
    return error_from_response(code, body, "gemini-3.8-flash", NOW, header)


def error(code: int, message: str = "", **more: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, **more}}


@pytest.mark.parametrize(
    ("code", "body", "kind"),
    [
        (400, error(400, "API key not valid. Please pass a valid API key."), GenerationErrorKind.BAD_KEY),
        (400, error(400, "no", details=[{"reason": "API_KEY_INVALID"}]), GenerationErrorKind.BAD_KEY),
        (400, error(400, "API key expired. Please renew the API key."), GenerationErrorKind.BAD_KEY),
        (403, error(403, "Your API key was reported as leaked."), GenerationErrorKind.BAD_KEY),
        (401, None, GenerationErrorKind.BAD_KEY),
        (403, error(403), GenerationErrorKind.NO_PERMISSION),
        (404, error(404), GenerationErrorKind.MODEL_GONE),
        (400, error(400, "Invalid JSON payload received."), GenerationErrorKind.BAD_REQUEST),
        (413, "<html>too large</html>", GenerationErrorKind.BAD_REQUEST),
        (400, [error(400, "API key not valid.")], GenerationErrorKind.BAD_KEY),
        (408, None, GenerationErrorKind.OVERLOADED),
        (499, None, GenerationErrorKind.OVERLOADED),
        (500, error(500), GenerationErrorKind.OVERLOADED),
        (502, {"message": "<html>502</html>", "status": "Bad Gateway"}, GenerationErrorKind.OVERLOADED),
        (503, [error(503)], GenerationErrorKind.OVERLOADED),
        (529, 17, GenerationErrorKind.OVERLOADED),
        (0, error(0, status="PERMISSION_DENIED"), GenerationErrorKind.NO_PERMISSION),
        (0, None, GenerationErrorKind.OVERLOADED),
        (429, None, GenerationErrorKind.QUOTA_MINUTE),
        (429, error(429, details="odd"), GenerationErrorKind.QUOTA_MINUTE),
    ],
)
def test_a_status_and_its_body_give_the_kind(code: int, body: object, kind: GenerationErrorKind) -> None:
    """Whatever the body is, the kind is right and no text of the body is in the sentences."""
    found = read_error(code, body)
    assert found.kind is kind
    assert "<" not in found.text
    assert "JSON" not in found.text


def quota(quota_id: str, value: str, delay: str = "34.07s") -> dict[str, Any]:
    return error(
        429,
        f"Quota exceeded, limit: {value}, model: x",
        details=[{"violations": [{"quotaId": quota_id, "quotaValue": value}]}, {"retryDelay": delay}],
    )


def test_a_minutes_quota_has_its_seconds() -> None:
    """They come from RetryInfo, else from the header, else from the message."""
    assert read_error(429, quota("PerMinute", "5")).retry_after == 34.07
    assert read_error(429, None, "12").retry_after == 12
    assert read_error(429, error(429, "Please retry in 7.5s.")).retry_after == 7.5
    assert read_error(429, None, "Wed, 21 Oct 2026 07:28:00 GMT").retry_after is None


def test_a_days_quota_resets_at_midnight_in_california() -> None:
    """The seconds that it names are ignored; daylight saving time is respected."""
    found = read_error(429, quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "20"))
    assert (found.kind, found.limit, found.retry_after) == (GenerationErrorKind.QUOTA_DAY, 20, None)
    assert found.back_at == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert next_pacific_midnight(datetime(2026, 7, 1, 6, 59, tzinfo=UTC)) == datetime(2026, 7, 1, 7, tzinfo=UTC)


def test_a_limit_of_zero_is_not_a_wait() -> None:
    """A model outside the tier is recognised by the violation or by the message alone."""
    assert read_error(429, quota("PerDay", "0")).kind is GenerationErrorKind.QUOTA_NONE
    assert (
        read_error(429, error(429, "Quota exceeded for metric: m, limit: 0, model: x")).kind
        is GenerationErrorKind.QUOTA_NONE
    )


@pytest.mark.parametrize(
    ("reason", "has_text", "kind"),
    [
        ("SAFETY", True, GenerationErrorKind.OUTPUT_BLOCKED),
        ("PROHIBITED_CONTENT", False, GenerationErrorKind.OUTPUT_BLOCKED),
        ("RECITATION", True, GenerationErrorKind.RECITATION),
        ("MAX_TOKENS", True, GenerationErrorKind.TRUNCATED),
        ("MAX_TOKENS", False, GenerationErrorKind.THOUGHT_OUT),
        ("OTHER", True, GenerationErrorKind.UNKNOWN_END),
        ("MOONRISE", True, GenerationErrorKind.UNKNOWN_END),
    ],
)
def test_a_finish_reason_gives_the_kind(reason: str, has_text: bool, kind: GenerationErrorKind) -> None:
    """Every reason but STOP has a kind, unknown ones included."""
    assert error_from_finish_reason(reason, "", "m", has_text=has_text).kind is kind


def test_an_unknown_field_is_recognised() -> None:
    """Only a 400 whose message says so is an unknown field."""
    body = error(400, 'Invalid JSON payload received. Unknown name "responseJsonSchema"')
    assert is_unknown_field_error(400, body)
    assert not is_unknown_field_error(500, body)
    assert not is_unknown_field_error(400, error(400, "no"))


def test_an_error_names_googles_own_reason() -> None:
    """The status where there is one, else the code; the blocked category, else the finish reason."""
    assert read_error(404, error(404, status="NOT_FOUND")).reason == "NOT_FOUND"
    assert read_error(404).reason == "404"
    assert error_from_finish_reason("SAFETY", "VIOLENCE", "m", has_text=True).reason == "VIOLENCE"
    assert error_from_finish_reason("SAFETY", "", "m", has_text=True).reason == "SAFETY"
