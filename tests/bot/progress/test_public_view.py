"""What the public sees: released chapters with their links, approved ones without, and no draft."""

from functools import partial

from bot.progress.public_view import PublicChapter, PublicProgress
from storage import Database, WriteTransaction
from storage.states import ScriptState
from tests.bot.progress.test_books import add_script
from tests.conftest import FakeClock


async def fill(database: Database) -> PublicProgress:
    """The public view of two books, one of which has only a draft."""
    states = [ScriptState.DRAFT, ScriptState.APPROVED, ScriptState.RELEASED]
    for chapter, state in enumerate(states, start=1):
        await add_script(database, "fox", chapter, state)
    await add_script(database, "crow", 1, ScriptState.DRAFT)
    return PublicProgress(database)


async def release(script_id: str, tx: WriteTransaction) -> None:
    """Releases an approved script."""
    await tx.scripts.release(script_id, "https://example.org")


async def test_drafts_are_not_public(sqlite: Database) -> None:
    """A released chapter has its link, an approved one is upcoming without a link, and a draft is in neither list."""
    public = await fill(sqlite)
    for view in (await public.get_view(), await public.get_view("fox"), await public.get_view("The FOX")):
        assert view.released == (PublicChapter("The fox", 3, "fox 3", "https://example.org"),)
        assert view.upcoming == (PublicChapter("The fox", 2, "fox 2", ""),)
    for name in ("crow", "unknown"):
        view = await public.get_view(name)
        assert (view.released, view.upcoming) == ((), ())


async def test_the_newest_release_comes_first(sqlite: Database, clock: FakeClock) -> None:
    """Released chapters are in the order of their release, whatever their book and number; upcoming ones by number."""
    fox, crow = [await add_script(sqlite, name, 1, ScriptState.APPROVED) for name in ("fox", "crow")]
    second = await add_script(sqlite, "fox", 2, ScriptState.APPROVED)
    for chapter in (3, 4):
        await add_script(sqlite, "fox", chapter, ScriptState.APPROVED)
    for script_id in (second, crow, fox):
        clock.advance(hours=1)
        await sqlite.write(partial(release, script_id))
    view = await PublicProgress(sqlite).get_view()
    assert [chapter.title for chapter in view.released] == ["fox 1", "crow 1", "fox 2"]
    assert [chapter.number for chapter in view.upcoming] == [3, 4]


async def test_only_books_with_something_public_are_found(sqlite: Database) -> None:
    """The search is for a part of the id or the title, in any case."""
    public = await fill(sqlite)
    for text in ("", "FOX", "the f"):
        assert await public.find_books(text) == [("fox", "The fox")]
    assert await public.find_books("crow") == []
    assert await public.find_books("wolf") == []
