"""The sentence and the hint for each way in which writing fails: what happened, and what to do about it."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from bot.generation.writer import GenerationError, GenerationErrorKind

# Each sentence and hint may use {model}, {reason}, {wait} and {back}; ``create_error`` fills them in.
_MESSAGES: Final[dict[GenerationErrorKind, tuple[str, str]]] = {
    GenerationErrorKind.BAD_KEY: (
        "Gemini does not accept the studio's API key.",
        "Ask your operator to check GEMINI_API_KEY.",
    ),
    GenerationErrorKind.NO_PERMISSION: (
        "The studio's Gemini key is not allowed to use {model}.",
        "Ask your operator to enable the Gemini API for the key's project.",
    ),
    GenerationErrorKind.MODEL_GONE: (
        "Gemini no longer offers {model} to this account.",
        "Ask your operator to name a current model in GEMINI_MODEL.",
    ),
    GenerationErrorKind.QUOTA_MINUTE: (
        "Gemini allows no more requests in this minute.",
        "Try again in {wait}.",
    ),
    GenerationErrorKind.QUOTA_DAY: (
        "Gemini's daily quota for {model} is used up.",
        "It resets at {back}; try again then.",
    ),
    GenerationErrorKind.QUOTA_NONE: (
        "This Gemini account has no quota at all for {model}.",
        "Ask your operator to enable billing or to name another model in GEMINI_MODEL.",
    ),
    GenerationErrorKind.BUDGET: (
        "This would exceed the studio's budget for Gemini.",
        "Ask your operator to raise the budget, or wait for the next month.",
    ),
    GenerationErrorKind.BATCH_CAP: (
        "This would exceed the most that the batch may cost.",
        "Start another batch with a higher limit for the rest.",
    ),
    GenerationErrorKind.RESTING: (
        "Gemini has failed several times in a row, so it is not being asked for now.",
        "It will be asked again from {back}.",
    ),
    GenerationErrorKind.BAD_REQUEST: (
        "Gemini did not accept the request.",
        "Your text is kept. Ask your operator to check GEMINI_MODEL and GEMINI_API_VERSION.",
    ),
    GenerationErrorKind.OVERLOADED: (
        "Gemini is overloaded at the moment.",
        "Try again in a few minutes.",
    ),
    GenerationErrorKind.PROMPT_BLOCKED: (
        "Gemini refused this chapter ({reason}).",
        "Its text is kept. Soften the passage or write it by hand.",
    ),
    GenerationErrorKind.OUTPUT_BLOCKED: (
        "Gemini stopped writing this chapter ({reason}).",
        "What was written is kept. Soften the passage or write the rest by hand.",
    ),
    GenerationErrorKind.RECITATION: (
        "Gemini stopped because its answer came too close to a published text.",
        "What was written is kept. Ask for a freer adaptation in the notes, or write the rest by hand.",
    ),
    GenerationErrorKind.TRUNCATED: (
        "Gemini ran out of room before this part was finished.",
        "What was written is kept.",
    ),
    GenerationErrorKind.THOUGHT_OUT: (
        "Gemini spent all its room on thinking and wrote nothing.",
        "Try again; if it happens twice, give it less text at a time.",
    ),
    GenerationErrorKind.EMPTY: (
        "Gemini answered with nothing.",
        "Try again in a few minutes.",
    ),
    GenerationErrorKind.MALFORMED: (
        "Gemini's answer could not be read.",
        "What could be read is kept. Try again.",
    ),
    GenerationErrorKind.WRONG_SHAPE: (
        "Gemini answered, but not with a script.",
        "Try again, or say in the notes what you expect.",
    ),
    GenerationErrorKind.CUT_OFF: (
        "Gemini's answer ended before the script did.",
        "What was written is kept.",
    ),
    GenerationErrorKind.STALLED: (
        "Gemini stopped answering.",
        "What was written is kept. Try again in a few minutes.",
    ),
    GenerationErrorKind.DISCONNECTED: (
        "The connection to Gemini was lost.",
        "What was written is kept. Try again; if it happens again, ask your operator to check the network.",
    ),
    GenerationErrorKind.UNKNOWN_END: (
        "Gemini stopped for a reason this version does not know ({reason}).",
        "What was written is kept. Try again, and tell your operator if it happens again.",
    ),
    GenerationErrorKind.TIMED_OUT: (
        "Gemini took longer than the studio waits.",
        "What was written is kept. Try again in a few minutes.",
    ),
}

# Of several errors, the first in this order is the one that a person can act on; the others follow from it or say less.
REPORT_ORDER: Final[tuple[GenerationErrorKind, ...]] = (
    GenerationErrorKind.BAD_KEY,
    GenerationErrorKind.NO_PERMISSION,
    GenerationErrorKind.BUDGET,
    GenerationErrorKind.BATCH_CAP,
    GenerationErrorKind.RESTING,
    GenerationErrorKind.PROMPT_BLOCKED,
    GenerationErrorKind.OUTPUT_BLOCKED,
    GenerationErrorKind.RECITATION,
    GenerationErrorKind.QUOTA_DAY,
    GenerationErrorKind.QUOTA_MINUTE,
    GenerationErrorKind.OVERLOADED,
    GenerationErrorKind.STALLED,
    GenerationErrorKind.DISCONNECTED,
    GenerationErrorKind.TRUNCATED,
    GenerationErrorKind.THOUGHT_OUT,
    GenerationErrorKind.CUT_OFF,
    GenerationErrorKind.MALFORMED,
    GenerationErrorKind.WRONG_SHAPE,
    GenerationErrorKind.EMPTY,
    GenerationErrorKind.UNKNOWN_END,
    GenerationErrorKind.TIMED_OUT,
    GenerationErrorKind.BAD_REQUEST,
    GenerationErrorKind.QUOTA_NONE,
    GenerationErrorKind.MODEL_GONE,
)

# Google's codes whose own words would say nothing, or something else.
_REASON_WORDS: Final = {"BLOCKLIST": "a word on Google's list", "SPII": "personal data", "OTHER": "no reason given"}
_NOT_LETTERS: Final = re.compile(r"[^A-Za-z ]+")
_MAX_REASON_CHARS: Final = 60  # a code of Google's is shorter; anything longer is not for a card


def create_error(
    kind: GenerationErrorKind,
    *,
    model: str = "",
    reason: str = "",
    retry_after: float | None = None,
    back_at: datetime | None = None,
    limit: int | None = None,
) -> GenerationError:
    """The error of that kind, with its sentence and hint. ``GenerationError`` describes the arguments."""
    sentence, hint = _MESSAGES[kind]
    values = {
        "model": model or "this model",
        "reason": format_reason(reason),
        "wait": _format_wait(retry_after),
        "back": _format_back_at(back_at),
    }
    return GenerationError(
        kind,
        sentence.format_map(values),
        hint.format_map(values),
        model=model,
        reason=reason,
        retry_after=retry_after,
        back_at=back_at,
        limit=limit,
    )


def pick_most_informative(errors: Iterable[GenerationError]) -> GenerationError:
    """The error to report when several models or attempts failed; the first of several of one kind.

    Raises:
        ValueError: there is no error to pick from.
    """
    return min(errors, key=lambda error: REPORT_ORDER.index(error.kind))


def format_reason(reason: str) -> str:
    """The API's code for a reason in plain words: ``HARM_CATEGORY_DANGEROUS_CONTENT`` becomes "dangerous content"."""
    if reason in _REASON_WORDS:
        return _REASON_WORDS[reason]
    words = _NOT_LETTERS.sub(" ", reason.removeprefix("HARM_CATEGORY_").replace("_", " "))
    return " ".join(words.split()).lower()[:_MAX_REASON_CHARS].strip() or "no reason given"


def _format_wait(seconds: float | None) -> str:
    if seconds is None:
        return "a minute"
    whole = max(1, round(seconds))
    if whole < 90:
        return f"{whole} second" + ("s" if whole > 1 else "")
    return f"{round(whole / 60)} minutes"


def _format_back_at(moment: datetime | None) -> str:
    """The moment as a Discord timestamp, which every reader sees in their own time zone."""
    if moment is None:
        return "midnight, Pacific time"
    return f"<t:{int(moment.timestamp())}:f>"


def create_missing_key_error() -> GenerationError:
    """The error of a run that only Gemini can write, where no key is set."""
    hint = "Ask your operator for GOOGLE_API_KEY, then continue."
    return GenerationError(GenerationErrorKind.BAD_KEY, "No Gemini key is set.", hint)
