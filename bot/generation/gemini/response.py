"""What Gemini is asked to answer, and how its answer is read while it is still being written.

The schema is small and flat on purpose: no ``$ref``, no ``anyOf``, no ``const`` (the last is not in the API's supported
list), one kind of cue object. What the schema cannot say is checked here.
"""

import json
import re
from collections.abc import Mapping
from typing import Final

from pydantic_core import from_json

from bot.generation.error_messages import fault
from bot.generation.writer import GenerationErrorKind, PartRequest
from bot.scripts.models import CastMember, Cue, CueKind, Draft, Usage
from bot.scripts.text_splitting import pieces
from bot.scripts.text_units import one_line

NARRATOR: Final = "NARRATOR"
VOICE: Final = "VOICE"
"""Who says a line whose speaker is not known."""

LONGEST_CUE: Final = 2_000
"""Characters; a longer line becomes several cues, cut between sentences."""
LONGEST_TEXT: Final = 20_000
"""Characters; what a single cue has beyond is a model running in circles, and is dropped."""
MOST_CUES: Final = 5_000
_LONGEST_NAME, _LONGEST_TITLE, _LONGEST_NOTE, _LONGEST_LOGLINE, _MOST_VOICES = 60, 200, 240, 400, 200
_ASIDE: Final = re.compile(r"\s*\([^)]*\)\s*$")  # "NARRATOR (V.O.)"
_BROKEN: Final = object()  # no JSON; null is

_KINDS: Final = {
    **{kind.value: kind for kind in CueKind},
    **dict.fromkeys(("narrator", "narrative", "voiceover", "prose"), CueKind.NARRATION),
    **dict.fromkeys(("dialog", "speech", "line", "character"), CueKind.DIALOGUE),
    **dict.fromkeys(
        ("sound", "fx", "soundeffect", "effect", "ambience", "ambiance", "atmosphere", "silence"), CueKind.SFX
    ),
    **dict.fromkeys(("score", "sting", "song"), CueKind.MUSIC),
}


def schema() -> dict[str, object]:
    """The JSON schema of the answer, for ``responseJsonSchema``."""

    def text(description: str) -> dict[str, object]:
        return {"type": "string", "description": description}

    def record(required: list[str], **properties: dict[str, object]) -> dict[str, object]:
        return {"type": "object", "properties": properties, "required": required, "propertyOrdering": list(properties)}

    voice = record(["name", "voice"], name=text("NAME in capitals"), voice=text("How the voice sounds, in one line"))
    cue = record(
        ["type", "text"],
        type={"type": "string", "enum": [kind.value for kind in CueKind]},
        speaker=text("NARRATOR for narration, a name of the cast for dialogue, empty for sfx and music"),
        text=text("What is spoken, or what is heard"),
        direction=text("The actor's or the engineer's note, or empty"),
    )
    return record(
        ["title", "logline", "cast", "cues"],
        title=text("The episode's title"),
        logline=text("The episode in one sentence"),
        cast={"type": "array", "items": voice},
        cues={"type": "array", "items": cue},
    )


