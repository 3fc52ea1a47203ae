"""Chapters in a row: what one script proposes is part of the next request once it is approved."""

from itertools import takewhile

from bot.ebooks.cast_service import CastService
from bot.ebooks.series_bible import Character, Proposals
from bot.event_names import SCRIPT_APPROVED
from bot.generation.run_progress import RunProgress
from bot.scripts.library import ScriptLibrary
from bot.scripts.models import CastMember
from storage import Database
from storage.states import ProposalState
from storage.stores.bible import MemberChanges
from storage.stores.events import EventFilter
from tests.bot.generation.run_stage import HANA as ACTOR
from tests.bot.generation.series_stage import Series, answer
from tests.bot.generation.story import narrated
from tests.conftest import FakeClock

HANA = {"name": "Hana", "aliases": ["The Watchwoman"], "role": "watchwoman", "voice": "dry", "pronunciation": "HAH-nah"}
WORD = {"spelling": "Tsukimi", "pronunciation": "TSKEE-mee"}
PROPOSED, ACCEPTED, REJECTED = ProposalState.PROPOSED, ProposalState.ACCEPTED, ProposalState.REJECTED


async def test_the_third_request_contains_the_cast_and_the_story_so_far(sqlite: Database, clock: FakeClock) -> None:
    """Cast, lexicon and synopses of two approved chapters are told to the writer of the third."""
    series = Series(sqlite, clock)
    await series.approve(
        await series.write(1, answer("HANA", synopsis="Hana counts.", characters=[HANA], words=[WORD]))
    )
    fox = {"name": "FOX", "voice": "close"}
    await series.approve(await series.write(2, answer("HANA", "FOX", synopsis="The fox returns.", characters=[fox])))
    await series.write(3, answer("HANA"))
    first, second, third = ("\n".join(prompt) for prompt in series.writer.prompts)
    assert "- HANA (also THE WATCHWOMAN): watchwoman; voice: dry; say HAH-nah\n- FOX: voice: close\n" in third
    assert "# How words are said\n\n- Tsukimi: TSKEE-mee" in third
    assert "# The story so far\n\n- Chapter 1: Hana counts.\n- Chapter 2: The fox returns." in third
    assert "The book's cast\n" not in first
    assert "FOX" not in second


async def test_the_requests_of_a_book_begin_alike(sqlite: Database, clock: FakeClock) -> None:
    """Two chapters share everything up to the story so far, so that the API's cache applies to most of the request."""
    series = Series(sqlite, clock)
    await series.approve(
        await series.write(1, answer("HANA", synopsis="Hana counts.", characters=[HANA], words=[WORD]))
    )
    await series.approve(await series.write(2, answer("HANA", synopsis="Hana sleeps.")))
    await series.write(3, answer("HANA"))
    _, second, third = ("\n".join(prompt) for prompt in series.writer.prompts)
    shared = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], zip(second, third, strict=False)))
    assert shared.endswith("- Chapter 1: Hana counts.\n")
    assert second.removeprefix(shared).startswith("# This chapter")


async def test_an_earlier_chapter_is_not_told_what_happens_later(sqlite: Database, clock: FakeClock) -> None:
    """Chapter 2 written again knows chapter 1, and neither its own synopsis nor that of chapter 3."""
    series = Series(sqlite, clock)
    for chapter, synopsis in ((1, "Hana counts."), (2, "Hana sleeps."), (3, "Hana leaves.")):
        await series.approve(await series.write(chapter, answer("HANA", synopsis=synopsis)))
    await series.write(2, answer("HANA"))
    again = "\n".join(series.writer.prompts[-1])
    assert "- Chapter 1: Hana counts." in again
    assert "Hana sleeps." not in again
    assert "Hana leaves." not in again


async def test_a_draft_proposes_and_changes_nothing_for_the_next_request(sqlite: Database, clock: FakeClock) -> None:
    """The next writer is not told what an unapproved script proposes, and may propose it once more without a second entry."""
    series = Series(sqlite, clock)
    first = await series.write(1, answer("HANA", synopsis="Hana counts.", characters=[HANA]))
    second = await series.write(2, answer("HANA", characters=[HANA | {"voice": "loud"}]))
    assert "watchwoman" not in "\n".join(series.writer.prompts[-1])
    (member,) = (await series.list_members()).values()
    assert (member.name, member.state, member.script_id, member.voice) == ("HANA", PROPOSED, first, "dry")
    assert (member.aliases, member.first_chapter) == (("THE WATCHWOMAN",), 1)
    await series.approve(second)
    assert (await series.list_members())["HANA"].state is ACCEPTED


