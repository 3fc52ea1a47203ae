"""The person who types or presses now."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody on Discord: their Discord id, their name as it is shown, and whether they belong to the team."""

    discord_id: int
    name: str
    team: bool = False
