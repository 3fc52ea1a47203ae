"""All checks, in the order in which they are shown."""

import asyncio

from bot.doctor.database import check_database
from bot.doctor.discord_api import check_discord
from bot.doctor.findings import Finding, fine, problem
from bot.doctor.gemini import check_gemini
from bot.doctor.machine import check_disk, check_versions
from bot.errors import ConfigError
from bot.settings import Settings, load_settings
from storage.inspection import find_folder


async def examine(*, offline: bool) -> tuple[list[Finding], Settings | None]:
    """What was found, and the settings, whose secrets must not be printed; without usable settings little can be looked at.

    ``offline`` leaves out Discord and Gemini.
    """
    try:
        settings = load_settings()
    except ConfigError as error:
        lines = [line.strip(" -") for line in error.sentence.splitlines()[1:]] or [error.text]
        return [check_versions(), *(problem("settings", line) for line in lines)], None
    findings = [check_versions(), fine("settings", "All settings are present and valid.")]
    database, studio = await check_database(settings.database_url)
    findings += [*database, *await asyncio.to_thread(check_disk, find_folder(settings.database_url))]
    if not offline:
        for group in await asyncio.gather(check_discord(settings, studio), check_gemini(settings)):
            findings += group
    return findings, settings
