"""The ``BADGE_TIERS`` setting: how many shares earn which badge."""

from dataclasses import dataclass
from typing import Final

from bot.errors import ConfigError

DEFAULT_TIERS: Final = "1:First Whisper,3:Ember Tail,7:Lantern Keeper,13:Thirteenth Bell,27:Nine-Tailed"
_MAX_NAME: Final = 60
"""Characters; longer names are cut so that a list of badges stays one line each."""


@dataclass(frozen=True, slots=True)
class Badge:
    """One tier: the number of shares that earns it, and its name."""

    shares: int
    name: str


def parse_tiers(text: str) -> tuple[Badge, ...]:
    """The tiers in ``text``, lowest first, such as ``1:First Whisper,3:Ember Tail``.

    Raises:
        ConfigError: a tier lacks its number or its name, a number is below 1, or a number occurs twice.
    """
    tiers: list[Badge] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        number, _, name = part.partition(":")
        if not number.strip().isdigit() or not name.strip():
            raise ConfigError(
                "BADGE_TIERS holds a tier without number or name.", "For example: 1:First Whisper,3:Ember Tail."
            )
        tiers.append(Badge(int(number), name.strip()[:_MAX_NAME]))
    if len({tier.shares for tier in tiers}) != len(tiers) or any(tier.shares < 1 for tier in tiers):
        raise ConfigError("BADGE_TIERS names a number of shares twice, or none.", "Give each tier its own number.")
    return tuple(sorted(tiers, key=lambda tier: tier.shares))
