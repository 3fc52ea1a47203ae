"""The script check as one call."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from bot.scripts.checks.cue_checks import (
    find_absent_speakers,
    find_long_stretches,
    find_spoilers,
    find_unknown_speakers,
    find_wrong_length,
)
from bot.scripts.checks.findings import Finding, FindingKind, find_at_cue, find_cuts, find_repairs
from bot.scripts.checks.lines import find_line_subject, find_narrated_quotation, locate_lines
from bot.scripts.checks.people import collect_people, find_contradiction, find_suggestion
from bot.scripts.checks.sound_check import find_endless_sounds
from bot.scripts.models import CueKind, Script
from bot.scripts.quotations import find_speech, strip_quotation_marks
from bot.scripts.spans import Span
from bot.scripts.text_units import to_single_line

_SHOWN_TEXT: Final = 60  # characters of the book in a sentence


def check_script(
    script: Script,
    spans: Sequence[Span],
    characters: Sequence[Sequence[str]] = (),
    *,
    proposed: Sequence[Sequence[str]] = (),
    other_texts: Iterable[str] = (),
    target_minutes: int | None = None,
) -> tuple[Finding, ...]:
    """Everything that is worth a look: what has to be decided in the order of the cues, then what concerns the whole script.

    ``spans`` are those of the chapter from which the script was written, none where its text is not known. ``characters`` are
    the names of each character of the book, the one that scripts use first; ``proposed`` are those that nobody has accepted
    yet, whose aliases tell who a tag means. ``other_texts`` are the book's other chapters.
    """
    texts = ["".join(span.text for span in spans), *other_texts]
    absent = find_absent_speakers(script, texts, characters) if any(texts) else []
    at_cues = [
        *_check_lines(script, spans, (*characters, *proposed)),
        *find_unknown_speakers(absent),
        *find_long_stretches(script.cues),
        *find_endless_sounds(script.cues),
        *find_spoilers(script.cues),
    ]
    return (
        *sorted(at_cues, key=lambda finding: finding.cue or 0),
        *find_wrong_length(script, target_minutes),
        *find_repairs(script.repairs, script.cues),
        *find_cuts(script.cuts),
    )


def select_open(findings: Iterable[Finding], accepted: Collection[str]) -> tuple[Finding, ...]:
    """The findings that nobody has called fine."""
    return tuple(finding for finding in findings if finding.key not in accepted)


def _check_lines(script: Script, spans: Sequence[Span], characters: Sequence[Sequence[str]]) -> list[Finding]:
    """Lines whose speaker contradicts the speech tag, and lines that the narrator speaks."""
    people = collect_people(script, characters)
    places = locate_lines(script, spans)
    findings: list[Finding] = []
    for cue in script.cues:
        place = places.get(cue.n)
        if cue.kind is CueKind.DIALOGUE and place is not None:
            beside = find_line_subject(spans, *place)
            contradiction = find_contradiction(people, cue.speaker, beside[0]) if beside else None
            if beside is not None and contradiction is not None:
                sentence = f"{cue.speaker} speaks, but the book says “{_shorten(beside[1])}”."
                findings.append(find_at_cue(FindingKind.SPEAKER, cue, sentence, suggestion=contradiction.suggestion))
        elif cue.kind is CueKind.NARRATION:
            quotation = find_narrated_quotation(spans, place)
            if quotation is not None:
                beside = find_line_subject(spans, quotation.n, quotation.n)
                suggestion = find_suggestion(people, beside[0] if beside else None)
                sentence = f"The narrator speaks a line in quotation marks: “{_shorten(quotation.text)}”."
                findings.append(find_at_cue(FindingKind.NARRATED_LINE, cue, sentence, suggestion=suggestion))
            elif place is None and (line := _find_whole_quotation(cue.text)):
                sentence = f"The narrator speaks a line in quotation marks: “{_shorten(line)}”."
                findings.append(find_at_cue(FindingKind.NARRATED_LINE, cue, sentence))
    return findings


def _find_whole_quotation(text: str) -> str:
    """The quotation with which a cue of an adaptation begins, if it ends as a sentence does; empty where there is none."""
    speech = find_speech(text)
    if not speech or text[: speech[0][0]].strip():
        return ""
    line = strip_quotation_marks(text[slice(*speech[0])])
    return line if line.endswith((",", ".", "!", "?", "…")) else ""


def _shorten(text: str) -> str:
    line = strip_quotation_marks(to_single_line(text))
    return line if len(line) <= _SHOWN_TEXT else f"{line[: _SHOWN_TEXT - 1].rstrip()}…"
