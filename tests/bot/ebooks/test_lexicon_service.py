"""What people do with a book's lexicon and its story so far."""

import pytest

from bot.ebooks.lexicon_service import LexiconService, StoryService
from bot.errors import InputError, NotFoundError
from bot.event_names import LEXICON_CHANGED, STORY_CHANGED
from storage import Database
from storage.states import ProposalState
from tests.bot.ebooks.test_cast_service import list_events
from tests.bot.generation.run_stage import HANA as ACTOR
from tests.storage.stores.test_ebooks import add_ebook

PROPOSED, ACCEPTED, REJECTED = ProposalState.PROPOSED, ProposalState.ACCEPTED, ProposalState.REJECTED


async def test_a_word_is_added_edited_decided_and_removed(sqlite: Database) -> None:
    """Every step is an event of the book; a rejected word that somebody adds is in the lexicon after all."""
    await add_ebook(sqlite)
    lexicon = LexiconService(sqlite)
    word = await lexicon.add_word("ebook_001", " Siobhan\n", "shi-VAWN", ACTOR)
    assert (word.spelling, word.pronunciation, word.state) == ("Siobhan", "shi-VAWN", ACCEPTED)
    edited = await lexicon.edit_word(word.id, "siobhán", "shi-VORN", ACTOR)
    assert (edited.id, edited.spelling, edited.pronunciation) == (word.id, "siobhán", "shi-VORN")
    assert (await lexicon.decide_word(word.id, ACTOR, accept=False)).state is REJECTED
    again = await lexicon.add_word("ebook_001", "SIOBHÁN", "shuh-VAWN", ACTOR)
    assert (again.id, again.spelling, again.state) == (word.id, "SIOBHÁN", ACCEPTED)
    assert (await lexicon.decide_word(word.id, ACTOR, accept=True)).state is ACCEPTED
    await lexicon.remove_word(word.id, ACTOR)
    with pytest.raises(NotFoundError, match="no longer in the lexicon"):
        await lexicon.get_word(word.id)
    actions = ("added", "edited", "rejected", "added", "accepted", "removed")
    assert await list_events(sqlite) == [(LEXICON_CHANGED, action, "ebook_001") for action in actions]


@pytest.mark.parametrize(
    ("spelling", "pronunciation", "sentence"),
    [
        ("OBI", "x", "Obi is"),
        ("", "x", "needs its spelling"),
        ("Noh", " ", "needs its"),
        ("N" * 61, "x", "60 characters"),
    ],
)
async def test_a_word_that_cannot_be_stored_is_refused(
    sqlite: Database, spelling: str, pronunciation: str, sentence: str
) -> None:
    """A spelling exists once in a lexicon, in any case, and both fields have something in them."""
    await add_ebook(sqlite)
    lexicon = LexiconService(sqlite)
    await lexicon.add_word("ebook_001", "Obi", "OH-bee", ACTOR)
    other = await lexicon.add_word("ebook_001", "Kimono", "kee-MOH-noh", ACTOR)
    with pytest.raises(InputError, match=sentence):
        await lexicon.add_word("ebook_001", spelling, pronunciation, ACTOR)
    with pytest.raises(InputError, match=sentence):
        await lexicon.edit_word(other.id, spelling, pronunciation, ACTOR)
    assert await lexicon.get_word(other.id) == other


async def test_a_synopsis_is_edited_decided_and_removed(sqlite: Database) -> None:
    """What a person writes is accepted at once, in place of the chapter's earlier synopsis."""
    await add_ebook(sqlite)
    story = StoryService(sqlite)
    old, new = [
        await sqlite.write(lambda tx, t=text: tx.bible.add_synopsis("ebook_001", 2, t, PROPOSED))  # type: ignore[misc]
        for text in ("Old.", "New.")
    ]
    assert (await story.decide_synopsis(old, ACTOR, accept=True)).state is ACCEPTED
    edited = await story.edit_synopsis(new, " Hana\nleaves. ", ACTOR)
    assert (edited.text, edited.state) == ("Hana leaves.", ACCEPTED)
    assert (await story.get_synopsis(old)).state is REJECTED
    for text, sentence in ((" ", "empty"), ("x" * 1_501, "1501 characters")):
        with pytest.raises(InputError, match=sentence):
            await story.edit_synopsis(new, text, ACTOR)
    assert (await story.decide_synopsis(new, ACTOR, accept=False)).state is REJECTED
    await story.remove_synopsis(new, ACTOR)
    with pytest.raises(NotFoundError, match="no longer there"):
        await story.get_synopsis(new)
    actions = ("accepted", "edited", "rejected", "removed")
    assert await list_events(sqlite) == [(STORY_CHANGED, action, "ebook_001") for action in actions]
