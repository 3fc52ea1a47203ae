"""Scripts in which a finding is resolved. No word of the source is changed: a line gets another speaker."""

from collections.abc import Iterable, Sequence

from bot.scripts.assembly import assemble
from bot.scripts.checks.lines import find_narrated_quotation
from bot.scripts.checks.sound_check import name_sound
from bot.scripts.cue_lists import arrange
from bot.scripts.labels import SpanLabel
from bot.scripts.models import NARRATOR, CastMember, Cue, CueKind, Script
from bot.scripts.spans import Span, SpanKind


def give_line(script: Script, spans: Sequence[Span], cue: Cue, speaker: CastMember) -> Script:
    """The speaker has the line of the cue. Of a narrator's cue that is its first quotation; the rest stays narration."""
    if cue.kind is CueKind.DIALOGUE:
        return _replace(script, cue, [cue.model_copy(update={"speaker": speaker.name})], speaker)
    quotation = find_narrated_quotation(spans, cue.spans)
    if quotation is None or cue.spans is None:
        return script
    last = quotation.n
    while last < cue.spans[1] and _goes_on(spans[last - 1], spans[last]):
        last += 1
    labels = [
        SpanLabel(first=cue.spans[0], last=quotation.n - 1, direction=cue.direction),
        SpanLabel(first=quotation.n, last=last, speaker=speaker.name),
        SpanLabel(first=last + 1, last=cue.spans[1], direction=cue.direction),
    ]
    assembly = assemble(
        spans[cue.spans[0] - 1 : cue.spans[1]], [label for label in labels if label.first <= label.last]
    )
    return _replace(script, cue, assembly.cues, speaker)


def clear_direction(script: Script, cue: Cue) -> Script:
    """The cue has no direction."""
    return _replace(script, cue, [cue.model_copy(update={"direction": ""})])


def end_sound(script: Script, cue: Cue) -> Script:
    """The sound of the cue fades out at the end of the script."""
    end = Cue(n=0, kind=cue.kind, text=f"{name_sound(cue)} – FADE OUT", scene=script.cues[-1].scene)
    return arrange(script, [*script.cues, end])


def _goes_on(span: Span, following: Span) -> bool:
    """Whether a long quotation goes on in the next span."""
    return following.kind is SpanKind.SPEECH and following.paragraph == span.paragraph


def _replace(script: Script, cue: Cue, cues: Iterable[Cue], speaker: CastMember | None = None) -> Script:
    """The script with other cues in the place of one, and with the speaker in its cast; who speaks no more is not in it."""
    before, after = script.cues[: cue.n - 1], script.cues[cue.n :]
    first, *others = (each.model_copy(update={"scene": cue.scene}) for each in cues)
    changed = arrange(script, [*before, first.model_copy(update={"id": cue.id}), *others, *after])
    if speaker is None:
        return changed
    cast = changed.cast if any(member.name == speaker.name for member in changed.cast) else (*changed.cast, speaker)
    speaking = {each.speaker for each in changed.cues}
    left = {cue.speaker} - speaking - {NARRATOR}
    return changed.model_copy(update={"cast": tuple(member for member in cast if member.name not in left)})
