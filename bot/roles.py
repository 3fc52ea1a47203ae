"""What a process does: everything, or on PostgreSQL also one part of it beside other processes."""

from enum import StrEnum

from bot.errors import ConfigError
from bot.settings import Settings


class Role(StrEnum):
    """The part of the bot that a process is. ``ALL`` is the gateway and a worker in one process."""

    ALL = "all"
    GATEWAY = "gateway"
    WORKER = "worker"
    WEB = "web"

    @property
    def has_gateway(self) -> bool:
        """Whether it connects to Discord's gateway, so that it answers commands and buttons."""
        return self in {Role.ALL, Role.GATEWAY}

    @property
    def has_workers(self) -> bool:
        """Whether it works on jobs: it writes chapters, sends posts and keeps boards and cards current."""
        return self in {Role.ALL, Role.WORKER}


def check_role(role: Role, settings: Settings) -> None:
    """Returns if a process of this role can work with the settings.

    Raises:
        ConfigError: it cannot.
    """
    if role is Role.WEB:
        raise ConfigError("The role web does not exist yet.", "The roles are gateway and worker.")
    if not settings.database_url.startswith("sqlite"):
        return
    if role is not Role.ALL:
        raise ConfigError(
            f"The role {role} needs PostgreSQL: an SQLite file belongs to one process, which does everything.",
            "Run `python -m bot` without --role, or set DATABASE_URL to a PostgreSQL database.",
        )
    if settings.shard_ids and len(settings.shard_ids) != settings.shard_count:
        raise ConfigError(
            "SHARD_IDS names a part of the shards, but an SQLite file belongs to one process: nobody has the others.",
            "Remove SHARD_IDS, or set DATABASE_URL to a PostgreSQL database.",
        )
