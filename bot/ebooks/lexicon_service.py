"""What people do with a book's lexicon and its story so far."""

from dataclasses import dataclass

from bot.actor import Actor
from bot.ebooks.series_bible import MAX_NOTE, MAX_SYNOPSIS
from bot.errors import InputError, NotFoundError
from bot.event_names import LEXICON_CHANGED, STORY_CHANGED
from bot.scripts.names import MAX_NAME
from bot.scripts.text_units import to_single_line
from storage import Database, ReadTransaction, WriteTransaction, read_transaction, write_transaction
from storage.states import ProposalState
from storage.stores.bible import StoredSynopsis, StoredWord


@dataclass(frozen=True, slots=True)
class LexiconService:
    """Changes the lexicon of a book. Spellings of a book are compared without regard to case."""

    database: Database

    @read_transaction
    async def get_word(self, tx: ReadTransaction, word_id: str) -> StoredWord:
        """The word.

        Raises:
            NotFoundError: there is no such word.
        """
        return await _get_word(tx, word_id)

    @write_transaction
    async def add_word(
        self, tx: WriteTransaction, ebook_id: str, spelling: str, pronunciation: str, by: Actor
    ) -> StoredWord:
        """The word is in the lexicon. A proposed or rejected entry of the spelling becomes an accepted one.

        Raises:
            InputError: one of the two is empty or too long, or the word is in the lexicon already.
        """
        await tx.runs.lock_book(ebook_id)
        spelling, pronunciation = _check_word(spelling, pronunciation)
        existing = await _find_word(tx, ebook_id, spelling)
        if existing is not None and existing.state is ProposalState.ACCEPTED:
            raise InputError(f"{existing.spelling} is in the lexicon already.", "Edit that entry instead.")
        if existing is None:
            word_id = await tx.bible.add_word(ebook_id, spelling, pronunciation, ProposalState.ACCEPTED)
        else:
            word_id = existing.id
            await tx.bible.change_word(word_id, spelling, pronunciation)
            await tx.bible.set_word_state(word_id, ProposalState.ACCEPTED)
        word = await _get_word(tx, word_id or "")
        _report_word(tx, word, "added", by)
        return word

    @write_transaction
    async def edit_word(
        self, tx: WriteTransaction, word_id: str, spelling: str, pronunciation: str, by: Actor
    ) -> StoredWord:
        """The word has this spelling and this pronunciation.

        Raises:
            NotFoundError: there is no such word.
            InputError: one of the two is empty or too long, or another entry has the spelling.
        """
        word = await _get_word(tx, word_id)
        await tx.runs.lock_book(word.ebook_id)
        spelling, pronunciation = _check_word(spelling, pronunciation)
        existing = await _find_word(tx, word.ebook_id, spelling)
        if existing is not None and existing.id != word_id:
            raise InputError(f"{existing.spelling} is another entry of this lexicon.", "Edit or remove that one.")
        await tx.bible.change_word(word_id, spelling, pronunciation)
        _report_word(tx, word, "edited", by)
        return await _get_word(tx, word_id)

    @write_transaction
    async def decide_word(self, tx: WriteTransaction, word_id: str, by: Actor, *, accept: bool) -> StoredWord:
        """The word is accepted into the lexicon, or rejected and not proposed again.

        Raises:
            NotFoundError: there is no such word.
        """
        word = await _get_word(tx, word_id)
        await tx.bible.set_word_state(word_id, ProposalState.ACCEPTED if accept else ProposalState.REJECTED)
        _report_word(tx, word, "accepted" if accept else "rejected", by)
        return await _get_word(tx, word_id)

    @write_transaction
    async def accept_all(self, tx: WriteTransaction, ebook_id: str, by: Actor) -> int:
        """Every proposed word is accepted; returns how many there were."""
        proposed = await tx.bible.list_words(ebook_id, ProposalState.PROPOSED)
        for word in proposed:
            await tx.bible.set_word_state(word.id, ProposalState.ACCEPTED)
            _report_word(tx, word, "accepted", by)
        return len(proposed)

    @write_transaction
    async def remove_word(self, tx: WriteTransaction, word_id: str, by: Actor) -> StoredWord:
        """The word is gone from the lexicon; returns what it was. A later script may propose it again.

        Raises:
            NotFoundError: there is no such word.
        """
        word = await _get_word(tx, word_id)
        await tx.bible.remove_word(word_id)
        _report_word(tx, word, "removed", by)
        return word


