"""``schedule.csv``."""

from bot.exports.pack.scenes import list_recorded_scenes
from bot.exports.pack.schedule import build_schedule, plan_schedule
from bot.exports.sheet import ScriptSheet
from tests.bot.exports.pack.packs import make_sheet, read_table

_LONG = " ".join(["word"] * 310)  # two minutes at 155 words a minute


def read_schedule(*sheets: ScriptSheet) -> list[dict[str, str]]:
    """The rows of the schedule of these chapters."""
    scenes = [scene for sheet in sheets for scene in list_recorded_scenes(sheet)]
    return read_table(build_schedule(plan_schedule(scenes)))


def test_the_read_through_comes_first_and_every_scene_says_who_arrives_and_leaves() -> None:
    """An actor arrives for the first scene of the day and leaves after the last."""
    rows = read_schedule(make_sheet(["ANNA: One."], ["ANNA: Two.", "BEN: Three."], ["SFX: RAIN"], ["BEN: Four."]))
    assert [row["day"] for row in rows] == ["read-through", "1", "1", "1", "1"]
    assert rows[0]["characters"] == "ANNA, BEN"
    days = {row["scene"]: (row["arrive"], row["may leave"]) for row in rows[1:]}
    assert days == {"1": ("ANNA", ""), "2": ("BEN", "ANNA"), "3": ("", ""), "4": ("", "BEN")}
    assert (rows[1]["place"], rows[1]["time"], rows[1]["cues"]) == ("PLACE 1", "NIGHT", "1 to 1")


def test_a_scene_that_is_longer_than_a_day_is_split_before_a_sound() -> None:
    """A scene of 50 minutes takes two days of about 25 minutes; the second part begins with the sound in its middle."""
    lines = [f"ANNA: {_LONG}"] * 12 + ["SFX: DOOR"] + [f"BEN: {_LONG}"] * 13
    scenes = list(list_recorded_scenes(make_sheet(lines)))
    assert [(scene.part, scene.part_count, scene.first_cue, scene.last_cue) for scene in scenes] == [
        (1, 2, 1, 12),
        (2, 2, 13, 26),
    ]
    assert [scene.roles for scene in scenes] == [("ANNA",), ("BEN",)]
    assert all(scene.seconds <= 1_800 for scene in scenes)
    rows = read_schedule(make_sheet(lines))
    assert [(row["day"], row["part"]) for row in rows[1:]] == [("1", "1 of 2"), ("2", "2 of 2")]


def test_parts_follow_each_other_without_a_gap() -> None:
    """A scene of three hours is cut into parts that fit, and no cue is lost."""
    scenes = list(list_recorded_scenes(make_sheet([f"ANNA: {_LONG}"] * 90)))
    assert [scene.first_cue for scene in scenes] == [1, *(scene.last_cue + 1 for scene in scenes[:-1])]
    assert scenes[-1].last_cue == 90
    assert len(scenes) == 7
    assert max(scene.seconds for scene in scenes) <= 1_800


def test_a_long_book_is_read_aloud_in_several_sittings() -> None:
    """At most two hours in one; whole chapters with everybody who is in them."""
    chapters = [make_sheet([f"A{number}: {_LONG}"] * 20, chapter=number) for number in (1, 2, 3, 4)]
    sittings = [row for row in read_schedule(*chapters) if row["day"] == "read-through"]
    assert [(row["chapter"], row["characters"]) for row in sittings] == [("1 to 2", "A1, A2"), ("3 to 4", "A3, A4")]


def test_the_schedule_is_compared_with_the_order_of_the_story() -> None:
    """The sentence counts days, actor-days and waiting of both."""
    pair, other = [f"ANNA: {_LONG}"] * 5, [f"BEN: {_LONG}"] * 5
    schedule = plan_schedule(list(list_recorded_scenes(make_sheet(pair, other, pair, other, pair, other))))
    assert schedule.summary.startswith("This schedule: 3 recording days, 4 actor-days, ")
    assert "In the order of the story: 3 recording days, 6 actor-days, " in schedule.summary
