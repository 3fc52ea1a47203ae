"""The pages of a script as a reader in Discord sees them."""

import re
import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest
from discord import ui
from hypothesis import given
from hypothesis import strategies as st

from bot.scripts.cue_lists import arrange
from bot.scripts.models import CastMember, Cue, CueKind, Script
from bot.scripts.reading import MAX_QUERY, ReaderFilter, ShownCue, choose_cues
from cogs.views import reader_pages
from cogs.views.cue_panel import build_panel
from cogs.views.reader_ids import OpenCue, ReaderPosition
from cogs.views.reader_pages import MAX_PAGE_CUES, build_pages, find_page, format_cue, prepare_pages
from cogs.views.script_reader import build_reader
from tests.bot.exports.sample_script import STORED
from tests.bot.scripts.test_editing import SCRIPT
from tests.cogs.views.components import read_labels, read_text

ALL = ReaderFilter()


def make_script(*texts: str, speaker: str = "HANA") -> Script:
    """A script with these lines of one speaker."""
    cues = [Cue(n=1, kind=CueKind.DIALOGUE, text=text, speaker=speaker, scene=1) for text in texts]
    return arrange(SCRIPT.model_copy(update={"cast": (CastMember(name=speaker),)}), cues)


def test_scenes_have_headings_with_their_length() -> None:
    """Place, time and an estimated range stand before the first cue of a scene; sounds have their index."""
    (page,) = build_pages(SCRIPT, ALL)
    assert "**Scene 1 · THE WELL** · " in page.text
    assert page.text.index("THE WELL") < page.text.index("guttered") < page.text.index("THE HALL")
    assert "**SFX [1]**: DOOR" in page.text


def test_an_altered_line_is_marked() -> None:
    """Whoever reads sees which lines differ from the source."""
    altered = SCRIPT.cues[1].model_copy(update={"is_altered": True})
    (page,) = build_pages(SCRIPT.model_copy(update={"cues": (altered,)}), ALL)
    assert "**HANA** ✎: You came back." in page.text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("frost " * 40, "…frost frost"), ("霜" * 200, "…霜霜"), ("Short words.", "HANA: Short words.")],
)
def test_a_line_before_an_actors_own_never_begins_in_the_middle_of_a_word(text: str, shown: str) -> None:
    """Of a long one only the end is shown, in writing with and without spaces."""
    script = make_script(text, "You came back.")
    shown_cue = ShownCue(script.cues[0], script.cues[0].text.strip(), is_context=True)
    (line,) = format_cue(shown_cue, {})
    assert shown in line


def test_what_is_found_is_highlighted_and_nothing_else_is() -> None:
    """Markup in the text stays literal, around and inside of a hit."""
    (page,) = build_pages(make_script("A *bell* rang, and the bell_tower fell."), ReaderFilter(query="bell"))
    assert r"A \*__**bell**__\* rang, and the __**bell**__" in page.text


@pytest.mark.parametrize("count", [1, 40, 120])
def test_every_page_fits_into_a_message(count: int) -> None:
    """Long lines, long names, markup and very many cues: each page and its menus keep Discord's limits."""
    script = make_script(*(["*_~" * 600, "Short."] * count), speaker="N" * 60)
    pages = build_pages(script, ALL)
    assert sum(len(page.cues) for page in pages) == 2 * count
    assert all(len(page.cues) <= MAX_PAGE_CUES for page in pages)
    for at in {0, len(pages) // 2, len(pages) - 1}:
        view = build_reader(STORED, script, ReaderPosition(STORED.id, at))
        assert view.content_length() <= 4_000
        assert view.total_children_count <= 40
    assert find_page(script, 2 * count) == len(pages) - 1
    assert find_page(script, 1) == 0


@given(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=20))
def test_no_letter_is_lost(texts: list[str]) -> None:
    """Every letter of every line is on a page, in every writing system."""
    script = make_script(*texts)
    shown = keep_letters("".join(page.text for page in build_pages(script, ALL)))
    for text in texts:
        assert keep_letters(text) in shown


def keep_letters(text: str) -> str:
    """Its letters and digits alone."""
    return "".join(filter(str.isalnum, text))


