"""The commands as they are registered with Discord."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.app import ADAPTERS, EXTENSIONS, MythBot
from bot.generation.gemini.access import GeminiAccess
from bot.services import build_services
from bot.settings import Settings
from cogs.about import HELP_SECTIONS
from storage import Database

ROOT = Path(__file__).parents[2]
STUDIO = 42
MANAGE_GUILD = str(1 << 5)
TEAM = {"script", "scripts", "ebook", "batch", "track"}
MANAGERS = {"broadcast", "broadcasts", "affiliates", "grant", "setup"}
EVERYWHERE = {"progress", "badges", "affiliate", "privacy", "about", "help"}
_NAME = re.compile(r"[-_a-z0-9]{1,32}")
_SPAN = re.compile(r"(?<!`)`/([a-z][a-z-]*)((?: [a-z][a-z-]*)*)[^`/.]*`(?!`)")


@pytest.fixture
async def bot(sqlite: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MythBot]:
    """The real bot with its real commands, never connected to Discord."""
    for name in (*Settings.model_fields, "gemini_api_key"):
        monkeypatch.delenv(name.upper(), raising=False)
    settings = Settings(_env_file=None, discord_token="off.li.ne", studio_guild_id=STUDIO)
    async with MythBot(settings) as bot:
        await bot.load_extension(ADAPTERS)
        bot.services = build_services(settings, sqlite, GeminiAccess(settings, bot.runtime), bot.adapters, bot.runtime)
        for extension in EXTENSIONS:
            await bot.load_extension(extension)
        yield bot


def get_payload(bot: MythBot, *, studio: bool) -> dict[str, dict[str, Any]]:
    """The registered commands by name: those of the studio's server, or those of every server."""
    commands = bot.tree.get_commands(guild=bot.studio if studio else None)
    return {command.name: command.to_dict(bot.tree) for command in commands}


def walk_command(command: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """The command, its subcommands and their options, each with its full name."""
    name = f"{path} {command['name']}".strip()
    yield name, command
    for option in command.get("options", ()):
        yield from walk_command(option, name)


async def test_help_has_a_place_for_every_command(bot: MythBot) -> None:
    """A command that no section names would be missing from /help."""
    sections = [root for roots in HELP_SECTIONS.values() for root in roots]
    assert {*get_payload(bot, studio=False), *get_payload(bot, studio=True)} <= set(sections)
    assert len(sections) == len(set(sections))


async def test_descriptions_fit(bot: MythBot) -> None:
    """Every command and option has a description of 1 to 100 characters, and none is discord.py's placeholder."""
    for studio in (False, True):
        for command in get_payload(bot, studio=studio).values():
            for name, found in walk_command(command):
                assert 1 <= len(found["description"]) <= 100, name
                assert found["description"] != "…", name
                assert _NAME.fullmatch(found["name"]), name


async def test_names_are_unique(bot: MythBot) -> None:
    """No command is registered both in the studio's server and everywhere, and no option occurs twice."""
    assert not set(get_payload(bot, studio=True)) & set(get_payload(bot, studio=False))
    for studio in (False, True):
        for command in get_payload(bot, studio=studio).values():
            names = [name for name, _ in walk_command(command)]
            assert len(names) == len(set(names))
            for name, found in walk_command(command):
                assert len(found.get("options", ())) <= 25, name
                assert len(found.get("choices", None) or ()) <= 25, name


async def test_commands_are_registered_where_designed(bot: MythBot) -> None:
    """The studio's commands are registered in its server only, everybody's commands everywhere."""
    studio, everywhere = set(get_payload(bot, studio=True)), set(get_payload(bot, studio=False))
    assert {"script", "track", "broadcast"} <= studio <= TEAM | MANAGERS
    assert {"progress", "affiliate", "about", "help"} <= everywhere <= EVERYWHERE


async def test_permissions_are_as_designed(bot: MythBot) -> None:
    """Commands that need Manage Server are registered with that permission; the team's commands with none."""
    for name, command in get_payload(bot, studio=True).items():
        wanted = MANAGE_GUILD if name in MANAGERS else None
        found = command.get("default_member_permissions")
        assert (None if found is None else str(found)) == wanted, name
    everywhere = get_payload(bot, studio=False)
    assert str(everywhere["affiliate"]["default_member_permissions"]) == MANAGE_GUILD
    for name in EVERYWHERE & set(everywhere) - {"affiliate"}:
        assert everywhere[name].get("default_member_permissions") is None, name


async def test_commands_work_in_servers_only(bot: MythBot) -> None:
    """No command is offered in direct messages or to user installs."""
    for studio in (False, True):
        for name, command in get_payload(bot, studio=studio).items():
            # A command without its own value gets the tree's default.
            assert command.get("contexts") in (None, [0]), name
            assert command.get("integration_types") in (None, [0]), name
    assert bot.tree.allowed_contexts.to_array() == [0]
    assert bot.tree.allowed_installs.to_array() == [0]


async def test_required_options_come_first(bot: MythBot) -> None:
    """Required options come before optional ones, as Discord requires."""
    for studio in (False, True):
        for command in get_payload(bot, studio=studio).values():
            for name, found in walk_command(command):
                needed = [bool(option.get("required")) for option in found.get("options", ())]
                assert needed == sorted(needed, reverse=True), name


async def test_intents_and_mentions_are_minimal(bot: MythBot) -> None:
    """The bot has the guilds intent only and mentions nobody by default."""
    assert [name for name, on in bot.intents if on] == ["guilds"]
    assert bot.allowed_mentions is not None
    assert dict(bot.allowed_mentions.to_dict()) == {"parse": []}


@pytest.mark.parametrize("document", ["README.md", "docs/guide.md"])
async def test_commands_in_documents_exist(bot: MythBot, document: str) -> None:
    """Every command that the document names is registered."""
    known = {
        name
        for studio in (False, True)
        for command in get_payload(bot, studio=studio).values()
        for name, found in walk_command(command)
        if found.get("type", 1) in {1, 2}
    }
    text = (ROOT / document).read_text(encoding="utf-8")
    found = [(root, rest.split()) for root, rest in _SPAN.findall(text)]
    assert found
    for root, rest in found:
        assert root in known, f"/{root}"
        groups = any(name.startswith(f"{root} ") for name in known)
        if groups and rest:
            assert f"{root} {rest[0]}" in known, f"/{root} {rest[0]}"
