"""What the team sets up inside Discord, kept in the database and standing over the environment's settings."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from storage import ReadTransaction, WriteTransaction
from storage.stores.deliveries import Target

_NAME = "studio_config"


class AnnouncementChannel(BaseModel):
    """The studio's own channel for announcements, which others can follow."""

    model_config = ConfigDict(frozen=True)

    guild_id: int
    guild_name: str
    channel_id: int
    channel_name: str

    @property
    def target(self) -> Target:
        """As a recipient."""
        return Target(self.guild_id, self.guild_name, self.channel_id, self.channel_name)


class StudioConfig(BaseModel):
    """The wizard's answers. None means: as the environment says."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    team_role_ids: tuple[int, ...] | None = None
    timezone: str | None = None
    announcement: AnnouncementChannel | None = None
    audit_channel_id: int | None = None
    second_approver: bool = False
    approve_affiliates: bool = False


@dataclass(slots=True)
class LiveConfig:
    """The configuration as it is now, at hand for checks that must not wait for the database."""

    value: StudioConfig


async def load_config(tx: ReadTransaction) -> StudioConfig:
    """The wizard's answers; the defaults before it was used."""
    text = await tx.key_values.get(_NAME)
    return StudioConfig() if text is None else StudioConfig.model_validate_json(text)


async def save_config(tx: WriteTransaction, config: StudioConfig) -> None:
    """Keeps the answers."""
    await tx.key_values.put(_NAME, config.model_dump_json())