@dataclass(frozen=True, slots=True)
class StoryService:
    """Changes the story so far of a book."""

    database: Database

    @read_transaction
    async def get_synopsis(self, tx: ReadTransaction, synopsis_id: str) -> StoredSynopsis:
        """The synopsis.

        Raises:
            NotFoundError: there is no such synopsis.
        """
        return await _get_synopsis(tx, synopsis_id)

    @write_transaction
    async def add_synopsis(
        self, tx: WriteTransaction, ebook_id: str, chapter_number: int, text: str, by: Actor
    ) -> StoredSynopsis:
        """The chapter has this synopsis, in place of its earlier accepted one.

        Raises:
            InputError: the text is empty or too long.
        """
        added = await tx.bible.add_synopsis(ebook_id, chapter_number, _check_synopsis(text), ProposalState.PROPOSED)
        await tx.bible.set_synopsis_state(added, ProposalState.ACCEPTED)
        synopsis = await _get_synopsis(tx, added)
        _report_synopsis(tx, synopsis, "added", by)
        return synopsis

    @write_transaction
    async def edit_synopsis(self, tx: WriteTransaction, synopsis_id: str, text: str, by: Actor) -> StoredSynopsis:
        """The synopsis has this text and is accepted: what a person has written needs no approval.

        Raises:
            NotFoundError: there is no such synopsis.
            InputError: the text is empty or too long.
        """
        synopsis = await _get_synopsis(tx, synopsis_id)
        await tx.bible.change_synopsis(synopsis_id, _check_synopsis(text))
        await tx.bible.set_synopsis_state(synopsis_id, ProposalState.ACCEPTED)
        _report_synopsis(tx, synopsis, "edited", by)
        return await _get_synopsis(tx, synopsis_id)

    @write_transaction
    async def decide_synopsis(
        self, tx: WriteTransaction, synopsis_id: str, by: Actor, *, accept: bool
    ) -> StoredSynopsis:
        """The synopsis is accepted, in place of the chapter's earlier one, or rejected.

        Raises:
            NotFoundError: there is no such synopsis.
        """
        synopsis = await _get_synopsis(tx, synopsis_id)
        await tx.bible.set_synopsis_state(synopsis_id, ProposalState.ACCEPTED if accept else ProposalState.REJECTED)
        _report_synopsis(tx, synopsis, "accepted" if accept else "rejected", by)
        return await _get_synopsis(tx, synopsis_id)

    @write_transaction
    async def accept_all(self, tx: WriteTransaction, ebook_id: str, by: Actor) -> int:
        """Every proposed synopsis is accepted, of several for a chapter the newest; returns how many there were."""
        proposed = await tx.bible.list_synopses(ebook_id, ProposalState.PROPOSED)
        for synopsis in proposed:
            await tx.bible.set_synopsis_state(synopsis.id, ProposalState.ACCEPTED)
            _report_synopsis(tx, synopsis, "accepted", by)
        return len(proposed)

    @write_transaction
    async def remove_synopsis(self, tx: WriteTransaction, synopsis_id: str, by: Actor) -> StoredSynopsis:
        """The synopsis is gone; returns what it was.

        Raises:
            NotFoundError: there is no such synopsis.
        """
        synopsis = await _get_synopsis(tx, synopsis_id)
        await tx.bible.remove_synopsis(synopsis_id)
        _report_synopsis(tx, synopsis, "removed", by)
        return synopsis


async def _get_word(tx: ReadTransaction, word_id: str) -> StoredWord:
    try:
        return await tx.bible.get_word(word_id)
    except KeyError:
        raise NotFoundError("This word is no longer in the lexicon.", "Open `/ebook lexicon` again.") from None


async def _get_synopsis(tx: ReadTransaction, synopsis_id: str) -> StoredSynopsis:
    try:
        return await tx.bible.get_synopsis(synopsis_id)
    except KeyError:
        raise NotFoundError("This synopsis is no longer there.", "Open `/ebook lexicon` again.") from None


async def _find_word(tx: ReadTransaction, ebook_id: str, spelling: str) -> StoredWord | None:
    words = await tx.bible.list_words(ebook_id)
    return next((word for word in words if word.spelling.casefold() == spelling.casefold()), None)


def _check_word(spelling: str, pronunciation: str) -> tuple[str, str]:
    spelling, pronunciation = to_single_line(spelling), to_single_line(pronunciation)
    if not spelling or not pronunciation:
        raise InputError("A word needs its spelling and its pronunciation.", "For example: Siobhan, shi-VAWN.")
    if len(spelling) > MAX_NAME or len(pronunciation) > MAX_NOTE:
        raise InputError(f"A word may have {MAX_NAME} characters, its pronunciation {MAX_NOTE}.", "Shorten it.")
    return spelling, pronunciation


def _check_synopsis(text: str) -> str:
    text = to_single_line(text)
    if not text:
        raise InputError("The synopsis is empty.", "Type a few sentences, or remove it.")
    if len(text) > MAX_SYNOPSIS:
        raise InputError(f"The synopsis has {len(text)} characters; it may have {MAX_SYNOPSIS}.", "Shorten it.")
    return text


def _report_word(tx: WriteTransaction, word: StoredWord, action: str, by: Actor) -> None:
    data = {"ebook_id": word.ebook_id, "action": action, "spelling": word.spelling}
    tx.report(LEXICON_CHANGED, data, actor=by, ebook_id=word.ebook_id)


def _report_synopsis(tx: WriteTransaction, synopsis: StoredSynopsis, action: str, by: Actor) -> None:
    data = {"ebook_id": synopsis.ebook_id, "action": action, "chapter": synopsis.chapter_number}
    tx.report(STORY_CHANGED, data, actor=by, ebook_id=synopsis.ebook_id)
