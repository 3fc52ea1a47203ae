"""The choices of the menus on the preview of an announcement: when, for whom, and with pings or without."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import discord

from bot.broadcasts.post import BroadcastPreview
from cogs.views.formatting import shorten
from storage.states import Audience
from storage.stores.broadcasts import Broadcast

NOW: Final = "now"
OTHER: Final = "other"
KEEP: Final = "keep"
TIMES: Final = {"hour": "in 1 hour", "tonight": "tonight 20:00", "tomorrow": "tomorrow 20:00"}
"""Times that the menu offers, by value, as somebody would type them."""
_EVENING: Final = 20
_MAX_BOOK: Final = 60
"""Characters of a book's title in an option; Discord's limit for the whole label is 100."""

_MENU_NAMES: Final = {"when": "When", "audience": "Audience", "pings": "Ping roles they chose"}


def menu_options(menu: str, preview: BroadcastPreview, zone: str, now: datetime) -> list[discord.SelectOption]:
    """What the menu offers; the chosen option carries the menu's name, which is all that a closed menu shows.

    ``zone`` is the name of the time zone in which times are shown and typed.
    """
    broadcast = preview.broadcast
    match menu:
        case "when":
            choices, chosen = _list_times(broadcast.due_at, zone, now), KEEP if broadcast.due_at else NOW
        case "audience":
            choices, chosen = _list_audiences(broadcast), broadcast.audience.value
        case _:
            choices, chosen = [("no", "no"), ("yes", "yes")], "yes" if broadcast.ping_roles else "no"
    return [_build_option(_MENU_NAMES[menu], value, text, is_chosen=value == chosen) for value, text in choices]


def shown_menus(preview: BroadcastPreview) -> Sequence[str]:
    """The menus that have a choice to offer for this preview."""
    if preview.changed_posts is not None:
        return ()
    menus = ["when"]
    if preview.scheduled is None and preview.broadcast.ebook_id is not None:
        menus.append("audience")
    if preview.scheduled is None and any(target.role_id for target in preview.targets):
        menus.append("pings")
    return menus


def _build_option(menu_name: str, value: str, text: str, *, is_chosen: bool) -> discord.SelectOption:
    label = f"{menu_name}: {text}" if is_chosen else text[:1].upper() + text[1:]
    return discord.SelectOption(label=label, value=value, default=is_chosen)


def _list_times(due_at: datetime | None, zone: str, now: datetime) -> list[tuple[str, str]]:
    local_zone = ZoneInfo(zone)
    choices = [(NOW, "now")]
    if due_at is not None:
        choices.append((KEEP, f"{due_at.astimezone(local_zone):%a %d %b %H:%M} ({zone})"))
    is_over = now.astimezone(local_zone).hour >= _EVENING
    choices += [(value, text) for value, text in TIMES.items() if not (value == "tonight" and is_over)]
    return [*choices, (OTHER, "other time…")]


def _list_audiences(broadcast: Broadcast) -> list[tuple[str, str]]:
    followers = f"everyone who follows {shorten(broadcast.book_title, _MAX_BOOK)}"
    return [(Audience.ALL.value, "everyone"), (Audience.FOLLOWERS.value, followers)]
