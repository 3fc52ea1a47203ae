"""A whole book as archives."""

import json
import re
from pathlib import Path

import pytest

from bot.actor import Actor
from bot.errors import InputError, NotFoundError, StateError
from bot.event_names import EBOOK_DOWNLOADED
from bot.exports.book.service import BookExportService
from bot.exports.sheet import ScriptSheet
from storage import Database
from storage.states import ScriptState
from storage.stores.events import EventFilter
from storage.stores.scripts import NewScript
from tests.bot.exports.pack.packs import make_sheet, read_archive, read_table

HANA = Actor(1, "Hana")
TALK = make_sheet(["ANNA: You came back."], ["BEN: I never left.", "SFX: DOOR"])


@pytest.fixture
async def book(sqlite: Database) -> Database:
    """``the-lantern`` without a script."""
    await sqlite.write(lambda tx: tx.ebooks.get_or_add("the-lantern", "The Lantern"))
    return sqlite


async def add_script(
    database: Database,
    chapter: int,
    state: ScriptState = ScriptState.APPROVED,
    version: int = 1,
    sheet: ScriptSheet = TALK,
) -> str:
    """A stored script; its id."""
    script = NewScript(
        ebook_id="the-lantern",
        chapter_number=chapter,
        version=version,
        title=f"Chapter {chapter}",
        theme="",
        writer="gemini",
        body=sheet.script.model_dump_json(),
        state=state,
    )
    return await database.write(lambda tx: tx.scripts.add(script))


async def export(database: Database, limit: int = 1_000_000) -> list[dict[str, bytes]]:
    """The files of each archive, none of which is larger than ``limit``."""
    noted: list[str] = []
    async with BookExportService(database).export_book("the-lantern", limit, HANA, noted.append) as archives:
        contents = [file.content.read() for file in archives.files]
    assert noted[0].startswith("chapter 1 of ")
    assert noted[-1] == "the archive"
    assert all(len(content) <= limit for content in contents)
    assert all(file.content.closed for file in archives.files)
    return [read_archive(content) for content in contents]


async def test_a_chapter_comes_in_its_newest_approved_version_else_as_a_marked_draft(book: Database) -> None:
    """The list says which, and drafts are not in the production."""
    await add_script(book, 1, ScriptState.RELEASED, 1)
    await add_script(book, 1, ScriptState.APPROVED, 2)
    await add_script(book, 1, ScriptState.DRAFT, 3)
    await add_script(book, 2, ScriptState.DRAFT, 1)
    (files,) = await export(book)
    assert "CH01/the-lantern-ch1-v2-summoning.md" in files
    assert "CH02/DRAFT-the-lantern-ch2-v1-summoning.md" in files
    assert not any("-v1-" in name or "-v3-" in name for name in files if name.startswith("CH01/"))
    assert "CH01/session.rpp" in files
    assert "CH02/session.rpp" not in files
    listing = files["README.txt"].decode("utf-8-sig")
    assert "  1. Chapter 1: version 2, approved\r\n" in listing
    assert "  2. Chapter 2: version 1, draft (not part of the production)\r\n" in listing
    assert {row["chapter"] for row in read_table(files["production/lines.csv"])} == {"1"}
    assert all(f"  {name}\r\n" in listing for name in files.keys() - {"README.txt"})


async def test_the_production_is_one_across_all_approved_chapters(book: Database) -> None:
    """One schedule, one cast list, one list of lines and of sounds, one lexicon."""
    for chapter in (1, 2, 3):
        await add_script(book, chapter)
    (files,) = await export(book)
    schedule = read_table(files["production/schedule.csv"])
    assert (schedule[0]["day"], schedule[0]["chapter"]) == ("read-through", "1 to 3")
    assert sorted((row["chapter"], row["scene"]) for row in schedule[1:]) == [
        (chapter, scene) for chapter in "123" for scene in "12"
    ]
    cast = {row["character"]: (row["lines"], row["scenes"]) for row in read_table(files["production/cast.csv"])}
    assert cast["ANNA"] == ("3", "CH01: S01; CH02: S01; CH03: S01")
    assert len(read_table(files["production/lines.csv"])) == 6
    assert len(read_table(files["production/spotting.csv"])) == 3
    assert b"<lexicon" in files["production/lexicon.pls"]
    sides = {name for name in files if name.startswith("production/sides/")}
    assert sides == {"production/sides/ANNA.pdf", "production/sides/BEN.pdf"}
    assert files["production/sides/ANNA.pdf"].startswith(b"%PDF")


