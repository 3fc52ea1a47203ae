"""The offline writer: a plain, usable skeleton made from the chapter's own words, and honest about it.

Every word of the source is spoken, in its order: what stands in quotation marks becomes dialogue, the rest narration. A
speaker is named only where the text names one beside the quotation. Nothing is guessed beyond that.
"""

import asyncio
import re
from collections.abc import AsyncGenerator
from typing import Final, NamedTuple

from bot.clock import Wait, wait_plainly
from bot.generation.gemini.response import LONGEST_CUE, NARRATOR, VOICE
from bot.generation.writer import PartRequest
from bot.scripts.models import CastMember, Cue, CueKind, Draft, WriterKind
from bot.scripts.text_splitting import pieces
from bot.scripts.text_units import one_line, units

LOGLINE: Final = "Template: a skeleton made from the chapter's own text."
_STEPS: Final = 4

_SAID: Final = (
    "said|says|asked|asks|replied|replies|answered|whispered|whispers|murmured|muttered|cried|shouted|called|screamed|hissed|"
    "sighed|added|repeated|dijo|preguntó|susurró|respondió|dit|demanda|murmura|répondit|sagte|fragte|flüsterte|rief|antwortete"
)
_NAME: Final = r"(?:(?:Mr|Mrs|Ms|Miss|Dr|St)\.?\s+)?[A-ZÀ-ÖØ-Þ][\w’'-]*(?:\s+[A-ZÀ-ÖØ-Þ][\w’'-]*)?"
_AFTER: Final = re.compile(
    rf"[\s,.–—-]*(?:(?:{_SAID})\s+(?:the\s+(?P<role>\w+)|(?P<name>{_NAME}))|(?:the\s+(?P<who>\w+)|(?P<first>{_NAME}))\s+(?:{_SAID})\b)"
)
_BEFORE: Final = re.compile(
    rf"(?:^|[.!?…]\s+)(?:(?P<name>{_NAME})|[Tt]he\s+(?P<role>\w+))\s+(?:{_SAID})\b[^.!?…]*[,:]\s*$"
)
_NOBODY: Final = frozenset(
    (
        "he",
        "she",
        "it",
        "they",
        "i",
        "we",
        "you",
        "one",
        "who",
        "this",
        "that",
        "there",
        "then",
        "and",
        "but",
        "so",
        "her",
        "his",
    )
)

_QUOTED: Final = re.compile(
    r"“[^“”]+(?:”|$)|„[^„“”]+[“”]|«[^«»]+»|»[^«»]+«|「[^「」]+」|『[^『』]+』|(?<!\w)\"[^\"]+\""
    r"|(?<!\w)‘[^‘]*?[,.!?…—]’(?!\w)"
    r"|^[—―–]\s?[¿¡\w][^—―–]*"  # a paragraph that opens with a dash, as Spanish and French print speech
)
_MARKS: Final = '“”„«»「」『』"‘’—―– '

# Only what is plainly heard, and only where the text says that it happens.
_HEARD: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
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


class _Line(NamedTuple):
    """A stretch of a paragraph and who says it."""

    text: str
    speaker: str


class TemplateWriter:
    """Writes without any service. ``pace`` is the seconds between two cues, for watching; 0 is at once."""

    def __init__(self, pace: float = 0.0, wait: Wait = wait_plainly) -> None:
        self._pace = pace
        self._wait = wait

    @property
    def kind(self) -> WriterKind:
        """The template."""
        return WriterKind.TEMPLATE

    async def write(self, request: PartRequest) -> AsyncGenerator[Draft, None]:
        """Ever longer drafts, cue by cue at a pace, else in a few steps. Raises nothing, whatever the text."""
        cues = _script(request)
        step = 1 if self._pace > 0 else max(1, -(-len(cues) // _STEPS))
        for end in [*range(step, len(cues), step), len(cues)]:
            if self._pace > 0:
                await self._wait(asyncio.sleep(self._pace), "the template's next cue")
            yield _draft(request, cues[:end])


def _draft(request: PartRequest, cues: tuple[Cue, ...]) -> Draft:
    known = {member.name: member for member in request.cast}
    speakers = dict.fromkeys(cue.speaker for cue in cues if cue.speaker)
    cast = tuple(known.get(name) or CastMember(name=name, voice=_VOICES.get(name, "")) for name in speakers)
    return Draft(title=one_line(request.title), logline=LOGLINE, cast=cast, cues=cues)


_VOICES: Final = {NARRATOR: "The storyteller", VOICE: "A speaker whom the text does not name"}


def _script(request: PartRequest) -> tuple[Cue, ...]:
    cues: list[Cue] = []

    def add(kind: CueKind, text: str, speaker: str = "", direction: str = "") -> None:
        for piece in pieces(text, LONGEST_CUE):
            n = request.first_cue + len(cues)
            cues.append(Cue(n=n, kind=kind, text=piece, speaker=speaker, direction=direction))

    theme = one_line(request.theme).upper()
    if request.part == 1 and not request.before:
        add(CueKind.MUSIC, f"OPENING THEME{f' ({theme})' if theme else ''} – ESTABLISH AND UNDER")
    still = ""
    for paragraph in request.paragraphs:
        lines = _lines(one_line(paragraph), still)
        # A speech over several paragraphs opens each of them with a quotation mark and closes the last one only.
        goes_on = bool(lines) and lines[-1].speaker != NARRATOR and paragraph.rfind("“") > paragraph.rfind("”")
        still = lines[-1].speaker if goes_on else ""
        for sound in _sounds(lines):
            add(CueKind.SFX, sound)
        for line in lines:
            add(CueKind.NARRATION if line.speaker == NARRATOR else CueKind.DIALOGUE, line.text, line.speaker)
    if request.part == request.parts:
        add(CueKind.MUSIC, "CLOSING THEME – FADE IN, HOLD AND OUT")
    return tuple(cues)


def _lines(paragraph: str, still: str) -> list[_Line]:
    """The paragraph as narration and dialogue; joined, they hold every word of it. ``still`` is whose speech goes on."""
    found = list(_QUOTED.finditer(paragraph))
    lines: list[_Line] = []
    speaker = still
    at = 0
    for number, quotation in enumerate(found):
        before = paragraph[at : quotation.start()]
        until = found[number + 1].start() if number + 1 < len(found) else len(paragraph)
        speaker = _speaker(before, paragraph[quotation.end() : until]) or speaker
        lines += _narration(before)
        text = quotation[0].strip(_MARKS)
        lines += [_Line(text, speaker or VOICE)] if units(text) else []
        at = quotation.end()
    return lines + _narration(paragraph[at:])


def _narration(text: str) -> list[_Line]:
    """A line for the narrator, unless the stretch holds nothing that can be said."""
    return [_Line(text.lstrip(" ,;.—―–").rstrip(), NARRATOR)] if units(text) else []


def _speaker(before: str, after: str) -> str:
    """Who is plainly said to speak, in capitals; nobody is empty."""
    for found in (_AFTER.match(after), _BEFORE.search(before)):
        if found is not None:
            name = next((value for value in found.groupdict().values() if value), "")
            if name.split()[0].casefold() not in _NOBODY:
                return name.upper()
    return ""


def _sounds(lines: list[_Line]) -> list[str]:
    told = " ".join(line.text for line in lines if line.speaker == NARRATOR)
    heard = [(found.start(), sound) for pattern, sound in _HEARD if (found := pattern.search(told))]
    return [sound for _, sound in sorted(heard)]
