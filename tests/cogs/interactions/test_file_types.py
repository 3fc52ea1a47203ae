"""Uploads for which Discord's clients offer only fitting files."""

from typing import Any

import discord
import pytest
from discord import app_commands
from discord.ext import commands

from cogs.interactions.file_types import FilteredUpload, file_command


class Books(commands.GroupCog, group_name="books"):
    """A group with a command that takes a file and a text."""

    @file_command("add", "Adds a book", (".epub", ".txt"))
    @app_commands.describe(file="The book")
    async def add(self, interaction: discord.Interaction, file: discord.Attachment, title: str = "") -> None:
        """Does nothing."""


@pytest.fixture
async def payload() -> dict[str, Any]:
    """The group as it is registered with Discord."""
    bot = commands.Bot("!", intents=discord.Intents.none())
    await bot.add_cog(Books())
    (group,) = bot.tree.get_commands()
    return group.to_dict(bot.tree)


async def test_the_endings_are_sent_with_the_option_for_a_file(payload: dict[str, Any]) -> None:
    """Only the attachment has them, and the rest of the command is as without them."""
    file, title = payload["options"][0]["options"]
    assert file["file_types"] == [".epub", ".txt"]
    assert file["description"] == "The book"
    assert file["required"]
    assert "file_types" not in title


def test_an_upload_in_a_form_has_them_too() -> None:
    """It is optional and takes one file."""
    component: Any = FilteredUpload("source", (".md",)).to_component_dict()
    assert component["file_types"] == [".md"]
    assert (component["required"], component["min_values"], component["max_values"]) == (False, 0, 1)
