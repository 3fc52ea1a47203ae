"""The production pack of one approved script."""

from collections.abc import Iterator, Mapping

from bot.errors import StateError
from bot.exports import pdf
from bot.exports.files import Download, build_file_name
from bot.exports.options import ExportOptions
from bot.exports.pack.archive import build_archive
from bot.exports.pack.cast import CastTally
from bot.exports.pack.lexicon import build_lexicon, list_words
from bot.exports.pack.lines import build_lines, build_pickups, list_line_rows, list_pickup_rows
from bot.exports.pack.markers import build_audacity_labels, build_reaper_markers
from bot.exports.pack.readme import build_readme
from bot.exports.pack.reaper_session import build_session
from bot.exports.pack.role_names import name_roles
from bot.exports.pack.scenes import list_recorded_scenes
from bot.exports.pack.schedule import build_schedule, plan_schedule
from bot.exports.pack.sides import build_sides
from bot.exports.pack.spotting import build_spotting, list_spotting_rows
from bot.exports.sheet import ScriptSheet
from storage.states import ScriptState


def build_download(sheet: ScriptSheet, options: ExportOptions) -> Download:
    """The pack as a ``.zip`` file; the same script gives the same bytes.

    Raises:
        StateError: the script is not approved.
    """
    stored = sheet.stored
    if stored.state is ScriptState.DRAFT:
        raise StateError(
            "A production pack is made of an approved script, and this one is a draft.",
            "Approve it first, then try again.",
        )
    role_names = name_roles(role.name for role in sheet.roles if role.lines)
    schedule = plan_schedule(list(list_recorded_scenes(sheet)))
    tally = CastTally()
    tally.add(sheet)
    printed = pdf.build_download(sheet, options)
    files = [
        Download("script.pdf", printed.content, printed.notes),
        *build_sides(sheet, role_names, options),
        build_schedule(schedule),
        tally.build_table(role_names),
        build_lines(list_line_rows(sheet, role_names)),
        build_pickups(list_pickup_rows(sheet, role_names)),
        build_spotting(list_spotting_rows(sheet)),
        *build_editor_files(sheet, role_names),
        build_lexicon(list_words(sheet), sheet.language),
    ]
    notes = dict.fromkeys(note for file in files for note in file.notes)
    heading = [
        f"{sheet.ebook_title}: chapter {stored.chapter_number}, {sheet.script.title}",
        f"Production pack of version {stored.version} ({stored.state.value}), text of {sheet.drafted_at:%Y-%m-%d}",
    ]
    readme = build_readme(heading, [file.name for file in files], [schedule.summary, *notes])
    name = build_file_name(
        stored.ebook_id, f"ch{stored.chapter_number}", f"v{stored.version}", sheet.script.title, "pack", ending="zip"
    )
    return Download(name, build_archive([readme, *files]), tuple(notes))


def build_editor_files(sheet: ScriptSheet, role_names: Mapping[str, str]) -> Iterator[Download]:
    """What an editor opens in an audio program, for one chapter."""
    yield build_audacity_labels(sheet, role_names)
    yield build_reaper_markers(sheet, role_names)
    yield build_session(sheet, role_names)
