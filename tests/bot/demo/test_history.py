"""The week that the demo's studio has behind it."""

from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import MythBot
from bot.demo import main
from bot.demo.history import HISTORY, LANTERNS_ID
from bot.progress.scope import Scope
from cogs.views.progress.view_texts import format_overview
from storage.states import ProposalState, ScriptState
from storage.stores import events

pytestmark = pytest.mark.filterwarnings("ignore:'audioop' is deprecated:DeprecationWarning")


async def test_studio_has_a_week_behind_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The chain verifies, the week's progress and shares are there, the channels have posts, and the last message explains."""
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    async with AsyncExitStack() as stack:
        world, sample_data = await main.start_studio(main.demo_settings(tmp_path), stack)
        bot = world.bot
        assert isinstance(bot, MythBot)
        services = bot.services
        async with services.database.read() as tx:
            assert (await events.verify_chain(tx.events)).is_intact
            all_events = [event async for event in tx.events.stream(events.EventFilter())]
            now = tx.now
            assert all(chapter.words > 20 for chapter in await tx.chapters.list_headers())
            members = await tx.bible.list_members(LANTERNS_ID, ProposalState.ACCEPTED)
            assert [member.name for member in members] == ["INES", "MATEO", "FERRYMAN", "PRIEST"]
            assert all(member.voice for member in members)
            assert len(await tx.bible.list_synopses(LANTERNS_ID, ProposalState.ACCEPTED)) == 4
            assert len(await tx.bible.list_synopses(LANTERNS_ID, ProposalState.PROPOSED)) == 1
            assert [word.spelling for word in await tx.bible.list_words(LANTERNS_ID, ProposalState.PROPOSED)] == [
                "Ines"
            ]
        days = {event.timestamp[:10] for event in all_events}
        assert (now - HISTORY).date().isoformat() == min(days)
        assert len(days) >= 6
        overview = await services.overviews.get_overview(Scope())
        assert overview.written == overview.by_sample == 5
        assert "5 scripts written (100% by the demo's sample writer)" in format_overview(overview)
        book = next(book for book in overview.books if book.ebook_id == LANTERNS_ID)
        released, approved, draft = ScriptState.RELEASED, ScriptState.APPROVED, ScriptState.DRAFT
        assert list(book.chapters.values()) == [released, released, released, approved, draft, None]
        assert [entry.shares for entry in await services.badges.get_leaderboard()] == [3, 2, 1]
        room, _, *lore_channels, _ = [view.channel for view in sample_data.views]
        assert len(room.history()) == 5 + 3 + 1
        assert "Five things to try" in str(room.history()[-1].components[0].to_dict())
        for channel in lore_channels:
            posts = [message for message in channel.history() if message.embeds]
            assert len(posts) == 3
            assert posts[0].created_at < now - timedelta(days=4)
    assert not world.errors
