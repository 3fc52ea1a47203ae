"""The response of the faithful mode: labels that refer to numbered spans, and sounds between them. It repeats no words.

``{"at": "3-7"}`` is the narrator, ``{"at": "8", "who": "ANNA", "how": "close"}`` a speaker, ``{"at": "9", "cut": "tag"}`` a
cut, ``{"sfx": "DOOR CREAKS"}`` and ``{"music": "LOW STRINGS"}`` what is heard, ``{"scene": "THE HALL", "time": "NIGHT",
"present": ["ANNA"]}`` where a scene begins. Short names keep the response short.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from bot.generation.draft import Draft, Usage
from bot.generation.gemini.fields import describe_object, describe_text, to_line, to_text
from bot.generation.gemini.response import MAX_NOTE_CHARS, ResponseParser, find_kind
from bot.generation.gemini.scene_markers import MARKER_PROPERTIES, is_scene_word, read_scene
from bot.generation.gemini.span_search import SpanSearch
from bot.generation.request import PartRequest
from bot.scripts.assembly import Entry, assemble
from bot.scripts.labels import SoundLabel, SpanLabel
from bot.scripts.models import MAX_CUE_CHARS, NARRATOR, CueKind, CutReason
from bot.scripts.names import clean_name

_RANGE: Final = re.compile(r"(\d{1,7})(?:\s*(?:-|–|—|to|\.\.+)\s*(\d{1,7}))?")
_MAX_RANGES: Final = 50  # of one entry; a model that repeats itself names more
# Words that models use for the reasons.
_REASONS: Final = {
    **{reason.value: reason for reason in CutReason},
    "speech tag": CutReason.TAG,
    "speech_tag": CutReason.TAG,
    "sfx": CutReason.SOUND,
    "title": CutReason.HEADING,
    "footnote": CutReason.NOTE,
}

LABEL_SCHEMA: Final = describe_object(
    [],
    at=describe_text("The number of a piece, or the first and the last: 8 or 3-7"),
    who=describe_text("The speaker as in the cast; left out for NARRATOR"),
    how=describe_text("The actor's or the engineer's note; left out where there is none"),
    cut={"type": "string", "enum": [reason.value for reason in CutReason]},
    sfx=describe_text('A sound that is heard here; no "at" then'),
    music=describe_text('Music that is heard here; no "at" then'),
    scene=describe_text('The place of a scene that begins here, in capitals; no "at" then'),
    **MARKER_PROPERTIES,
)
"""The schema of one entry."""


class LabelParser(ResponseParser):
    """Parses labels, and assembles cues from them and the source's own words."""

    def __init__(self, request: PartRequest) -> None:
        super().__init__(request)
        self._spans = request.spans
        self._earlier_scenes = request.scenes
        self._first_cue = request.first_cue
        self._entries: list[Entry] = []
        self._search = SpanSearch(request.spans)
        self._is_finished = False

    @property
    def has_cues(self) -> bool:
        """Whether a label referred to a span of the part."""
        numbers = range(self._spans[0].n, self._spans[-1].n + 1) if self._spans else range(0)
        labels = (entry for entry in self._entries if isinstance(entry, SpanLabel))
        return any(entry.first in numbers or entry.last in numbers for entry in labels)

    def finish(self, model: str = "") -> None:
        """Ends the response; spans that nothing refers to become narration.

        Raises:
            GenerationError: MALFORMED where the text is not JSON, WRONG_SHAPE where no label refers to a span.
        """
        super().finish(model)
        self._is_finished = True

    def build_draft(self, model: str, usage: Usage) -> Draft:
        """The cues so far, up to the last span that a label refers to; all of them once the response has ended."""
        assembly = assemble(
            self._spans,
            self._entries,
            first_cue=self._first_cue,
            is_complete=self._is_finished,
            scenes=self._earlier_scenes,
        )
        if any(cue.speaker == NARRATOR for cue in assembly.cues):
            self._add_to_cast(NARRATOR)
        return self._build_frame(model, usage).model_copy(
            update={
                "cues": assembly.cues,
                "cuts": assembly.cuts,
                "repairs": assembly.repairs,
                "next_span": assembly.next_span,
                "scenes": assembly.scenes,
            }
        )

    def add_entry(self, entry: Mapping[object, object]) -> bool:
        """Reads one entry: a scene marker first, then sounds, then the label."""
        scene = read_scene(entry, entry.get("scene"), self.find_name) if entry.get("scene") else None
        entries = [*self._read_sounds(entry), *self._read_labels(entry)]
        self._entries += [*([scene] if scene else []), *entries]
        return bool(entries)

    def _read_sounds(self, entry: Mapping[object, object]) -> Iterator[SoundLabel]:
        direction = "" if entry.get("at") else to_line(entry.get("how"), MAX_NOTE_CHARS)
        for kind in (CueKind.SFX, CueKind.MUSIC):
            text = to_line(entry.get(kind.value), MAX_CUE_CHARS)
            if text:
                yield SoundLabel(kind=kind, text=text, direction=direction)

    def _read_labels(self, entry: Mapping[object, object]) -> Iterator[Entry]:
        if "at" not in entry and "text" in entry:
            yield from self._read_cue(entry)
            return
        reason = to_line(entry.get("cut"), MAX_NOTE_CHARS).casefold()
        speaker = self._read_speaker(entry.get("who")) if not reason else ""
        direction = to_line(entry.get("how"), MAX_NOTE_CHARS) if not reason else ""
        cut = _REASONS.get(reason)
        for first, last in _read_ranges(to_text(entry.get("at"))):
            yield SpanLabel(
                first=first,
                last=last,
                speaker=speaker,
                direction=direction,
                cut=cut,
                has_unknown_reason=bool(reason) and cut is None,
            )
            direction = ""

    def _read_cue(self, entry: Mapping[object, object]) -> Iterator[Entry]:
        """A cue with words, as for an adaptation. Its words are searched in the source, and only its speaker is used."""
        name = clean_name(to_text(entry.get("speaker")))
        if is_scene_word(to_text(entry.get("type"))):
            scene = read_scene(entry, entry.get("text"), self.find_name)
            if scene is not None:
                yield scene
            return
        kind = find_kind(to_text(entry.get("type")), name)
        text = to_line(entry.get("text"), MAX_CUE_CHARS)
        direction = to_line(entry.get("direction"), MAX_NOTE_CHARS)
        if not kind.is_spoken:
            if text:
                yield SoundLabel(kind=kind, text=text, direction=direction)
            return
        found = self._search.find_next(text)
        if found is not None:
            speaker = self._read_speaker(name) if kind is CueKind.DIALOGUE else ""
            yield SpanLabel(first=found[0], last=found[1], speaker=speaker, direction=direction)

    def _read_speaker(self, value: object) -> str:
        name = clean_name(to_text(value))
        return self._add_to_cast(name) if name and name != NARRATOR else ""


def _read_ranges(text: str) -> list[tuple[int, int]]:
    """The ranges in a text such as ``3-7`` or ``3, 4, 9``; neighbours are joined."""
    ranges: list[tuple[int, int]] = []
    for found in list(_RANGE.finditer(text[: _MAX_RANGES * 8]))[:_MAX_RANGES]:
        first = int(found[1])
        last = int(found[2]) if found[2] else first
        if ranges and first == ranges[-1][1] + 1 and last >= first:
            ranges[-1] = ranges[-1][0], last
        else:
            ranges.append((first, last))
    return ranges
