"""Writes the scripts of the demo's history, so that they cost nothing and count as written."""

from collections.abc import AsyncGenerator
from typing import Final

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
        yield drafts[-1].model_copy(
            update={"logline": _LOGLINES.get(request.chapter_number, ""), "model": SAMPLE_MODEL}
        )
