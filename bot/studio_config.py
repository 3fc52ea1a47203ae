"""What the team sets up with ``/setup``: stored in the database, and stronger than the environment's settings."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, ConfigDict

from bot.actor import Actor
from bot.event_names import STUDIO_CONFIGURED
from storage import Database, ReadTransaction, WriteTransaction, write_transaction
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
    """What was set with ``/setup``. None means that the environment's setting applies, or that no channel is set."""

    model_config = ConfigDict(frozen=True, extra="ignore")

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


@dataclass(frozen=True, slots=True)
class StudioConfigService:
    """Changes the configuration; every change is an event in the same transaction, and ``live`` has it afterwards."""

    database: Database
    live: LiveConfig
    post_to_audit_channel: Callable[[str], Awaitable[None]]

    async def load(self) -> None:
        """``live`` holds the stored configuration."""
        async with self.database.read() as tx:
            self.live.value = await load_config(tx)

    async def set_team_roles(self, role_ids: Sequence[int], by: Actor) -> None:
        """Holders of one of these roles are the team; with no role it is everybody with Manage Server."""
        self.live.value = await self._save_change("team_role_ids", tuple(role_ids), by)

    async def set_announcement_channel(self, channel: AnnouncementChannel | None, by: Actor) -> None:
        """Broadcasts are also posted in this channel of the studio; None ends that."""
        self.live.value = await self._save_change("announcement", channel, by)

    async def set_audit_channel(self, channel_id: int | None, by: Actor) -> None:
        """Audit notices are posted in this channel; None ends that."""
        self.live.value = await self._save_change("audit_channel_id", channel_id, by)

    async def set_timezone(self, zone: str, by: Actor) -> None:
        """Typed times are read in this zone, an IANA name that the caller has checked."""
        self.live.value = await self._save_change("timezone", zone, by)

    async def toggle_second_approver(self, by: Actor) -> None:
        """Broadcasts need a second person's approval from now on, or no longer do. The audit channel learns who decided so.

        What is waiting for approval keeps waiting for it.
        """
        value = not self.live.value.second_approver
        self.live.value = await self._save_change("second_approver", value, by)
        rule = "needs a second approver from now on" if value else "no longer needs a second approver"
        name = " ".join(by.name.split()).replace("`", "'")
        await self.post_to_audit_channel(f"Every announcement {rule}: `{name}` has changed this with `/setup`.")

    async def toggle_affiliate_approval(self, by: Actor) -> None:
        """New subscriptions wait for the team from now on, or no longer do."""
        value = not self.live.value.approve_affiliates
        self.live.value = await self._save_change("approve_affiliates", value, by)

    @write_transaction
    async def _save_change(self, tx: WriteTransaction, field: str, value: object, by: Actor) -> StudioConfig:
        config = (await load_config(tx)).model_copy(update={field: value})
        await save_config(tx, config)
        tx.report(STUDIO_CONFIGURED, {"changed": [field]}, actor=by)
        return config


async def load_config(tx: ReadTransaction) -> StudioConfig:
    """The stored configuration, or the defaults if ``/setup`` was never used."""
    text = await tx.key_values.get(_KEY)
    return StudioConfig() if text is None else StudioConfig.model_validate_json(text)


async def save_config(tx: WriteTransaction, config: StudioConfig) -> None:
    """The configuration is stored; without an event, so services use ``StudioConfigService`` instead."""
    await tx.key_values.put(_KEY, config.model_dump_json())
