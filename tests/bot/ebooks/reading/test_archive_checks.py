from pathlib import Path

import pytest

from bot.ebooks.reading.archive_checks import check_archive
from bot.errors import InputError
from tests.bot.ebooks.reading.archives import pack

BOMB = "<!ENTITY a 'lol'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;'>"
EXTERNAL = "refers to something outside of it: "


def document(declarations: str, encoding: str = "utf-8") -> bytes:
    prologue = f'<?xml version="1.0" encoding="{encoding}"?><!-- a comment --><!DOCTYPE html [{declarations}]>'
    return f"{prologue}<html><p>&c;</p></html>".encode(encoding)


@pytest.mark.parametrize("name", ["chapter.xhtml", "META-INF/container.xml", "toc.NCX", "book.opf", "chapter"])
@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (document(BOMB), "is an entity bomb"),
        (document(BOMB, "utf-16"), "is an entity bomb"),
        (document(f"<!ENTITY c '{'x' * 1001}'>"), "is an entity bomb"),
        (document("<!ENTITY c SYSTEM 'file:///etc/passwd'>"), f"{EXTERNAL}file:///etc/passwd."),
        (document("<!ENTITY c PUBLIC 'x' 'http://10.0.0.1/x'>"), f"{EXTERNAL}http://10.0.0.1/x."),
        (document("<!ENTITY % c SYSTEM 'http://10.0.0.1/x'> %c;"), f"{EXTERNAL}http://10.0.0.1/x."),
    ],
    ids=["bomb", "bomb in UTF-16", "long", "file", "address", "parameter"],
)
def test_hostile_declarations_are_refused_by_name(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    """The document with the bomb is named, whatever it is called and however it is encoded."""
    path = tmp_path / "book"
    path.write_bytes(pack({"honest.xhtml": b"<html/>", name: content}))
    with pytest.raises(InputError) as caught:
        check_archive(path, is_trusting=False)
    assert caught.value.sentence.startswith(f"{name} inside this file {expected}")


@pytest.mark.parametrize(
    "content",
    [
        document("<!ENTITY nbsp '&#160;'><!ENTITY c 'Carol &#38; Co.'>"),
        b'<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd"><html/>',
        b"<html><p>not <b>closed &nbsp;",
        b'<?xml version="1.0" encoding="shift-jis-2004-unknown"?><html/>',
        b"<html><p>He wrote &lt;!ENTITY x SYSTEM 'y'&gt;</p></html>",
        b"",
        bytes(100),
    ],
    ids=["own signs", "usual doctype", "broken", "unknown encoding", "in the text", "empty", "zeros"],
)
def test_honest_declarations_pass(tmp_path: Path, content: bytes) -> None:
    """Old books declare single signs and point to the public DTD, which nobody fetches."""
    path = tmp_path / "book"
    path.write_bytes(pack({"chapter.xhtml": content, "picture.png": document(BOMB)}))
    check_archive(path, is_trusting=False)


@pytest.mark.parametrize("is_trusting", [False, True])
def test_a_library_that_trusts_the_archive_gets_no_lies(tmp_path: Path, is_trusting: bool) -> None:
    """For python-docx, which opens the archive by itself, a wrong checksum is found first."""
    path = tmp_path / "book"
    path.write_bytes(pack({"media.png": b"a picture" * 9}, 0).replace(b"a picture", b"A picture", 1))
    if is_trusting:
        with pytest.raises(InputError, match="damaged"):
            check_archive(path, is_trusting=True)
    else:
        check_archive(path, is_trusting=False)