async def test_a_rejected_name_is_not_proposed_again(sqlite: Database, clock: FakeClock) -> None:
    """Neither under the name nor under one of its aliases, and an approval does not accept it."""
    series = Series(sqlite, clock)
    await series.write(1, answer("HANA", characters=[HANA]))
    member = (await series.list_members())["HANA"]
    await sqlite.write(lambda tx: tx.bible.change_member(member.id, MemberChanges(state=REJECTED)))
    await series.approve(await series.write(2, answer("HANA", characters=[HANA, {"name": "the watchwoman"}])))
    assert {name: each.state for name, each in (await series.list_members()).items()} == {"HANA": REJECTED}


async def test_a_character_renamed_in_the_bible_is_renamed_in_the_next_script(
    sqlite: Database, clock: FakeClock
) -> None:
    """The request has the new name, the old name in the answer becomes the new one, and the approved script stays as it was."""
    series = Series(sqlite, clock)
    first = await series.write(1, answer("HANA", characters=[HANA]))
    await series.approve(first)
    before = (await series.read(first))[0].body
    member = (await series.list_members())["HANA"]
    await CastService(sqlite).rename_member(member.id, "Keiko", ACTOR, update_drafts=True)
    _, script = await series.read(await series.write(2, answer("Hana", "The Watchwoman", "FOX", characters=[HANA])))
    assert "- KEIKO (also THE WATCHWOMAN, HANA)" in "\n".join(series.writer.prompts[-1])
    assert [cue.speaker for cue in script.cues] == ["KEIKO", "KEIKO", "FOX"]
    assert [(each.name, each.voice) for each in script.cast] == [("KEIKO", "dry"), ("FOX", "")]
    assert list(await series.list_members()) == ["KEIKO"]
    assert (await series.read(first))[0].body == before


async def test_a_resumed_run_keeps_its_proposals_and_uses_new_names(sqlite: Database, clock: FakeClock) -> None:
    """What complete parts proposed before an interruption is stored with the script; their speakers follow a renaming."""
    series = Series(sqlite, clock)
    await series.approve(
        await series.write(1, answer("KEIKO", characters=[HANA | {"name": "KEIKO", "aliases": ["HANA"]}]))
    )
    cues = tuple(cue.model_copy(update={"speaker": "HANA"}) for cue in narrated("Kept."))
    proposals = Proposals(synopsis="It began.", characters=(Character(name="FOX"),))
    progress = RunProgress(cast=(CastMember(name="HANA"),), cues=cues, proposals=proposals)
    response = answer("HANA", synopsis="It ended.", characters=[{"name": "OWL"}])
    _, script = await series.read(await series.write(2, response, progress))
    assert {cue.speaker for cue in script.cues} == {"KEIKO"}
    assert set(await series.list_members()) == {"KEIKO", "FOX", "OWL"}
    async with sqlite.read() as tx:
        assert [each.text for each in await tx.bible.list_synopses("ebook_001", PROPOSED)] == ["It began. It ended."]


async def test_an_approval_accepts_what_another_version_has_proposed(sqlite: Database, clock: FakeClock) -> None:
    """Of an earlier version's proposals, the words that the approved one speaks and its own synopsis are accepted."""
    series = Series(sqlite, clock)
    words = [WORD | {"spelling": "Hana"}, WORD]
    await series.write(1, answer("HANA", synopsis="Old.", characters=[HANA], words=words))
    second = await series.write(1, answer("HANA", "OWL", synopsis="New.", words=[WORD | {"spelling": "Obi"}]))
    await series.approve(second)
    await ScriptLibrary(sqlite).withdraw(second, ACTOR)
    async with sqlite.read() as tx:
        assert [word.spelling for word in await tx.bible.list_words("ebook_001", ACCEPTED)] == ["Hana", "Obi"]
        assert [word.spelling for word in await tx.bible.list_words("ebook_001", PROPOSED)] == ["Tsukimi"]
        assert [each.text for each in await tx.bible.list_synopses("ebook_001", ACCEPTED)] == ["New."]
        assert (await tx.bible.list_members("ebook_001"))[0].state is ACCEPTED
        events = [
            dict(event.to_entry()["data"]) async for event in tx.events.stream(EventFilter(event=SCRIPT_APPROVED))
        ]
    assert events == [
        {"script_id": second, "chapter_number": 1, "version": 2, "characters_accepted": 1, "words_accepted": 2}
    ]
