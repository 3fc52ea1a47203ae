"""The offline writer: a plain, usable skeleton made from the chapter's own words, and honest about it.

Every word of the source is spoken, in its order: text in quotation marks becomes dialogue, the rest narration. A speaker is
named only where the text names one beside the quotation. Nothing else is guessed: a scene break begins a
scene of unknown place.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Iterator, Sequence
from itertools import groupby
from typing import Final

from bot.clock import Wait, wait_plainly
from bot.ebooks.series_bible import ROLE_NAMES, Character, Proposals, SeriesBible
from bot.generation.draft import Draft
from bot.generation.request import PartRequest
from bot.scripts.assembly import Entry, assemble
from bot.scripts.labels import SoundLabel, SpanLabel
from bot.scripts.models import NARRATOR, UNKNOWN_SPEAKER, CastMember, Cue, CueKind, Scene, WriterKind
from bot.scripts.spans import Span, SpanKind, split_spans
from bot.scripts.text_units import to_single_line

LOGLINE: Final = "Template: a skeleton made from the chapter's own text."
_VOICES: Final = {NARRATOR: "The storyteller", UNKNOWN_SPEAKER: "A speaker whom the text does not name"}
_DRAFTS: Final = 4  # drafts when nobody watches; enough for the card to be seen growing

_SPEECH_VERBS: Final = (
    "said|says|asked|asks|replied|replies|answered|whispered|whispers|murmured|muttered|cried|shouted|called|screamed|hissed|"
    "sighed|added|repeated|dijo|preguntó|susurró|respondió|dit|demanda|murmura|répondit|sagte|fragte|flüsterte|rief|antwortete"
)
_NAME: Final = r"(?:(?:Mr|Mrs|Ms|Miss|Dr|St)\.?\s+)?[A-ZÀ-ÖØ-Þ][\w’'-]*(?:\s+[A-ZÀ-ÖØ-Þ][\w’'-]*)?"
_TAG_AFTER_QUOTATION: Final = re.compile(
    rf"[\s,.–—-]*(?:(?:{_SPEECH_VERBS})\s+(?:the\s+(?P<role>\w+)|(?P<name>{_NAME}))"
    rf"|(?:the\s+(?P<who>\w+)|(?P<first>{_NAME}))\s+(?:{_SPEECH_VERBS})\b)"
)
_TAG_BEFORE_QUOTATION: Final = re.compile(
    rf"(?:^|[.!?…]\s+)(?:(?P<name>{_NAME})|[Tt]he\s+(?P<role>\w+))\s+(?:{_SPEECH_VERBS})\b[^.!?…]*[,:]\s*$"
)
# Words that stand where a name could, and are none.
_NOT_NAMES: Final = frozenset(
    "he she it they i we you one who this that there then and but so her his".split()  # noqa: SIM905 - easier to read
)

# Only sounds that are plainly heard, and only where the text says that they happen.
_SOUNDS: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE), sound)
    for pattern, sound in (
        (r"\bthunder (?:rolled|rumbled|cracked|crashed|boomed)\b", "THUNDER – ROLLS"),
        (r"\b(?:bells? (?:rang|tolled|struck|chimed)|tolling of (?:the|a) bells?)\b", "BELL – TOLLS"),
        (r"\b(?:doors? (?:creaked|groaned)|creak of (?:the|a) door)\b", "DOOR CREAKS – SLOWLY"),
        (r"\bdoors? (?:slammed|banged)\b", "DOOR SLAMS"),
        (r"\b(?:knocked (?:at|on) the door|knock (?:at|on) the door)\b", "KNOCKING ON A DOOR"),
        (r"\bfootsteps (?:approached|echoed|sounded)\b", "FOOTSTEPS – APPROACH"),
        (r"\bwind (?:howled|moaned|wailed)\b", "WIND – HOWLS, ESTABLISH AND UNDER"),
        (r"\b(?:wolf|wolves|dogs?|fox(?:es)?) (?:howled|barked)\b", "ANIMAL CRY – DISTANT"),
        (r"\bclock (?:ticked|struck)\b", "CLOCK – HOLD"),
        (r"\brain (?:fell|drummed|beat|hammered)\b", "RAIN – ESTABLISH AND UNDER"),
        (r"\b(?:glass|window|mirror) (?:shattered|broke)\b", "GLASS SHATTERS"),
    )
)


class TemplateWriter:
    """Writes without any service. ``pace`` is the seconds between two cues, for demonstrations; 0 means at once."""

    def __init__(self, pace: float = 0.0, wait: Wait = wait_plainly) -> None:
        self._pace = pace
        self._wait = wait

    @property
    def kind(self) -> WriterKind:
        """The template."""
        return WriterKind.TEMPLATE

    async def write(self, request: PartRequest) -> AsyncGenerator[Draft, None]:
        """Yields drafts that grow: cue by cue where there is a pace, else in a few steps. Never raises."""
        cues, scenes = _build_cues(request)
        step = 1 if self._pace > 0 else max(1, -(-len(cues) // _DRAFTS))
        for end in [*range(step, len(cues), step), len(cues)]:
            if self._pace > 0:
                await self._wait(asyncio.sleep(self._pace), "the template's next cue")
            yield _build_draft(request, cues[:end], scenes)


def _build_draft(request: PartRequest, cues: tuple[Cue, ...], scenes: tuple[Scene, ...]) -> Draft:
    known_members = {member.name: member for member in request.cast}
    speakers = tuple(dict.fromkeys(cue.speaker for cue in cues if cue.speaker))
    cast = tuple(known_members.get(name) or _build_member(request, name) for name in speakers)
    new_names = [name for name in speakers if name not in ROLE_NAMES and not request.bible.find_character(name)]
    proposals = Proposals(characters=tuple(Character(name=name) for name in new_names))
    return Draft(
        title=to_single_line(request.title),
        logline=LOGLINE,
        cast=cast,
        cues=cues,
        proposals=proposals,
        next_span=max((cue.spans[1] + 1 for cue in cues if cue.spans), default=0),
        scenes=tuple(scene for scene in scenes if any(cue.scene == scene.n for cue in cues)),
    )


def _build_member(request: PartRequest, name: str) -> CastMember:
    character = request.bible.find_character(name)
    return CastMember(name=name, voice=(character.voice if character else "") or _VOICES.get(name, ""))


def _build_cues(request: PartRequest) -> tuple[tuple[Cue, ...], tuple[Scene, ...]]:
    """The cues and the scenes that begin in them: one at each scene break, of unknown place."""
    spans = request.spans or split_spans("\n\n".join(map(to_single_line, request.paragraphs)))
    entries: list[Entry] = []
    theme = to_single_line(request.theme).upper()
    if request.part == 1 and not request.previous_cues:
        opening = f"OPENING THEME{f' ({theme})' if theme else ''} – ESTABLISH AND UNDER"
        entries.append(SoundLabel(kind=CueKind.MUSIC, text=opening))
    speaker = ""
    for _, group in groupby(spans, lambda span: span.paragraph):
        paragraph = tuple(group)
        labels = list(_label_paragraph(paragraph, speaker, request.bible))
        entries += [SoundLabel(kind=CueKind.SFX, text=sound) for sound in _find_sounds(paragraph)]
        entries += labels
        # A speech over several paragraphs opens each of them with a quotation mark and closes only the last one.
        text = paragraph[-1].text
        speaker = labels[-1].speaker if labels and text.rfind("“") > text.rfind("”") else ""
    if request.part == request.parts:
        entries.append(SoundLabel(kind=CueKind.MUSIC, text="CLOSING THEME – FADE IN, HOLD AND OUT"))
    assembly = assemble(spans, entries, first_cue=request.first_cue, scenes=request.scenes)
    if request.spans:
        return assembly.cues, assembly.scenes
    return tuple(cue.model_copy(update={"spans": None}) for cue in assembly.cues), assembly.scenes


def _label_paragraph(paragraph: Sequence[Span], speaker: str, bible: SeriesBible) -> Iterator[SpanLabel]:
    """The paragraph's speech under the names that the text beside it states, the rest as narration.

    ``speaker`` is whoever's speech continues from the paragraph before; empty if nobody's does.
    """
    runs = [(is_speech, tuple(run)) for is_speech, run in groupby(paragraph, lambda span: span.kind is SpanKind.SPEECH)]
    for index, (is_speech, run) in enumerate(runs):
        name = ""
        if is_speech:
            before = "".join(span.text for span in runs[index - 1][1]) if index else ""
            after = "".join(span.text for span in runs[index + 1][1]) if index + 1 < len(runs) else ""
            speaker = _find_speaker(before, after) or speaker
            character = bible.find_character(speaker)
            name = (character.name if character else speaker) or UNKNOWN_SPEAKER
        yield SpanLabel(first=run[0].n, last=run[-1].n, speaker=name)


def _find_speaker(before: str, after: str) -> str:
    """The name of the speaker, in capitals, that the text beside a quotation states; empty where it states none."""
    for tag in (_TAG_AFTER_QUOTATION.match(after), _TAG_BEFORE_QUOTATION.search(before)):
        if tag is not None:
            name = next((value for value in tag.groupdict().values() if value), "")
            if name.split()[0].casefold() not in _NOT_NAMES:
                return name.upper()
    return ""


def _find_sounds(paragraph: Sequence[Span]) -> list[str]:
    """The sounds that the narration mentions, in its order."""
    narration = "".join(span.text for span in paragraph if span.kind is not SpanKind.SPEECH)
    matches = ((pattern.search(narration), sound) for pattern, sound in _SOUNDS)
    return [sound for _, sound in sorted((match.start(), sound) for match, sound in matches if match)]
