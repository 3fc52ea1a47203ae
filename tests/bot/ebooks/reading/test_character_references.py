import pytest

from bot.ebooks.reading.markup_parser import parse_page


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("&#8217;", "’"),
        ("&#x1F600;", "😀"),
        ("&#60;", "<"),
        ("&#146;", "’"),
        ("&#0;", "\ufffd"),
        ("&#xD800;", "\ufffd"),
        ("&#56320;", "\ufffd"),
        ("&#x110000;", "\ufffd"),
        (f"&#{'9' * 9_000};", "\ufffd"),
        ("&#1;", ""),
        ("&#xFFFE;", ""),
    ],
)
@pytest.mark.parametrize("end", ["</p></html>", "<b></html>"], ids=["sound", "broken"])
def test_a_character_by_its_number_never_ends_the_text(reference: str, expected: str, end: str) -> None:
    """Numbers of no character are shown as browsers show them, and the text after them stays."""
    markup = parse_page(f'<html><p title="{reference}">one {reference}two{end}'.encode(), "one.xhtml")
    assert markup is not None
    paragraph = next(markup.root.iter("p"))
    assert paragraph.get("title") == expected
    assert "".join(map(str, paragraph.itertext())) == f"one {expected}two"
