"""Finished scripts: approving them and taking that back."""

import pytest

from bot.actor import Actor
from bot.errors import NotFoundError, StateError
from bot.scripts.library import ScriptLibrary
from storage import Database
from storage.states import ScriptState
from storage.stores.events import EventFilter
from tests.bot.broadcasts.test_drafts import add_chapter, list_events

HANA = Actor(1, "Hana", team=True)
DRAFT, APPROVED, RELEASED = ScriptState.DRAFT, ScriptState.APPROVED, ScriptState.RELEASED


async def test_a_script_is_approved_and_withdrawn_once(sqlite: Database) -> None:
    """Each step is made once and is an event of the person; a second press says what the script is already."""
    library, script_id = ScriptLibrary(sqlite), await add_chapter(sqlite, DRAFT)
    with pytest.raises(StateError, match="not approved"):
        await library.withdraw(script_id, HANA)
    assert (await library.approve(script_id, HANA)).state is APPROVED
    with pytest.raises(StateError, match="already approved"):
        await library.approve(script_id, HANA)
    assert (await library.ensure_approved(script_id, HANA)).state is APPROVED
    assert (await library.withdraw(script_id, HANA)).state is DRAFT
    assert (await library.ensure_approved(script_id, HANA)).state is APPROVED
    assert await list_events(sqlite) == ["Script approved", "Script approval withdrawn", "Script approved"]
    async with sqlite.read() as tx:
        member_id = await tx.members.find_id(HANA.discord_id)
        assert member_id
        assert {event.member_id async for event in tx.events.stream(EventFilter())} == {member_id}


async def test_a_released_script_stays_released(sqlite: Database) -> None:
    """It is neither approved nor withdrawn any more, and nothing is reported."""
    library, script_id = ScriptLibrary(sqlite), await add_chapter(sqlite, RELEASED)
    for act in (library.approve, library.ensure_approved, library.withdraw):
        with pytest.raises(StateError, match="released"):
            await act(script_id, HANA)
        with pytest.raises(NotFoundError, match="no longer known"):
            await act("audio_scripts_0000000000000000", HANA)
    assert await list_events(sqlite) == []
