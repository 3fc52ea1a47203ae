"""``/scripts approve``: approves a script at once, or asks first where something speaks against it."""

import discord
from discord import ui

from bot.ebooks.script_check import CheckedScript
from bot.scripts.models import WriterKind
from cogs.interactions.access import get_services, require_team
from cogs.views.broadcast_dialog import refresh_script_card
from cogs.views.formatting import escape_text, format_count
from cogs.views.script_buttons import TEMPLATE_QUESTION, ScriptButton
from cogs.views.script_check import CheckButton, count_questions, format_findings
from storage.states import ScriptState


async def approve_script(interaction: discord.Interaction, script_id: str) -> None:
    """Answers the deferred interaction: the script is approved, or a question names what is open in it."""
    by = require_team(interaction)
    services = get_services(interaction)
    checked = await services.checks.read(script_id)
    question = _describe_doubts(checked) if checked.stored.state is ScriptState.DRAFT else ""
    if question:
        await interaction.edit_original_response(content=question, view=_build_choice(checked))
        return
    stored = await services.scripts.approve(script_id, by)
    await refresh_script_card(services, stored.id)
    text = f"**{escape_text(stored.title)}**, version {stored.version}, is approved."
    await interaction.edit_original_response(content=text)


def _describe_doubts(checked: CheckedScript) -> str:
    """What speaks against approving the draft: that it is a template, and open findings; empty where nothing does."""
    lines = [TEMPLATE_QUESTION] if _is_template(checked) else []
    if count := count_questions(checked.findings):
        lines += [
            f"The check of **{escape_text(checked.stored.title)}** has {format_count(count, 'open finding')}:",
            *format_findings(checked.findings)[1:],
            "Once it is approved, its text no longer changes. Approve it all the same?",
        ]
    return "\n".join(lines)


def _build_choice(checked: CheckedScript) -> ui.View:
    view = ui.View(timeout=None)
    view.add_item(ScriptButton("approve_template" if _is_template(checked) else "approve", checked.stored.id))
    if checked.findings:
        view.add_item(CheckButton("open", checked.stored.id))
    return view


def _is_template(checked: CheckedScript) -> bool:
    return checked.stored.writer == WriterKind.TEMPLATE