async def test_a_side_that_is_too_long_to_carry_comes_in_volumes(
    book: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole chapters, which the file's name tells."""
    monkeypatch.setattr("bot.exports.book.production._MAX_SIDE_WORDS", 7)
    for chapter in (1, 2, 3):
        await add_script(book, chapter)
    (files,) = await export(book)
    assert {name for name in files if "ANNA" in name} == {
        "production/sides/ANNA_CH01-CH02.pdf",
        "production/sides/ANNA_CH03-CH03.pdf",
    }


async def test_a_book_of_drafts_has_no_production(book: Database) -> None:
    """Its scripts are there all the same."""
    await add_script(book, 1, ScriptState.DRAFT)
    (files,) = await export(book)
    assert not any(name.startswith("production/") for name in files)


async def test_a_large_book_comes_in_parts_that_each_say_what_is_where(book: Database) -> None:
    """Every part is an archive of its own within the limit; together they hold every file once."""
    for chapter in range(1, 5):
        await add_script(book, chapter)
    (whole,) = await export(book)
    parts = await export(book, 100_000)
    assert len(parts) > 1
    names = [name for part in parts for name in part if name != "README.txt"]
    assert sorted(names) == sorted(whole.keys() - {"README.txt"})
    for number, part in enumerate(parts, 1):
        listing = part["README.txt"].decode("utf-8-sig")
        assert f"This is part {number} of {len(parts)}." in listing
        assert all(f"  {name}\r\n" in listing for name in names)


async def test_the_download_is_one_event_that_names_the_scripts(book: Database) -> None:
    """Book, scripts and formats."""
    first, second = await add_script(book, 1), await add_script(book, 2)
    await export(book)
    async with book.read() as tx:
        (event,) = [event async for event in tx.events.stream(EventFilter(event=EBOOK_DOWNLOADED))]
    data = json.loads(event.data)
    assert (event.ebook_id, data["ebook_id"], data["script_ids"]) == ("the-lantern", "the-lantern", [first, second])
    assert "markdown" in data["formats"]


async def test_a_process_that_is_killed_leaves_nothing_on_the_disk(
    book: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file has a name at any moment, so that the system itself gives the room back, whatever ends the process."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    await add_script(book, 1)
    seen: list[list[Path]] = []

    def look(_progress: str = "") -> None:
        seen.append([*folder.iterdir()])

    async with BookExportService(book).export_book("the-lantern", 1_000_000, HANA, look) as made:
        assert made.files[0].content.read(2) == b"PK"
        look()
    assert seen == [[]] * 5


@pytest.mark.parametrize(
    ("ebook", "limit", "error", "sentence"),
    [
        ("nothing", 10_000, NotFoundError, "There is no book called “nothing”."),
        ("empty", 10_000, StateError, "“Empty” has no script yet."),
        ("the-lantern", 1_000, InputError, "The list of this book's files alone is larger"),
    ],
)
async def test_what_cannot_be_exported_is_refused_with_a_sentence(
    book: Database,
    ebook: str,
    limit: int,
    error: type[Exception],
    sentence: str,
) -> None:
    """No such book, no script, no room; and there is no event."""
    await book.write(lambda tx: tx.ebooks.get_or_add("empty", "Empty"))
    await add_script(book, 1)
    with pytest.raises(error, match=re.escape(sentence)):
        async with BookExportService(book).export_book(ebook, limit, HANA, list[str]().append):
            raise AssertionError
    async with book.read() as tx:
        assert [event async for event in tx.events.stream(EventFilter(event=EBOOK_DOWNLOADED))] == []
