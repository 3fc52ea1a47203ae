"""The permissions that the bot asks for and misses."""

import discord
import pytest

from bot.permissions import find_missing, format_permissions, invite_link

_NEEDED = {"view_channel": "View Channel", "send_messages": "Send Messages", "embed_links": "Embed Links"}


@pytest.mark.parametrize("missing", _NEEDED)
def test_each_missing_permission_is_named_as_on_screen(missing: str) -> None:
    """Only what is missing is named, and permissions that are not needed for a post do not count."""
    granted = discord.Permissions(**{name: name != missing for name in _NEEDED})
    assert find_missing(granted.value) == [_NEEDED[missing]]
    assert find_missing(discord.Permissions(**dict.fromkeys(_NEEDED, True)).value) == []


@pytest.mark.parametrize(
    ("names", "text"),
    [([], ""), (["A"], "**A**"), (["A", "B"], "**A** and **B**"), (["A", "B", "C"], "**A**, **B** and **C**")],
)
def test_permissions_are_listed_as_a_phrase(names: list[str], text: str) -> None:
    """Bold, with commas and a last "and"."""
    assert format_permissions(names) == text


def test_the_invitation_asks_for_what_the_bot_needs_and_no_more() -> None:
    """Discord's own bits of the five permissions, for this application."""
    link = invite_link(42)
    wanted = discord.Permissions(**dict.fromkeys(_NEEDED, True), read_message_history=True, attach_files=True)
    assert "client_id=42&" in link
    assert f"permissions={wanted.value}&" in link
