"""The series bible: cast, lexicon and synopses."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from storage import Database, WriteTransaction
from storage.states import ProposalState
from storage.stores.bible import MemberChanges, NewMember
from tests.conftest import FakeClock
from tests.storage.stores.test_ebooks import add_ebook

PROPOSED, ACCEPTED, REJECTED = ProposalState.PROPOSED, ProposalState.ACCEPTED, ProposalState.REJECTED
HANA = NewMember(
    ebook_id="ebook_001",
    name="HANA",
    state=PROPOSED,
    aliases=("THE WATCHWOMAN", "月"),
    role="watchwoman",
    voice="dry",
    pronunciation="HAH-nah",
    first_chapter=1,
    script_id="audio_scripts_1",
)


async def add(database: Database, *members: NewMember) -> list[str]:
    """The ids of these members, added one after the other."""

    async def work(tx: WriteTransaction) -> list[str]:
        return [await tx.bible.add_member(member) or "" for member in members]

    return await database.write(work)


async def test_a_character_is_stored_with_all_its_fields(database: Database, clock: FakeClock) -> None:
    """What is added is read again, aliases in their order."""
    await add_ebook(database)
    (member_id,) = await add(database, HANA)
    async with database.read() as tx:
        (member,) = await tx.bible.list_members("ebook_001")
        assert await tx.bible.get_member(member_id) == member
        with pytest.raises(KeyError):
            await tx.bible.get_member("cast_members_0")
    assert (member.name, member.aliases, member.role, member.voice) == ("HANA", HANA.aliases, "watchwoman", "dry")
    assert (member.pronunciation, member.first_chapter, member.state) == ("HAH-nah", 1, PROPOSED)
    assert (member.script_id, member.created_at, member.updated_at) == ("audio_scripts_1", clock.now, clock.now)


async def test_a_name_exists_once_in_a_book(database: Database) -> None:
    """A second entry of the name is not added and changes nothing; another book may have the same name."""
    await add_ebook(database)
    await add_ebook(database, "owl", "The Owl")
    hana, again, of_the_owl = await add(database, HANA, replace(HANA, voice="other"), replace(HANA, ebook_id="owl"))
    assert (bool(hana), again, bool(of_the_owl)) == (True, "", True)
    async with database.read() as tx:
        assert [member.voice for member in await tx.bible.list_members("ebook_001")] == ["dry"]


async def test_a_change_leaves_the_other_fields_alone(database: Database, clock: FakeClock) -> None:
    """Only what is named is changed, and a name that is taken is refused."""
    await add_ebook(database)
    hana, fox = await add(database, HANA, NewMember(ebook_id="ebook_001", name="FOX", state=ACCEPTED))
    clock.advance(seconds=5)
    changes = MemberChanges(name="KEIKO", aliases=("HANA",), state=ACCEPTED)
    await database.write(lambda tx: tx.bible.change_member(hana, changes))
    async with database.read() as tx:
        member = await tx.bible.get_member(hana)
    assert (member.name, member.aliases, member.state, member.voice) == ("KEIKO", ("HANA",), ACCEPTED, "dry")
    assert member.updated_at == clock.now
    with pytest.raises(IntegrityError):
        await database.write(lambda tx: tx.bible.change_member(fox, MemberChanges(name="KEIKO")))


async def test_entries_are_listed_by_state_in_the_order_in_which_they_were_added(
    database: Database, clock: FakeClock
) -> None:
    """A later entry never moves an earlier one, so that the beginning of a prompt stays the same."""
    await add_ebook(database)
    for number, name in enumerate(("ZOE", "ANNA", "MIA")):
        await add(database, replace(HANA, name=name, state=REJECTED if name == "ANNA" else ACCEPTED))
        await database.write(lambda tx, n=number, s=name: tx.bible.add_word("ebook_001", s, str(n), PROPOSED))  # type: ignore[misc]
        clock.advance(seconds=1)
    async with database.read() as tx:
        listed = [member.name for member in await tx.bible.list_members("ebook_001", ACCEPTED, PROPOSED)]
        assert listed == ["ZOE", "MIA"]
        assert [member.name for member in await tx.bible.list_members("ebook_001")] == ["ZOE", "ANNA", "MIA"]
        assert [word.spelling for word in await tx.bible.list_words("ebook_001", PROPOSED)] == ["ZOE", "ANNA", "MIA"]
        assert await tx.bible.list_words("ebook_001", ACCEPTED) == []


async def test_a_word_is_changed_accepted_and_removed(database: Database) -> None:
    """A word is added once, changed, accepted, and gone when it was removed."""
    await add_ebook(database)
    word_id = await database.write(lambda tx: tx.bible.add_word("ebook_001", "Siobhán", "?", PROPOSED))
    assert word_id
    assert await database.write(lambda tx: tx.bible.add_word("ebook_001", "Siobhán", "x", PROPOSED)) is None
    await database.write(lambda tx: tx.bible.change_word(word_id, "Siobhan", "shi-VAWN"))
    await database.write(lambda tx: tx.bible.set_word_state(word_id, ACCEPTED))
    async with database.read() as tx:
        word = await tx.bible.get_word(word_id)
    assert (word.spelling, word.pronunciation, word.state) == ("Siobhan", "shi-VAWN", ACCEPTED)
    await database.write(lambda tx: tx.bible.remove_word(word_id))
    async with database.read() as tx:
        assert await tx.bible.list_words("ebook_001") == []


async def test_a_chapter_has_one_accepted_synopsis(database: Database) -> None:
    """Accepting another synopsis of the chapter takes the earlier one's place, and other chapters keep theirs."""
    await add_ebook(database)
    added = []
    for chapter, text in ((2, "old"), (1, "first"), (2, "new")):
        added.append(await database.write(lambda tx, c=chapter, t=text: tx.bible.add_synopsis("ebook_001", c, t, PROPOSED)))  # type: ignore[misc] # fmt: skip
    for synopsis_id in added:
        await database.write(lambda tx, i=synopsis_id: tx.bible.set_synopsis_state(i, ACCEPTED))  # type: ignore[misc]
    async with database.read() as tx:
        accepted = await tx.bible.list_synopses("ebook_001", ACCEPTED)
        assert [(each.chapter_number, each.text) for each in accepted] == [(1, "first"), (2, "new")]
        assert [each.text for each in await tx.bible.list_synopses("ebook_001", REJECTED)] == ["old"]
    await database.write(lambda tx: tx.bible.change_synopsis(accepted[1].id, "newer"))
    await database.write(lambda tx: tx.bible.remove_synopsis(accepted[0].id))
    async with database.read() as tx:
        assert [each.text for each in await tx.bible.list_synopses("ebook_001", ACCEPTED)] == ["newer"]


async def test_a_name_that_two_processes_add_at_the_same_moment_exists_once(peers: tuple[Database, Database]) -> None:
    """One of them adds it, and the other is told that it is there already; neither fails."""
    await add_ebook(peers[0])
    added = await asyncio.gather(*(add(peer, HANA, replace(HANA, name="OWL")) for peer in peers))
    assert [sum(bool(ids[number]) for ids in added) for number in (0, 1)] == [1, 1]
    async with peers[0].read() as tx:
        assert sorted(member.name for member in await tx.bible.list_members("ebook_001")) == ["HANA", "OWL"]
