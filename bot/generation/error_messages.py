"""Each way in which writing fails, in words: one sentence that says what happened, one that says what to do."""

import re
from datetime import UTC, datetime
from typing import Final

from bot.generation.writer import GenerationError, GenerationErrorKind

_WORDS: Final[dict[GenerationErrorKind, tuple[str, str]]] = {
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
        "It is back at {back}; run this again then.",
    ),
    GenerationErrorKind.QUOTA_NONE: (
        "This Gemini account has no quota at all for {model}.",
        "Ask your operator to enable billing or to name another model in GEMINI_MODEL.",
    ),
    GenerationErrorKind.BUDGET: (
        "The studio's budget for Gemini would be passed by this.",
        "Ask your operator to raise the budget, or wait for the next month.",
    ),
    GenerationErrorKind.RESTING: (
        "Gemini has failed several times in a row and is left alone for now.",
        "It is asked again from {back} on.",
    ),
    GenerationErrorKind.BAD_REQUEST: (
        "Gemini would not take the request as it was put.",
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
        "What was written is kept. Continue from there.",
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
        "What was written is kept. Continue from there.",
    ),
    GenerationErrorKind.STALLED: (
        "Gemini stopped answering.",
        "What was written is kept. Try again in a few minutes.",
    ),
    GenerationErrorKind.DISCONNECTED: (
        "The connection to Gemini was lost.",
        "What was written is kept. Try again; if it stays so, ask your operator to check the network.",
    ),
    GenerationErrorKind.UNKNOWN_END: (
        "Gemini stopped for a reason this version does not know ({reason}).",
        "What was written is kept. Try again, and tell your operator if it stays so.",
    ),
    GenerationErrorKind.TIMED_OUT: (
        "Gemini took longer than the studio waits.",
        "What was written is kept. Try again in a few minutes.",
    ),
}

# The first of these that happened is what a person can act upon; the rest follows from it or says less.
TELLING: Final[tuple[GenerationErrorKind, ...]] = (
    GenerationErrorKind.BAD_KEY,
    GenerationErrorKind.NO_PERMISSION,
    GenerationErrorKind.BUDGET,
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

# Google's words that say nothing to a reader, or something else.
_SAID_BETTER: Final = {"BLOCKLIST": "a word on Google's list", "SPII": "personal data", "OTHER": "no reason given"}
_MOMENT: Final = re.compile(r"<t:(\d+):\w>")
_NOT_A_WORD: Final = re.compile(r"[^A-Za-z ]+")


def fault(
    kind: GenerationErrorKind,
    *,
    model: str = "",
    reason: str = "",
    retry_after: float | None = None,
    back_at: datetime | None = None,
    limit: int | None = None,
) -> GenerationError:
    """The fault of that kind, with its sentence and hint."""
    sentence, hint = _WORDS[kind]
    said = {
        "model": model or "this model",
        "reason": in_words(reason),
        "wait": _wait(retry_after),
        "back": _back(back_at),
    }
    return GenerationError(
        kind,
        sentence.format_map(said),
        hint.format_map(said),
        model=model,
        reason=reason,
        retry_after=retry_after,
        back_at=back_at,
        limit=limit,
    )


def most_informative(faults: list[GenerationError]) -> GenerationError:
    """The fault to report when several models or attempts failed; of equals, the first. Needs at least one."""
    return min(faults, key=lambda found: TELLING.index(found.kind))


def in_words(reason: str) -> str:
    """The API's word for a reason as a person reads it: ``HARM_CATEGORY_DANGEROUS_CONTENT`` is "dangerous content"."""
    if reason in _SAID_BETTER:
        return _SAID_BETTER[reason]
    plain = _NOT_A_WORD.sub(" ", reason.removeprefix("HARM_CATEGORY_").replace("_", " "))
    return " ".join(plain.split()).lower()[:60].strip() or "no reason given"


def _wait(seconds: float | None) -> str:
    if seconds is None:
        return "a minute"
    whole = max(1, round(seconds))
    if whole < 90:
        return f"{whole} second" + ("s" if whole > 1 else "")
    return f"{round(whole / 60)} minutes"


def _back(moment: datetime | None) -> str:
    if moment is None:
        return "midnight, Pacific time"
    return f"<t:{int(moment.timestamp())}:f>"


def in_utc(text: str) -> str:
    """The text with Discord's moments, which every reader sees in their own zone, spelled out for a file."""

    def spelled(found: re.Match[str]) -> str:
        utc = datetime.fromtimestamp(int(found[1]), UTC)
        return f"{utc:%H:%M} UTC on {utc.day} {utc:%B}"

    return _MOMENT.sub(spelled, text)
