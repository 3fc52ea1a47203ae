"""The configuration that ``/setup`` changes: one field at a time, in memory, in the database and in the log."""

from bot.actor import Actor
from bot.studio_config import AnnouncementChannel, LiveConfig, StudioConfig, StudioConfigService, load_config
from storage import Database
from storage.stores.delivery_values import Target
from storage.stores.events import EventFilter

HANA = Actor(1, "Ha`na\n x", team=True)
CHANNEL = AnnouncementChannel(guild_id=1, guild_name="Studio", channel_id=2, channel_name="news")


async def test_each_change_is_stored_alone_and_reported(sqlite: Database) -> None:
    """Every setting changes its own field only; a restart finds all of them, and each change is an event."""
    notices: list[str] = []

    async def post(text: str) -> None:
        notices.append(text)

    service = StudioConfigService(sqlite, LiveConfig(StudioConfig()), post)
    await service.set_team_roles([7, 8], HANA)
    await service.set_announcement_channel(CHANNEL, HANA)
    await service.set_audit_channel(9, HANA)
    await service.set_timezone("Europe/Berlin", HANA)
    await service.toggle_second_approver(HANA)
    await service.toggle_affiliate_approval(HANA)
    expected = StudioConfig(
        team_role_ids=(7, 8),
        announcement=CHANNEL,
        audit_channel_id=9,
        timezone="Europe/Berlin",
        second_approver=True,
        approve_affiliates=True,
    )
    assert service.live.value == expected
    restarted = StudioConfigService(sqlite, LiveConfig(StudioConfig()), post)
    await restarted.load()
    assert restarted.live.value == expected
    assert notices == [
        "Every announcement needs a second approver from now on: `Ha'na x` has changed this with `/setup`."
    ]
    await restarted.toggle_second_approver(HANA)
    await restarted.toggle_affiliate_approval(HANA)
    async with sqlite.read() as tx:
        config = await load_config(tx)
        fields = [event.data async for event in tx.events.stream(EventFilter(event="Studio set up"))]
    assert (config.second_approver, config.approve_affiliates) == (False, False)
    assert "no longer needs a second approver" in notices[1]
    assert len(fields) == 8
    assert all("team_role_ids" not in data for data in fields[1:])


async def test_channels_can_be_taken_away(sqlite: Database) -> None:
    """Without a channel nothing is posted there any more."""

    async def post(text: str) -> None:
        raise AssertionError(text)

    service = StudioConfigService(sqlite, LiveConfig(StudioConfig()), post)
    await service.set_announcement_channel(CHANNEL, HANA)
    await service.set_announcement_channel(None, HANA)
    await service.set_audit_channel(9, HANA)
    await service.set_audit_channel(None, HANA)
    assert service.live.value == StudioConfig()


def test_the_announcement_channel_is_a_recipient() -> None:
    """Broadcasts reach it as they reach a subscribed channel, without a subscription."""
    assert CHANNEL.target == Target(1, "Studio", 2, "news")
