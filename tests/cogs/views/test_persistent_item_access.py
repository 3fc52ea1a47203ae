"""Every persistent item and every modal refuses people who may not use it, before anything else happens.

The items come from the registry and the modals from their base class, so new ones are tested as well: one that everybody may
use must be named here.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import discord
import pytest

from bot.errors import ForbiddenError, StateError
from cogs.script import SourceModal
from cogs.views import affiliate_join, affiliate_leave, affiliate_settings, broadcast_post, modals, privacy
from cogs.views import setup as setup_views
from cogs.views.modals import Modal
from cogs.views.persistent_items import PERSISTENT_ITEMS
from tests.cogs.interactions.people import ELSEWHERE, TEAM_ROLE, make_interaction
from tests.cogs.views.test_persistent_items import CUSTOM_IDS, matching_items

FOR_EVERYBODY: Final = {broadcast_post.SharedButton, modals.ReopenButton, privacy.PrivacyButton}
"""Items that do something only with the data of the person who presses."""
FOR_MANAGERS: Final = {
    affiliate_join.CheckButton,
    affiliate_leave.LeaveButton,
    affiliate_settings.BookSelect,
    affiliate_settings.RoleSelect,
}
"""Items for whoever manages the server in which they are, whether that is the studio's or not."""
FOR_MANAGERS_OF_THE_TEAM: Final = {
    setup_views.AnnouncementSelect,
    setup_views.AuditSelect,
    setup_views.RolesSelect,
    setup_views.RuleButton,
}
_CHOICES: Final = re.compile(r"\(\?P<(?P<group>\w+)>(?P<choices>[a-z_]+(?:\|[a-z_]+)+)\)")


def all_custom_ids() -> Iterator[str]:
    """An example of every registered item, with each of its actions."""
    for example in CUSTOM_IDS:
        (item,) = matching_items(example)
        pattern = item.__discord_ui_compiled_template__
        match = pattern.fullmatch(example)
        assert match is not None
        choices = _CHOICES.search(pattern.pattern)
        if choices is not None:
            group, actions = choices["group"], choices["choices"].split("|")
        elif "action" in pattern.groupindex:
            group, actions = "action", list(vars(item)["STYLES"])
        else:
            yield example
            continue
        start, end = match.span(group)
        yield from (f"{example[:start]}{action}{example[end:]}" for action in actions)


def class_of(custom_id: str) -> type[discord.ui.DynamicItem[Any]]:
    (item_class,) = matching_items(custom_id)
    return item_class


TEAM_IDS: Final = [each for each in all_custom_ids() if class_of(each) not in FOR_EVERYBODY | FOR_MANAGERS]


async def press(custom_id: str, interaction: Any) -> None:
    """Does what discord.py does when somebody uses the item, without the common error handler."""
    item_class: Any = class_of(custom_id)
    await item_class.from_match(item_class.__discord_ui_compiled_template__.fullmatch(custom_id)).handle_interaction(
        interaction
    )


def test_the_examples_have_every_action() -> None:
    """Each item is tried once for each of its actions."""
    custom_ids = list(all_custom_ids())
    assert {class_of(each) for each in custom_ids} == set(PERSISTENT_ITEMS)
    for begin in ("run:retry:", "script:release:", "broadcast:approvenow:", "preview:change:", "setup:rule:zone"):
        assert any(each.startswith(begin) for each in custom_ids), begin


@pytest.mark.parametrize("custom_id", [each for each in all_custom_ids() if class_of(each) not in FOR_EVERYBODY])
async def test_a_plain_member_is_refused(custom_id: str) -> None:
    """Somebody without permissions and without a role gets no answer but the refusal, and no service is asked."""
    with pytest.raises(ForbiddenError):
        await press(custom_id, make_interaction("manage_channels"))


@pytest.mark.parametrize("custom_id", TEAM_IDS)
async def test_the_teams_items_refuse_the_managers_of_other_servers(custom_id: str) -> None:
    """An administrator elsewhere is not the team, even with a role that has the id of a team role."""
    stranger = make_interaction(
        "administrator", "manage_guild", guild_id=ELSEWHERE, roles=(TEAM_ROLE,), team_roles=(TEAM_ROLE,)
    )
    with pytest.raises(ForbiddenError, match="studio's team"):
        await press(custom_id, stranger)


@pytest.mark.parametrize("custom_id", TEAM_IDS)
async def test_the_teams_items_refuse_managers_who_lack_the_team_role(custom_id: str) -> None:
    """With team roles configured, Manage Server alone is not enough."""
    with pytest.raises(ForbiddenError, match="studio's team"):
        await press(custom_id, make_interaction("manage_guild", team_roles=(TEAM_ROLE,)))


@pytest.mark.parametrize("custom_id", [each for each in TEAM_IDS if class_of(each) in FOR_MANAGERS_OF_THE_TEAM])
async def test_the_configuration_is_only_for_managers_of_the_team(custom_id: str) -> None:
    """Somebody with a team role but without Manage Server cannot change the configuration."""
    with pytest.raises(ForbiddenError, match="manages this server"):
        await press(custom_id, make_interaction(roles=(TEAM_ROLE,), team_roles=(TEAM_ROLE,)))


def modal_classes() -> list[type[Modal]]:
    """Every modal of the bot; ``SourceModal`` is imported so that its module is loaded."""
    classes = [each for each in Modal.__subclasses__() if each.__module__.startswith("cogs.")]
    assert SourceModal in classes
    return sorted(classes, key=lambda each: each.__name__)


@pytest.mark.parametrize("modal_class", modal_classes())
@pytest.mark.parametrize(
    "stranger",
    [
        make_interaction(),
        make_interaction("manage_guild", team_roles=(TEAM_ROLE,)),
        make_interaction("administrator", guild_id=ELSEWHERE),
    ],
    ids=["plain member", "manager without the role", "administrator elsewhere"],
)
async def test_a_modal_is_refused_when_it_is_sent(modal_class: type[Modal], stranger: Any) -> None:
    """The right may have been lost, or the modal forged, between opening and sending; its fields are not even read."""
    with pytest.raises(ForbiddenError):
        await modal_class.__new__(modal_class).on_submit(stranger)


async def test_a_refused_form_is_opened_only_for_the_person_who_filled_it_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody typed may be a chapter that nobody else is to see; the same answer is given for an unknown form."""
    typed: Any = ReopenedForm()
    person = make_interaction()
    monkeypatch.setattr(modals, "_kept", {"0123456789abcdef": (person.user.id + 1, typed)})
    for token in ("0123456789abcdef", "fedcba9876543210"):
        with pytest.raises(StateError, match="no longer available"):
            await press(f"reopen:{token}", person)
    person.user.id += 1
    person.response = typed
    await press("reopen:0123456789abcdef", person)
    assert typed.opened == [typed]


class ReopenedForm:
    """Stands for a kept form and for Discord, which opens it."""

    def __init__(self) -> None:
        self.opened: list[object] = []

    def fill_with_typed_text(self) -> None:
        """Has nothing to fill in."""

    async def send_modal(self, modal: object) -> None:
        """Remembers what was opened."""
        self.opened.append(modal)
