"""Whether a faithful script holds the words of its chapter, each once."""

from collections.abc import Iterable, Sequence

from bot.scripts.models import Cue, Cut
from bot.scripts.spans import Span, SpanKind
from bot.scripts.text_units import find_units


def find_loss(spans: Sequence[Span], cues: Iterable[Cue], cuts: Iterable[Cut]) -> str:
    """What of ``spans`` is not in exactly one cue or cut, in the source's order, as a sentence; empty where nothing is."""
    cues = tuple(cues)
    used = [number for cue in cues if cue.spans for number in range(cue.spans[0], cue.spans[1] + 1)]
    if used != sorted(used):
        return f"spans {used} are out of order"
    used += [number for cut in cuts for number in range(cut.first, cut.last + 1)]
    expected = [span.n for span in spans if span.kind is not SpanKind.BREAK]
    if sorted(used) != expected:
        return f"spans {sorted(used)} instead of {expected}"
    for cue in cues:
        if cue.spans:
            source = "".join(span.text for span in spans if cue.spans[0] <= span.n <= cue.spans[1])
            if find_units(source) != find_units(cue.text):
                return f"cue {cue.n} says other words"
    return ""
