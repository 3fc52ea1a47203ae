"""``python -m bot import DIR [--dry-run]`` and ``python -m bot export DIR``: the sentences they print."""

from pathlib import Path

from bot.clock import utcnow
from bot.legacy.exporter import export_folder
from bot.legacy.files import LEFTOVERS_FILE
from bot.legacy.import_report import FileReport
from bot.legacy.importer import check_folder, import_folder
from bot.progress.scope import get_time_zone
from bot.settings import StudioSettings
from storage import Database
from storage.dry_run import open_dry_run


async def import_files(settings: StudioSettings, folder: Path, *, dry_run: bool) -> list[str]:
    """Takes the folder's files in, or only says what would come of it; what is to be printed.

    Raises:
        InputError: there is nothing to import.
        StorageError: the database stays closed.
    """
    check_folder(folder)
    if dry_run:
        async with open_dry_run(settings.database_url, utcnow) as database:
            reports = await _taken_in(database, folder, settings)
    else:
        database = await Database.open(settings.database_url, utcnow)
        try:
            reports = await _taken_in(database, folder, settings)
        finally:
            await database.close()
    lines = ["This is a dry run: nothing is changed. An import would say:"] if dry_run else []
    lines += [line for report in reports for line in report.sentences()]
    if any(report.skipped for report in reports):
        lines.append(f"What was skipped is kept word for word; an export gives it out as {LEFTOVERS_FILE}.")
    return lines


async def _taken_in(database: Database, folder: Path, settings: StudioSettings) -> list[FileReport]:
    """Moments without a zone were the studio's own time, as it was set up last."""
    async with database.read() as tx:
        zone = await get_time_zone(tx, settings.studio_timezone)
    return await import_folder(database, folder, zone)


async def export_files(settings: StudioSettings, folder: Path) -> list[str]:
    """Writes the four files; what is to be printed. Raises as ``import_files`` does."""
    database = await Database.open(settings.database_url, utcnow)
    try:
        return await export_folder(database, folder)
    finally:
        await database.close()
