import pytest

from bot.ebooks.catalog import EbookCatalog
from bot.ebooks.ebook_details import ChapterDetails, EbookSummary
from bot.ebooks.ebook_fields import EbookChanges
from bot.ebooks.library import EbookService
from bot.errors import InputError, NotFoundError, StateError
from bot.generation.request import ScriptRequest
from bot.generation.service import create_run
from bot.progress.public_view import PublicProgress
from storage import Database
from storage.states import ScriptState
from storage.stores.chapters import digest_text
from storage.stores.scripts import NewScript
from tests.bot.ebooks.books import make_book, make_numbered_book, make_section
from tests.bot.ebooks.imports import HANA, add, get_chapters, list_reports, make_library

TITLES = ["The Lantern", "Ärger im Hafen", "The lantern keeper", "Ten", "12"]


@pytest.fixture
def library(sqlite: Database) -> EbookService:
    return make_library(sqlite)


async def add_script(
    database: Database, chapter: int, state: ScriptState, version: int = 1, source_digest: str = ""
) -> None:
    script = NewScript(
        ebook_id="the-lantern",
        chapter_number=chapter,
        version=version,
        title=f"Script {chapter}",
        theme="",
        writer="gemini",
        body="{}",
        state=state,
        source_digest=source_digest,
    )
    await database.write(lambda tx: tx.scripts.add(script))


async def test_a_shown_book_has_its_chapters_with_the_state_of_the_newest_script(database: Database) -> None:
    library = make_library(database)
    added = await add(library, make_numbered_book(2))
    one, two = await get_chapters(database, "the-lantern")
    await add_script(database, 1, ScriptState.RELEASED, 1, digest_text("what was there before"))
    await add_script(database, 1, ScriptState.DRAFT, 2, one.digest)
    await add_script(database, 2, ScriptState.APPROVED, 1, digest_text("what was there before"))
    await add_script(database, 7, ScriptState.RELEASED)
    details = await library.show_ebook("THE LANTERN")
    assert (details.ebook, details.words) == (added.ebook, one.words + two.words)
    assert details.chapters == (
        ChapterDetails(1, "Chapter 1", one.words, ScriptState.DRAFT, has_text=True, has_changed_source=False),
        ChapterDetails(2, "Chapter 2", two.words, ScriptState.APPROVED, has_text=True, has_changed_source=True),
        ChapterDetails(7, "Script 7", 0, ScriptState.RELEASED, has_text=False, has_changed_source=False),
    )
    summary = EbookSummary(added.ebook, 2, details.words, drafted=3, approved=3, released=2)
    assert await library.list_ebooks() == (summary,)


async def test_a_chapter_without_a_script_has_no_state(library: EbookService) -> None:
    await add(library, make_numbered_book(1))
    (chapter,) = (await library.show_ebook("the-lantern")).chapters
    assert (chapter.state, chapter.has_text, chapter.has_changed_source) == (None, True, False)


async def test_an_edited_book_has_only_its_changes_and_their_event(sqlite: Database, library: EbookService) -> None:
    ebook = (await add(library, make_numbered_book(2), theme="horror")).ebook
    changes = EbookChanges(theme="horror", hook="Stay awake.", planned_chapters=12)
    edited = await library.edit_ebook("the-lantern", changes, HANA)
    assert (edited.theme, edited.hook, edited.planned_chapters) == ("horror", "Stay awake.", 12)
    assert (await library.show_ebook("the-lantern")).ebook == edited
    assert (edited.title, edited.author) == (ebook.title, ebook.author)
    await library.edit_ebook("the-lantern", changes, HANA)  # nothing is left to change
    data = {"ebook_id": "the-lantern", "changes": {"hook": "Stay awake.", "planned_chapters": 12}}
    assert (await list_reports(sqlite))[1:] == [("Book edited", data)]


async def test_fewer_chapters_than_the_book_has_cannot_be_planned(library: EbookService) -> None:
    await add(library, make_numbered_book(2))
    with pytest.raises(InputError, match="has 2 chapters already"):
        await library.edit_ebook("the-lantern", EbookChanges(planned_chapters=1), HANA)


async def test_a_removed_book_keeps_its_scripts_and_comes_back_when_it_is_added_again(database: Database) -> None:
    library = make_library(database)
    await add(library, make_numbered_book(2), theme="horror")
    await add_script(database, 1, ScriptState.RELEASED)
    removed = await library.remove_ebook("The Lantern", HANA)
    assert removed.removed_at is not None
    assert await get_chapters(database, "the-lantern") == []
    assert await EbookCatalog(database).search("", 25) == []
    assert await PublicProgress(database).find_books("") == []
    assert await library.list_ebooks() == ()
    for attempt in (
        library.show_ebook("the-lantern"),
        library.edit_ebook("the-lantern", EbookChanges(theme="x"), HANA),
        library.remove_ebook("the-lantern", HANA),
    ):
        with pytest.raises(NotFoundError, match="“The Lantern” was removed"):
            await attempt
    data = {"ebook_id": "the-lantern", "title": "The Lantern", "chapters": 2}
    assert (await list_reports(database))[1:] == [("Book removed", data)]
    async with database.read() as tx:
        assert [script.chapter_number for script in await tx.scripts.list_newest("the-lantern")] == [1]

    again = await add(library, make_numbered_book(2))
    assert (again.ebook.id, again.ebook.theme, again.ebook.removed_at) == ("the-lantern", "horror", None)
    assert again.stored == 2
    assert len(await EbookCatalog(database).search("", 25)) == 1


async def test_a_book_with_a_chapter_that_is_being_written_is_not_removed(
    sqlite: Database, library: EbookService
) -> None:
    await add(library, make_numbered_book(1))
    request = ScriptRequest(ebook="the-lantern", chapter_number=1, title="T")
    run = (await sqlite.write(lambda tx: create_run(tx, request, "The bell rang."))).run
    with pytest.raises(StateError, match="A chapter of “The Lantern” is being written"):
        await library.remove_ebook("the-lantern", HANA)
    await sqlite.write(lambda tx: tx.runs.cancel(run.id))
    await library.remove_ebook("the-lantern", HANA)


async def test_an_unknown_book_is_not_found(library: EbookService) -> None:
    with pytest.raises(NotFoundError, match="no book called “fox”"):
        await library.show_ebook("fox")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("LANTERN", [1, 3]),
        ("lantern the", [1, 3]),
        ("keeper", [3]),
        ("ärger", [2]),
        ("arger", []),
        ("3", [3]),
        ("12", [5]),
        ("the 3", [3]),
        ("nothing", []),
    ],
)
async def test_chapters_are_found_by_number_or_by_words_of_the_title(
    sqlite: Database, text: str, numbers: list[int]
) -> None:
    library = make_library(sqlite)
    await add(library, make_book(*(make_section(title) for title in TITLES)))
    found = await library.search_chapters("the-lantern", text, 25)
    assert [number for number, _ in found] == numbers


async def test_the_chapter_whose_number_is_typed_comes_first(sqlite: Database) -> None:
    library = make_library(sqlite)
    await add(library, make_book(*(make_section(f"Night {number + 1}") for number in range(1, 31))))
    assert await library.search_chapters("the-lantern", "2", 3) == [
        (2, "2 · Night 3"),
        (1, "1 · Night 2"),
        (11, "11 · Night 12"),
    ]
    assert await library.search_chapters("", "2", 3) == []
    assert await library.search_chapters("unknown", "", 3) == []
