"""The demo's chapter, and the template writer's script of it."""

from bot.demo.sample_data import EBOOK_THEME, EBOOK_TITLE, read_chapter
from bot.generation.request import PartRequest
from bot.generation.template import TemplateWriter
from bot.scripts.models import CueKind
from bot.scripts.text_splitting import split_paragraphs


def test_chapter_is_packaged() -> None:
    """The chapter is package data, has a title and the length of a short chapter."""
    title, text = read_chapter()
    assert title == "The Midnight Summoning"
    assert 700 <= len(text.split()) <= 1000
    assert text.startswith("The village of Hollow Well")
    assert text.count("“") == text.count("”") >= 20


async def test_template_finds_speakers_and_sounds() -> None:
    """The template finds the two speakers and no other, and the sounds of a bell, a dog and a door."""
    title, text = read_chapter()
    request = PartRequest(
        ebook_title=EBOOK_TITLE, chapter_number=1, title=title, theme=EBOOK_THEME, paragraphs=split_paragraphs(text)
    )
    (*_, draft) = [draft async for draft in TemplateWriter().write(request)]
    assert {member.name for member in draft.cast} == {"NARRATOR", "TOMOE", "FOX"}
    sounds = {cue.text for cue in draft.cues if cue.kind is CueKind.SFX}
    assert sounds == {"BELL – TOLLS", "ANIMAL CRY – DISTANT", "DOOR CREAKS – SLOWLY"}
