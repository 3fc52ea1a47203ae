"""Which characters can be printed, and what becomes of the others."""

import pytest

from bot import fonts
from bot.fonts import describe_uncovered, find_uncovered, list_families, list_font_files, replace_uncovered


@pytest.mark.parametrize(
    "text",
    [
        "Hello – “you”…",
        "Γειά σου",
        "Привет",
        "مرحبا بالعالم",
        "שָׁלוֹם",
        "สวัสดี",
        "नमस्ते दुनिया",
        "こんにちは世界",
        "안녕하세요",
        "你好，灯笼",
    ],
)
def test_the_writing_systems_of_the_samples_are_covered(text: str) -> None:
    """No character is missing, and none is changed."""
    assert find_uncovered(text) == []
    assert replace_uncovered(text) == text


@pytest.mark.parametrize(
    ("text", "missing", "printed"),
    [
        ("a 𒀀 b 𒀀", ["𒀀"], "a [U+12000] b [U+12000]"),
        ("half \ud800", ["\ud800"], "half [U+D800]"),
        ("👩\u200d🚀", ["👩", "🚀"], "[U+1F469]\u200d[U+1F680]"),
        ("a\x00b\x1bc\xad\u202ed\ufe0f", [], "abcd"),
        ("e\u0301", [], "é"),
        ("字\u0e35", ["\u0e35"], "字[U+0E35]"),
    ],
)
def test_a_character_without_a_font_becomes_its_code(text: str, missing: list[str], printed: str) -> None:
    """What is invisible is left out; a mark counts as missing where no font has it together with its letter."""
    assert find_uncovered(text) == missing
    assert replace_uncovered(text) == printed


def test_the_sentence_names_the_characters() -> None:
    """Nothing for nothing; some with their codes; and of many the first few and how many more there are."""
    assert describe_uncovered([]) == ""
    assert describe_uncovered(["\ud800", "𒀀"]) == (
        "No font here has the characters U+D800, 𒀀 (U+12000); the file has their codes in brackets instead."
    )
    assert " and 4 more; " in describe_uncovered([chr(0x12000 + n) for n in range(12)])


@pytest.fixture
def without_east_asian_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without the extra."""
    monkeypatch.setattr(fonts, "has_east_asian_fonts", lambda: False)


@pytest.mark.usefixtures("without_east_asian_fonts")
def test_without_the_extra_the_sentence_says_how_to_get_it() -> None:
    """Only where an East Asian character is missing."""
    assert describe_uncovered(["字"]).endswith("come with: pip install '.[cjk]'")
    assert "pip" not in describe_uncovered(["𒀀"])
    assert "Noto Sans JP" not in list_families("ja")


@pytest.mark.parametrize(
    ("language", "family"),
    [
        ("ja", "Noto Sans JP"),
        ("ko-KR", "Noto Sans KR"),
        ("zh", "Noto Sans SC"),
        ("zh-TW", "Noto Sans TC"),
        ("zh_Hant", "Noto Sans TC"),
        ("en", "Noto Sans JP"),
    ],
)
def test_chinese_japanese_and_korean_each_draw_characters_their_own_way(language: str, family: str) -> None:
    """The language's own family goes before the others, and all four are there."""
    east_asian = [name for name in list_families(language) if name[-2:] in {"JP", "KR", "SC", "TC"}]
    assert east_asian[0] == family
    assert len(east_asian) == 4


def test_only_fonts_that_are_printed_with_are_read() -> None:
    """Four faces of the monospaced family; the large files come last."""
    names = [path.name for path in list_font_files()]
    assert sum(name.startswith("IBMPlexMono") for name in names) == 4
    assert all("SansJP" in name or "SansKR" in name or "SansSC" in name or "SansTC" in name for name in names[-4:])
