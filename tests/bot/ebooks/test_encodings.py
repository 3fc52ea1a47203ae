"""The encodings in which books are found."""

import pytest

from bot.ebooks.encodings import find_readings

JAPANESE = "山路を登りながら、こう考えた。智に働けば角が立つ。情に棹させば流される。"
RUSSIAN = "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему."
CHINESE = "满纸荒唐言，一把辛酸泪。都云作者痴，谁解其中味。此开卷第一回也。"
KOREAN = "산에는 꽃 피네 꽃이 피네 갈 봄 여름 없이 꽃이 피네"
HEBREW = "בראשית ברא אלהים את השמים ואת הארץ והארץ היתה תהו ובהו וחשך על פני תהום"
FRENCH = "Il était une fois, à l’orée d’une forêt, une petite fille qui rêvait de déjà-vu."
ENGLISH = "“You came back,” said Hana — and the café's lantern went out. " + "It was late, and the bell rang. " * 20

CERTAIN = [
    (JAPANESE, "shift_jis"),
    (JAPANESE, "euc_jp"),
    (JAPANESE, "iso2022_jp"),
    (JAPANESE, "utf-16-le"),
    (RUSSIAN, "cp1251"),
    (RUSSIAN, "koi8_r"),
    (RUSSIAN, "utf-16-be"),
    (CHINESE, "gb18030"),
    (CHINESE.replace("满", "滿"), "gbk"),
    ("滿紙荒唐言，一把辛酸淚。都云作者癡，誰解其中味。", "big5"),
    (KOREAN, "cp949"),
    (HEBREW, "cp1255"),
    ("كان يا ما كان في قديم الزمان ملك له ثلاث بنات وكان يحبهن حبا شديدا", "cp1256"),
    ("กาลครั้งหนึ่งนานมาแล้ว มีกระต่ายกับเต่าอยู่ในป่าใหญ่แห่งหนึ่ง", "tis_620"),
    (FRENCH, "cp1252"),
    (ENGLISH, "cp1252"),
    ("The lantern guttered.\n“You came back,” said Hana.", "cp1252"),
]


@pytest.mark.parametrize("lines", [1, 12])
@pytest.mark.parametrize(("line", "encoding"), CERTAIN, ids=lambda value: value[:10])
def test_a_book_in_an_older_encoding_is_read_as_it_was_written(line: str, encoding: str, lines: int) -> None:
    """One line is enough, and no question is asked."""
    text = "\n".join([line] * lines)
    assert find_readings(text.encode(encoding)) == [text]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Ächz.", "cp1252"),
        ("naïve", "cp1252"),
        (FRENCH, "mac_roman"),
        (RUSSIAN, "iso8859_5"),
        (RUSSIAN, "cp866"),
        ("Był sobie król, który miał trzy córki. Żyły długo i szczęśliwie.", "cp1250"),
        (RUSSIAN.lower(), "cp1251"),
    ],
)
def test_a_doubtful_encoding_gives_two_readings_with_the_right_one_among_them(text: str, encoding: str) -> None:
    """Too little text, or an encoding that is hard to tell: somebody has to choose."""
    readings = find_readings(text.encode(encoding))
    assert len(readings) == 2
    assert text in readings


@pytest.mark.parametrize(
    "text", ["「行こう」", "夜だった。", "こんにちは", "キツネは笑った。", "第一章\n\n雨が降っていた。"]
)
def test_a_few_words_in_shift_jis_are_certain(text: str) -> None:
    """Japanese syllables side by side tell it, also where the detector finds too little text or too much disorder."""
    assert find_readings(text.encode("shift_jis")) == [text]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("山", "shift_jis"),
        ("東京都", "shift_jis"),
        ("Sie sagte „‚Ärger‘“ und „‚Öl‘“.", "cp1252"),
        ("쇑썞궓귝뉙", "cp949"),
    ],
)
def test_without_enough_syllables_no_text_is_taken_for_shift_jis_without_asking(text: str, encoding: str) -> None:
    """A few Chinese characters, quotation marks before umlauts and rare Korean syllables could be several things."""
    readings = find_readings(text.encode(encoding))
    assert len(readings) == 2 or readings == [text]


def test_damaged_utf8_stays_utf8() -> None:
    """A file that was cut in the middle of a character is not read as another alphabet without asking."""
    readings = find_readings((JAPANESE * 3).encode()[:-1])
    assert len(readings) == 2
    assert readings[0].startswith(JAPANESE)
