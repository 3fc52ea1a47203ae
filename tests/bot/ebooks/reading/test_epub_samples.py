"""Published books, where they are at hand: chapter lists as each book's own table of contents has them."""

from bot.ebooks.parsed_book import ParsedBook, SectionKind
from bot.ebooks.reading.epub import read_epub
from tests.bot.ebooks.reading.epubs import chapter_titles, kinds
from tests.bot.ebooks.reading.sample_books import find_sample


def read(name: str) -> ParsedBook:
    return read_epub(find_sample(f"epub/{name}.epub"))


def test_the_stories_of_a_standard_ebook_are_its_chapters() -> None:
    """Twelve stories; the three parts of the first one stay in it."""
    book = read("the-adventures-of-sherlock-holmes")
    assert chapter_titles(book)[:3] == ["A Scandal in Bohemia", "The Redheaded League", "A Case of Identity"]
    assert [heading.title for heading in book.sections[2].headings] == ["I", "II", "III"]
    assert [title for title, kind in kinds(book) if kind != "chapter"] == [
        "Titlepage",
        "Imprint",
        "Colophon",
        "Uncopyright",
    ]
    assert len(chapter_titles(book)) == 12


def test_an_anthology_with_a_nested_table_of_contents_is_cut_at_its_tales() -> None:
    """Sections, authors and parts of tales are other levels; 116 links in all."""
    book = read("childrens-literature")
    tales = [section for section in book.sections if section.number is not None]
    assert [tale.number for tale in tales] == list(range(190, 205))
    assert tales[0].title == "190 A FOUR-LEAVED CLOVER"


def test_a_poem_in_one_document_has_its_parts_and_its_lines() -> None:
    """Line numbers and references to notes are gone; the notes are kept apart."""
    book = read("wasteland")
    assert [(section.kind.value, section.number) for section in book.sections] == [
        ("front matter", None),
        *(("chapter", number) for number in range(1, 6)),
        ("notes", None),
    ]
    assert book.sections[1].text.startswith(
        "April is the cruellest month, breeding\nLilacs out of the dead land, mixing\n"
    )
    assert "And drank coffee, and talked for an hour.\nBin gar keine Russin" in book.sections[1].text


def test_japanese_has_its_base_text_without_readings() -> None:
    """Thirteen chapters that are numbered 一 to 十三."""
    book = read("kusamakura-japanese-vertical-writing")
    chapters = [section for section in book.sections if section.kind is SectionKind.CHAPTER]
    assert [chapter.number for chapter in chapters] == list(range(1, 14))
    assert chapters[0].text.startswith("山路を登りながら、こう考えた。\n\n智に働けば角が立つ。情に棹させば流される。")
    assert (book.title, book.author, book.language) == ("草枕", "夏目 漱石", "ja-JP")


def test_an_arabic_chapter_has_the_title_on_its_page() -> None:
    """Its table of contents only says "Begin to read"."""
    book = read("regime-anticancer-arabic")
    assert [(section.title, section.number) for section in book.sections if section.kind is SectionKind.CHAPTER] == [
        ("الفصل الثاني: ما هو السرطان؟", 2)
    ]
    assert len(book.sections[0].headings) == 7


def test_the_smallest_book_is_read() -> None:
    """One page with three headings."""
    assert chapter_titles(read("hefty-water")) == ["The Switch", "The Source", "Hefty Ruby Water"]
