"""Faults in progress, periods, typed times, links and exports."""

from itertools import pairwise
from typing import Final

from tests.mutation.faults.model import Fault

_SCOPE: Final = ("tests/bot/progress/test_scope.py",)
_BOOKS: Final = ("tests/bot/progress/test_books.py",)
_FILES: Final = ("tests/bot/exports/test_files.py",)
_TABLE: Final = ("tests/bot/progress/test_event_export.py",)
_SCHEDULE: Final = ("tests/bot/broadcasts/test_schedule.py",)
_LINKS: Final = ("tests/bot/test_links.py",)

FAULTS: Final[tuple[Fault, ...]] = (
    Fault(
        "bot.charts.bar_chart",
        "approved chapters are drawn in the colour of drafts",
        "(ScriptState.APPROVED, step.approved)",
        "(ScriptState.DRAFT, step.approved)",
        ("tests/bot/charts/test_progress_chart.py::test_a_bar_has_the_colour_of_what_happened",),
    ),
    Fault("bot.progress.scope", "a week of 8 days", "Period.WEEK: 7", "Period.WEEK: 8", _SCOPE),
    Fault("bot.progress.scope", "a month of 31 days", "Period.MONTH: 30", "Period.MONTH: 31", _SCOPE),
    Fault("bot.progress.scope", "today is not counted", "timedelta(days=days - 1)", "timedelta(days=days)", _SCOPE),
    Fault(
        "bot.progress.scope",
        "a day begins at midnight UTC",
        "moment.astimezone(zone).replace(hour=0",
        "moment.replace(hour=0",
        _SCOPE,
    ),
    Fault(
        "bot.progress.scope",
        "a stranger sees everybody's events",
        'await tx.members.find_id(scope.member_discord_id) or ""',
        "await tx.members.find_id(scope.member_discord_id)",
        _SCOPE,
    ),
    Fault(
        "bot.progress.books",
        "a released chapter is not counted as approved",
        "state in {ScriptState.APPROVED, ScriptState.RELEASED}",
        "state is ScriptState.APPROVED",
        _BOOKS,
    ),
    Fault(
        "bot.progress.books",
        "an approved chapter is counted as released",
        "sum(state is ScriptState.RELEASED",
        "sum(state is ScriptState.APPROVED",
        _BOOKS,
    ),
    Fault(
        "bot.progress.timeline",
        "approved chapters are drawn when they were drafted",
        "(milestone.drafted_at, milestone.approved_at, milestone.released_at)",
        "(milestone.drafted_at, milestone.drafted_at, milestone.released_at)",
        ("tests/bot/progress/test_timeline.py",),
    ),
    Fault(
        "bot.progress.timeline",
        "weeks begin on Sunday",
        "first_day.weekday()",
        "first_day.isoweekday() % 7",
        ("tests/bot/progress/test_timeline.py",),
    ),
    Fault(
        "bot.charts.canvas",
        "an approved chapter has the fill of a drafted one",
        '    None: "#2b2a3c",\n    ScriptState.DRAFT: "#454a8c",\n    ScriptState.APPROVED: "#7c83ff",',
        '    None: "#2b2a3c",\n    ScriptState.DRAFT: "#454a8c",\n    ScriptState.APPROVED: "#454a8c",',
        ("tests/bot/charts",),
    ),
    Fault(
        "bot.progress.public_view",
        "drafts are shown as upcoming",
        "for chapter in chapters if chapter.state is ScriptState.APPROVED)",
        "for chapter in chapters if chapter.state is not ScriptState.RELEASED)",
        ("tests/bot/progress/test_public_view.py",),
    ),
    *(
        Fault(
            "bot.exports.files",
            f"a cell that begins with {start} is a formula",
            f"{start}, {following}",
            following,
            _FILES,
        )
        for start, following in pairwise(('"="', '"+"', '"-"', '"@"', '"\\t"', '"\\r"'))
    ),
    Fault("bot.exports.files", "a cell that begins with CR is a formula", ', "\\r")', ")", _FILES),
    Fault("bot.exports.files", "large files stay as they are", "<= limit", ">= 0", _FILES),
    Fault("bot.exports.files", "the archive is not compressed", "zipfile.ZIP_DEFLATED", "zipfile.ZIP_STORED", _FILES),
    Fault(
        "bot.progress.event_export",
        "the data of an event may be a formula",
        "*(escape_csv_cell(cell) for cell in (*row, event.data))",
        "*(escape_csv_cell(cell) for cell in row), event.data",
        _TABLE,
    ),
    Fault(
        "bot.progress.event_export",
        "the export is never a ZIP file",
        'return zip_if_larger(files, limit, "session_progress.zip")',
        "return files",
        _TABLE,
    ),
    Fault(
        "bot.broadcasts.schedule",
        "a typed time is taken as UTC",
        "parsed.replace(tzinfo=zone)",
        "parsed.replace(tzinfo=UTC)",
        _SCHEDULE,
    ),
    Fault("bot.broadcasts.schedule", "91 days", "timedelta(days=90)", "timedelta(days=91)", _SCHEDULE),
    Fault("bot.broadcasts.schedule", "any delay", "moment - now > MAX_DELAY", "False", _SCHEDULE),
    Fault(
        "bot.broadcasts.schedule",
        "relative days are counted in UTC",
        "now.astimezone(zone)",
        "now.astimezone(UTC)",
        _SCHEDULE,
    ),
    Fault("bot.links", "any scheme", 'parts.scheme in {"http", "https"}', "parts.scheme", _LINKS),
    Fault(
        "bot.links",
        "links into the own network",
        "len(labels) > 1",
        "labels",
        _LINKS,
    ),
)
