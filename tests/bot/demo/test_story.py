"""The chapter that comes with the demo, and what the offline writer makes of it."""

from bot.demo.sample_data import EBOOK_THEME, EBOOK_TITLE, story
from bot.generation.request import PartRequest
from bot.generation.template import TemplateWriter
from bot.scripts.models import CueKind
from bot.scripts.text_splitting import split_paragraphs


def test_the_chapter_is_packaged() -> None:
    """It is read as package data, titled, of the length of a short chapter."""
    title, text = story()
    assert title == "The Midnight Summoning"
    assert 700 <= len(text.split()) <= 1000
    assert text.startswith("The village of Hollow Well")
    assert text.count("“") == text.count("”") >= 20


async def test_the_template_finds_who_speaks() -> None:
    """Both speakers are named, nobody else speaks, and bells, a dog and a door are heard."""
    title, text = story()
    request = PartRequest(
        ebook_title=EBOOK_TITLE, chapter_number=1, title=title, theme=EBOOK_THEME, paragraphs=split_paragraphs(text)
    )
    (*_, draft) = [draft async for draft in TemplateWriter().write(request)]
    assert {member.name for member in draft.cast} == {"NARRATOR", "TOMOE", "FOX"}
    sounds = {cue.text for cue in draft.cues if cue.kind is CueKind.SFX}
    assert sounds == {"BELL – TOLLS", "ANIMAL CRY – DISTANT", "DOOR CREAKS – SLOWLY"}
