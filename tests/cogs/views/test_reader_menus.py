"""The menus of a reader, of which Discord shows 25 options at most."""

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.scripts.cue_lists import arrange
from bot.scripts.models import CastMember, Cue, CueKind, Script
from bot.scripts.reading import ReaderFilter
from bot.scripts.speakers import make_speaker_key
from cogs.views.reader_ids import OfferedChoices, ReaderPosition
from cogs.views.reader_menus import offer_part
from cogs.views.script_reader import build_reader
from tests.bot.exports.sample_script import STORED
from tests.bot.scripts.test_editing import SCRIPT


def make_long_script(count: int) -> Script:
    """So many scenes, each with two lines of a speaker of its own."""
    scenes = tuple(
        SCRIPT.scenes[0].model_copy(update={"n": n, "place": f"PLACE {n} " * 20}) for n in range(1, count + 1)
    )
    cues = [
        Cue(n=1, kind=CueKind.DIALOGUE, text="Word.", speaker=f"SPEAKER {n}", scene=n)
        for n in range(1, count + 1)
        for _ in "ab"
    ]
    cast = tuple(CastMember(name=f"SPEAKER {n}") for n in range(1, count + 1))
    return arrange(SCRIPT.model_copy(update={"scenes": scenes, "cast": cast}), cues)


def list_options(view: discord.ui.LayoutView) -> list[list[discord.SelectOption]]:
    """The options of each select."""
    items = [getattr(item, "item", item) for item in view.walk_children()]
    return [item.options for item in items if isinstance(item, discord.ui.Select)]


def test_the_scenes_around_the_page_are_offered_first() -> None:
    """With their length; the page's own scene is the chosen one."""
    script = make_long_script(60)
    scenes, _, _ = list_options(build_reader(STORED, script, ReaderPosition(STORED.id, 2)))
    assert len(scenes) <= 25
    (here,) = [option for option in scenes if option.default]
    assert here.label.startswith("26 · PLACE 26")
    assert here.description == "1–2 s · cues 51 to 52 · HANA, SPEAKER 26"


def test_the_chosen_speaker_is_always_offered() -> None:
    """Also where 24 others have as many lines."""
    wanted = ReaderFilter(speaker_key=make_speaker_key("SPEAKER 60"))
    view = build_reader(STORED, make_long_script(60), ReaderPosition(STORED.id, 0, wanted))
    assert "SPEAKER 60" in [option.label for options in list_options(view) for option in options if option.default]


@pytest.mark.parametrize("count", [1, 25, 26, 60])
def test_every_scene_and_every_speaker_can_be_chosen(count: int) -> None:
    """Going through the parts of the menus, each appears."""
    script = make_long_script(count)
    scenes: set[str] = set()
    speakers: set[str] = set()
    for start in range(0, count, 5):
        view = build_reader(STORED, script, None, OfferedChoices(scene=start, speaker=start))
        *scene_menu, speaker_menu, _ = list_options(view)
        assert all(len(options) <= 25 for options in [*scene_menu, speaker_menu])
        scenes |= {option.value for options in scene_menu for option in options}
        speakers |= {option.label for option in speaker_menu}
    assert {f"SPEAKER {n}" for n in range(1, count + 1)} <= speakers
    assert count == 1 or {str(2 * n + 1) for n in range(count)} <= scenes


@given(count=st.integers(0, 120), start=st.integers(-5, 130), size=st.integers(3, 25))
def test_the_parts_of_a_list_lead_through_all_of_it(count: int, start: int, size: int) -> None:
    """From any part, the last option leads on without leaving anything out, and the first one back to the beginning."""
    options = [discord.SelectOption(label=f"{n}", value=f"{n}") for n in range(count)]
    part = offer_part(options, start, size)
    assert len(part) <= size
    while part and part[0].value.startswith("from:"):
        part = offer_part(options, int(part[0].value[5:]), size)
    seen = [option.value for option in part]
    while part and part[-1].value.startswith("from:"):
        part = offer_part(options, int(part[-1].value[5:]), size)
        seen += [option.value for option in part]
    assert {value for value in seen if not value.startswith("from:")} == {option.value for option in options}
