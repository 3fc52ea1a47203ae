"""The configuration that ``/setup`` changes: one field at a time, in memory, in the database and in the log."""

import asyncio

from bot.actor import Actor
from bot.studio_config import AnnouncementChannel, LiveConfig, StudioConfig, StudioConfigService, load_config
from storage import Database
from storage.stores.delivery_values import Target
from storage.stores.events import EventFilter
from tests.bot.servers.stored_notices import list_audit_notices

HANA = Actor(1, "Ha`na\n x", team=True)
CHANNEL = AnnouncementChannel(guild_id=1, guild_name="Studio", channel_id=2, channel_name="news")


async def test_each_change_is_stored_alone_and_reported(sqlite: Database) -> None:
    """Every setting changes its own field only; a restart finds all of them, and each change is an event."""
    service = StudioConfigService(sqlite, LiveConfig(StudioConfig()))
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
        version=6,
    )
    assert service.live.value == expected
    restarted = StudioConfigService(sqlite, LiveConfig(StudioConfig()))
    await restarted.load()
    assert restarted.live.value == expected
    assert await list_audit_notices(sqlite) == [
        "Every announcement needs a second approver from now on: `Ha'na x` has changed this with `/setup`."
    ]
    await restarted.toggle_second_approver(HANA)
    await restarted.toggle_affiliate_approval(HANA)
    async with sqlite.read() as tx:
        config = await load_config(tx)
        fields = [event.data async for event in tx.events.stream(EventFilter(event="Studio set up"))]
    assert (config.second_approver, config.approve_affiliates) == (False, False)
    assert "no longer needs a second approver" in " ".join(await list_audit_notices(sqlite))
    assert len(fields) == 8
    assert all("team_role_ids" not in data for data in fields[1:])


async def test_channels_can_be_taken_away(sqlite: Database) -> None:
    """Without a channel nothing is posted there any more."""
    service = StudioConfigService(sqlite, LiveConfig(StudioConfig()))
    await service.set_announcement_channel(CHANNEL, HANA)
    await service.set_announcement_channel(None, HANA)
    await service.set_audit_channel(9, HANA)
    await service.set_audit_channel(None, HANA)
    assert service.live.value == StudioConfig(version=4)


def test_the_announcement_channel_is_a_recipient() -> None:
    """Broadcasts reach it as they reach a subscribed channel, without a subscription."""
    assert CHANNEL.target == Target(1, "Studio", 2, "news")


async def test_a_change_reaches_every_process(postgres_url: str) -> None:
    """Within two seconds; a process that has missed the wake-up finds the change when it looks, and never goes back."""
    databases = [await Database.open(postgres_url) for _ in range(2)]
    here, there = (StudioConfigService(database, LiveConfig(StudioConfig())) for database in databases)
    there.start()
    databases[1].notifications.start()
    await asyncio.sleep(0.3)  # until it listens
    databases[0].notifications.start()
    await here.toggle_second_approver(HANA)
    async with asyncio.timeout(2):
        while not there.live.value.second_approver:  # noqa: ASYNC110 - changed by another process
            await asyncio.sleep(0.01)
    there._use(StudioConfig())
    assert there.live.value == here.live.value
    for database in databases:
        await database.close()


async def test_two_changes_at_the_same_time_are_both_kept(database: Database) -> None:
    """Each changes its own field, whichever process makes it: reading and writing are one transaction."""
    services = [StudioConfigService(database, LiveConfig(StudioConfig())) for _ in range(2)]
    await asyncio.gather(
        *(services[number % 2].set_timezone(f"Zone/{number}", HANA) for number in range(4)),
        *(services[number % 2].toggle_affiliate_approval(HANA) for number in range(5)),
        *(services[number % 2].set_audit_channel(number, HANA) for number in range(4)),
    )
    await services[0].load()
    config = services[0].live.value
    assert (config.approve_affiliates, config.version) == (True, 13)
    assert (config.timezone or "").startswith("Zone/")
