"""The last answers to people before the process ends."""

import asyncio
from typing import Final

_ANSWERING: Final = (
    *("CommandTree-invoker", "discord-ui-view-dispatch", "discord-ui-dynamic-item", "discord-ui-modal-dispatch"),
)
"""How discord.py names the tasks in which it runs commands, components and modals."""
_ANSWER_SECONDS: Final = 1.0
"""How long the end waits for them; each takes one request."""


async def wait_for_answers() -> None:
    """Commands, buttons and forms that end because the bot stops can still say so. They run in tasks of discord.py."""
    tasks = [task for task in asyncio.all_tasks() if task.get_name().startswith(_ANSWERING)]
    if tasks:
        await asyncio.wait(tasks, timeout=_ANSWER_SECONDS)
