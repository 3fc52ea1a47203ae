"""Scripts as Markdown."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.ebooks.series_bible import Character, LexiconWord
from bot.exports import markdown
from bot.exports.capitals import to_capitals
from bot.exports.conventions import format_clock
from bot.exports.sheet import build_sheet
from bot.scripts.models import Scene
from bot.scripts.text_units import to_single_line
from storage.stores.ebooks import Ebook
from tests.bot.exports.hostile_texts import WILD_TEXT
from tests.bot.exports.sample_script import SCRIPT, STORED, TEMPLATE, build_full_sheet, build_sample_sheet


def render(**changes: Any) -> str:
    """The sample script with these fields."""
    return markdown.render_markdown(build_sample_sheet(script=SCRIPT.model_copy(update=changes)))


def test_markdown_follows_the_conventions_of_radio_drama() -> None:
    """Title page, cast, numbered lists of sounds, pronunciations, and every cue with its number in order."""
    text = render()
    assert re.findall(r"^\*\*(\d)\.", text, re.MULTILINE) == ["1", "2", "3", "4"]
    assert "**4. HANA** *(close)*: You came back. `1:08`" in text
    assert "**3. SFX [1]:** A DOOR CREAKS. `1:05`" in text
    assert "**1. MUSIC [1]:** A DRONE. – UNDER `0:00`" in text
    assert "- **HANA**: low, tired; 1 line\n" in text
    assert "- [1] A door creaks. (cue 3)" in text
    assert "Chapter 1\\\nDraft of 2026-11-22, version 2, draft\\\nRuns 4:00–5:00 (estimate), 4 cues\\\n" in text
    assert f"Id `{STORED.id}`" in text
    assert "Template" not in text
    assert "###" not in text
    assert "†" not in text


def test_markdown_says_what_the_bible_and_the_editors_added() -> None:
    """Author, edit, how names are said, pronunciations of the lexicon and changed lines stand in the file."""
    ebook = Ebook(STORED.ebook_id, "The Fox", "", "", STORED.created_at, author="Mori Ōgai")
    hana = Character(name="HANA", pronunciation="HAH-na")
    words = [
        LexiconWord(spelling="lantern", pronunciation="LAN-tern"),
        LexiconWord(spelling="unused", pronunciation="-"),
    ]
    cues = tuple(cue.model_copy(update={"is_altered": cue.n == 4}) for cue in SCRIPT.cues)
    script = SCRIPT.model_copy(update={"cues": cues})
    sheet = build_sheet(STORED, script, ebook=ebook, characters=[hana], lexicon=words, edit=3)
    text = markdown.render_markdown(sheet)
    assert "The Fox, by Mori Ōgai" in text
    assert "version 2, edit 3, draft" in text
    assert "- **HANA**: low, tired; say “HAH-na”; 1 line" in text
    assert "## Pronunciation\n\n- **lantern**: LAN-tern\n\n## Script" in text
    assert "**4. HANA** *(close)* †: You came back." in text
    assert "† marks lines that were changed or added by hand" in text


def test_every_scene_has_a_heading_with_its_length() -> None:
    """Place, time, who is present and the estimate as a range stand above the scene's cues."""
    scenes = (Scene(n=1, place="The hall", time="night", present=("HANA", "THE_FOX")), Scene(n=2))
    cues = tuple(cue.model_copy(update={"scene": 1 if cue.n < 4 else 2}) for cue in SCRIPT.cues)
    text = render(scenes=scenes, cues=cues)
    assert re.search(
        r"### SCENE 1 – THE HALL – NIGHT\n\nRuns 0:\d\d–0:\d\d · present: HANA, THE\\_FOX\n\n\*\*1\. MUSIC", text
    )
    assert re.search(r"### SCENE 2\n\nRuns 0:\d\d(–0:\d\d)?\n\n\*\*4\. HANA", text)


def test_a_single_cue_is_counted_in_the_singular() -> None:
    """One cue is no "cues"."""
    assert "(estimate), 1 cue\\\n" in render(cues=SCRIPT.cues[:1])


