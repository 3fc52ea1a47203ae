"""What an EPUB may get wrong in its container, and what the reader refuses."""

import zipfile
from pathlib import Path

import pytest

from bot.ebooks.reading.epub import read_epub
from bot.errors import InputError
from tests.bot.ebooks.reading.epubs import PROSE, SENTENCE, Epub, chapter_titles, page

LINES = [("The Key", "one.xhtml"), ("The Door", "two.xhtml"), ("The Stairs", "three.xhtml")]
THREE = {"one.xhtml": PROSE, "two.xhtml": PROSE, "three.xhtml": PROSE}
_ENCRYPTION = (
    '<encryption xmlns:enc="http://www.w3.org/2001/04/xmlenc#"><enc:EncryptedData><enc:EncryptionMethod Algorithm="{}"/>'
    '<enc:CipherData><enc:CipherReference URI="OPS/one.xhtml"/></enc:CipherData></enc:EncryptedData></encryption>'
)


def test_addresses_with_escapes_and_other_letter_case_are_found(tmp_path: Path) -> None:
    """ "der%20Schlüssel.XHTML" is the file "der Schlüssel.xhtml", in the manifest and in the contents."""
    pages = {"der Schlüssel.xhtml": PROSE, "two.xhtml": PROSE, "three.xhtml": PROSE}
    spine = ["der%20Schl%C3%BCssel.XHTML", "two.xhtml", "../OPS/three.xhtml"]
    contents = [("The Key", "der%20Schl%C3%BCssel.xhtml"), *LINES[1:]]
    assert chapter_titles(Epub(pages=pages, spine=spine, contents=contents).read(tmp_path)) == [
        "The Key",
        "The Door",
        "The Stairs",
    ]


def test_no_address_leads_out_of_the_book(tmp_path: Path) -> None:
    """A document outside of the archive is missing, whether or not it exists on the disk."""
    (tmp_path / "secret.xhtml").write_text(page("<p>Secret.</p>"))
    outside = ["../../secret.xhtml", f"file://{tmp_path}/secret.xhtml", f"{tmp_path}/secret.xhtml"]
    book = Epub(pages=THREE, spine=[*THREE, *outside], contents=LINES).read(tmp_path)
    assert len(book.sections) == 3
    assert "3 documents that are not in the file" in book.warnings[0]


def test_a_missing_document_is_named(tmp_path: Path) -> None:
    """The rest of the book can be used."""
    book = Epub(pages=THREE, spine=[*THREE, "four.xhtml"], contents=LINES).read(tmp_path)
    assert book.warnings == ("The book names a document that is not in the file: four.xhtml.",)


def test_lines_of_the_contents_that_lead_nowhere_are_named(tmp_path: Path) -> None:
    """Missing documents and missing places inside documents."""
    lines = [*LINES, ("The Attic", "attic.xhtml"), ("The Roof", "three.xhtml#roof")]
    book = Epub(pages=THREE, contents=lines).read(tmp_path)
    assert book.warnings == ("The table of contents names places that are not in the book: “The Attic”, “The Roof”.",)
    assert chapter_titles(book) == ["The Key", "The Door", "The Stairs"]


def test_contents_with_addresses_in_the_wrong_folder_are_found_by_name(tmp_path: Path) -> None:
    """A documentation program writes them so."""
    pages = {f"text/{name}": PROSE for name in THREE}
    book = Epub(pages=pages, contents=LINES).read(tmp_path)
    assert chapter_titles(book) == ["The Key", "The Door", "The Stairs"]
    assert book.warnings == ()


def test_a_link_below_its_own_heading_takes_the_heading_along(tmp_path: Path) -> None:
    """The heading does not end up at the end of the chapter before."""
    body = "".join(f'<h2>{title}</h2><p id="p{n}">{n}. {SENTENCE * 30}</p>' for n, (title, _) in enumerate(LINES))
    lines = [(title, f"all.xhtml#p{number}") for number, (title, _) in enumerate(LINES)]
    book = Epub(pages={"all.xhtml": body}, contents=lines).read(tmp_path)
    assert [section.text[:2] for section in book.sections] == ["0.", "1.", "2."]
    assert not any(title in section.text for section in book.sections for title, _ in LINES)


def test_a_document_whose_encoding_is_a_guess_is_named(tmp_path: Path) -> None:
    """Somebody has to look whether its letters are right."""
    unclear = page("<p>Żółw śpi</p>").replace(' encoding="utf-8"', "").encode("cp1250")
    book = Epub(pages={"one.xhtml": unclear, "two.xhtml": PROSE}).read(tmp_path)
    assert [each for each in book.warnings if "encoding" in each and "OPS/one.xhtml" in each]


