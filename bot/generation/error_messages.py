"""Each way in which writing fails, in words: one sentence that says what happened, one that says what to do."""

import re
from datetime import UTC, datetime
from typing import Final

from bot.generation.writer import FaultKind, WritingFault

_WORDS: Final[dict[FaultKind, tuple[str, str]]] = {
    FaultKind.BAD_KEY: (
        "Gemini does not accept the studio's API key.",
        "Ask your operator to check GEMINI_API_KEY.",
    ),
    FaultKind.NO_PERMISSION: (
        "The studio's Gemini key is not allowed to use {model}.",
        "Ask your operator to enable the Gemini API for the key's project.",
    ),
    FaultKind.MODEL_GONE: (
        "Gemini no longer offers {model} to this account.",
        "Ask your operator to name a current model in GEMINI_MODEL.",
    ),
    FaultKind.QUOTA_MINUTE: (
        "Gemini allows no more requests in this minute.",
        "Try again in {wait}.",
    ),
    FaultKind.QUOTA_DAY: (
        "Gemini's daily quota for {model} is used up.",
        "It is back at {back}; run this again then.",
    ),
    FaultKind.QUOTA_NONE: (
        "This Gemini account has no quota at all for {model}.",
        "Ask your operator to enable billing or to name another model in GEMINI_MODEL.",
    ),
    FaultKind.BUDGET: (
        "The studio's budget for Gemini would be passed by this.",
        "Ask your operator to raise the budget, or wait for the next month.",
    ),
    FaultKind.RESTING: (
        "Gemini has failed several times in a row and is left alone for now.",
        "It is asked again from {back} on.",
    ),
    FaultKind.BAD_REQUEST: (
        "Gemini would not take the request as it was put.",
        "Your text is kept. Ask your operator to check GEMINI_MODEL and GEMINI_API_VERSION.",
    ),
    FaultKind.OVERLOADED: (
        "Gemini is overloaded at the moment.",
        "Try again in a few minutes.",
    ),
    FaultKind.PROMPT_BLOCKED: (
        "Gemini refused this chapter ({reason}).",
        "Its text is kept. Soften the passage or write it by hand.",
    ),
    FaultKind.OUTPUT_BLOCKED: (
        "Gemini stopped writing this chapter ({reason}).",
        "What was written is kept. Soften the passage or write the rest by hand.",
    ),
    FaultKind.RECITATION: (
        "Gemini stopped because its answer came too close to a published text.",
        "What was written is kept. Ask for a freer adaptation in the notes, or write the rest by hand.",
    ),
    FaultKind.TRUNCATED: (
        "Gemini ran out of room before this part was finished.",
        "What was written is kept. Continue from there.",
    ),
    FaultKind.THOUGHT_OUT: (
        "Gemini spent all its room on thinking and wrote nothing.",
        "Try again; if it happens twice, give it less text at a time.",
    ),
    FaultKind.EMPTY: (
        "Gemini answered with nothing.",
        "Try again in a few minutes.",
    ),
    FaultKind.MALFORMED: (
        "Gemini's answer could not be read.",
        "What could be read is kept. Try again.",
    ),
    FaultKind.WRONG_SHAPE: (
        "Gemini answered, but not with a script.",
        "Try again, or say in the notes what you expect.",
    ),
    FaultKind.CUT_OFF: (
        "Gemini's answer ended before the script did.",
        "What was written is kept. Continue from there.",
    ),
    FaultKind.STALLED: (
        "Gemini stopped answering.",
        "What was written is kept. Try again in a few minutes.",
    ),
    FaultKind.DISCONNECTED: (
        "The connection to Gemini was lost.",
        "What was written is kept. Try again; if it stays so, ask your operator to check the network.",
    ),
    FaultKind.UNKNOWN_END: (
        "Gemini stopped for a reason this version does not know ({reason}).",
        "What was written is kept. Try again, and tell your operator if it stays so.",
    ),
    FaultKind.TIMED_OUT: (
        "Gemini took longer than the studio waits.",
        "What was written is kept. Try again in a few minutes.",
    ),
}

# The first of these that happened is what a person can act upon; the rest follows from it or says less.
TELLING: Final[tuple[FaultKind, ...]] = (
    FaultKind.BAD_KEY,
    FaultKind.NO_PERMISSION,
    FaultKind.BUDGET,
    FaultKind.RESTING,
    FaultKind.PROMPT_BLOCKED,
    FaultKind.OUTPUT_BLOCKED,
    FaultKind.RECITATION,
    FaultKind.QUOTA_DAY,
    FaultKind.QUOTA_MINUTE,
    FaultKind.OVERLOADED,
    FaultKind.STALLED,
    FaultKind.DISCONNECTED,
    FaultKind.TRUNCATED,
    FaultKind.THOUGHT_OUT,
    FaultKind.CUT_OFF,
    FaultKind.MALFORMED,
    FaultKind.WRONG_SHAPE,
    FaultKind.EMPTY,
    FaultKind.UNKNOWN_END,
    FaultKind.TIMED_OUT,
    FaultKind.BAD_REQUEST,
    FaultKind.QUOTA_NONE,
    FaultKind.MODEL_GONE,
)

# Google's words that say nothing to a reader, or something else.
_SAID_BETTER: Final = {"BLOCKLIST": "a word on Google's list", "SPII": "personal data", "OTHER": "no reason given"}
_MOMENT: Final = re.compile(r"<t:(\d+):\w>")
_NOT_A_WORD: Final = re.compile(r"[^A-Za-z ]+")


def fault(
    kind: FaultKind,
    *,
    model: str = "",
    reason: str = "",
    retry_after: float | None = None,
    back_at: datetime | None = None,
    limit: int | None = None,
) -> WritingFault:
    """The fault of that kind, with its sentence and hint."""
    sentence, hint = _WORDS[kind]
    said = {
        "model": model or "this model",
        "reason": in_words(reason),
        "wait": _wait(retry_after),
        "back": _back(back_at),
    }
    return WritingFault(
        kind,
        sentence.format_map(said),
        hint.format_map(said),
        model=model,
        reason=reason,
        retry_after=retry_after,
        back_at=back_at,
        limit=limit,
    )


def most_telling(faults: list[WritingFault]) -> WritingFault:
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
