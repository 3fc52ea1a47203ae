"""Resolving what is odd about the cast of a draft script."""

import pytest

from bot.ebooks.cast_check import CastWarningKind
from bot.ebooks.casting import CastingService
from bot.errors import InputError, NotFoundError, StateError
from bot.event_names import CAST_CHANGED, SPEAKER_CHANGED
from storage import Database
from storage.states import ProposalState
from storage.stores.bible import MemberChanges
from tests.bot.ebooks.test_cast_service import list_events
from tests.bot.generation.run_stage import HANA as ACTOR
from tests.bot.generation.series_stage import Series, answer
from tests.conftest import FakeClock

NEW, SIMILAR, VOICE = CastWarningKind.NEW, CastWarningKind.SIMILAR, CastWarningKind.VOICE


class Casting:
    """A book in whose cast HANA is, with an old voice, and the draft of its second chapter with three odd speakers."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.series = Series(database, clock)
        self.service = CastingService(database)
        self.script_id = ""

    async def write(self) -> "Casting":
        """Writes both chapters and approves the first."""
        hana = {"name": "HANA", "voice": "old"}
        await self.series.approve(await self.series.write(1, answer("HANA", characters=[hana])))
        second = answer("HANNA", "OWL", "HANA", characters=[{"name": "CAT"}, {"name": "HANNA"}])
        second["cast"][2]["voice"] = "young"
        self.script_id = await self.series.write(2, second)
        return self

    async def list_warnings(self) -> list[tuple[CastWarningKind, str]]:
        """Kind and speaker of each warning."""
        return [(each.kind, each.speaker) for each in (await self.service.read(self.script_id)).warnings]

    async def list_speakers(self) -> list[str]:
        """The speakers of the cues."""
        return [cue.speaker for cue in (await self.series.read(self.script_id))[1].cues]


@pytest.fixture
async def casting(sqlite: Database, clock: FakeClock) -> Casting:
    """The book and its draft."""
    return await Casting(sqlite, clock).write()


async def test_a_draft_has_warnings_and_an_approved_script_has_none(casting: Casting) -> None:
    """Proposals are no cast yet; an approval ends every question about the cast."""
    assert await casting.list_warnings() == [(SIMILAR, "HANNA"), (NEW, "OWL"), (VOICE, "HANA")]
    await casting.series.approve(casting.script_id)
    assert await casting.list_warnings() == []


async def test_a_speaker_becomes_an_alias(casting: Casting) -> None:
    """The script has the character's name, the name is an alias, and the proposal of it as a character is gone."""
    hana = (await casting.series.list_members())["HANA"]
    await casting.service.make_alias(casting.script_id, "HANNA", hana.id, ACTOR)
    members = await casting.series.list_members()
    assert {name: member.aliases for name, member in members.items()} == {"HANA": ("HANNA",), "CAT": ()}
    assert await casting.list_speakers() == ["HANA", "OWL", "HANA"]
    assert [name for name, _, _ in (await list_events(casting.service.database))[-2:]] == [
        CAST_CHANGED,
        SPEAKER_CHANGED,
    ]
    with pytest.raises(StateError, match="HANNA does not speak"):
        await casting.service.make_alias(casting.script_id, "HANNA", hana.id, ACTOR)


async def test_a_character_has_ten_aliases_at_most(casting: Casting) -> None:
    """The eleventh is refused, and the speaker keeps the name."""
    hana = (await casting.series.list_members())["HANA"]
    ten, nine = tuple(f"ALIAS {number}" for number in range(10)), tuple(f"ALIAS {number}" for number in range(9))
    await casting.service.database.write(lambda tx: tx.bible.change_member(hana.id, MemberChanges(aliases=ten)))
    with pytest.raises(InputError, match="10 aliases"):
        await casting.service.make_alias(casting.script_id, "HANNA", hana.id, ACTOR)
    assert await casting.list_speakers() == ["HANNA", "OWL", "HANA"]
    await casting.service.database.write(lambda tx: tx.bible.change_member(hana.id, MemberChanges(aliases=nine)))
    await casting.service.make_alias(casting.script_id, "HANNA", hana.id, ACTOR)


async def test_a_speaker_is_renamed_in_one_script(casting: Casting) -> None:
    """The book's cast stays as it is."""
    before = await casting.series.list_members()
    assert await casting.service.rename_speaker(casting.script_id, "OWL", "Hana", ACTOR) == "HANA"
    assert await casting.list_speakers() == ["HANNA", "HANA", "HANA"]
    assert await casting.series.list_members() == before
    with pytest.raises(InputError, match="already"):
        await casting.service.rename_speaker(casting.script_id, "HANA", "hana", ACTOR)


@pytest.mark.parametrize(("name", "expected"), [("Hana", ["CAT", "HANA"]), ("Kay", ["CAT", "HANA", "KAY"])])
async def test_a_proposal_follows_the_speaker(casting: Casting, name: str, expected: list[str]) -> None:
    """After the approval nobody is in the cast whom no script speaks: the proposal is gone, or has the new name."""
    await casting.service.rename_speaker(casting.script_id, "HANNA", name, ACTOR)
    await casting.series.approve(casting.script_id)
    assert sorted(await casting.series.list_members()) == expected


async def test_a_speaker_becomes_a_character(casting: Casting) -> None:
    """A proposal is accepted; a speaker whom nobody proposed is added with the script's chapter."""
    await casting.service.add_character(casting.script_id, "HANNA", ACTOR)
    await casting.service.add_character(casting.script_id, "OWL", ACTOR)
    members = await casting.series.list_members()
    accepted = [name for name, member in members.items() if member.state is ProposalState.ACCEPTED]
    assert sorted(accepted) == ["HANA", "HANNA", "OWL"]
    assert (members["OWL"].first_chapter, members["OWL"].script_id) == (2, None)
    assert await casting.list_warnings() == [(VOICE, "HANA")]


@pytest.mark.parametrize(("keep_own", "in_script", "in_cast"), [(False, "old", "old"), (True, "young", "young")])
async def test_a_voice_is_decided(casting: Casting, keep_own: bool, in_script: str, in_cast: str) -> None:
    """Either the script takes the cast's voice note, or the cast takes the script's."""
    decide = casting.service.keep_own_voice if keep_own else casting.service.use_known_voice
    await decide(casting.script_id, "HANA", ACTOR)
    _, script = await casting.series.read(casting.script_id)
    assert script.cast[2].voice == in_script
    assert (await casting.series.list_members())["HANA"].voice == in_cast
    assert (VOICE, "HANA") not in await casting.list_warnings()


async def test_an_approved_script_is_not_changed(casting: Casting) -> None:
    """Every way to change its cast is refused, and nothing is stored."""
    await casting.series.approve(casting.script_id)
    hana, before = (await casting.series.list_members())["HANA"], await casting.series.read(casting.script_id)
    service, script_id = casting.service, casting.script_id
    for act in (
        lambda: service.make_alias(script_id, "OWL", hana.id, ACTOR),
        lambda: service.rename_speaker(script_id, "OWL", "X", ACTOR),
        lambda: service.add_character(script_id, "OWL", ACTOR),
        lambda: service.use_known_voice(script_id, "HANA", ACTOR),
        lambda: service.keep_own_voice(script_id, "HANA", ACTOR),
    ):
        with pytest.raises(StateError, match="approved"):
            await act()
    assert await casting.series.read(script_id) == before
    assert (await casting.series.list_members())["HANA"] == hana
    with pytest.raises(NotFoundError):
        await service.read("audio_scripts_0000000000000000")
