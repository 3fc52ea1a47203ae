"""Direct speech and speech tags in a paragraph, for the ways of quoting that books use.

“ ” „ “ « » » « ‘ ’ " " ” ” 「 」 『 』 and dialogue dashes. Speech without any mark cannot be told from narration by code.
"""

import re
from typing import Final

from bot.scripts.text_units import find_units, has_units

MAX_TAG_UNITS: Final = 14
"""The most words of a speech tag ("said the old woman from the far end of the room"). Longer text is narration."""

_MAX_TAG_CHARS: Final = 160  # more cannot be a tag of that many words

_MARKED: Final = re.compile(
    r"“[^“”]+(?:”|$)|„[^„“”]+(?:[“”]|$)|«[^«»]+(?:»|$)|»[^«»]+«|「[^「」]+(?:」|$)|『[^『』]+(?:』|$)"
    r"|(?<!\w)\"[^\"]+\"(?!\w)|^\s*\"[^\"]+$"  # without its end, the speech goes on in the next paragraph
    r"|(?<!\w)‘[^‘]*?[,.!?…—]’(?!\w)"
    r"|(?<![\w“„])”[^“”„]+”(?!\w)"
)
_DASH: Final = re.compile(r"\s*[—―–]\s*")
_OPENING_DASH: Final = re.compile(r"\s*[—―–]\s*(?=[^\W\d_]|[¿¡«…])")
_INNER_TAG: Final = re.compile(r"(?<=[,!?…])\s+(?=[^\W\d_A-ZÀ-ÞА-Я])[^,.!?…—―–]{2,80}(?:[,.!?…]|$)")
_MARKS: Final = '“”„«»「」『』"‘’‹›'
_EDGE: Final = f"{_MARKS} \t\n\u00a0\u3000"
_AFTER_CLOSING: Final = re.compile(f"(?<=[{_MARKS}])[\\s.,;:—―–]+$")
_DIALOGUE_DASHES: Final = re.compile(r"^[—―–]+|\s+[—―–]+$")

# Verbs and phrases with which books attribute speech. Stems: "sagt" is also in "sagte".
_SPEECH_VERB: Final = re.compile(
    r"\b(?:said|says?|asked|asks?|replied|replies|answer(?:ed|s)|whisper(?:ed|s)|murmur(?:ed|s)|mutter(?:ed|s)|cri(?:ed|es)"
    r"|shout(?:ed|s)|call(?:ed|s)|scream(?:ed|s)|hiss(?:ed|es)|sigh(?:ed|s)|add(?:ed|s)|repeat(?:ed|s)|exclaim(?:ed|s)"
    r"|remark(?:ed|s)|observed|continued|ejaculated|gasped|groaned|laughed|snapped|growled|began|returned|went on|told"
    r"|dij[oe]\w*|pregunt\w+|susurr\w+|respond\w+|contest\w+|grit[óa]\w*|exclam\w+|murmur\w+|añad\w+"
    r"|dit(?:-\w+)?|demand\w+|répond\w+|cria\w*|souffla\w*|reprit|ajouta\w*|fit"
    r"|sag(?:t|te|ten)|frag(?:t|te|ten)|rief(?:en)?|flüster\w+|antwort\w+|schrie(?:n)?|erwider\w+|meinte"
    r"|diss\w+|chies\w+|rispos\w+|sussurr\w+|grid\w+|mormor\w+"
    r"|сказа\w+|спроси\w+|ответи\w+|прошепта\w+|крикну\w+|воскликну\w+|говори\w+|произн\w+|добави\w+"
    r"|قال\w*|سأل\w*|أجاب\w*|همس\w*|صاح\w*|רא\w*|אמר\w*|שאל\w*|לחש\w*)"
    r"|[说說道问問答喊叫]|言[いっわ]|と[、,]?(?:答え|尋ね|叫|囁|聞い|訊)|云[いっ]|말했|물었|대답|속삭",
    re.IGNORECASE,
)


def find_speech(paragraph: str) -> list[tuple[int, int]]:
    """Where the speech in a paragraph stands, quotation marks included: pairs of start and end, ascending, not overlapping."""
    opening = _OPENING_DASH.match(paragraph)
    if opening is not None:
        return _find_dashed_speech(paragraph, opening.end())
    return [match.span() for match in _MARKED.finditer(paragraph) if has_units(match[0])]


def has_speech_verb(text: str) -> bool:
    """Whether the text has a verb of speech in one of the languages that are known here."""
    return _SPEECH_VERB.search(text) is not None


def is_speech_tag(text: str, *, follows_speech: bool) -> bool:
    """Whether text beside a quotation is what attributes it ("said Anna", "Anna asked:").

    ``follows_speech`` is whether it stands after the quotation. Then a small first letter is enough, since only the same
    sentence goes on with one.
    """
    units = find_units(text) if len(text) <= _MAX_TAG_CHARS else []
    if not units or len(units) > MAX_TAG_UNITS:
        return False
    return has_speech_verb(text) or (follows_speech and units[0][0].islower())


def strip_quotation_marks(text: str) -> str:
    """The text of a quotation without the marks around it; marks inside stay, and a dash at which somebody breaks off."""
    return _DIALOGUE_DASHES.sub("", _AFTER_CLOSING.sub("", text).strip(_EDGE)).strip(_EDGE)


def _find_dashed_speech(paragraph: str, first: int) -> list[tuple[int, int]]:
    """Speech of a paragraph that opens with a dash. Between later dashes stand tags, which begin with a small letter."""
    pieces: list[tuple[int, int]] = []
    start = 0
    for dash in _DASH.finditer(paragraph, first):
        pieces.append((start, dash.start()))
        start = dash.end()
    pieces.append((start, len(paragraph)))
    speech: list[tuple[int, int]] = []
    for number, (begin, end) in enumerate(pieces):
        words = paragraph[begin:end].lstrip(" .,;:!?…—―–")
        is_tag = number > 0 and is_speech_tag(words, follows_speech=True)
        if not is_tag and has_units(words):
            if speech and speech[-1][1] == pieces[number - 1][1]:  # a dash inside the speech
                speech[-1] = speech[-1][0], end
            else:
                speech.append((begin, end))
    return [part for begin, end in speech for part in _cut_out_tags(paragraph, begin, end)]


def _cut_out_tags(paragraph: str, begin: int, end: int) -> list[tuple[int, int]]:
    """The speech without the tags that stand in it between commas ("— Bonjour, dit-elle. Ça va ?")."""
    parts: list[tuple[int, int]] = []
    for tag in _INNER_TAG.finditer(paragraph, begin, end):
        if has_units(paragraph[begin : tag.start()]) and is_speech_tag(tag[0], follows_speech=False):
            parts.append((begin, tag.start()))
            begin = tag.end()
    return [*parts, (begin, end)] if has_units(paragraph[begin:end]) else parts
