"""Who acts, and who may."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody on Discord, as far as the studio needs to know them: id, name as shown, and whether they are the team."""

    discord_id: int
    name: str
    team: bool = False
