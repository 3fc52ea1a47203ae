"""Books as readers return them, for tests of what comes after reading."""

from bot.ebooks.parsed_book import Heading, ParsedBook, Section, SectionKind

LONG_ENOUGH = " ".join(["The lantern went out over the harbour and nobody spoke of it."] * 8)
"""The text of a chapter that gives no reason for a warning."""


def make_section(
    title: str, text: str = LONG_ENOUGH, number: int | None = None, kind: SectionKind = SectionKind.CHAPTER
) -> Section:
    return Section(title=title, text=text, number=number, kind=kind)


def make_book(*sections: Section, title: str = "The Lantern", author: str = "Ada Marsh") -> ParsedBook:
    return ParsedBook(title=title, author=author, language="en", sections=sections)


def make_numbered_book(chapters: int, title: str = "The Lantern") -> ParsedBook:
    """A book whose chapters 1 to ``chapters`` state their numbers and have texts of their own."""
    sections = (
        make_section(f"Chapter {number}", f"{LONG_ENOUGH} Night number {number} began.", number)
        for number in range(1, chapters + 1)
    )
    return make_book(*sections, title=title)


def make_section_with_headings(title: str, *headings: str, text: str = LONG_ENOUGH) -> Section:
    """A section in which ``text`` follows its title and each heading."""
    whole, found = text, []
    for heading in headings:
        found.append(Heading(title=heading, offset=len(whole) + 2))
        whole += f"\n\n{heading}\n\n{text}"
    return Section(title=title, text=whole, headings=tuple(found))
