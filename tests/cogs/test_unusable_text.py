"""Options with characters that no database stores, which only a program can send, found by walking the command tree."""

from typing import Any, Final

from discord import AppCommandOptionType, app_commands

from tests.cogs.test_strangers import all_commands
from tests.stage import Stage
from tests.standins.discord_actors import Person

UNUSABLE: Final = ("fox\x00den", "fox\ud83e", "\udc00fox")


def fill_in(stage: Stage, parameter: app_commands.Parameter) -> Any:
    """Some value that Discord lets a person choose."""
    if parameter.choices:
        return parameter.choices[0].value
    match parameter.type:
        case AppCommandOptionType.string:
            return "fox" * int(parameter.min_value or 1)
        case AppCommandOptionType.integer:
            return parameter.min_value or 1
        case AppCommandOptionType.boolean:
            return True
        case AppCommandOptionType.attachment:
            return ("chapter.txt", b"A fox.")
        case AppCommandOptionType.channel:
            return stage.discord.channel
        case _:
            return stage.hana


def is_typed(parameter: app_commands.Parameter) -> bool:
    """Whether a person types any text."""
    return parameter.type is AppCommandOptionType.string and not parameter.choices


def choose_person(stage: Stage, manager: Person, command: str) -> Person:
    """Who may use the command."""
    return manager if command.startswith("affiliate ") else stage.hana


async def test_no_command_takes_characters_that_no_database_stores(stage: Stage) -> None:
    """Every option in which text is typed is refused with a sentence that names it; while it is typed it offers nothing."""
    manager = (await stage.add_affiliate("Red Lantern")).manager
    tried = []
    for command in all_commands(stage):
        name, person = command.qualified_name, choose_person(stage, manager, command.qualified_name)
        needed = {each.display_name: fill_in(stage, each) for each in command.parameters if each.required}
        if name.startswith("affiliate "):
            needed = {key: person.home if key == "channel" else value for key, value in needed.items()}
        for number, parameter in enumerate(filter(is_typed, command.parameters)):
            text = UNUSABLE[number % len(UNUSABLE)]
            log = await person.slash(name, options={**needed, parameter.display_name: text}, overridden=True)
            assert f"option {parameter.display_name} contains" in log.text, name
            if parameter.autocomplete:
                offered = await person.autocomplete(name, parameter.display_name, text)
                assert offered.choices == [], name
            tried.append((name, parameter.display_name))
    assert {
        ("scripts show", "script"),
        ("script", "title"),
        ("ebook add", "title"),
        ("scripts search", "query"),
    } <= set(tried)
