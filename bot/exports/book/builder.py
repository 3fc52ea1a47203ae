"""The archives of a whole book, made chapter by chapter on disk."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from io import BufferedRandom
from typing import Final

from bot.errors import InputError
from bot.exports.book.listing import BookChapter, build_listing
from bot.exports.book.parts import StagedFile, Staging, divide, measure_entry, write_part
from bot.exports.book.production import BookProduction, PlannedSide
from bot.exports.files import Download, build_file_name
from bot.exports.formats import RENDERERS, ExportFormat
from bot.exports.options import ExportOptions
from bot.exports.pack.lines import name_folder
from bot.exports.pack.production_pack import build_editor_files
from bot.exports.pack.sides import build_side
from bot.exports.sheet import ScriptSheet
from storage.states import ScriptState

BOOK_FORMATS: Final = (
    ExportFormat.PDF,
    ExportFormat.DOCX,
    ExportFormat.MARKDOWN,
    ExportFormat.FOUNTAIN,
    ExportFormat.JSON,
)
"""In which formats each chapter is in the archive: to print, to edit, to read anywhere, for other programs."""
_PRODUCTION: Final = "production/"
_LISTING_RESERVE: Final = 2_000


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """One archive: the name that it gets where it is sent, and the open file."""

    name: str
    content: BufferedRandom


@dataclass(frozen=True, slots=True)
class BookArchives:
    """The finished archives on disk, each open at its beginning, and what should be said about them."""

    files: tuple[ArchiveFile, ...]
    notes: tuple[str, ...]


@dataclass(slots=True)
class BookBuilder:
    """Makes the archives. ``chapters`` are all of the book, those without a script too. Not for two threads.

    ``open_file`` gives a new file to write and read; the caller closes it.
    """

    open_file: Callable[[], BufferedRandom]
    ebook_id: str
    title: str
    chapters: Sequence[BookChapter]
    options: ExportOptions
    _staging: Staging = field(init=False)
    _production: BookProduction = field(default_factory=BookProduction)
    _groups: list[list[StagedFile]] = field(default_factory=list)
    _sides: list[StagedFile] = field(default_factory=list)
    _notes: dict[str, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._staging = Staging(self.open_file())

    def add_chapter(self, sheet: ScriptSheet) -> None:
        """Renders the chapter in all formats; an approved one is part of the production as well. Add chapters in order."""
        is_draft = sheet.stored.state is ScriptState.DRAFT
        files = list(self._render(sheet))
        if not is_draft:
            self._production.add(sheet)
            files += build_editor_files(sheet, self._production.role_names)
        prefix = f"{name_folder(sheet)}/{'DRAFT-' if is_draft else ''}"
        self._groups.append([self._stage(prefix, file) for file in files])

    def plan_sides(self) -> list[PlannedSide]:
        """The sides of the production."""
        return list(self._production.plan_sides())

    def add_side(self, side: PlannedSide, sheets: Sequence[ScriptSheet]) -> None:
        """Renders a side from the sheets of its scripts; add sides after all chapters."""
        printed = build_side(sheets, side.role, side.file_name, self.options)
        self._sides.append(self._stage(_PRODUCTION, printed))

    def finish(self, limit: int) -> BookArchives:
        """Writes the archives, none larger than ``limit`` bytes.

        Raises:
            InputError: not even the list of the files fits.
        """
        tables = [self._stage(_PRODUCTION, file) for file in self._production.build_files()]
        groups = [[*tables, *self._sides], *self._groups]
        listing = self._build_listing([], groups, [])
        room = limit - measure_entry(Download(listing.name, bytes(0))) - len(listing.content) - _LISTING_RESERVE
        if room <= 0:
            raise InputError(
                "The list of this book's files alone is larger than Discord takes here.", "Try another server."
            )
        parts, too_large = divide(groups, room)
        self._notes |= dict.fromkeys(
            f"{file.name} is larger than Discord takes here and was left out." for file in too_large
        )
        archives = []
        for number, files in enumerate(parts, 1):
            suffix = f"{number}-of-{len(parts)}" if len(parts) > 1 else ""
            archive = ArchiveFile(build_file_name(self.ebook_id, "scripts", suffix, ending="zip"), self.open_file())
            write_part(archive.content, self._build_listing(files, parts, too_large), files)
            archives.append(archive)
        return BookArchives(tuple(archives), tuple(self._notes))

    def _render(self, sheet: ScriptSheet) -> Iterator[Download]:
        for each in BOOK_FORMATS:
            if render := RENDERERS.get(each):
                yield render(sheet, self.options)

    def _stage(self, prefix: str, file: Download) -> StagedFile:
        self._notes |= dict.fromkeys(file.notes)
        return self._staging.add(Download(prefix + file.name, file.content))

    def _build_listing(
        self, here: Sequence[StagedFile], parts: Sequence[Sequence[StagedFile]], too_large: Sequence[StagedFile]
    ) -> Download:
        names = [[file.name for file in part] for part in parts]
        return build_listing(
            title=self.title,
            chapters=self.chapters,
            here=[file.name for file in here],
            parts=names,
            left_out=[file.name for file in too_large],
            notes=[note for note in (self._production.schedule_summary, *self._notes) if note],
        )
