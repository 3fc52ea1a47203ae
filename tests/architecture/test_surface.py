"""What Discord is told about the commands."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.app import ADAPTERS, EXTENSIONS, MythBot
from bot.services import GeminiAccess, build_services
from bot.settings import Settings
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
    """The real bot with its real commands, which has never spoken to Discord."""
    for name in (*Settings.model_fields, "gemini_api_key"):
        monkeypatch.delenv(name.upper(), raising=False)
    settings = Settings(_env_file=None, discord_token="offline", studio_guild_id=STUDIO)
    found = MythBot(settings)
    await found.load_extension(ADAPTERS)
    found.services = build_services(
        settings, sqlite, GeminiAccess(settings, found.runtime), found.adapters, found.runtime
    )
    for extension in EXTENSIONS:
        await found.load_extension(extension)
    yield found
    await found.close()


def payload(bot: MythBot, *, studio: bool) -> dict[str, dict[str, Any]]:
    """What is registered, by name: in the studio's server, or everywhere."""
    commands = bot.tree.get_commands(guild=bot.studio if studio else None)
    return {command.name: command.to_dict(bot.tree) for command in commands}


def walked(command: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """The command, its subcommands and their options, each with its full name."""
    name = f"{path} {command['name']}".strip()
    yield name, command
    for option in command.get("options", ()):
        yield from walked(option, name)


async def test_descriptions_fit(bot: MythBot) -> None:
    """Every command and every option is described in 1 to 100 signs, and no option is left with a mere dash."""
    for studio in (False, True):
        for command in payload(bot, studio=studio).values():
            for name, found in walked(command):
                assert 1 <= len(found["description"]) <= 100, name
                assert found["description"] != "…", name
                assert _NAME.fullmatch(found["name"]), name


async def test_no_name_comes_twice(bot: MythBot) -> None:
    """No command is registered twice, in the studio's server and everywhere, and no option of a command."""
    assert not set(payload(bot, studio=True)) & set(payload(bot, studio=False))
    for studio in (False, True):
        for command in payload(bot, studio=studio).values():
            names = [name for name, _ in walked(command)]
            assert len(names) == len(set(names))
            for name, found in walked(command):
                assert len(found.get("options", ())) <= 25, name
                assert len(found.get("choices", None) or ()) <= 25, name


async def test_commands_are_where_they_belong(bot: MythBot) -> None:
    """The studio's commands are registered in its server alone, what everybody may use everywhere, and nothing else."""
    studio, everywhere = set(payload(bot, studio=True)), set(payload(bot, studio=False))
    assert {"script", "track", "broadcast"} <= studio <= TEAM | MANAGERS
    assert {"progress", "affiliate", "about", "help"} <= everywhere <= EVERYWHERE


async def test_permissions_are_as_designed(bot: MythBot) -> None:
    """The team's commands are shown to all and checked by us; what needs Manage Server says so to Discord."""
    for name, command in payload(bot, studio=True).items():
        wanted = MANAGE_GUILD if name in MANAGERS else None
        found = command.get("default_member_permissions")
        assert (None if found is None else str(found)) == wanted, name
    everywhere = payload(bot, studio=False)
    assert str(everywhere["affiliate"]["default_member_permissions"]) == MANAGE_GUILD
    for name in EVERYWHERE & set(everywhere) - {"affiliate"}:
        assert everywhere[name].get("default_member_permissions") is None, name


async def test_commands_work_in_servers_alone(bot: MythBot) -> None:
    """No command is offered in a private chat, and none is installed for a single person."""
    for studio in (False, True):
        for name, command in payload(bot, studio=studio).items():
            # Where a command says nothing, the bot's own default holds, which the tree hands to Discord.
            assert command.get("contexts") in (None, [0]), name
            assert command.get("integration_types") in (None, [0]), name
    assert bot.tree.allowed_contexts.to_array() == [0]
    assert bot.tree.allowed_installs.to_array() == [0]


async def test_required_options_come_first(bot: MythBot) -> None:
    """Discord refuses a command whose required options stand behind others; ours do not."""
    for studio in (False, True):
        for command in payload(bot, studio=studio).values():
            for name, found in walked(command):
                needed = [bool(option.get("required")) for option in found.get("options", ())]
                assert needed == sorted(needed, reverse=True), name


async def test_the_bot_asks_for_no_more_than_it_needs(bot: MythBot) -> None:
    """The bot listens for servers alone, and pings nobody by default."""
    assert [name for name, on in bot.intents if on] == ["guilds"]
    assert bot.allowed_mentions is not None
    assert dict(bot.allowed_mentions.to_dict()) == {"parse": []}


async def test_the_readmes_commands_exist(bot: MythBot) -> None:
    """Every command that the README names can be typed."""
    known = {
        name
        for studio in (False, True)
        for command in payload(bot, studio=studio).values()
        for name, found in walked(command)
        if found.get("type", 1) in {1, 2}
    }
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = [(root, rest.split()) for root, rest in _SPAN.findall(text)]
    assert found
    for root, rest in found:
        assert root in known, f"/{root}"
        groups = any(name.startswith(f"{root} ") for name in known)
        if groups and rest:
            assert f"{root} {rest[0]}" in known, f"/{root} {rest[0]}"
