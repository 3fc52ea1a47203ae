"""Interactions of people with given permissions, without Discord: for the checks that come before anything else."""

from collections.abc import Iterable
from types import SimpleNamespace
from typing import Any

import discord

from bot.app import MythBot
from bot.studio_config import LiveConfig, StudioConfig

STUDIO = 100_000_000_000_000_001
ELSEWHERE = 100_000_000_000_000_002
TEAM_ROLE = 7


class Untouchable:
    """Stands where something must not be reached: any use of it fails."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was reached")


def make_bot(*team_roles: int) -> MythBot:
    """A bot that knows its studio and these team roles, and has nothing else."""
    bot = MythBot.__new__(MythBot)
    bot.settings = SimpleNamespace(studio_guild_id=STUDIO, team_role_ids=team_roles)  # type: ignore[assignment]
    bot.config = LiveConfig(StudioConfig())
    bot.services = Untouchable()  # type: ignore[assignment]
    bot.studio_config = Untouchable()  # type: ignore[assignment]
    bot.adapters = Untouchable()  # type: ignore[assignment]
    return bot


def make_interaction(
    *permissions: str,
    guild_id: int | None = STUDIO,
    roles: Iterable[int] = (),
    team_roles: Iterable[int] = (),
    bot: MythBot | None = None,
) -> Any:
    """An interaction of somebody with these permissions and roles; any answer to it fails."""
    held = dict.fromkeys(permissions, True)
    user = SimpleNamespace(id=5, display_name="Somebody", roles=[SimpleNamespace(id=role) for role in roles])
    return SimpleNamespace(
        client=bot or make_bot(*team_roles),
        guild_id=guild_id,
        channel_id=200,
        permissions=discord.Permissions(**held),
        user=user,
        response=Untouchable(),
        followup=Untouchable(),
    )
