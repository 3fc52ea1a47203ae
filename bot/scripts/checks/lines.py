"""Where the spoken lines of a script stand in its source, and what stands beside them."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from bot.scripts.checks.speech_tags import Subject, find_subject_after, find_subject_before
from bot.scripts.models import CueKind, Script
from bot.scripts.quotations import strip_quotation_marks
from bot.scripts.spans import Span, SpanKind
from bot.scripts.text_units import find_normalized_units

_AFTER_MARK: Final = re.compile(r"(?<=[”»」』\"])[\s.,;:]+$")
_MARKS: Final = "\"'‘’“”„«»「」『』 \n\t"
_CLOSING: Final = "\"'”’»«」』“ \n\t"


def locate_lines(script: Script, spans: Sequence[Span]) -> dict[int, tuple[int, int]]:
    """The first and the last span of each spoken cue, by the cue's number.

    A cue of an adaptation names no spans: a line of dialogue is found if it is a quotation of the source word for word, and
    the only one with these words.
    """
    places = {cue.n: cue.spans for cue in script.cues if cue.spans and 1 <= cue.spans[0] <= cue.spans[1] <= len(spans)}
    others = [cue for cue in script.cues if cue.kind is CueKind.DIALOGUE and cue.spans is None]
    if others:
        texts = [(_normalize(span.text), span.n) for span in spans if span.kind is SpanKind.SPEECH]
        counts = Counter(text for text, _ in texts)
        unique = {text: n for text, n in texts if text and counts[text] == 1}
        for cue in others:
            n = unique.get(_normalize(cue.text))
            if n is not None:
                places[cue.n] = (n, n)
    return places


def find_line_subject(spans: Sequence[Span], first: int, last: int) -> tuple[Subject, str] | None:
    """Who speaks the quotation from span ``first`` to ``last`` as the text beside it says, and that text."""
    line_end = spans[last - 1].text.rstrip(_CLOSING)
    ending = "…" if line_end.endswith("..") else line_end[-1:]
    after = spans[last] if last < len(spans) else None
    paragraph = spans[last - 1].paragraph
    if after is not None and after.paragraph == paragraph and after.kind in {SpanKind.TAG, SpanKind.PROSE}:
        subject = find_subject_after(after.text, ending=ending)
        if subject is not None:
            return subject, after.text
    before = spans[first - 2] if first > 1 else None
    if before is None or before.kind not in {SpanKind.TAG, SpanKind.PROSE}:
        return None
    is_same_paragraph = before.paragraph == spans[first - 1].paragraph
    if not is_same_paragraph and not before.text.rstrip().endswith(":"):
        return None
    subject = find_subject_before(before.text)
    if subject is None and is_same_paragraph and before.kind is SpanKind.TAG:
        earlier = spans[first - 3] if first > 2 else None
        if earlier is not None and earlier.kind is SpanKind.SPEECH and earlier.paragraph == before.paragraph:
            subject = find_subject_after(before.text)  # the speech goes on behind its tag
    return (subject, before.text) if subject is not None else None


def find_narrated_quotation(spans: Sequence[Span], place: tuple[int, int] | None) -> Span | None:
    """The first quotation among a narrator's spans that is somebody's line rather than words in quotation marks."""
    if place is None:
        return None
    for span in spans[place[0] - 1 : place[1]]:
        if span.kind is SpanKind.SPEECH and _is_line(span, spans):
            return span
    return None


def _is_line(span: Span, spans: Sequence[Span]) -> bool:
    """Whether a quotation is spoken: it fills its paragraph, is a sentence, or has a speech tag beside it."""
    neighbours = [spans[at] for at in (span.n - 2, span.n) if 0 <= at < len(spans)]
    near = [each for each in neighbours if each.paragraph == span.paragraph]
    subject = find_line_subject(spans, span.n, span.n)
    if subject is not None:
        return not subject[0].is_first_person
    if not near:
        return True
    inner = _AFTER_MARK.sub("", span.text).strip(_MARKS)
    if inner.endswith(("!", "?", "。", "！", "？")):
        return True
    before = spans[span.n - 2].text.rstrip() if near[0].n < span.n else "."
    return inner.endswith((".", "…", "—")) and not inner[0].islower() and before.endswith(tuple(".,:;!?…"))


def _normalize(text: str) -> str:
    return " ".join(find_normalized_units(strip_quotation_marks(text)))
