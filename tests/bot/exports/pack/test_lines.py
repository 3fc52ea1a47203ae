"""``lines.csv``, ``cast.csv`` and ``lexicon.pls``."""

from dataclasses import replace
from datetime import UTC, datetime

from lxml import etree

from bot.ebooks.series_bible import LexiconWord
from bot.exports.pack.cast import CastTally
from bot.exports.pack.lexicon import build_lexicon, list_words
from bot.exports.pack.lines import build_lines, build_pickups, list_line_rows, list_pickup_rows
from bot.exports.pack.role_names import name_roles
from bot.exports.sheet import ScriptSheet
from bot.scripts.models import Cue
from bot.scripts.takes import digest_spoken
from storage.states import TakeVerdict
from storage.stores.takes import Take
from tests.bot.exports.pack.packs import make_sheet, read_table


def read_lines(*sheets: ScriptSheet) -> list[dict[str, str]]:
    """The rows of the lines of these chapters."""
    names = name_roles(role.name for sheet in sheets for role in sheet.roles)
    return read_table(build_lines(row for sheet in sheets for row in list_line_rows(sheet, names)))


def test_every_spoken_line_has_the_name_of_its_audio_file() -> None:
    """Scene, cue and role; sounds are no lines."""
    first, second, third = read_lines(
        make_sheet(["SFX: DOOR", "ANNA: You came back. | close"], ["Old Ben: Never left, never.", "花: 帰ってきた。"])
    )
    assert first == {
        "chapter": "1",
        "scene": "1",
        "cue": "2",
        "character": "ANNA",
        "text": "You came back.",
        "direction": "close",
        "words": "3",
        "seconds": "1.2",
        "start": "0:00:02.500",
        "folder": "CH01",
        "file name": "S01_002_ANNA",
        "take": "",
        "status": "not recorded",
        "cue id": "cue_cue2",
    }
    assert second["file name"] == "S02_003_OLD_BEN"
    assert third["file name"].startswith("S02_004_ROLE_")
    assert third["words"] == "5"


def make_take(cue: Cue, number: int, verdict: TakeVerdict, note: str = "") -> Take:
    """A take of the cue as it is."""
    moment = datetime(2026, 11, 22, tzinfo=UTC)
    digest = digest_spoken(cue)
    return Take(f"takes_{number}", "s", "e", 1, cue.id, number, verdict, note, digest, None, moment)


def test_the_take_log_says_which_take_to_use_and_what_to_record_once_more() -> None:
    """A good take has its number in the list of lines; a pick-up and a changed line are in the list of pick-ups, others not."""
    sheet = make_sheet(["ANNA: Good.", "ANNA: Bad.", "ANNA: Old.", "ANNA: New."])
    good, bad, changed, _ = sheet.script.cues
    takes = (
        make_take(good, 1, TakeVerdict.PICKUP, "cough"),
        make_take(good, 2, TakeVerdict.GOOD),
        make_take(bad, 1, TakeVerdict.PICKUP, "=plane"),
        make_take(changed.model_copy(update={"text": "Older."}), 3, TakeVerdict.GOOD),
    )
    sheet = replace(sheet, takes=takes)
    assert [(row["take"], row["status"]) for row in read_lines(sheet)] == [
        ("2", "recorded"),
        ("", "pick-up"),
        ("", "changed since"),
        ("", "not recorded"),
    ]
    rows = read_table(build_pickups(list_pickup_rows(sheet, {"ANNA": "ANNA"})))
    assert [(row["file name"], row["why"], row["note"], row["next take"]) for row in rows] == [
        ("S01_002_ANNA", "pick-up", "'=plane", "2"),
        ("S01_003_ANNA", "changed since", "", "4"),
    ]


def test_no_two_files_of_a_book_have_the_same_place() -> None:
    """Names repeat in other chapters, which have folders of their own; a long chapter has room for its numbers."""
    rows = read_lines(make_sheet(["ANNA: No."] * 1_000), make_sheet(["ANNA: No."] * 2, chapter=2))
    assert rows[0]["file name"] == "S01_0001_ANNA"
    assert rows[-1]["file name"] == "S01_002_ANNA"
    assert rows[-1]["folder"] == "CH02"
    assert len({(row["folder"], row["file name"]) for row in rows}) == len(rows) == 1_002


def test_the_cast_is_counted_across_chapters() -> None:
    """The largest role comes first; scenes have their chapter once there are several."""
    tally = CastTally()
    names = {"ANNA": "ANNA", "BEN": "BEN"}
    tally.add(make_sheet(["BEN: One."], ["ANNA: One two three.", "BEN: One."]))
    assert [row["scenes"] for row in read_table(tally.build_table(names))] == ["S02", "S01 S02"]
    tally.add(make_sheet(["ANNA: One two three."] * 20, chapter=3))
    anna, ben = read_table(tally.build_table(names))
    assert anna == {
        "character": "ANNA",
        "lines": "21",
        "words": "63",
        "minutes": "0.4",
        "scene count": "2",
        "scenes": "CH01: S02; CH03: S01",
        "voice": "voice of ANNA",
        "pronunciation": "",
        "name in files": "ANNA",
    }
    assert (ben["lines"], ben["scene count"], ben["scenes"]) == ("2", "2", "CH01: S01 S02")


def test_the_lexicon_has_words_and_names_once() -> None:
    """The pronunciation of a speaker's name is in it, unless the word is there already."""
    sheet = make_sheet(["ANNA: Kitsune."], ["BEN: No."])
    said = [replace(role, pronunciation=f"say {role.name}") for role in sheet.roles]
    words = (
        LexiconWord(spelling="Kitsune", pronunciation="kit-SOO-neh"),
        LexiconWord(spelling="Anna", pronunciation="AH-na"),
    )
    download = build_lexicon(list_words(replace(sheet, roles=tuple(said), lexicon=words)), "en")
    texts = [element.text for element in etree.fromstring(download.content).iter() if (element.text or "").strip()]
    assert texts == ["Kitsune", "kit-SOO-neh", "Anna", "AH-na", "BEN", "say BEN"]
