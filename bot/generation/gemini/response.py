"""The schema of Gemini's response, and the parser that reads the response while it still grows.

The schema is small and flat on purpose: no ``$ref``, no ``anyOf``, no ``const`` (which the API does not list as supported),
one kind of cue object. What the schema cannot express is checked here.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Final

from bot.ebooks.series_bible import Proposals
from bot.generation.draft import Draft, Usage
from bot.generation.error_messages import create_error
from bot.generation.gemini.fields import describe_object, describe_text, to_line, to_text
from bot.generation.gemini.growing_json import NOT_JSON, GrowingJson
from bot.generation.gemini.proposals import PROPOSAL_PROPERTIES, read_proposals
from bot.generation.gemini.scene_markers import MARKER_PROPERTIES, MAX_PLACE, SCENE_WORD, is_scene_word, read_scene
from bot.generation.request import PartRequest
from bot.generation.writer import GenerationErrorKind
from bot.scripts.models import MAX_CUE_CHARS, NARRATOR, UNKNOWN_SPEAKER, CastMember, Cue, CueKind
from bot.scripts.names import clean_name
from bot.scripts.scenes import SceneTracker
from bot.scripts.text_splitting import split_text
from bot.scripts.text_units import to_single_line

MAX_ENTRY_CHARS: Final = 20_000
"""The most characters of one cue in a response. A longer one is a model that repeats itself; the rest is dropped."""
MAX_CUES: Final = 5_000
"""The most cues of one response. A part of 2,500 words needs a few hundred; the rest is dropped, as it is repetition."""

# The most characters of a field that a person would still write; a model that repeats itself writes more. And of the cast.
_MAX_TITLE_CHARS: Final = 200
MAX_NOTE_CHARS: Final = 240
_MAX_LOGLINE_CHARS: Final = 400
_MAX_CAST: Final = 200

# Models use other words than the schema's now and then.
_KINDS_BY_WORD: Final = {
    **{kind.value: kind for kind in CueKind},
    **dict.fromkeys(("narrator", "narrative", "voiceover", "prose"), CueKind.NARRATION),
    **dict.fromkeys(("dialog", "speech", "line", "character"), CueKind.DIALOGUE),
    **dict.fromkeys(
        ("sound", "fx", "soundeffect", "effect", "ambience", "ambiance", "atmosphere", "silence"), CueKind.SFX
    ),
    **dict.fromkeys(("score", "sting", "song"), CueKind.MUSIC),
}


CUE_SCHEMA: Final = describe_object(
    ["type", "text"],
    type={"type": "string", "enum": [*(kind.value for kind in CueKind), SCENE_WORD]},
    speaker=describe_text("NARRATOR for narration, a name of the cast for dialogue, empty for the others"),
    text=describe_text("What is spoken, what is heard, or the place of the scene that begins"),
    direction=describe_text("The actor's or the engineer's note, or empty"),
    **MARKER_PROPERTIES,
)
"""The schema of one cue of an adaptation."""


def build_response_schema(cue: dict[str, object] = CUE_SCHEMA) -> dict[str, object]:
    """The JSON schema of a response with such cues, for the API's field ``responseJsonSchema``."""
    member = describe_object(
        ["name", "voice"],
        name=describe_text("NAME in capitals"),
        voice=describe_text("How the voice sounds, in one line"),
    )
    return describe_object(
        ["title", "logline", "cast", "cues", *PROPOSAL_PROPERTIES],
        title=describe_text("The episode's title"),
        logline=describe_text("The episode in one sentence"),
        cast={"type": "array", "items": member},
        cues={"type": "array", "items": cue},
        **PROPOSAL_PROPERTIES,  # after the cues, so that the first cue does not wait for them
    )