def test_a_template_says_why_it_is_one() -> None:
    """The file of a template script says that it is one, and why."""
    text = markdown.render_markdown(build_sample_sheet(TEMPLATE))
    assert "> **Template script.** The \\*quota\\* is used up." in text


@given(st.lists(WILD_TEXT, min_size=12, max_size=20))
def test_a_markdown_parser_shows_every_line_word_for_word(texts: list[str]) -> None:
    """Whatever the texts contain, the parsed page has our headings alone, and each cue with its speaker and its words."""
    sheet = build_full_sheet(*texts)
    tokens = MarkdownIt("commonmark").parse(markdown.render_markdown(sheet))
    allowed = {"heading", "paragraph", "blockquote", "bullet_list", "list_item"}
    assert {re.sub("_(open|close)$", "", token.type) for token in tokens} - {"inline"} <= allowed
    headings = [tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open"]
    assert headings[1:6] == ["Cast", "Sound effects", "Music", "Pronunciation", "Script"]
    assert len(headings) == 8
    shown = [_to_text(token) for token in tokens if token.level == 1 and re.match(r"\*\*\d+\.", token.content)]
    assert len(shown) == len(sheet.script.cues)
    for cue, text in zip(sheet.script.cues, shown, strict=True):
        words = to_single_line(cue.text)
        if cue.kind.is_spoken:
            assert text.startswith(f"{cue.n}. {to_capitals(cue.speaker, 'en') or 'VOICE'}")
            assert f": {words}" in text
        else:
            assert to_capitals(words, "en") in text


def _to_text(token: Token) -> str:
    """What a reader sees of an inline token."""
    return "".join(
        child.content for child in token.children or () if child.type in {"text", "code_inline", "text_special"}
    )


@given(st.text(max_size=60))
def test_escaping_loses_nothing(text: str) -> None:
    """Escaped text without its backslashes is the text on one line."""
    assert re.sub(r"\\([\\`*_\[\]<>#|~&])", r"\1", markdown.escape_markdown(text)) == to_single_line(text)


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (4.4, "0:04"), (59.6, "1:00"), (247, "4:07"), (3600, "60:00")]
)
def test_times_are_shown_as_minutes_and_seconds(seconds: float, shown: str) -> None:
    """Times are minutes and seconds, rounded."""
    assert format_clock(seconds) == shown


SPECIAL = "\\`*_[]<>#|~"
"""What Markdown, as Discord and GitHub read it, would interpret."""


@pytest.mark.parametrize("character", SPECIAL)
def test_each_special_character_is_escaped(character: str) -> None:
    """A backslash stands before the character, wherever and however often it occurs."""
    assert markdown.escape_markdown(f"{character}a{character}") == f"\\{character}a\\{character}"


@pytest.mark.parametrize("character", "()!-.:'\"+=&@")
def test_other_characters_stay(character: str) -> None:
    """Nothing else gets a backslash."""
    assert markdown.escape_markdown(f"a{character}b") == f"a{character}b"


@pytest.mark.parametrize("text", ["&amp;", "&#60;", "&lt;b&gt;"])
def test_character_references_are_shown_as_they_are(text: str) -> None:
    """An ampersand that would begin a character reference is escaped; any other stays."""
    assert MarkdownIt("commonmark").renderInline(markdown.escape_markdown(text)) == text.replace("&", "&amp;")


@pytest.mark.parametrize("character", SPECIAL)
def test_every_text_of_a_script_is_escaped(character: str) -> None:
    """Title, book, author, logline, names, voices, scenes, directions, texts, words and the reason: each is escaped."""
    texts = [f"W{number}{character}X" for number in range(40)]
    text = markdown.render_markdown(build_full_sheet(*texts))
    assert re.findall(rf"W\d+{re.escape(character)}X", text) == []
    assert sorted({int(number) for number in re.findall(rf"W(\d+)\\{re.escape(character)}X", text)}) == [*range(26)]
