"""Scripts in Fountain, read by two independent parsers."""

import re
from typing import Any

import fountain_parser
import pytest
from hypothesis import given
from hypothesis import strategies as st
from screenplay_tools.fountain.parser import Parser
from screenplay_tools.screenplay import ElementType

from bot.exports import fountain
from bot.exports.conventions import format_speaker
from bot.exports.sheet import ScriptSheet
from bot.scripts.models import Cue, CueKind, Scene
from bot.scripts.text_units import to_single_line
from tests.bot.exports.hostile_texts import HOSTILE_TEXTS, WILD_TEXT
from tests.bot.exports.sample_script import SCRIPT, TEMPLATE, build_full_sheet, build_sample_sheet


def restore(text: str) -> str:
    """What a program that follows the standard shows: without the escapes and the invisible characters."""
    return re.sub(r"\\([*_\\])", r"\1", text.replace(fountain.WORD_JOINER, ""))


def read_with_fountain_parser(text: str) -> list[tuple[str, str]]:
    """Speakers and lines, as fountain-parser sees them."""
    blocks = fountain_parser.parse(text).dialogue_blocks
    return [(restore(block.character.name), restore(block.spoken_text)) for block in blocks]


def read_with_screenplay_tools(text: str) -> list[tuple[str, str]]:
    """Speakers and lines, as screenplay-tools sees them."""
    parser = Parser()
    parser.add_text(text)
    lines: list[tuple[str, str]] = []
    speaker = ""
    for element in parser.script.elements:
        if element.type == ElementType.CHARACTER:
            speaker = restore(element.name)
        elif element.type == ElementType.DIALOGUE:
            lines.append((speaker, restore(element.text)))
    assert not parser.script.notes
    assert not parser.script.boneyards
    return lines


def list_lines(sheet: ScriptSheet) -> list[tuple[str, str]]:
    """Speakers and lines of the script itself. Round brackets cannot stand in a name."""
    return [
        (
            format_speaker(cue.speaker, sheet.language).translate(str.maketrans("()^", "[]ˆ")),
            to_single_line(cue.text),
        )
        for cue in sheet.script.cues
        if cue.kind.is_spoken
    ]


def assert_both_read_it(sheet: ScriptSheet) -> None:
    """Both parsers give back every line with its speaker, and nothing else is dialogue."""
    text = fountain.render_fountain(sheet)
    assert read_with_fountain_parser(text) == list_lines(sheet)
    assert read_with_screenplay_tools(text) == list_lines(sheet)


@given(st.lists(WILD_TEXT, min_size=12, max_size=20))
def test_two_parsers_give_back_every_line_word_for_word(texts: list[str]) -> None:
    """Whatever names, directions, places and lines contain."""
    assert_both_read_it(build_full_sheet(*texts))


@pytest.mark.parametrize("text", [text for text in HOSTILE_TEXTS if to_single_line(text)])
def test_a_line_that_looks_like_fountain_stays_a_line(text: str) -> None:
    """As a line, as a name, as a direction and as a place."""
    assert_both_read_it(build_full_sheet(text))
    plain = SCRIPT.model_copy(
        update={"cues": (Cue(n=1, kind=CueKind.DIALOGUE, speaker="HANA", text=text, direction="close"),)}
    )
    assert_both_read_it(build_sample_sheet(script=plain))


def test_the_file_has_every_element_of_the_standard() -> None:
    """Title page, forced headings with numbers, a voice-over, a parenthetical, underlined sounds, a forced name."""
    scenes = (Scene(n=1, place="The hall", time="night", present=("HANA",)), Scene(n=2, place="二階"))
    cues: tuple[Any, ...] = tuple(cue.model_copy(update={"scene": 1 if cue.n < 4 else 2}) for cue in SCRIPT.cues)
    cues += (Cue(n=5, kind=CueKind.DIALOGUE, speaker="花子", text="はい。", scene=2),)
    script = SCRIPT.model_copy(update={"cues": cues, "scenes": scenes})
    text = fountain.render_fountain(build_sample_sheet(script=script))
    begin, *blocks = text.split("\n\n")
    assert begin.split("\n") == [
        "Title: The \\*Midnight\\* Summoning",
        "Source: The Fox, chapter 1",
        "Draft date: 2026-11-22",
        "Revision: version 2, draft",
        "Script id: audio\\_scripts\\_0123456789abcdef",
        "Running time: 4:00–5:00 (estimate)",
    ]
    assert blocks == [
        ".SCENE 1 – THE HALL – NIGHT #1#",
        "= Runs 0:09–0:10, present: HANA",
        "!_MUSIC [1]: A DRONE. – UNDER_",
        "NARRATOR (V.O.)\nThe lantern guttered.",
        "!_SFX [1]: A DOOR CREAKS._",
        ".SCENE 2 – 二階 #2#",
        "= Runs 0:02–0:03",
        "HANA\n(close)\nYou came back.",
        "@花子\nはい。",
        "",
    ]
    parsed = fountain_parser.parse(text)
    assert [(scene.heading.text, scene.heading.scene_number) for scene in parsed.scenes if scene.heading] == [
        ("SCENE 1 – THE HALL – NIGHT", "1"),
        ("SCENE 2 – 二階", "2"),
    ]
    assert [block.character.extensions for block in parsed.dialogue_blocks] == [["V.O."], [], []]
    assert parsed.title_page["Draft Date"] == ["2026-11-22"]


def test_a_template_says_so_on_the_title_page() -> None:
    """The reason stands under Notes, without advice for the studio."""
    text = fountain.render_fountain(build_sample_sheet(TEMPLATE))
    assert "\nNotes: Template script. The \\*quota\\* is used up.\n\n" in text


def test_the_file_is_named_after_the_script() -> None:
    """The name has the ending that programs look for."""
    assert fountain.build_download(build_sample_sheet()).name == "ebook_001-ch1-v2-the-midnight-summoning.fountain"
