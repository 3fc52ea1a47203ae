"""The rules of Discord's application commands and of autocomplete (interactions/application-commands.mdx)."""

import re
from collections.abc import Sequence

from tests.standins.discord_errors import Problems
from tests.standins.discord_world import Json

Path = list[str | int]

NAME = re.compile(r"[-_'\w]{1,32}")
SUBCOMMAND, GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(1, 12)
WITH_CHOICES = frozenset({STRING, INTEGER, NUMBER})
MAX_TOTAL = 8000


def check_commands(commands: Sequence[Json]) -> list[Json]:
    """Raise 50035 unless Discord would register all of these together; give them back."""
    problems = Problems()
    problems.count([], commands, 0, 100 + 15 + 15)
    seen: set[tuple[int, str]] = set()
    for number, command in enumerate(commands):
        check_command(command, [number], problems)
        key = (command.get("type", 1), str(command.get("name")))
        if key in seen:
            problems.add([number], "Application command names must be unique", "APPLICATION_COMMANDS_DUPLICATE_NAME")
        seen.add(key)
    problems.raise_if_any()
    return list(commands)


def check_command(command: Json, where: Path, problems: Problems) -> None:
    """Add what Discord would refuse in one command."""
    kind = command.get("type", 1)
    if kind != 1:
        problems.length([*where, "name"], command.get("name"), 1, 32)
        if command.get("description"):
            problems.add([*where, "description"], "Context menu commands have no description.")
        return
    _check_words(command, where, problems)
    options = command.get("options") or []
    _check_options(options, where, problems, depth=0)
    if (size := _size(command)) > MAX_TOTAL:
        message = f"Command of {size} characters exceeds the limit of {MAX_TOTAL}."
        problems.add(where, message, "APPLICATION_COMMAND_TOO_LARGE")
    permissions = command.get("default_member_permissions")
    if permissions is not None and not str(permissions).isdigit():
        problems.add([*where, "default_member_permissions"], "Not a permission bit set.")


def check_choices(data: Json) -> list[Json]:
    """Raise 50035 unless Discord would show these autocomplete choices; give them back."""
    problems = Problems()
    choices: list[Json] = data.get("choices") or []
    problems.count(["data", "choices"], choices, 0, 25)
    for number, choice in enumerate(choices):
        _check_choice(choice, ["data", "choices", number], problems)
    problems.raise_if_any()
    return choices


def _check_words(part: Json, where: Path, problems: Problems) -> None:
    name = str(part.get("name"))
    if not NAME.fullmatch(name) or name != name.lower():
        message = r"String value did not match validation regex (1-32 lower-case letters, digits, - and _)."
        problems.add([*where, "name"], message, "STRING_TYPE_REGEX")
    problems.length([*where, "description"], part.get("description"), 1, 100)
    for key, limit in (("name_localizations", 32), ("description_localizations", 100)):
        for locale, text in (part.get(key) or {}).items():
            problems.length([*where, key, locale], text, 1, limit)


def _check_options(options: list[Json], where: Path, problems: Problems, depth: int) -> None:
    problems.count([*where, "options"], options, 0, 25)
    kinds = [option.get("type") for option in options]
    nested = [kind for kind in kinds if kind in {SUBCOMMAND, GROUP}]
    if nested and (len(nested) != len(kinds) or depth > 1 or (depth == 1 and GROUP in nested)):
        problems.add([*where, "options"], "Sub-commands and options cannot be mixed, nor nested deeper.")
    names = [option.get("name") for option in options]
    if len(set(names)) != len(names):
        problems.add([*where, "options"], "Option names must be unique.", "APPLICATION_COMMAND_OPTIONS_DUPLICATE_NAME")
    optional_met = False
    for number, option in enumerate(options):
        place: Path = [*where, "options", number]
        _check_words(option, place, problems)
        kind = option.get("type")
        if kind in {SUBCOMMAND, GROUP}:
            held = option.get("options") or []
            if kind == GROUP and any(child.get("type") != SUBCOMMAND for child in held):
                problems.add([*place, "options"], "A group holds sub-commands alone.")
            _check_options(held, place, problems, depth + 1)
            continue
        if kind not in range(1, 12):
            problems.add([*place, "type"], "Value must be one of (1 to 11).")
        if option.get("required") and optional_met:
            message = "Required options must be placed before non-required options"
            problems.add([*place, "required"], message, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID")
        optional_met = optional_met or not option.get("required")
        _check_value(option, place, problems)


def _check_value(option: Json, where: Path, problems: Problems) -> None:
    choices, kind = option.get("choices") or [], option.get("type")
    problems.count([*where, "choices"], choices, 0, 25)
    if choices and option.get("autocomplete"):
        problems.add([*where, "autocomplete"], "Choices and autocomplete are mutually exclusive.")
    if (choices or option.get("autocomplete")) and kind not in WITH_CHOICES:
        problems.add([*where, "choices"], "Only texts and numbers have choices or autocomplete.")
    for number, choice in enumerate(choices):
        _check_choice(choice, [*where, "choices", number], problems)
    names = [choice.get("name") for choice in choices]
    if len(set(names)) != len(names):
        problems.add([*where, "choices"], "Choice names must be unique.")
    low, high = option.get("min_length", 0), option.get("max_length", 6000)
    if not 0 <= low <= 6000 or not 1 <= high <= 6000 or low > high:
        problems.add([*where, "max_length"], "Lengths are 0 to 6000, the least first.")
    if option.get("min_value", -(2**53)) > option.get("max_value", 2**53):
        problems.add([*where, "max_value"], "The least value is above the greatest.")


def _check_choice(choice: Json, where: Path, problems: Problems) -> None:
    problems.length([*where, "name"], choice.get("name"), 1, 100)
    value = choice.get("value")
    if isinstance(value, str):
        problems.length([*where, "value"], value, 1, 100)
    elif not isinstance(value, int | float) or abs(value) > 2**53:
        problems.add([*where, "value"], "Not a text of 1 to 100 characters or a number within ±2^53.")


def _size(part: Json) -> int:
    own = len(str(part.get("name", ""))) + len(str(part.get("description", "")))
    values = sum(len(str(c.get("name"))) + len(str(c.get("value"))) for c in part.get("choices") or [])
    return own + values + sum(_size(option) for option in part.get("options") or [])
