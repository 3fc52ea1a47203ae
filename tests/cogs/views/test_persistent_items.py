"""Every persistent item is registered, and is rebuilt from exactly the custom id that it has on screen."""

from typing import Any

import discord
import pytest

from cogs.views.base import PersistentItemMixin
from cogs.views.persistent_items import PERSISTENT_ITEMS

CUSTOM_IDS = (
    "batch:retry:batches_0123456789abcdef",
    "plan:rewrite:0123456789abcdef",
    "bible:add:cast:ebook_001",
    "bible:next:-1:lexicon:#0123456789abcdef",
    "bible:choose:story:ebook_001",
    "entry:accept:cast_members_0123456789abcdef",
    "casting:open:audio_scripts_0123456789abcdef",
    "speaker:alias:audio_scripts_0123456789abcdef:0123456789ab",
    "speaker:whose:audio_scripts_0123456789abcdef:0123456789ab",
    "affiliates:admit:subscriptions_0123456789abcdef",
    "affiliates:page:-1",
    "affiliates:remove:subscriptions_0123456789abcdef",
    "affiliate:books:1",
    "affiliate:leave",
    "reopen:0123456789abcdef",
    "affiliate:role",
    "join:123456789012345678:0",
    "broadcast:remove:notifications_0123456789abcdef",
    "preview:edit:notifications_0123456789abcdef",
    "previewmenu:when:notifications_0123456789abcdef",
    "shared:0123456789abcdef",
    "book:chapter:12:the-lantern",
    "book:next:3:the-lantern",
    "book:write:#0123456789abcdef",
    "book:basics:ebook: one",
    "import:merge:0123456789abcdef:2.41:0a1b2c3d",
    "import:chapter:0123456789abcdef:0.:0a1b2c3d",
    "import:reading:0123456789abcdef:fedcba9876543210",
    "privacy:really",
    "progress:board:week:::",
    "progress:export:all:123456789012345678:0a1b2c3d:ebook_001",
    "progress:spent:all:::ebook_001",
    "progress:since:today:::",
    "board:down",
    "progress:event:month:::ebook_001",
    "progress:page:events:2:week:::",
    "progress:period:timeline:week:::",
    "progress:view:week:::ebook_001",
    "progress:session:week:::",
    "session:page:sessions_0123456789abcdef:3",
    "run:cancel:runs_0123456789abcdef",
    "script:release_now:audio_scripts_0123456789abcdef",
    "download:audio_scripts_0123456789abcdef",
    "check:next:audio_scripts_0123456789abcdef:-1",
    "finding:give:audio_scripts_0123456789abcdef:0123456789ab",
    "finding:to:audio_scripts_0123456789abcdef:0123456789ab",
    "compare:0123456789abcdef.12",
    "diff:next:0123456789abcdef.-1:0123456789abcdef.12:3",
    "edits:audio_scripts_0123456789abcdef",
    "version:restore:audio_scripts_0123456789abcdef:12",
    "versions:two:audio_scripts_0123456789abcdef",
    "found:open",
    "found:next:2:zwei Wörter: ☃",
    "scripts:open",
    "scripts:prev:-1:template:",
    "cue:page:audio_scripts_0123456789abcdef:0a1b2c3d4e5f6a7b:qcafé: “noir”, as long as a query may be",
    "edit:delete:audio_scripts_0123456789abcdef:0a1b2c3d",
    "read:cue:audio_scripts_0123456789abcdef:4:",
    "read:next:audio_scripts_0123456789abcdef:4:qcafé: “noir”",
    "read:scene:audio_scripts_0123456789abcdef:0:c0123456789ab",
    "read:speaker:audio_scripts_0123456789abcdef:0:",
    "text:0123456789abcdef:1",
    "take:cue:audio_scripts_0123456789abcdef:0a1b2c3d:c0123456789ab",
    "takes:next:audio_scripts_0123456789abcdef:pickups:0a1b2c3d:-1",
    "takes:who:audio_scripts_0123456789abcdef:all::12",
    "setup:announcement",
    "setup:audit",
    "setup:roles",
    "setup:rule:approver",
)


def matching_items(custom_id: str) -> list[type[discord.ui.DynamicItem[Any]]]:
    """The registered items whose template matches the whole custom id, as discord.py chooses them."""
    return [item for item in PERSISTENT_ITEMS if item.__discord_ui_compiled_template__.fullmatch(custom_id)]


@pytest.mark.parametrize("custom_id", CUSTOM_IDS)
def test_an_item_is_rebuilt_from_its_custom_id(custom_id: str) -> None:
    """Exactly one item matches, and the item built from the match has the same custom id again."""
    (item_class,) = matching_items(custom_id)
    match = item_class.__discord_ui_compiled_template__.fullmatch(custom_id)
    assert issubclass(item_class, PersistentItemMixin)
    assert match is not None
    item: Any = item_class.from_match(match)
    assert item.custom_id == custom_id


def test_the_examples_cover_every_registered_item() -> None:
    """A new item needs an example above."""
    covered = [item for custom_id in CUSTOM_IDS for item in matching_items(custom_id)]
    assert sorted(covered, key=repr) == sorted(PERSISTENT_ITEMS, key=repr)


def test_every_dynamic_item_is_registered() -> None:
    """Discord would answer "This interaction failed" to an item that is missing in the list."""
    defined = {item for item in PersistentItemMixin.__subclasses__() if issubclass(item, discord.ui.DynamicItem)}
    for mixin in PersistentItemMixin.__subclasses__():
        defined |= {item for item in mixin.__subclasses__() if issubclass(item, discord.ui.DynamicItem)}
    assert defined == set(PERSISTENT_ITEMS)