class ResponseParser(ABC):
    """Parses a response that grows. A cue is complete once another follows it, the last one once the response has ended.

    ``CueParser`` reads cues with their words, ``LabelParser`` (``label_response.py``) labels that refer to spans.
    """

    def __init__(self, request: PartRequest) -> None:
        self._json = GrowingJson()
        self._entries_read = 0  # of the response's "cues"
        self._bible = request.bible
        self._earlier_cast = {member.name.casefold(): member for member in request.cast}
        self._cast: dict[str, CastMember] = {}
        self._title = ""
        self._logline = ""
        self._proposals = Proposals()

    @property
    def has_text(self) -> bool:
        """Whether the model has written anything but white space."""
        return self._json.has_text

    @property
    @abstractmethod
    def has_cues(self) -> bool:
        """Whether there was a usable cue."""

    @abstractmethod
    def add_entry(self, entry: Mapping[object, object]) -> bool:
        """Reads one complete entry of "cues"; returns whether it was usable."""

    @abstractmethod
    def build_draft(self, model: str, usage: Usage) -> Draft:
        """All complete cues so far, with the cast that speaks in them."""

    def feed(self, text: str) -> bool:
        """Adds the next characters of the response; returns whether they completed a cue."""
        return self._json.feed(text) and self._read_document(self._json.parse_partial(), is_complete=False)

    def finish(self, model: str = "") -> None:
        """Ends the response, so that its last cue counts as complete too. ``model`` is for the error alone.

        Raises:
            GenerationError: MALFORMED where the text is not JSON, WRONG_SHAPE where the JSON has no usable cue.
        """
        whole = self._json.parse_whole()
        if whole is NOT_JSON:
            self._read_document(self._json.parse_partial(), is_complete=False)
            raise create_error(GenerationErrorKind.MALFORMED, model=model)
        self._read_document(whole, is_complete=True)
        self._proposals = read_proposals(whole, self._bible)
        if not self.has_cues:
            raise create_error(GenerationErrorKind.WRONG_SHAPE, model=model)

    def find_name(self, name: str) -> str:
        """The name as the bible and the cast spell it; unlike a speaker, an unknown one is not added to the cast."""
        found = self._bible.find_character(name)
        known = found.name if found else name
        member = self._cast.get(known.casefold()) or self._earlier_cast.get(known.casefold())
        return member.name if member else known

    def _build_frame(self, model: str, usage: Usage) -> Draft:
        """The draft without its cues."""
        return Draft(
            title=self._title,
            logline=self._logline,
            cast=tuple(self._cast.values()),
            model=model,
            usage=usage,
            proposals=self._proposals,
        )

    def _read_document(self, document: object, *, is_complete: bool) -> bool:
        """Reads the entries that are new and complete; returns whether there was a usable one."""
        entries: object = document
        if isinstance(document, Mapping):
            entries = document.get("cues")
            if entries is not None:  # the keys before it are complete, as the order of properties is fixed
                self._title = to_line(document.get("title"), _MAX_TITLE_CHARS)
                self._logline = to_line(document.get("logline"), _MAX_LOGLINE_CHARS)
                self._read_cast(document.get("cast"))
        if not isinstance(entries, list):
            return False
        end = max(len(entries) if is_complete else len(entries) - 1, self._entries_read)
        is_usable = False
        for entry in entries[self._entries_read : min(end, MAX_CUES)]:
            if isinstance(entry, Mapping):
                is_usable |= self.add_entry(entry)
        self._entries_read = end
        return is_usable

    def _read_cast(self, members: object) -> None:
        if not isinstance(members, list):
            return
        for member in members[:_MAX_CAST]:
            fields: Mapping[object, object] = member if isinstance(member, Mapping) else {"name": member}
            name = clean_name(to_text(fields.get("name")))
            if name:
                self._add_to_cast(name, to_line(fields.get("voice"), MAX_NOTE_CHARS))

    def _add_to_cast(self, name: str, voice: str = "") -> str:
        """The name as the bible and the cast spell it; a new speaker is added. A voice that earlier parts set is kept."""
        character = self._bible.find_character(name)
        key = (character.name if character else name).casefold()
        earlier = self._earlier_cast.get(key)
        member = self._cast.get(key)
        if member is None or (voice and not member.voice):
            known_voice = (earlier.voice if earlier else "") or voice or (character.voice if character else "")
            spelling = character.name if character else earlier.name if earlier else name
            self._cast[key] = CastMember(name=spelling, voice=known_voice)
        return self._cast[key].name


class CueParser(ResponseParser):
    """Parses an adaptation: cues with their words."""

    def __init__(self, request: PartRequest) -> None:
        super().__init__(request)
        self._first_cue = request.first_cue
        self._cues: list[Cue] = []
        self._tracker = SceneTracker(request.scenes, has_speech=bool(request.previous_cues))

    @property
    def has_cues(self) -> bool:
        """Whether there was a cue with words."""
        return bool(self._cues)

    def build_draft(self, model: str, usage: Usage) -> Draft:
        """All complete cues so far, with the cast that speaks in them."""
        return self._build_frame(model, usage).model_copy(
            update={"cues": tuple(self._cues), "scenes": self._tracker.scenes}
        )

    def add_entry(self, entry: Mapping[object, object]) -> bool:
        """Reads one cue, or begins a scene; a long cue becomes several."""
        if is_scene_word(to_text(entry.get("type"))) and len(to_single_line(to_text(entry.get("text")))) <= MAX_PLACE:
            scene = read_scene(entry, entry.get("text"), self.find_name)
            if scene is not None:
                self._tracker.begin(scene)
            return False
        text = to_single_line(to_text(entry.get("text"))[:MAX_ENTRY_CHARS])
        if not text or len(self._cues) >= MAX_CUES:
            return False
        name = clean_name(to_text(entry.get("speaker")))
        kind = find_kind(to_text(entry.get("type")), name)
        if kind is CueKind.NARRATION:
            name = self._add_to_cast(NARRATOR)
        elif kind is CueKind.DIALOGUE:
            name = self._add_to_cast(name or UNKNOWN_SPEAKER)
        else:
            name = ""
        direction = to_line(entry.get("direction"), MAX_NOTE_CHARS)
        for piece in split_text(text, MAX_CUE_CHARS):
            n = self._first_cue + len(self._cues)
            place = self._tracker.place_cue(is_spoken=kind.is_spoken)
            self._cues.append(Cue(n=n, kind=kind, text=piece, speaker=name, direction=direction, scene=place))
            direction = ""
        return True


def find_kind(word: str, speaker: str) -> CueKind:
    """The kind that a model meant by ``word``; for an unknown word, the speaker decides."""
    kind = _KINDS_BY_WORD.get("".join(letter for letter in word.casefold() if letter.isalpha()))
    if kind is None:
        kind = CueKind.DIALOGUE if speaker else CueKind.NARRATION
    return CueKind.NARRATION if kind is CueKind.DIALOGUE and speaker.casefold() == NARRATOR.casefold() else kind
