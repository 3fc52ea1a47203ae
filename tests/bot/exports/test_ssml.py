"""Scripts as SSML for each speech service."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from bot.ebooks.series_bible import LexiconWord
from bot.exports import ssml
from bot.exports.formats import RENDERERS, ExportFormat
from bot.exports.options import ExportOptions
from bot.exports.sheet import ScriptSheet
from bot.exports.ssml import AMAZON, AZURE, GENERIC, GOOGLE, SSML_NAMESPACE, SpeechService
from bot.scripts.models import Cue, CueKind, Scene
from bot.scripts.text_units import to_single_line
from tests.bot.exports.hostile_texts import WILD_TEXT
from tests.bot.exports.sample_script import SCRIPT, build_full_sheet, build_sample_sheet
from tests.bot.exports.ssml_rules import check_ssml

SERVICES = (GENERIC, GOOGLE, AMAZON, AZURE)


def sheet_of(text: str, *words: LexiconWord, language: str = "en") -> ScriptSheet:
    """A script of one line, with words in its lexicon."""
    cue = Cue(n=1, kind=CueKind.DIALOGUE, speaker="HANA", text=text)
    sheet = build_sample_sheet(script=SCRIPT.model_copy(update={"cues": (cue,), "language": language}))
    return replace(sheet, lexicon=words)


def list_spoken(root: etree._Element) -> list[str]:
    """What a service would speak, a paragraph at a time, without substitutions."""
    return ["".join(map(str, each.itertext())) for each in root.iter(f"{{{SSML_NAMESPACE}}}p")]


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name or "generic")
@given(texts=st.lists(WILD_TEXT, min_size=12, max_size=20))
def test_every_document_keeps_the_rules_and_speaks_every_line(service: SpeechService, texts: list[str]) -> None:
    """Whatever the script contains, the document is within the allow-list and speaks the lines word for word, and only them."""
    sheet = build_full_sheet(*texts)
    root = check_ssml(ssml.render_ssml(sheet, service), service.name)
    assert list_spoken(root) == [to_single_line(cue.text) for cue in sheet.script.cues if cue.kind.is_spoken]


def test_a_document_has_marks_pauses_and_comments() -> None:
    """Each cue has its mark, a sound is a pause as long as the estimate, comments say who speaks and what is heard."""
    scenes = (Scene(n=1, place="The hall"), Scene(n=2))
    cues = tuple(cue.model_copy(update={"scene": 1 if cue.n < 4 else 2}) for cue in SCRIPT.cues)
    script = SCRIPT.model_copy(update={"cues": cues, "scenes": scenes})
    assert ssml.render_ssml(build_sample_sheet(script=script), GENERIC).decode().splitlines() == [
        "<?xml version='1.0' encoding='UTF-8'?>",
        '<speak xmlns="http://www.w3.org/2001/10/synthesis" version="1.1" xml:lang="en">',
        "<!-- The *Midnight* Summoning, script audio_scripts_0123456789abcdef, version 2 -->",
        "<!-- SCENE 1 – THE HALL -->",
        "<!-- 1. MUSIC [1]: A DRONE. – UNDER, 0:04 -->",
        '<mark name="cue-1"/>',
        '<break time="4000ms"/>',
        "<!-- 2. NARRATOR -->",
        '<mark name="cue-2"/>',
        "<p>The lantern guttered.</p>",
        "<!-- 3. SFX [1]: A DOOR CREAKS., 0:03 -->",
        '<mark name="cue-3"/>',
        '<break time="3000ms"/>',
        '<break time="1000ms"/>',
        "<!-- SCENE 2 -->",
        "<!-- 4. HANA (close) -->",
        '<mark name="cue-4"/>',
        "<p>You came back.</p>",
        "</speak>",
    ]


def test_azure_gets_bookmarks_inside_one_voice() -> None:
    """Azure takes SSML 1.0 and requires a voice around everything."""
    root = check_ssml(ssml.render_ssml(build_sample_sheet(), AZURE), "azure")
    assert [mark.get("mark") for mark in root.iter(f"{{{SSML_NAMESPACE}}}bookmark")] == [
        f"cue-{n}" for n in range(1, 5)
    ]


@pytest.mark.parametrize(("service", "most"), [(GENERIC, "10000ms"), (AMAZON, "10000ms"), (AZURE, "5000ms")])
def test_a_pause_is_no_longer_than_the_service_takes(service: SpeechService, most: str) -> None:
    """A minute of music is a pause as long as is allowed."""
    cue = Cue(n=1, kind=CueKind.MUSIC, text="A long drone.", seconds=60)
    sheet = build_sample_sheet(script=SCRIPT.model_copy(update={"cues": (cue,)}))
    assert f'<break time="{most}"/>' in ssml.render_ssml(sheet, service).decode()


@pytest.mark.parametrize(
    ("text", "spelling", "expected"),
    [
        ("The Kitsune, kitsune!", "kitsune", "The [Kitsune], [kitsune]!"),
        ("Kitsunes and xkitsune", "kitsune", "Kitsunes and xkitsune"),
        ("Mr. Fox.", "Mr.", "[Mr.] Fox."),
        ("Kıtsune", "Kitsune", "Kıtsune"),
        ("夜の狐火が見える", "狐火", "夜の[狐火]が見える"),
        ("a+b is a+b", "a+b", "[a+b] is [a+b]"),
    ],
)
def test_words_of_the_lexicon_are_substituted(text: str, spelling: str, expected: str) -> None:
    """Whole words in any case; in scripts without spaces anywhere."""
    word = LexiconWord(spelling=spelling, pronunciation='say "it" <so>')
    root = check_ssml(ssml.render_ssml(sheet_of(text, word), GENERIC), "")
    (paragraph,) = root.iter(f"{{{SSML_NAMESPACE}}}p")
    shown = (paragraph.text or "") + "".join(f"[{sub.text}]{sub.tail or ''}" for sub in paragraph)
    assert shown == expected
    assert {sub.get("alias") for sub in paragraph} <= {'say "it" <so>'}


def test_the_longest_word_of_the_lexicon_wins() -> None:
    """ "Black Reeds" is not "black" and "Reeds"."""
    words = [LexiconWord(spelling=each, pronunciation=f"P {each}") for each in ("Black", "Black Reeds")]
    root = check_ssml(ssml.render_ssml(sheet_of("The Black Reeds.", *words), GENERIC), "")
    assert [sub.get("alias") for sub in root.iter(f"{{{SSML_NAMESPACE}}}sub")] == ["P Black Reeds"]


@pytest.mark.parametrize(("language", "tag"), [("ja", "ja"), ("pt-BR", "pt-BR"), ("", "en"), ("no language", "en")])
def test_the_language_is_that_of_the_script(language: str, tag: str) -> None:
    """English where there is none that XML takes."""
    root = check_ssml(ssml.render_ssml(sheet_of("A.", language=language), GENERIC), "")
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == tag


@pytest.mark.parametrize(
    ("file_format", "ending", "note"),
    [
        (ExportFormat.SSML, "-ssml.xml", "choose a voice for each"),
        (ExportFormat.SSML_GOOGLE, "-ssml-google.xml", "5,000 bytes in one request"),
        (ExportFormat.SSML_AMAZON, "-ssml-amazon.xml", "6,000 characters in one request"),
        (ExportFormat.SSML_AZURE, "-ssml-azure.xml", "only stands for your own choice"),
    ],
)
def test_the_file_says_for_whom_it_is_and_what_to_know(file_format: ExportFormat, ending: str, note: str) -> None:
    """The name has the service, and the notes what it takes."""
    download = RENDERERS[file_format](build_sample_sheet(), ExportOptions())
    assert download.name.endswith(ending)
    assert note in " ".join(download.notes)
