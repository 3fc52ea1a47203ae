"""Numbers in words, cardinal and ordinal, as headings have them: English, French, German, Spanish, Italian, Russian, Arabic."""

import unicodedata
from collections.abc import Iterator
from typing import Final

_Forms = tuple[str, int]

_ENGLISH: Final = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen"
)
_ENGLISH_ORDINALS: Final = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth"
)
_ENGLISH_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety"
_FRENCH: Final = (
    "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit "
    "dix-neuf"
)
_FRENCH_TENS: Final = "vingt trente quarante cinquante soixante"
_GERMAN: Final = (
    "ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn "
    "neunzehn"
)
_GERMAN_TENS: Final = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig"
_SPANISH: Final = (
    "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho "
    "diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve"
)
_SPANISH_ORDINALS: Final = "primero segundo tercero cuarto quinto sexto séptimo octavo noveno"
_SPANISH_TENS: Final = "treinta cuarenta cincuenta sesenta setenta ochenta noventa"
_SPANISH_ORDINAL_TENS: Final = "décimo vigésimo trigésimo cuadragésimo quincuagésimo"
_ITALIAN: Final = (
    "uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette "
    "diciotto diciannove"
)
_ITALIAN_ORDINALS: Final = "primo secondo terzo quarto quinto sesto settimo ottavo nono decimo"
_ITALIAN_TENS: Final = "venti trenta quaranta cinquanta sessanta settanta ottanta novanta"
_RUSSIAN: Final = (
    "один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать "
    "шестнадцать семнадцать восемнадцать девятнадцать"
)
_RUSSIAN_TENS: Final = "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто"
_RUSSIAN_ORDINALS: Final = "перв втор трет четверт пят шест седьм восьм девят десят"
_RUSSIAN_ORDINAL_TENS: Final = "двадцат тридцат сороков пятидесят шестидесят семидесят восьмидесят девяност"
_RUSSIAN_ENDINGS: Final = "ый ой ий ая ое ья ье"
_ARABIC_ORDINALS: Final = "الأول الثاني الثالث الرابع الخامس السادس السابع الثامن التاسع العاشر"
_ARABIC_TENS: Final = "العشر الثلاث الأربع الخمس الست السبع الثمان التسع"


