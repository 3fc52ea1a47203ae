"""From a script request and its text to a run, with a question between where the text is in doubt."""

import re
from itertools import zip_longest
from typing import Any, Self

import discord
from discord import ui

from bot.actor import Actor
from bot.ebooks.chapter_text import ChapterText
from bot.errors import InputError
from bot.generation.request import RequestedRun, ScriptRequest
from bot.permissions import find_missing, format_permissions
from cogs.interactions.access import get_channel_ids, get_services, require_team
from cogs.views.base import PersistentItemMixin
from cogs.views.formatting import escape_text

_MAX_SHOWN_LINE = 120  # characters of a line, enough to recognise the language


def check_channel(interaction: discord.Interaction) -> None:
    """Checks, before anything is stored, that the bot can post a card in the channel.

    Raises:
        InputError: the bot lacks a permission there.
    """
    lacking = find_missing(interaction.app_permissions.value)
    if lacking:
        raise InputError(
            "I cannot post the script's card in this channel.",
            f"Give me {format_permissions(lacking)} here, or use another channel.",
        )


async def request_script(
    interaction: discord.Interaction, request: ScriptRequest, text: ChapterText, by: Actor
) -> None:
    """Creates the run and starts it; the deferred interaction's message links to its card."""
    generation = get_services(interaction).generation
    requested = await generation.request_script(request, text, by, channel=get_channel_ids(interaction))
    card = await generation.start_run(requested.run.id)
    link = f" https://discord.com/channels/{interaction.guild_id}/{card[0]}/{card[1]}" if card else ""
    await interaction.edit_original_response(content=_describe_run(requested) + link, view=None)


async def request_script_or_ask(
    interaction: discord.Interaction, request: ScriptRequest, name: str, texts: tuple[ChapterText, ...], by: Actor
) -> None:
    """Like ``request_script``; of two texts that the file may have, somebody chooses one first."""
    if len(texts) == 1:
        await request_script(interaction, request, texts[0], by)
        return
    token = get_services(interaction).open_choices.add(request, texts)
    first, second = (escape_text(line, _MAX_SHOWN_LINE) for line in _find_differing_lines(texts[0], texts[1]))
    await interaction.edit_original_response(
        content=(
            f"The encoding of {escape_text(name, 80)} is uncertain. Which line is right?\n"
            f"1. {first}\n2. {second}\n"
            "If neither is, save the file as UTF-8 and attach it again. Nothing has been sent yet."
        ),
        view=_choice_view(token, "The first", "The second"),
    )


class TextChoiceButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=r"text:(?P<token>[0-9a-f]{16}):(?P<index>[01])",
):
    """Chooses one of the texts of an open question."""

    def __init__(self, token: str, index: int, label: str = "This one") -> None:
        style = discord.ButtonStyle.primary
        super().__init__(ui.Button(label=label, style=style, custom_id=f"text:{token}:{index}"))
        self.token = token
        self.index = index

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["token"], int(match["index"]))

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Requests the script with the chosen text."""
        by = require_team(interaction)
        request, text = get_services(interaction).open_choices.take(self.token, self.index)
        await interaction.response.defer()
        await request_script(interaction, request, text, by)


def _choice_view(token: str, *labels: str) -> ui.View:
    view = ui.View(timeout=None)
    for index, label in enumerate(labels):
        view.add_item(TextChoiceButton(token, index, label))
    return view


def _find_differing_lines(one: ChapterText, other: ChapterText) -> tuple[str, str]:
    """The first line in which the two differ. A heading is a title in one and may be the first line of the other."""
    lines = [[line for line in (text.title, *text.content.split("\n")) if line.strip()] for text in (one, other)]
    pairs = zip_longest(lines[0], lines[1], fillvalue="")
    return next(((first, second) for first, second in pairs if first != second), ("", ""))


def _describe_run(requested: RequestedRun) -> str:
    if requested.is_new_ebook:
        return (
            f"New book **{escape_text(requested.ebook.id, 100)}**. Its id is the name you typed, and everybody can see it. "
            f"Chapter {requested.run.chapter_number} is on its way."
        )
    if requested.run.version > 1:
        return f"This will be version {requested.run.version} of chapter {requested.run.chapter_number}."
    return f"Chapter {requested.run.chapter_number} is on its way."