def test_a_line_from_right_to_left_keeps_its_order_around_a_hit() -> None:
    """The line is isolated as a whole: isolated pieces would be laid out from left to right."""
    (page,) = build_pages(make_script("הפעמון צלצל בלילה"), ReaderFilter(query="צלצל"))
    assert "\u2068הפעמון __**צלצל**__ בלילה\u2069" in page.text


@pytest.mark.parametrize("text", ["a" * 999 + "bell" + "c" * 900, "*" * 1_300 + " bell " + "_" * 690])
def test_a_hit_is_highlighted_where_a_long_line_is_split(text: str) -> None:
    """Also where the hit itself is split, and far into the line."""
    at = text.index("bell")
    script = make_script(text)
    cue = script.cues[0]
    lines = format_cue(ShownCue(cue, cue.text, hits=((at, at + 4),)), {})
    marked = "".join(re.findall(r"__\*\*(.*?)\*\*__", "\n".join(lines)))
    assert marked == "bell"


def test_the_longest_first_page_fits_into_a_message() -> None:
    """Title, logline, cast, heading, direction and text as long as they can be, all of markup, many speakers."""
    cast = tuple(CastMember(name=f"{n:02}" + "_*" * 29) for n in range(30))
    scene = SCRIPT.scenes[0].model_copy(update={"place": "*" * 300, "time": "*" * 300})
    cues = [
        Cue(n=1, kind=CueKind.DIALOGUE, text="*" * 2_000, direction="*" * 240, speaker=each.name, scene=1)
        for each in cast
    ]
    long = SCRIPT.model_copy(update={"cast": cast, "scenes": (scene,), "logline": "*" * 600})
    script = arrange(long, cues)
    stored = replace(STORED, title="*" * 300, version=1_000)
    view = build_reader(stored, script)
    assert view.content_length() <= 4_000
    assert "(1 line)" in read_text(view)
    assert "and 22 more" in read_text(view)
    panel = build_panel(OpenCue(stored, script, script.cues[-1], "A sentence. " * 20))
    assert panel.content_length() <= 4_000
    assert "Take…" in read_labels(panel)
    sound = build_panel(OpenCue(STORED, SCRIPT, next(cue for cue in SCRIPT.cues if not cue.kind.is_spoken)))
    assert "Take…" not in read_labels(sound)


def test_the_way_back_from_a_cue_keeps_the_longest_query_within_a_custom_id() -> None:
    """Discord accepts 100 characters; the button leads to the page of what was found."""
    cue = SCRIPT.cues[0].model_copy(update={"id": "0123456789abcdef"})
    script = SCRIPT.model_copy(update={"cues": (cue, *SCRIPT.cues[1:])})
    wanted = ReaderFilter(query="é" * MAX_QUERY)
    panel = build_panel(OpenCue(STORED, script, cue, filter=wanted))
    ids = [str(item.custom_id) for item in panel.walk_children() if isinstance(item, ui.DynamicItem)]
    assert max(map(len, ids)) <= 100
    assert [each for each in ids if each.endswith(f"q{wanted.query}")] == [
        f"cue:page:{STORED.id}:{cue.id}:q{wanted.query}"
    ]


async def test_a_search_in_a_long_script_does_not_block_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages are built once, in a thread, and the view only takes them."""
    script, threads = make_script("The bell rang, and this line was never read before."), []

    def note(script: Script, wanted: ReaderFilter) -> Sequence[ShownCue]:
        threads.append(threading.get_ident())
        return choose_cues(script, wanted)

    monkeypatch.setattr(reader_pages, "choose_cues", note)
    position = ReaderPosition(STORED.id, 0, ReaderFilter(query="bell"))
    await prepare_pages(script, position.filter)
    assert "1 cue found" in read_text(build_reader(STORED, Script.from_json(script.model_dump_json()), position))
    assert len(threads) == 1
    assert threads[0] != threading.get_ident()


def test_a_page_full_of_hits_fits_into_a_message() -> None:
    """A search that finds nearly every word of the longest cue shows all of it, and marks as much as there is room for."""
    script = make_script("a* " * 666, speaker="N" * 60)
    wanted = ReaderFilter(query="a")
    for page in range(len(build_pages(script, wanted))):
        view = build_reader(STORED, script, ReaderPosition(STORED.id, page, wanted))
        assert view.content_length() <= 4_000
    text = "".join(page.text for page in build_pages(script, wanted))
    assert text.count("a") >= 666
    assert "__**a**__" in text
