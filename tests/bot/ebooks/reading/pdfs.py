"""PDF files for tests, made of single lines of text at places of the page, or of a book set in pages like a printed one."""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT = 420, 595
MARGIN = 60
SIZE = 10
LEADING = 14
COLUMNS = 50  # letters in a line: Courier's letters are 0.6 times as wide as high


@dataclass
class Page:
    """What stands on a page: each piece with its place, size and text. ``has_picture`` draws something that is no text."""

    pieces: list[tuple[float, float, float, str]] = field(default_factory=list)
    has_picture: bool = False

    def write(self, x: float, y: float, text: str, size: float = SIZE) -> None:
        self.pieces.append((x, y, size, text))


def build_pdf(
    pages: Sequence[Page],
    outline: Sequence[tuple[str, int, int]] = (),
    info: dict[str, str] | None = None,
    language: str = "",
    *,
    letters: dict[str, str] | None = None,
    is_encrypted: bool = False,
) -> bytes:
    """A PDF file. The outline's entries have a title, a level from 0, and the index of a page.

    ``letters`` says which letters the drawn ones stand for.
    """
    font = b"/Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding"
    objects: list[bytes] = [b"", b"", b"<< %s >>" % font]
    kids = []
    if letters:
        objects[2] = b"<< %s /ToUnicode 4 0 R >>" % font
        objects.append(_stream(_map_letters(letters)))
    for page in pages:
        objects.append(_stream(_draw(page)))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>"
            % (WIDTH, HEIGHT, len(objects))
        )
        kids.append(len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    catalog = b"/Type /Catalog /Pages 2 0 R"
    if outline:
        catalog += b" /Outlines %d 0 R" % _add_outline(objects, outline, kids)
    if language:
        catalog += b" /Lang (%s)" % language.encode()
    objects[0] = b"<< %s >>" % catalog
    trailer = b"/Root 1 0 R"
    if info:
        objects.append(b"<< %s >>" % b" ".join(b"/%s %s" % (key.encode(), _text(value)) for key, value in info.items()))
        trailer += b" /Info %d 0 R" % len(objects)
    if is_encrypted:
        objects.append(b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"41" * 32, b"42" * 32))
        trailer += b" /Encrypt %d 0 R /ID [<%s> <%s>]" % (len(objects), b"43" * 16, b"43" * 16)
    return _assemble(objects, trailer)


def _map_letters(letters: dict[str, str]) -> bytes:
    pairs = b"".join(
        b"<%02x> <%s>\n" % (ord(key), value.encode("utf-16-be").hex().encode()) for key, value in letters.items()
    )
    return (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Letters def /CMapType 2 def\n"
        b"1 begincodespacerange <00> <ff> endcodespacerange\n%d beginbfchar\n%sendbfchar\n"
        b"endcmap CMapName currentdict /CMap defineresource pop end end" % (len(letters), pairs)
    )


def _assemble(objects: Sequence[bytes], trailer: bytes) -> bytes:
    content = bytearray(b"%PDF-1.5\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    content += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    content += b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return bytes(content)


def _draw(page: Page) -> bytes:
    drawn = b"".join(
        b"BT /F1 %.1f Tf %.1f %.1f Td (%s) Tj ET\n" % (size, x, y, _escape(text)) for x, y, size, text in page.pieces
    )
    return drawn + (b"100 100 200 300 re f\n" if page.has_picture else b"")


def _escape(text: str) -> bytes:
    content = text.encode("cp1252")
    return content.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _text(text: str) -> bytes:
    return b"<%s>" % ("\ufeff" + text).encode("utf-16-be").hex().encode()


def _stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def _add_outline(objects: list[bytes], outline: Sequence[tuple[str, int, int]], kids: Sequence[int]) -> int:
    root = len(objects) + 1
    numbers = range(root + 1, root + 1 + len(outline))
    parents: list[int] = []
    for index, (_, level, _) in enumerate(outline):
        above = [other for other in range(index) if outline[other][1] < level]
        parents.append(numbers[above[-1]] if above else root)

    def link(parent: int) -> bytes:
        children = [number for number, each in zip(numbers, parents, strict=True) if each == parent]
        return b"/First %d 0 R /Last %d 0 R /Count %d" % (children[0], children[-1], len(children)) if children else b""

    objects.append(b"<< /Type /Outlines %s >>" % link(root))
    for index, (title, _, page) in enumerate(outline):
        siblings = [number for number, each in zip(numbers, parents, strict=True) if each == parents[index]]
        place = siblings.index(numbers[index])
        following = b"/Next %d 0 R" % siblings[place + 1] if place + 1 < len(siblings) else b""
        before = b"/Prev %d 0 R" % siblings[place - 1] if place else b""
        objects.append(
            b"<< /Title %s /Parent %d 0 R %s %s %s /Dest [%d 0 R /XYZ 0 %d 0] >>"
            % (_text(title), parents[index], before, following, link(numbers[index]), kids[page], HEIGHT)
        )
    return root


@dataclass
class Press:
    """Sets chapters in pages: indented paragraphs, running heads on left and right pages, page numbers at the foot."""

    title: str = "The Lantern"
    heading_size: float = 16
    is_indented: bool = True
    has_heads: bool = True
    wrap: Callable[[str, int], list[str]] = textwrap.wrap
    pages: list[Page] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    _y: float = 0

    def set_chapter(self, heading: Sequence[str], paragraphs: Sequence[str]) -> None:
        """One chapter, which begins on a page of its own."""
        self._turn("")
        self.starts.append(len(self.pages) - 1)
        self._y = HEIGHT - 150
        for line in heading:
            self.pages[-1].write(WIDTH / 2 - len(line) * self.heading_size * 0.3, self._y, line, self.heading_size)
            self._y -= self.heading_size * 2
        for paragraph in paragraphs:
            self._set_paragraph(paragraph, heading[-1])

    def _set_paragraph(self, paragraph: str, chapter: str) -> None:
        lines = self.wrap(("\0\0" if self.is_indented else "") + paragraph, COLUMNS)
        for line in lines:
            if self._y < MARGIN + LEADING:
                self._turn(chapter)
            indent = SIZE * 1.2 if line.startswith("\0") else 0
            self.pages[-1].write(MARGIN + indent, self._y, line.strip("\0"))
            self._y -= LEADING
        if not self.is_indented:
            self._y -= LEADING * 0.8

    def _turn(self, chapter: str) -> None:
        self.pages.append(Page())
        number = len(self.pages)
        self._y = HEIGHT - MARGIN - 30
        if self.has_heads:
            self.pages[-1].write(WIDTH / 2, MARGIN - 20, str(number), 8)
            if chapter:
                self.pages[-1].write(MARGIN, HEIGHT - MARGIN, chapter if number % 2 else self.title, 8)
