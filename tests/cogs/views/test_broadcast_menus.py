"""The menus on the preview of an announcement."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.broadcasts.post import BroadcastPreview
from bot.errors import StateError
from cogs.views.broadcast_dialog import PreviewMenu
from cogs.views.broadcast_menus import menu_options
from storage.states import Audience, BroadcastState
from storage.stores.broadcasts import Broadcast

BERLIN = "Europe/Berlin"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def preview(due_at: datetime | None = None, audience: Audience = Audience.ALL) -> BroadcastPreview:
    """The preview of a draft about the fox."""
    broadcast = Broadcast(
        id="notifications_0123456789abcdef",
        state=BroadcastState.DRAFT,
        title="Soon",
        message="Here.",
        hook="",
        link="",
        image="",
        ebook_id="fox",
        script_id=None,
        ping_roles=False,
        audience=audience,
        due_at=due_at,
        stopped_why="",
        metadata={},
        change_of=None,
        author_id=None,
        confirmed_by=None,
        approved_by=None,
        channel_id=None,
        card_id=None,
        announced=False,
        created_at=NOON,
        confirmed_at=None,
        finished_at=None,
        book_title="The Fox of Thirteen Bells" * 9,
    )
    return BroadcastPreview(broadcast, (), ())


def labels(menu: str, shown: BroadcastPreview, now: datetime = NOON) -> list[str]:
    """What the menu offers, the chosen option first."""
    options = sorted(menu_options(menu, shown, BERLIN, now), key=lambda option: not option.default)
    assert all(len(option.label) <= 100 for option in options), "Discord's limit"
    return [option.label for option in options]


def test_times_are_offered_in_the_studios_zone() -> None:
    """A closed menu shows its name and the choice; a time that was typed is one of the options."""
    assert labels("when", preview()) == ["When: now", "In 1 hour", "Tonight 20:00", "Tomorrow 20:00", "Other time…"]
    later = preview(NOON + timedelta(hours=2))
    assert labels("when", later)[0] == "When: Tue 24 Nov 15:00 (Europe/Berlin)"
    assert "Now" in labels("when", later)


@pytest.mark.parametrize(("hour", "is_offered"), [(18, True), (19, False)])
def test_tonight_is_offered_until_the_evening(hour: int, *, is_offered: bool) -> None:
    """At 20:00 in Berlin, which is 19:00 UTC in November, "tonight 20:00" would be over."""
    assert ("Tonight 20:00" in labels("when", preview(), NOON.replace(hour=hour))) is is_offered


def test_the_audience_is_named() -> None:
    """However long the book's title is."""
    assert labels("audience", preview())[0] == "Audience: everyone"
    assert labels("audience", preview(audience=Audience.FOLLOWERS))[0].startswith(
        "Audience: everyone who follows The Fox"
    )


@pytest.mark.parametrize(("menu", "value"), [("when", "yesterday"), ("audience", "nobody"), ("pings", "maybe")])
async def test_a_choice_that_is_not_offered_changes_nothing(menu: str, value: str) -> None:
    """A forged value is refused with a sentence."""
    with pytest.raises(StateError, match="not offered"):
        await PreviewMenu(menu, "notifications_0123456789abcdef")._read_choice(value, BERLIN, NOON)
