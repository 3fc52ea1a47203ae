"""What people outside the team get from every command and every option, found by walking the command tree."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from discord import app_commands

from bot.errors import ForbiddenError
from storage.states import BatchPace, ChapterOrder
from storage.stores.batches import NewBatch
from tests.cogs.announcements import compose_and_post, subscribe_servers
from tests.cogs.interactions.people import make_interaction
from tests.stage import MANAGE_GUILD, Stage
from tests.standins.discord_actors import Person

FOR_EVERYBODY: Final = {"about", "badges", "help", "privacy", "progress"}
"""Commands that show public things, or only the person's own data."""


def all_commands(stage: Stage) -> Iterator[app_commands.Command[Any, ..., Any]]:
    """Every command of the bot, those inside groups included."""
    for guild in (None, stage.bot.studio):
        for command in stage.bot.tree.walk_commands(guild=guild):
            if isinstance(command, app_commands.Command):
                yield command


async def run_without_options(command: app_commands.Command[Any, ..., Any], interaction: Any) -> None:
    options = {parameter.name: None for parameter in command.parameters}
    callback: Any = command.callback
    await callback(command.binding, interaction, **options)


async def test_every_command_refuses_strangers(stage: Stage) -> None:
    """A plain member, and a manager of another server where it is the team's, gets the refusal before anything else.

    Discord hides most commands from them, but a server's administrator can allow a command to anybody.
    """
    names = set()
    for command in all_commands(stage):
        names.add(command.qualified_name)
        if command.qualified_name in FOR_EVERYBODY:
            continue
        with pytest.raises(ForbiddenError):
            await run_without_options(command, make_interaction("manage_channels", bot=stage.bot))
        if not command.qualified_name.startswith("affiliate "):
            with pytest.raises(ForbiddenError):
                await run_without_options(command, make_interaction("administrator", guild_id=1, bot=stage.bot))
    assert FOR_EVERYBODY | {"affiliate join", "affiliate leave", "script", "setup", "broadcasts stop-all"} <= names


async def test_strangers_are_offered_no_choices(stage: Stage) -> None:
    """Every option that completes itself offers something to the team and nothing to others: titles are not public yet."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    await stage.run_script()
    await stage.wait_for_finished_script()
    await compose_and_post(stage, 1)
    batch = NewBatch(
        ebook_id="ebook_001",
        member_id=None,
        guild_id=None,
        channel_id=None,
        chapter_order=ChapterOrder.STORY,
        pace=BatchPace.NOW,
    )
    await stage.bot.services.database.write(lambda tx: tx.batches.add(batch))
    options = [
        (command.qualified_name, parameter.name)
        for command in all_commands(stage)
        for parameter in command.parameters
        if parameter.autocomplete
    ]
    assert {("script", "ebook"), ("broadcasts cancel", "broadcast"), ("affiliates remove", "affiliate")} <= set(options)
    for command, option in options:
        others = {"ebook": "ebook_001"} if option == "chapter" else {}  # chapters are those of the book that is chosen
        assert await read_choices(stage.hana, command, option, **others), f"{command}: {option}"
        assert await read_choices(stage.bob, command, option, **others) == [], f"{command}: {option}"
    assert await read_choices(lantern.manager, "progress", "ebook", channel=lantern.guild.text_channel) == []


async def read_choices(person: Person, command: str, option: str, **more: Any) -> Any:
    """What Discord offers the person who begins to fill in the option."""
    return (await person.autocomplete(command, option, "", **more)).choices


async def test_a_plain_member_neither_subscribes_nor_unsubscribes_a_server(stage: Stage) -> None:
    """Where a server's administrator shows them the commands, ``join`` and ``leave`` still refuse them."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    member = stage.discord.add_person("A member", guild=lantern.guild)
    other = lantern.guild.text_channel
    for command, options in (("join", {"channel": other}), ("settings", {}), ("leave", {})):
        reply = await member.slash(f"affiliate {command}", channel=other, options=options, overridden=True)
        assert "manages this server" in reply.text
    assert other.messages == []
    subscription = await stage.bot.services.affiliates.find_by_guild(lantern.guild.id)
    assert subscription is not None
    assert subscription.channel_id == lantern.channel.id


async def test_the_role_of_all_members_is_no_team_role(stage: Stage) -> None:
    """``/setup`` refuses @everyone, alone and among others, and the team stays as it was."""
    setup = await stage.discord.wait_for_answer(await stage.hana.slash("setup"))
    everyone = stage.discord.studio.roles[stage.discord.studio.id]
    other = stage.discord.world.add_role(stage.discord.studio, "Writers", MANAGE_GUILD)
    for roles in ([everyone], [other, everyone]):
        refused = await stage.discord.wait_for_answer(await stage.hana.select(setup, roles, custom_id="setup:roles"))
        assert "every member part of the team" in refused.text
        assert stage.bot.team_role_ids == ()
