"""One actor's side as a PDF, read back with pypdfium2."""

from ctypes import c_uint
from dataclasses import replace

import pypdfium2
import pytest

from bot.ebooks.series_bible import LexiconWord
from bot.exports.options import ExportOptions
from bot.exports.pdf_side import render_side
from bot.exports.sheet import ScriptSheet
from bot.scripts.cue_lists import arrange
from bot.scripts.models import Cue, CueKind, Scene
from bot.scripts.takes import digest_spoken
from storage.states import TakeVerdict
from storage.stores.takes import Take
from tests.bot.exports.pdf_pages import read_pages
from tests.bot.exports.sample_script import SCRIPT, STORED, build_sample_sheet

LONG = "The bell rang and rang. " * 30
LINES = (("NARRATOR", LONG, 1), ("HANA", "Who is there?", 1), ("FOX", "Only me.", 2), ("HANA", "Stay.", 3))


def build_chapter(number: int = 1) -> ScriptSheet:
    """A chapter in three scenes, in two of which HANA speaks."""
    cues = [
        Cue(
            n=0,
            id=f"cue{n}",
            kind=CueKind.NARRATION if speaker == "NARRATOR" else CueKind.DIALOGUE,
            speaker=speaker,
            text=text,
            scene=scene,
            direction="whispers" if text == "Stay." else "",
        )
        for n, (speaker, text, scene) in enumerate(LINES)
    ]
    cues.insert(3, Cue(n=0, id="sound", kind=CueKind.SFX, text="A door.", scene=3))
    scenes = tuple(Scene(n=n, place=place) for n, place in ((1, "Hall"), (2, "Wood"), (3, "Gate")))
    script = arrange(SCRIPT.model_copy(update={"scenes": scenes}), cues)
    sheet = build_sample_sheet(replace(STORED, chapter_number=number), script)
    roles = tuple(replace(role, pronunciation="HAH-na" if role.name == "HANA" else "") for role in sheet.roles)
    return replace(sheet, roles=roles, lexicon=(LexiconWord(spelling="Kura", pronunciation="KOO-rah"),))


def log_take(sheet: ScriptSheet, cue: Cue, number: int, verdict: TakeVerdict, note: str = "") -> ScriptSheet:
    """The sheet with one more take of the cue."""
    take = Take(
        id=f"take{number}",
        script_id=STORED.id,
        ebook_id=STORED.ebook_id,
        chapter_number=1,
        cue_id=cue.id,
        number=number,
        verdict=verdict,
        note=note,
        spoken_digest=digest_spoken(cue),
        member_id=None,
        created_at=STORED.created_at,
    )
    return replace(sheet, takes=(*sheet.takes, take))


def test_the_cover_says_what_the_actor_needs() -> None:
    """Voice, pronunciation, how much there is to record, lines to fill in, and a checklist of the actor's scenes."""
    cover, lines = read_pages(render_side([build_chapter()], "HANA", ExportOptions(), takes_wanted=3).content)
    assert cover.startswith(
        "HANA Production: The Fox Chapter 1: The *Midnight* Summoning, version 2, draft Voice: low, tired "
        "Say the name: HAH-na To record: 2 lines, 4 words, about "
    )
    assert "Takes wanted: 3 of each line Pronunciation: Kura = KOO-rah Actor: Recording date and place: " in cover
    assert "SCENES Chapter 1, SCENE 1 – HALL: 1 line, 0:0" in cover
    assert "SCENE 2" not in cover
    assert "Chapter 1, SCENE 3 – GATE: 1 line, 0:0" in cover
    assert cover.endswith("page 1 of 2")
    assert lines.startswith(
        "HANA: The Fox, chapter 1, version 2, draft Chapter 1: The *Midnight* Summoning SCENE 1 – HALL"
    )


def test_every_line_stands_in_full_after_the_end_of_the_cue_before_it() -> None:
    """Nothing else of the script is in the side."""
    _, lines = read_pages(render_side([build_chapter()], "HANA", ExportOptions()).content)
    assert "1. NARRATOR: … " in lines
    assert 5 < lines.count("The bell rang and rang.") < 15
    assert "The bell rang and rang. 2. HANA: Who is there? SCENE 3 – GATE" in lines
    assert "4. SFX [1]: A DOOR. 5. HANA (whispers): Stay. page 2 of 2" in lines
    assert "Only me" not in lines


def test_the_cue_before_a_line_is_grey() -> None:
    """The actor's own words are black."""
    content = render_side([build_chapter()], "HANA", ExportOptions()).content
    with pypdfium2.PdfDocument(content) as document:
        page = document[1]
        colours: set[int] = set()
        for item in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT]):
            red, *rest = (c_uint() for _ in range(4))
            pypdfium2.raw.FPDFPageObj_GetFillColor(item, red, *rest)
            colours.add(red.value)
    assert len(colours) == 2
    assert min(colours) == 0
    assert 80 < max(colours) < 140


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        ([TakeVerdict.GOOD], "recorded, take 1: too loud 2. HANA"),
        ([TakeVerdict.GOOD, TakeVerdict.PICKUP], "PICK-UP after take 2: too loud 2. HANA"),
        ([TakeVerdict.PICKUP, TakeVerdict.GOOD], "recorded, take 2: too loud 2. HANA"),
    ],
)
def test_the_take_log_says_which_lines_to_record_again(verdicts: list[TakeVerdict], status: str) -> None:
    """The newest take decides, and its note is there."""
    sheet = build_chapter()
    for number, verdict in enumerate(verdicts, 1):
        sheet = log_take(sheet, sheet.script.cues[1], number, verdict, "too loud")
    _, lines = read_pages(render_side([sheet], "HANA", ExportOptions()).content)
    assert status in lines


def test_a_line_with_new_words_is_marked() -> None:
    """The recording of the old words cannot be used."""
    sheet = build_chapter()
    old = sheet.script.cues[1].model_copy(update={"text": "Who was there?"})
    _, lines = read_pages(render_side([log_take(sheet, old, 1, TakeVerdict.GOOD)], "HANA", ExportOptions()).content)
    assert "NEW WORDS since take 1 2. HANA: Who is there?" in lines


def test_a_side_covers_several_chapters() -> None:
    """Only those in which the actor speaks; the checklist has the scenes of all of them."""
    silent = build_sample_sheet(replace(STORED, chapter_number=2), SCRIPT.model_copy(update={"cues": SCRIPT.cues[:2]}))
    pages = read_pages(render_side([build_chapter(), silent, build_chapter(3)], "HANA", ExportOptions()).content)
    assert "To record: 4 lines, 8 words" in pages[0]
    assert "Chapter 3, SCENE 1 – HALL" in pages[0]
    assert "Chapter 2" not in pages[0]
    assert pages[1].startswith("HANA: The Fox, 2 chapters, 1–3 ")
    with pytest.raises(ValueError, match="'FOX'"):
        render_side([silent], "FOX", ExportOptions())
