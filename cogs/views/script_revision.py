"""Asking for a revision: from the command to the run and its card."""

import asyncio

import discord

from bot.actor import Actor
from bot.generation.revision import Revision, describe_losses
from cogs.interactions.access import get_channel_ids, get_services
from cogs.views.formatting import escape_text
from storage.stores.runs import Run


async def request_revision(interaction: discord.Interaction, script_id: str, notes: str, cues: str, by: Actor) -> None:
    """Creates the run and starts it; the deferred interaction's message links to its card."""
    services = get_services(interaction)
    run, revision = await services.revisions.request(script_id, notes, cues, by, channel=get_channel_ids(interaction))
    card = await services.generation.start_run(run.id)
    link = f" https://discord.com/channels/{interaction.guild_id}/{card[0]}/{card[1]}" if card else ""
    text = await asyncio.to_thread(_describe_request, run, revision)  # splits the chapter into its spans
    await interaction.edit_original_response(content=text + link, view=None)


def _describe_request(run: Run, revision: Revision) -> str:
    text = (
        f"Revising {revision.subject} of “{escape_text(revision.script.title, 100)}”, version {revision.parent_version}. "
        f"The result is version {run.version}; nothing else changes."
    )
    return " ".join(filter(None, (text, describe_losses(revision, run.content))))
