"""Scripts for the tests of the script check: a text, who speaks which quotation, and sounds between the spans."""

from collections.abc import Iterable, Mapping, Sequence

from bot.scripts.assembly import Entry, assemble
from bot.scripts.labels import SoundLabel, SpanLabel
from bot.scripts.models import CastMember, CueKind, CutReason, RunningTime, Script, ScriptMode
from bot.scripts.spans import Span, SpanKind, split_spans

SHORT = RunningTime(low=60, high=90)


def sound(text: str, kind: CueKind = CueKind.SFX) -> SoundLabel:
    """A sound between the spans around it."""
    return SoundLabel(kind=kind, text=text)


def build_script(
    spans: Sequence[Span],
    speakers: Sequence[str] | Mapping[int, str],
    sounds: Mapping[int, SoundLabel] | None = None,
    *,
    directions: Mapping[int, str] | None = None,
    cut_tags: bool = False,
) -> Script:
    """A faithful script. ``speakers`` are those of the quotations in order, or by span; sounds stand before their span."""
    numbers = [span.n for span in spans if span.kind is SpanKind.SPEECH]
    by_span = speakers if isinstance(speakers, Mapping) else dict(zip(numbers, speakers, strict=True))
    sounds, directions = sounds or {}, directions or {}
    entries: list[Entry] = []
    for span in spans:
        if span.n in sounds:
            entries.append(sounds[span.n])
        cut = CutReason.TAG if cut_tags and span.kind is SpanKind.TAG else None
        speaker, direction = by_span.get(span.n, ""), directions.get(span.n, "")
        entries.append(SpanLabel(first=span.n, last=span.n, speaker=speaker, direction=direction, cut=cut))
    return make_script(spans, entries)


def make_script(spans: Sequence[Span], entries: Iterable[Entry]) -> Script:
    """The script that the assembly makes of these labels."""
    assembly = assemble(spans, entries)
    speakers = dict.fromkeys(cue.speaker for cue in assembly.cues if cue.speaker)
    return Script(
        title="The Bell",
        logline="",
        cast=tuple(CastMember(name=name) for name in speakers),
        cues=assembly.cues,
        running_time=SHORT,
        mode=ScriptMode.FAITHFUL,
        cuts=assembly.cuts,
        repairs=assembly.repairs,
    )


def tagged_line(text: str, *speakers: str) -> tuple[Script, tuple[Span, ...]]:
    """A script of a text whose quotations these speakers have, and the text's spans."""
    spans = split_spans(text)
    return build_script(spans, speakers), spans
