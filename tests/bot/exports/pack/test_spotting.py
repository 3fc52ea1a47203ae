"""``spotting.csv``."""

import pytest

from bot.exports.pack.spotting import build_spotting, list_spotting_rows
from tests.bot.exports.pack.packs import make_sheet, read_table


def spot(*scenes: list[str]) -> list[dict[str, str]]:
    """The rows for a script with these scenes."""
    return read_table(build_spotting(list_spotting_rows(make_sheet(*scenes))))


def test_what_is_established_is_a_loop_until_the_cue_that_ends_it() -> None:
    """Also across scenes; the row of the cue that ends it names it by its index."""
    rain, door, out = spot(
        ["SFX: RAIN – ESTABLISH AND UNDER | on a tin roof", "ANNA: You came back."], ["SFX: DOOR", "SFX: RAIN – OUT"]
    )
    assert rain == {
        "sound": "SFX 1",
        "chapter": "1",
        "cue": "1",
        "scene": "1",
        "start": "0:00:00.000",
        "end": "0:00:06.160",
        "length": "6.2",
        "loop or spot": "loop",
        "level": "full, then under the voices",
        "text": "RAIN – ESTABLISH AND UNDER",
        "note": "on a tin roof; until cue 4",
    }
    assert (door["sound"], door["scene"], door["loop or spot"], door["length"]) == ("SFX 2", "2", "spot", "2.5")
    assert (out["loop or spot"], out["note"]) == ("spot", "ends SFX 1")


def test_a_loop_that_nothing_ends_ends_with_its_scene() -> None:
    """The note says so, and music has an index of its own."""
    rain, music = spot(["SFX: RAIN – HOLD", "ANNA: You came back.", "MUSIC: HARP – UNDER"], ["ANNA: Yes."])
    assert (rain["sound"], music["sound"]) == ("SFX 1", "MUSIC 1")
    assert rain["end"] == music["end"] == "0:00:09.660"
    assert rain["note"] == music["note"] == "no cue ends it; here it ends with its scene"


def test_music_that_would_play_under_a_whole_chapter_is_pointed_out() -> None:
    """The sound designer decides where it fades; an atmosphere may last."""
    talk = [f"ANNA: {'word ' * 300}"] * 4
    music, rain, *_ = spot(
        ["MUSIC: THEME – ESTABLISH", "SFX: RAIN – HOLD", *talk, "MUSIC: THEME – OUT", "SFX: RAIN – OUT"]
    )
    assert music["note"] == "until cue 7; runs 8 minutes: decide where it fades"
    assert rain["note"] == "until cue 8"


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("SFX: WIND – ESTABLISH AND UNDER", "full, then under the voices"),
        ("SFX: CROWD | in the background", "under the voices"),
        ("SFX: DISTANT THUNDER", "low"),
        ("SFX: DOOR SLAMS", "full"),
        ("SFX: BIRD", "full"),
        ("MUSIC: HARP", "under the voices"),
    ],
)
def test_the_level_follows_from_the_words_of_the_cue(line: str, level: str) -> None:
    """Without such words an effect is full and music lies under the voices."""
    (row,) = spot([line])
    assert row["level"] == level