def test_a_lost_fragment_is_replaced_by_the_heading_with_the_same_words(tmp_path: Path) -> None:
    """Conversion programs lose ids; the headings stay."""
    body = f"<h2>The Key</h2>{PROSE}<h2>The Door</h2>{PROSE}<h2>The Stairs</h2>{PROSE}"
    lines = [(title, f"all.xhtml#lost{number}") for number, (title, _) in enumerate(LINES)]
    book = Epub(pages={"all.xhtml": body}, contents=lines).read(tmp_path)
    assert chapter_titles(book) == ["The Key", "The Door", "The Stairs"]
    assert book.warnings == ()


@pytest.mark.parametrize(
    ("algorithm", "is_locked"),
    [
        ("http://www.w3.org/2001/04/xmlenc#aes128-cbc", True),
        ("http://www.idpf.org/2008/embedding", False),
        ("http://ns.adobe.com/pdf/enc#RC", False),
    ],
)
def test_a_protected_book_is_refused_and_scrambled_fonts_are_not(
    tmp_path: Path, algorithm: str, is_locked: bool
) -> None:
    """Only the text of an unprotected book can be read."""
    book = Epub(pages=THREE, contents=LINES, files={"META-INF/encryption.xml": _ENCRYPTION.format(algorithm)})
    if is_locked:
        with pytest.raises(InputError, match="protected"):
            book.read(tmp_path)
    else:
        assert len(book.read(tmp_path).sections) == 3


def test_a_book_of_pictures_is_refused(tmp_path: Path) -> None:
    """A comic has no text that could become a script. Some name their pictures where others name documents."""
    with pytest.raises(InputError, match="only pictures"):
        Epub(pages={"one.xhtml": '<img src="one.png" alt="A page"/>'}).read(tmp_path)
    epub = Epub(pages={"one.png": b"", "about.xhtml": PROSE}, spine=["one.png"])
    epub.files = {"OPS/book.opf": epub._package().replace("application/xhtml+xml", "image/png")}
    with pytest.raises(InputError, match="only pictures"):
        epub.read(tmp_path)


def test_an_archive_without_package_document_is_no_epub(tmp_path: Path) -> None:
    """The sentence says what is missing."""
    path = tmp_path / "book.epub"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
    with pytest.raises(InputError, match="no package document"):
        read_epub(path)


def test_a_book_without_container_file_and_mimetype_is_read(tmp_path: Path) -> None:
    """The package document is found by its name."""
    path = Epub(pages=THREE, contents=LINES).write(tmp_path / "book.epub")
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(tmp_path / "bare.epub", "w") as bare:
        for name in archive.namelist():
            if name.startswith("OPS/"):
                bare.writestr(name, archive.read(name))
    assert len(read_epub(tmp_path / "bare.epub").sections) == 3


def test_a_book_without_order_is_read_as_its_package_lists_it(tmp_path: Path) -> None:
    """A warning asks to look at the order."""
    epub = Epub(pages=THREE)
    epub.files = {"OPS/book.opf": epub._package().replace("itemref", "lost"), "META-INF/container.xml": b"\x00 damaged"}
    book = epub.read(tmp_path)
    assert len(book.sections) == 3
    assert "in which order" in book.warnings[0]


def test_a_damaged_ncx_is_no_reason_to_refuse_the_book(tmp_path: Path) -> None:
    """The headings are there."""
    epub = Epub(pages={f"{n}.xhtml": f"<h1>Chapter {n}</h1>{PROSE}" for n in (1, 2, 3)}, ncx_contents=LINES)
    epub.files = {"OPS/toc.ncx": b"PK\x03\x04"}
    assert chapter_titles(epub.read(tmp_path)) == ["Chapter 1", "Chapter 2", "Chapter 3"]


def test_authors_are_the_creators_in_the_role_of_an_author(tmp_path: Path) -> None:
    """Translators and illustrators are no authors; EPUB 3 says so in refinements."""
    metadata = (
        '<dc:creator id="a">Ada Quill</dc:creator><meta refines="#a" property="role">aut</meta>'
        '<dc:creator id="b">Bo Inker</dc:creator><meta refines="#b" property="role">ill</meta>'
        "<dc:language>zh_hant-tw</dc:language>"
    )
    book = Epub(pages=THREE, contents=LINES, metadata=metadata).read(tmp_path)
    assert (book.author, book.language) == ("Ada Quill", "zh-Hant-TW")