def fold_words(text: str) -> str:
    """The text as the table has it: small letters without accents and vowel marks, one space between words."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(each for each in folded if unicodedata.category(each) not in {"Mn", "Cf"})
    return " ".join(plain.replace("ـ", "").replace("-", " ").replace("‐", " ").replace("‑", " ").split())


def _count(words: str, start: int = 1, step: int = 1) -> Iterator[_Forms]:
    for index, word in enumerate(words.split()):
        yield word, start + index * step


def _list_english() -> Iterator[_Forms]:
    yield from (*_count(_ENGLISH), *_count(_ENGLISH_ORDINALS))
    for tens, value in _count(_ENGLISH_TENS, 20, 10):
        yield from ((tens, value), (f"{tens[:-1]}ieth", value))
        for units in (_ENGLISH, _ENGLISH_ORDINALS):
            for word, unit in [*_count(units)][:9]:
                yield from ((f"{tens} {word}", value + unit), (f"{tens}{word}", value + unit))
                yield f"{word} and {tens}", value + unit


def _list_french() -> Iterator[_Forms]:
    cardinals = [*_count(_FRENCH), ("une", 1)]
    for tens, value in _count(_FRENCH_TENS, 20, 10):
        cardinals.append((tens, value))
        for word, unit in [*_count(_FRENCH)][: 19 if value == 60 else 9]:
            joint = " et " if unit in {1, 11} else " "
            cardinals += [(f"{tens}{joint}{word}", value + unit), (f"{tens} {word}", value + unit)]
    cardinals += [("quatre-vingts", 80), *((f"quatre-vingt {word}", 80 + unit) for word, unit in _count(_FRENCH))]
    yield from cardinals
    yield from (("premier", 1), ("première", 1), ("second", 2), ("seconde", 2))
    for word, value in cardinals:
        stem = word.removesuffix("e").removesuffix("s") if value != 3 else word
        stem = {5: "cinqu", 9: "neuv"}.get(value, stem) if value < 10 else stem
        for ending, changed in (("cinq", "cinqu"), ("neuf", "neuv")):
            stem = stem.removesuffix(ending) + changed if stem.endswith(ending) else stem
        yield f"{stem}ième", value


def _list_german() -> Iterator[_Forms]:
    yield from (("eins", 1), ("eine", 1), ("siebente", 7))
    cardinals = [*_count(_GERMAN)]
    for tens, value in _count(_GERMAN_TENS, 20, 10):
        cardinals += [(tens, value), *((f"{word}und{tens}", value + unit) for word, unit in cardinals[:9])]
    yield from cardinals
    for word, value in cardinals:
        stem = {1: "erst", 3: "dritt", 7: "siebt", 8: "acht"}.get(value, f"{word}{'t' if value < 20 else 'st'}")
        yield from ((f"{stem}{ending}", value) for ending in ("e", "er", "es", "en"))


def _list_spanish() -> Iterator[_Forms]:
    yield from (*_count(_SPANISH), ("un", 1), ("primer", 1), ("tercer", 3), ("undécimo", 11), ("duodécimo", 12))
    for tens, value in _count(_SPANISH_TENS, 30, 10):
        yield tens, value
        yield from ((f"{tens} y {word}", value + unit) for word, unit in [*_count(_SPANISH)][:9])
    ordinals = [*_count(_SPANISH_ORDINALS), ("undécimo", 11), ("duodécimo", 12)]
    for tens, value in _count(_SPANISH_ORDINAL_TENS, 10, 10):
        ordinals.append((tens, value))
        for word, unit in _count(_SPANISH_ORDINALS):
            ordinals += [(f"{tens} {word}", value + unit), (f"{fold_words(tens)}{word}", value + unit)]
    for word, value in ordinals:
        yield from ((word, value), (f"{word[:-1]}a", value))


def _list_italian() -> Iterator[_Forms]:
    cardinals = [*_count(_ITALIAN)]
    for tens, value in _count(_ITALIAN_TENS, 20, 10):
        cardinals.append((tens, value))
        for word, unit in [*_count(_ITALIAN)][:9]:
            cardinals.append((f"{tens[:-1] if unit in {1, 8} else tens}{word}", value + unit))
    yield from cardinals
    ordinals = [*_count(_ITALIAN_ORDINALS)]
    ordinals += [
        (f"{word if value % 10 in {3, 6} and value > 20 else word[:-1]}esimo", value) for word, value in cardinals[10:]
    ]
    ordinals += [(f"decimo {word}", 10 + unit) for word, unit in [*_count(_ITALIAN_ORDINALS)][:9]]
    for word, value in ordinals:
        yield from ((word, value), (f"{word[:-1]}a", value))


def _list_russian() -> Iterator[_Forms]:
    yield from (*_count(_RUSSIAN), ("одна", 1), ("две", 2))
    units = [*_count(_RUSSIAN_ORDINALS)]
    stems = [*units, *((word[:-1], value) for word, value in [*_count(_RUSSIAN)][10:])]
    stems += [*_count(_RUSSIAN_ORDINAL_TENS, 20, 10)]
    for tens, value in _count(_RUSSIAN_TENS, 20, 10):
        yield tens, value
        yield from ((f"{tens} {word}", value + unit) for word, unit in [*_count(_RUSSIAN)][:9])
        stems += [(f"{tens} {stem}", value + unit) for stem, unit in units[:9]]
    for stem, value in stems:
        yield from ((f"{stem}{ending}", value) for ending in _RUSSIAN_ENDINGS.split())


def _list_arabic() -> Iterator[_Forms]:
    masculine = [*_count(_ARABIC_ORDINALS)]
    pairs = [(word, f"{word}ة", value) for word, value in masculine]
    pairs[0] = ("الأول", "الأولى", 1)
    yield from (("الحادي عشر", 11), ("الحادية عشرة", 11), ("واحد", 1))
    for male, female, value in pairs:
        yield from ((male, value), (female, value))
        if 1 < value < 10:
            yield from ((f"{male} عشر", value + 10), (f"{female} عشرة", value + 10))
    for stem, tens in _count(_ARABIC_TENS, 20, 10):
        for ending in ("ون", "ين"):
            yield f"{stem}{ending}", tens
            for male, female, value in [("الحادي", "الحادية", 1), *pairs[:9]]:
                yield from ((f"{word} و{stem}{ending}", tens + value) for word in (male, female))


def _build() -> dict[str, int]:
    languages = (_list_arabic, _list_russian, _list_italian, _list_spanish, _list_german, _list_french, _list_english)
    return {fold_words(word): value for list_words in languages for word, value in list_words()}


NUMBER_WORDS: Final = _build()
"""What each number in words is worth, by the words as ``fold_words`` writes them."""
