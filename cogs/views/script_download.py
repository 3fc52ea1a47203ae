"""The download of a script: which files there are, and the menu from which one is chosen."""

import io
import re
from typing import Any, Final, Self

import discord
from discord import ui

from bot.exports.files import Download, fit_into_upload
from bot.exports.formats import RENDERERS, ExportFormat
from cogs.interactions.access import get_services, require_team
from cogs.interactions.uploads import get_upload_limit
from cogs.views.base import PersistentItemMixin, read_chosen_member
from cogs.views.formatting import shorten

_LABELS: Final[dict[ExportFormat, str]] = {
    ExportFormat.PDF: "PDF, to print and to record from",
    ExportFormat.DOCX: "Word (DOCX), to edit and print",
    ExportFormat.MARKDOWN: "Markdown, to read anywhere",
    ExportFormat.FOUNTAIN: "Fountain, for screenwriting programs",
    ExportFormat.SSML: "SSML, for any speech service",
    ExportFormat.SSML_GOOGLE: "SSML for Google Cloud Text-to-Speech",
    ExportFormat.SSML_AMAZON: "SSML for Amazon Polly",
    ExportFormat.SSML_AZURE: "SSML for Azure Speech",
    ExportFormat.JSON: "JSON, everything, for programs",
    ExportFormat.SEED: "JSON as the predecessor wrote it",
    ExportFormat.PACK: "Production pack (ZIP), for a recording day",
}
FORMAT_LABELS: Final = {each: label for each, label in _LABELS.items() if each in RENDERERS}
"""The formats that can be made, in the order in which they are offered."""
_MAX_NOTES: Final = 1_800
"""Characters of the notes beside a file. Discord accepts 2,000 in one message."""


def download_view(script_id: str) -> ui.View:
    """The menu with all formats."""
    view = ui.View(timeout=None)
    view.add_item(DownloadSelect(script_id))
    return view


class DownloadSelect(
    PersistentItemMixin,
    ui.DynamicItem[ui.Select[Any]],
    template=r"download:(?P<script_id>audio_scripts_[0-9a-f]{16})",
):
    """Chooses a format and answers with the file. The menu stays, for the next format."""

    def __init__(self, script_id: str) -> None:
        options = [discord.SelectOption(label=label, value=each.value) for each, label in FORMAT_LABELS.items()]
        menu = ui.Select[Any](placeholder="As which file?", options=options, custom_id=f"download:{script_id}")
        super().__init__(menu)
        self.script_id = script_id

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["script_id"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Puts the file into the message with the menu."""
        require_team(interaction)
        file_format = read_chosen_member(ExportFormat, self.item.values)
        await interaction.response.defer()
        await send_download(interaction, self.script_id, file_format, menu=download_view(self.script_id))


async def send_download(
    interaction: discord.Interaction, script_id: str, file_format: ExportFormat, menu: ui.View | None = None
) -> None:
    """Makes the file and puts it into the answer, which must be deferred, with what there is to say about it."""
    by = require_team(interaction)
    download = await get_services(interaction).exports.export_script(script_id, file_format, by)
    download = fit_into_upload(download, get_upload_limit(interaction))
    file = discord.File(io.BytesIO(download.content), download.name)
    await interaction.edit_original_response(content=describe_download(download), attachments=[file], view=menu)


def describe_download(download: Download) -> str:
    """What stands above the file."""
    return shorten(" ".join(("The script:", *download.notes)), _MAX_NOTES)
