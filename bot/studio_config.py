"""What the team sets up with ``/setup``: stored in the database, and stronger than the environment's settings."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from pydantic import BaseModel, ConfigDict

from bot.actor import Actor
from bot.errors import log_unexpected
from bot.event_names import STUDIO_CONFIGURED
from bot.notices import add_audit_notice, quote_name
from storage import Database, ReadTransaction, Topic, WriteTransaction, read_transaction, write_transaction
from storage.stores.delivery_values import Target

_KEY: Final = "studio_config"


class AnnouncementChannel(BaseModel):
    """The studio's own channel for announcements, which other servers can follow."""

    model_config = ConfigDict(frozen=True)

    guild_id: int
    guild_name: str
    channel_id: int
    channel_name: str

    @property
    def target(self) -> Target:
        """The channel as a recipient of broadcasts."""
        return Target(self.guild_id, self.guild_name, self.channel_id, self.channel_name)


class StudioConfig(BaseModel):
    """What was set with ``/setup``. None means that the environment's setting applies, or that no channel is set.

    ``version`` grows with each change.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: int = 0
    team_role_ids: tuple[int, ...] | None = None
    timezone: str | None = None
    announcement: AnnouncementChannel | None = None
    audit_channel_id: int | None = None
    second_approver: bool = False
    approve_affiliates: bool = False


@dataclass(slots=True)
class LiveConfig:
    """The current configuration in memory, for checks that must not wait for the database."""

    value: StudioConfig


@dataclass(slots=True)
class StudioConfigService:
    """Changes the configuration; every change is an event in the same transaction, and ``live`` has it afterwards.

    A change that another process makes reaches ``live`` by a wake-up; ``load`` finds it if the wake-up was lost.
    """

    database: Database
    live: LiveConfig
    _loading: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self) -> None:
        """Follows the changes of other processes from now on."""
        self.database.notifications.subscribe(Topic.CONFIG, self._start_loading)

    async def load(self) -> None:
        """``live`` holds the stored configuration."""
        self._use(await self._read())

    async def set_team_roles(self, role_ids: Sequence[int], by: Actor) -> None:
        """Holders of one of these roles are the team; with no role it is everybody with Manage Server."""
        await self._change("team_role_ids", lambda _: tuple(role_ids), by)

    async def set_announcement_channel(self, channel: AnnouncementChannel | None, by: Actor) -> None:
        """Broadcasts are also posted in this channel of the studio; None ends that."""
        await self._change("announcement", lambda _: channel, by)

    async def set_audit_channel(self, channel_id: int | None, by: Actor) -> None:
        """Audit notices are posted in this channel; None ends that."""
        await self._change("audit_channel_id", lambda _: channel_id, by)

    async def set_timezone(self, zone: str, by: Actor) -> None:
        """Typed times are read in this zone, an IANA name that the caller has checked."""
        await self._change("timezone", lambda _: zone, by)

    async def toggle_second_approver(self, by: Actor) -> None:
        """Broadcasts need a second person's approval from now on, or no longer do. The audit channel learns who decided so.

        What is waiting for approval keeps waiting for it.
        """
        await self._change("second_approver", lambda config: not config.second_approver, by)

    async def toggle_affiliate_approval(self, by: Actor) -> None:
        """New subscriptions wait for the team from now on, or no longer do."""
        await self._change("approve_affiliates", lambda config: not config.approve_affiliates, by)

    async def _change(self, name: str, choose: Callable[[StudioConfig], object], by: Actor) -> None:
        self._use(await self._save_change(name, choose, by))

    @write_transaction
    async def _save_change(
        self, tx: WriteTransaction, name: str, choose: Callable[[StudioConfig], object], by: Actor
    ) -> StudioConfig:
        """``name`` gets the value that ``choose`` makes of the present configuration, which nobody else changes meanwhile."""
        text = await tx.key_values.lock(_KEY, StudioConfig().model_dump_json())
        config = StudioConfig.model_validate_json(text)
        config = config.model_copy(update={name: choose(config), "version": config.version + 1})
        await save_config(tx, config)
        tx.report(STUDIO_CONFIGURED, {"changed": [name]}, actor=by)
        if name == "second_approver":
            await _announce_second_approver(tx, config, by)
        tx.wake(Topic.CONFIG)
        return config

    @read_transaction
    async def _read(self, tx: ReadTransaction) -> StudioConfig:
        return await load_config(tx)

    def _use(self, config: StudioConfig) -> None:
        """``live`` holds it, unless it holds a newer one already."""
        if config.version >= self.live.value.version:
            self.live.value = config

    def _start_loading(self, _payload: str) -> None:
        task = asyncio.create_task(self.load())
        self._loading.add(task)
        task.add_done_callback(self._end_loading)

    def _end_loading(self, task: asyncio.Task[None]) -> None:
        self._loading.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log_unexpected(error, "loading the studio's configuration")


async def _announce_second_approver(tx: WriteTransaction, config: StudioConfig, by: Actor) -> None:
    rule = "needs a second approver from now on" if config.second_approver else "no longer needs a second approver"
    text = f"Every announcement {rule}: {quote_name(by.name)} has changed this with `/setup`."
    await add_audit_notice(tx, text)


async def load_config(tx: ReadTransaction) -> StudioConfig:
    """The stored configuration, or the defaults if ``/setup`` was never used."""
    text = await tx.key_values.get(_KEY)
    return StudioConfig() if text is None else StudioConfig.model_validate_json(text)


async def save_config(tx: WriteTransaction, config: StudioConfig) -> None:
    """The configuration is stored; without an event, so services use ``StudioConfigService`` instead."""
    await tx.key_values.put(_KEY, config.model_dump_json())
