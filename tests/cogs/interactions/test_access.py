"""Who is the team, who manages a server, and what everybody else is told."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.actor import Actor
from bot.errors import ForbiddenError, NotFoundError
from cogs.interactions.access import (
    get_actor,
    get_bot,
    get_channel_ids,
    get_services,
    is_team,
    require_manager,
    require_team,
)
from tests.cogs.interactions.people import ELSEWHERE, STUDIO, TEAM_ROLE, make_bot, make_interaction


@pytest.mark.parametrize(
    ("permissions", "guild_id", "roles", "team_roles", "is_member"),
    [
        (("administrator",), STUDIO, (), (), True),
        (("administrator",), STUDIO, (), (TEAM_ROLE,), True),
        (("administrator",), ELSEWHERE, (), (), False),
        (("administrator", "manage_guild"), ELSEWHERE, (TEAM_ROLE,), (TEAM_ROLE,), False),
        (("administrator",), None, (), (), False),
        (("manage_guild",), STUDIO, (), (), True),
        (("manage_guild",), STUDIO, (), (TEAM_ROLE,), False),
        (("manage_guild",), STUDIO, (TEAM_ROLE,), (TEAM_ROLE,), True),
        (("manage_guild",), ELSEWHERE, (), (), False),
        ((), STUDIO, (TEAM_ROLE,), (TEAM_ROLE,), True),
        ((), STUDIO, (TEAM_ROLE, 8), (9, TEAM_ROLE), True),
        ((), STUDIO, (8,), (TEAM_ROLE,), False),
        ((), STUDIO, (TEAM_ROLE,), (), False),
        ((), STUDIO, (), (), False),
        (("manage_channels", "manage_messages", "manage_roles"), STUDIO, (), (), False),
    ],
)
def test_who_belongs_to_the_team(
    permissions: tuple[str, ...],
    guild_id: int | None,
    roles: tuple[int, ...],
    team_roles: tuple[int, ...],
    *,
    is_member: bool,
) -> None:
    """Only in the studio's server: administrators, holders of a team role, and without team roles who manages it."""
    person = make_interaction(*permissions, guild_id=guild_id, roles=roles, team_roles=team_roles)
    assert is_team(person) is is_member
    assert get_actor(person) == Actor(5, "Somebody", is_member)
    if is_member:
        assert require_team(person) == Actor(5, "Somebody", team=True)
    else:
        with pytest.raises(ForbiddenError, match="This is for the studio's team") as refused:
            require_team(person)
        assert "Ask somebody who manages the studio's server" in refused.value.text


def test_somebody_without_roles_is_not_the_team() -> None:
    """A user who is no member of the server, as Discord sends it in some cases, has no roles at all."""
    person = make_interaction(team_roles=(TEAM_ROLE,))
    del person.user.roles
    assert not is_team(person)


@pytest.mark.parametrize("guild_id", [STUDIO, ELSEWHERE])
def test_a_manager_needs_manage_server(guild_id: int) -> None:
    """In any server, Manage Server makes a manager; a team role and other permissions do not."""
    manager = make_interaction("manage_guild", guild_id=guild_id)
    assert require_manager(manager) == Actor(5, "Somebody", team=guild_id == STUDIO)
    others = make_interaction(
        "manage_channels", "manage_roles", guild_id=guild_id, roles=(TEAM_ROLE,), team_roles=(TEAM_ROLE,)
    )
    with pytest.raises(ForbiddenError, match="Only somebody who manages this server") as refused:
        require_manager(others)
    assert "**Manage Server**" in refused.value.text


def test_configured_roles_replace_those_of_the_environment() -> None:
    """Roles chosen with ``/setup`` count instead of the environment's, even where none is chosen."""
    bot = make_bot(TEAM_ROLE)
    bot.config.value = bot.config.value.model_copy(update={"team_role_ids": (9,)})
    assert not is_team(make_interaction(roles=(TEAM_ROLE,), bot=bot))
    assert is_team(make_interaction(roles=(9,), bot=bot))
    bot.config.value = bot.config.value.model_copy(update={"team_role_ids": ()})
    assert not is_team(make_interaction(roles=(TEAM_ROLE,), bot=bot))
    assert is_team(make_interaction("manage_guild", bot=bot))


@pytest.mark.parametrize(("guild_id", "channel_id"), [(None, 200), (STUDIO, None), (None, None)])
def test_some_things_work_only_in_a_channel_of_a_server(guild_id: int | None, channel_id: int | None) -> None:
    """A direct message has no server, and is refused with a sentence."""
    assert get_channel_ids(make_interaction()) == (STUDIO, 200)
    place = cast("Any", SimpleNamespace(guild_id=guild_id, channel_id=channel_id))
    with pytest.raises(NotFoundError, match="only in a channel of the studio's server"):
        get_channel_ids(place)


def test_interactions_of_other_bots_are_not_handled() -> None:
    """The services belong to this bot's interactions."""
    person = make_interaction()
    assert get_bot(person) is person.client
    assert get_services(person) is person.client.services
    person.client = object()
    with pytest.raises(TypeError, match="interactions of other bots are not handled here"):
        get_bot(person)
