"""The ways in which the stand-in for Gemini fails: each scenario by its name, in Google's own bodies."""

from dataclasses import dataclass
from typing import Any

from tests.standins.gemini_script import as_text, script_for
from tests.standins.gemini_strict import Refusal, refusal

BEFORE = {
    "bad_key": refusal(
        400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", reason="API_KEY_INVALID"
    ),
    "bad_key_401": refusal(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."),
    "forbidden": refusal(403, "PERMISSION_DENIED", "The caller does not have permission."),
    "gone": refusal(404, "NOT_FOUND", "This model models/x is no longer available to new users."),
    "bad_request": refusal(400, "INVALID_ARGUMENT", "Request contains an invalid argument."),
    "location": refusal(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
    "overloaded": refusal(
        503, "UNAVAILABLE", "This model is currently experiencing high demand. Please try again later."
    ),
    "internal": refusal(500, "INTERNAL", "An internal error has occurred."),
    "deadline": refusal(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
}
"""Scenarios that answer with an HTTP error and one of Google's bodies."""

ENDS = {
    "safety": "SAFETY", "prohibited": "PROHIBITED_CONTENT", "blocklist": "BLOCKLIST", "recitation": "RECITATION",
    "max_tokens": "MAX_TOKENS", "continuation": "CONTINUATION", "unknown_finish": "MOONRISE", "language": "LANGUAGE",
}  # fmt: skip
"""Scenarios that write a while and then end with that finish reason; with ``after=0`` they write nothing."""


@dataclass(slots=True)
class Play:
    """How the next calls to a model are answered. ``after`` is the chunks sent before it happens (default: half)."""

    scenario: str
    model: str = ""
    times: int | None = None
    after: int | None = None
    retry_in: float = 34.074824
    delay: float | None = None


def text_of(scenario: str, body: dict[str, Any], seed: int) -> str:
    """All that the model writes in an answer that is not cut short."""
    script = script_for(body, seed)
    if scenario == "runaway":
        script["cues"].insert(1, {"type": "narration", "speaker": "NARRATOR", "text": "and on " * 3_000})
    text = as_text(script)
    odd = {
        "fenced": f"\ufeff```json\n{text}\n```\n",
        "wrong_shape": as_text({"answer": "I have read the chapter.", "cues": []}),
        "not_json": "I am sorry, I would rather tell you about it.",
        "blank": " \n ",
        "no_end": text[:-40],
    }
    return odd.get(scenario, text)


def refuse(play: Play, version: str) -> None:
    """Raises what the scenario answers instead of a stream, where it does."""
    if play.scenario in BEFORE:
        raise BEFORE[play.scenario]
    if play.scenario.startswith("quota_"):
        raise _quota(play)
    if play.scenario == "html":
        raise Refusal(502, "<html><body><h1>502 Bad Gateway</h1></body></html>", "text/html")
    if play.scenario == "broken_error":
        raise Refusal(503, '{"error": {"code": 503', "application/json")
    if play.scenario == "unknown_name" and version == "v1":
        raise refusal(
            400,
            "INVALID_ARGUMENT",
            "Invalid JSON payload received. Unknown name \"responseJsonSchema\" at 'generation_config': Cannot find field.",
        )


def _quota(play: Play) -> Refusal:
    """A 429 as the free tier answers it."""
    kind, limit = {
        "quota_minute": ("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", 5),
        "quota_day": ("GenerateRequestsPerDayPerProjectPerModel-FreeTier", 20),
        "quota_none": ("GenerateRequestsPerDayPerProjectPerModel-FreeTier", 0),
        "quota_bare": ("", 0),
    }[play.scenario]
    if not kind:
        return refusal(429, "RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota).")
    metric = "generativelanguage.googleapis.com/generate_content_free_tier_requests"
    details: list[dict[str, Any]] = [
        {
            "@type": "type.googleapis.com/google.rpc.QuotaFailure",
            "violations": [{"quotaMetric": metric, "quotaId": kind, "quotaValue": str(limit)}],
        },
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{play.retry_in}s"},
    ]
    message = (
        f"You exceeded your current quota. * Quota exceeded for metric: {metric}, limit: {limit}, model: {play.model}"
    )
    return refusal(429, "RESOURCE_EXHAUSTED", f"{message}\nPlease retry in {play.retry_in}s.", details=details)
