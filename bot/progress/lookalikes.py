"""Names that look the same on screen although their characters differ."""

import unicodedata
from typing import Final

# Letters of other alphabets that look like Latin ones in the fonts of Discord's apps, from Unicode's list of confusable
# characters (https://www.unicode.org/Public/security/latest/confusables.txt), without those that only specialists type.
_LATIN_TWINS: Final = str.maketrans(
    "авекмнорстухіјѕԁһӏԛԝьАВЕЗКМНОРСТУХІЈЅ" + "αβγεικνορτυχωΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" + "ıɑɡ",
    "abekmhopctyxijsdhlqwbABE3KMHOPCTYXIJS" + "abyeikvoptuxwABEZHIKMNOPTYX" + "iag",
)

_BLANKS: Final = dict.fromkeys(map(ord, "\u115f\u1160\u2800\u3164"), " ")
"""Letters and symbols that have no shape: people use them on Discord for names that look empty."""


def simplify(text: str) -> str:
    """The text as it looks: equal for two texts that a reader cannot tell apart. Not for people to read.

    Case, accents, invisible characters, the kind of spaces and the alphabet of look-alike letters do not matter.
    """
    decomposed = unicodedata.normalize("NFKD", text)
    # Cf is invisible (zero-width characters, marks of direction), Mn are accents.
    visible = "".join(each for each in decomposed if unicodedata.category(each) not in {"Cf", "Mn", "Me"})
    return " ".join(visible.translate(_LATIN_TWINS).translate(_BLANKS).casefold().split())