class ResponseParser:
    """Reads a growing answer; a cue counts once a later one exists, the last one once the model has said it is done."""

    def __init__(self, request: PartRequest) -> None:
        self._text = ""
        self._open = False  # whether the JSON has begun, after a fence or a byte order mark
        self._seen = 0  # entries of the answer's "cues" that are read
        self._first = request.first_cue
        self._known = {member.name.casefold(): member for member in request.cast}
        self._cast: dict[str, CastMember] = {}
        self._cues: list[Cue] = []
        self._title = ""
        self._logline = ""

    @property
    def begun(self) -> bool:
        """Whether the model has written anything but blanks."""
        return bool(self._text.strip())

    def feed(self, more: str) -> bool:
        """Takes the answer's next characters and tells whether a cue was completed by them."""
        self._text += more
        if not self._open:
            self._open_json()
        if not self._open or not any(sign in more for sign in "{]"):
            return False
        return self._read(self._parsed(), complete=False)

    def finish(self, model: str = "") -> None:
        """Takes the last cue as well, the model having said that it is done.

        Raises ``GenerationError``: MALFORMED where the text is not JSON, WRONG_SHAPE where the JSON holds no usable cue.
        """
        whole = self._whole()
        if whole is _BROKEN:
            self._read(self._parsed(), complete=False)
            raise fault(GenerationErrorKind.MALFORMED, model=model)
        self._read(whole, complete=True)
        if not self._cues:
            raise fault(GenerationErrorKind.WRONG_SHAPE, model=model)

    def draft(self, model: str, usage: Usage) -> Draft:
        """All complete cues so far, with those who speak in them."""
        return Draft(
            title=self._title,
            logline=self._logline,
            cast=tuple(self._cast.values()),
            cues=tuple(self._cues),
            model=model,
            usage=usage,
        )

    def _open_json(self) -> None:
        start = min((at for at in map(self._text.find, "{[") if at >= 0), default=-1)
        if start >= 0:
            self._text = self._text[start:]
            self._open = True

    def _parsed(self) -> object:
        try:
            return from_json(_utf8(self._text), allow_partial=True)
        except ValueError:
            return None

    def _whole(self) -> object:
        """The complete document, or ``_BROKEN`` where it is none."""
        try:
            return from_json(_utf8(self._text))
        except ValueError as problem:
            if "trailing characters" in str(problem):  # a closing fence, or a word of goodbye
                return self._parsed()
        try:  # forgives what the strict parser does not: bare line ends and half surrogates inside strings
            return json.JSONDecoder(strict=False).raw_decode(self._text)[0]
        except (ValueError, RecursionError):
            return _BROKEN

    def _read(self, document: object, *, complete: bool) -> bool:
        entries: object = document
        if isinstance(document, Mapping):
            entries = document.get("cues")
            if entries is not None:  # the keys before it are complete, as the order of properties is fixed
                self._title = one_line(_string(document.get("title")))[:_LONGEST_TITLE]
                self._logline = one_line(_string(document.get("logline")))[:_LONGEST_LOGLINE]
                self._read_cast(document.get("cast"))
        if not isinstance(entries, list):
            return False
        until = len(entries) if complete else len(entries) - 1
        had = len(self._cues)
        for entry in entries[self._seen : max(until, self._seen)]:
            if isinstance(entry, Mapping) and len(self._cues) < MOST_CUES:
                self._add(entry)
        self._seen = max(until, self._seen)
        return len(self._cues) > had

    def _read_cast(self, members: object) -> None:
        if not isinstance(members, list):
            return
        for member in members[:_MOST_VOICES]:
            fields: Mapping[object, object] = member if isinstance(member, Mapping) else {"name": member}
            name = _name(fields.get("name"))
            if name:
                self._cast_as(name, one_line(_string(fields.get("voice")))[:_LONGEST_NOTE])

    def _cast_as(self, name: str, voice: str = "") -> str:
        """The name as the cast has it, after whoever was new to it was added; an established voice stays."""
        key = name.casefold()
        known = self._known.get(key)
        here = self._cast.get(key)
        if here is None or (voice and not here.voice):
            self._cast[key] = CastMember(
                name=known.name if known else name, voice=(known.voice if known else "") or voice
            )
        return self._cast[key].name

    def _add(self, entry: Mapping[object, object]) -> None:
        text = one_line(_string(entry.get("text"))[:LONGEST_TEXT])
        if not text:
            return
        name = _name(entry.get("speaker"))
        kind = _kind(_string(entry.get("type")), name)
        if kind is CueKind.NARRATION:
            name = self._cast_as(NARRATOR)
        elif kind is CueKind.DIALOGUE:
            name = self._cast_as(name or VOICE)
        else:
            name = ""
        direction = one_line(_string(entry.get("direction")))[:_LONGEST_NOTE]
        for piece in pieces(text, LONGEST_CUE):
            n = self._first + len(self._cues)
            self._cues.append(Cue(n=n, kind=kind, text=piece, speaker=name, direction=direction))
            direction = ""


def _kind(word: str, speaker: str) -> CueKind:
    """The kind a model meant; a word that is none is told by who speaks."""
    kind = _KINDS.get("".join(letter for letter in word.casefold() if letter.isalpha()))
    if kind is None:
        kind = CueKind.DIALOGUE if speaker else CueKind.NARRATION
    return CueKind.NARRATION if kind is CueKind.DIALOGUE and speaker.casefold() == NARRATOR.casefold() else kind


def _name(value: object) -> str:
    return _ASIDE.sub("", one_line(_string(value))).strip(" :*.").upper()[:_LONGEST_NAME].strip()


def _string(value: object) -> str:
    """The value as text: null is empty, a list is its entries in order; an object, or a list within a list, is nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):  # one level deep: the lenient parser nests further than this may call itself
        return " ".join(_string(entry) for entry in value if not isinstance(entry, list))
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _utf8(text: str) -> bytes:
    """The text as bytes, with halves of a character that arrived in two chunks put together again."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()
