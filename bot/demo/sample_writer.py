"""Writes the scripts of the demo's history, so that they cost nothing and count as written, with proposals for the bible."""

from collections.abc import AsyncGenerator
from typing import Final

from bot.ebooks.series_bible import Character, LexiconWord, Proposals
from bot.generation.draft import Draft
from bot.generation.request import PartRequest
from bot.generation.template import TemplateWriter
from bot.scripts.models import SAMPLE_MODEL, WriterKind

_LOGLINES: Final = {
    1: "Mateo rows out over the drowned village, and somebody below holds up a light.",
    2: "The ferryman's book lists passengers who have not come yet.",
    3: "The lake sinks, the church stands open, and small feet went in before Mateo.",
    4: "The drowned keep vespers, and one lantern is not lit.",
    5: "Ines pays what she has owed the lake for a lifetime.",
}
_SYNOPSES: Final = {
    1: "Ines rows with her grandson Mateo over Amberwell, the village in the lake, and forbids him to count the bells. "
    "Under the boat somebody holds up a burning lantern.",
    2: "Mateo finds out that more people pay the ferryman than cross. They come when the lake is low, and it is sinking.",
    3: "In the third dry week the steeple stands out of the water. Mateo follows the prints of small feet to the church, "
    "whose door opens.",
    4: "The drowned hold vespers in their good coats. Mateo counts their lanterns: one is left over and not lit.",
    5: "Ines takes the unlit lantern in Mateo's place, since she is the one who owes the lake. It burns green.",
}
_CHARACTERS: Final = {
    "INES": Character(
        name="INES",
        aliases=("GRANDMOTHER",),
        role="Mateo's grandmother, who owes the lake a life",
        voice="old, low, without hurry",
        pronunciation="ee-NESS",
    ),
    "MATEO": Character(name="MATEO", role="her grandson", voice="young, awake", pronunciation="mah-TEH-oh"),
    "FERRYMAN": Character(name="FERRYMAN", role="keeps the ledger of the lake", voice="dry, close to a whisper"),
    "PRIEST": Character(name="PRIEST", role="leads the vespers of the drowned", voice="friendly, wet"),
}
_WORDS: Final = {
    1: (LexiconWord(spelling="Amberwell", pronunciation="AM-ber-wel"),),
    5: (LexiconWord(spelling="Ines", pronunciation="ee-NESS"),),
}


class SampleWriter:
    """The template's cues with a logline by hand. The model's name says so, and nobody takes it for Gemini's work."""

    def __init__(self) -> None:
        self._template = TemplateWriter()

    @property
    def kind(self) -> WriterKind:
        """As if Gemini had written: a template would not count as progress."""
        return WriterKind.GEMINI

    async def write(self, request: PartRequest) -> AsyncGenerator[Draft, None]:
        """The whole part in one draft."""
        drafts = [draft async for draft in self._template.write(request)]
        proposed = drafts[-1].proposals
        proposals = Proposals(
            synopsis=_SYNOPSES.get(request.chapter_number, ""),
            characters=tuple(_CHARACTERS.get(character.name, character) for character in proposed.characters),
            words=_WORDS.get(request.chapter_number, ()),
        )
        logline = _LOGLINES.get(request.chapter_number, "")
        yield drafts[-1].model_copy(update={"logline": logline, "model": SAMPLE_MODEL, "proposals": proposals})
