"""Who speaks, as the words beside a quotation say it: "said Nita", "Nita told Anna:", "the old man said".

Only a subject that stands directly at the verb of speech counts. Wherever two people may be meant, nobody is named.
"""

import re
from dataclasses import dataclass
from typing import Final

from bot.scripts.checks.word_lists import split_words
from bot.scripts.quotations import has_speech_verb

_MAX_CHARS: Final = 240
_MAX_ROLE_WORDS: Final = 4
_MAX_WORDS_AFTER_VERB: Final = 12
_TOKEN: Final = re.compile(r"([^\W_]+(?:['-][^\W_]+)*'?)([^\w']*)")
_INTRODUCES: Final = re.compile(r"[,:—–―]\s*$")

TITLES: Final = split_words(
    "mr mrs ms miss mx dr doctor sir lady lord madam madame mme mlle monsieur st saint prof professor rev reverend "
    "capt captain col colonel gen general lt lieutenant sgt sergeant inspector herr frau señor señora don doña "
    "signor signora господин госпожа"
)
"""Words before a name that are no part of it."""
_ABBREVIATED: Final = split_words("mr mrs ms dr st prof rev capt col gen lt sgt mme mlle")
_MORE_VERBS: Final = split_words(
    "demanded explained inquired enquired suggested agreed insisted chuckled breathed announced declared yelled "
    "roared stammered sobbed admitted warned protested pleaded begged urged croaked grumbled barked wondered "
    "corrected offered lied"
)
_BEAT_VERBS: Final = split_words(
    "laughed laughs sighed sighs gasped groaned snapped returned began continued chuckled breathed observed offered"
)
"""After a name these may be what somebody does beside another's line ("Anna laughed."), after a quotation they attribute it."""
_EPITHETS: Final = split_words("old young little poor dear big good great fat tall silly")
_DETERMINERS: Final = split_words(
    "the a an my our his her their your its this that these those one another der die das ein eine mein meine sein "
    "seine ihr ihre el la los las un una mi su le les une mon ma sa son il lo gli i uno el- al"
) - {"i"}
_PRONOUNS: Final = split_words(
    "i he she they we you it who somebody someone everyone everybody nobody er sie ich wir ihr él ella ellos yo je "
    "tu elle ils nous lui lei io я он она они мы ты кто"
)
_FIRST_PERSON: Final = split_words("i ich yo je io я")
_JOINING: Final = split_words("and or & und oder y e et ou и or")
_OPENERS: Final = split_words(
    "but and then so when as while suddenly finally now here there yet still once after before at last again "
    "meanwhile presently only even perhaps und dann aber da entonces y pero alors mais puis et и но тогда"
)
_BETWEEN: Final = split_words("had has have then only just now still again once always never simply also at last")
_NO_HEAD: Final = split_words("voice lips mouth face reply answer words whisper tone tones eyes")
"""What is somebody's and speaks for the owner: "Nita's voice whispered"."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who speaks. ``words`` are lower-case, without article; empty where a pronoun or two people stand there.

    ``is_name`` is whether it is a proper name rather than a role ("the old man"). ``owner`` are the words of a possessive
    before it ("Nita's mother").
    """

    words: tuple[str, ...] = ()
    is_name: bool = False
    owner: tuple[str, ...] = ()
    is_first_person: bool = False


_UNCLEAR: Final = Subject()
_OPEN_ENDINGS: Final = frozenset(",—–-")


@dataclass(frozen=True, slots=True)
class _Token:
    word: str
    gap: str

    @property
    def lower(self) -> str:
        return self.word.casefold()

    @property
    def is_capital(self) -> bool:
        return self.word[0].isupper()

    @property
    def is_possessive(self) -> bool:
        return self.lower.endswith(("'s", "s'"))

    @property
    def is_joined(self) -> bool:
        """Whether nothing but a space follows, or the full stop of a title or an initial."""
        gap = self.gap.strip()
        return not gap or (gap == "." and (self.lower in _ABBREVIATED or len(self.word) == 1))

    @property
    def is_verb(self) -> bool:
        return self.lower in _MORE_VERBS or has_speech_verb(self.word)

    @property
    def bare(self) -> str:
        return self.lower.removesuffix("'s").removesuffix("'")


def find_subject_after(text: str, *, ending: str = ",") -> Subject | None:
    """The subject of a tag that follows a quotation; None where the text is no tag.

    ``ending`` is the sign with which the quotation ends. Behind a full stop a name begins a sentence of its own; behind "?" and
    "!" it may, so that what somebody does there ("Anna laughed.") attributes nothing.
    """
    tokens = _tokenize(text[:_MAX_CHARS])
    if not tokens:
        return None
    if tokens[0].is_verb and not tokens[0].is_capital:
        if tokens[0].lower.rpartition("-")[2] in _PRONOUNS:  # "dit-elle"
            return _UNCLEAR
        start = 1
        while start < len(tokens) and tokens[start].lower.endswith("ly") and not tokens[start].is_capital:
            start += 1
        return _read_forward(tokens, start) or _UNCLEAR
    if ending == "." and tokens[0].is_capital:
        return None
    for at, token in enumerate(tokens[: _MAX_ROLE_WORDS + 3]):
        if token.is_verb and at:
            if (ending not in _OPEN_ENDINGS and token.lower in _BEAT_VERBS) or _says_nothing(tokens, at):
                return None
            return _read_backward(tokens, at, must_reach_start=True)
        if not token.is_joined:
            break
    return None


def find_subject_before(text: str) -> Subject | None:
    """The subject of a tag that leads over to the quotation behind it ("Anna whispered:"); None where the text is no tag."""
    if not _INTRODUCES.search(text):
        return None
    tokens = _tokenize(text[-_MAX_CHARS:])
    for at in range(len(tokens) - 1, -1, -1):
        if len(tokens) - at > _MAX_WORDS_AFTER_VERB + 1 or ("." in tokens[at].gap and not tokens[at].is_joined):
            return None
        if tokens[at].is_verb and at and not _says_nothing(tokens, at):
            return _read_backward(tokens, at, must_reach_start=False)
    return None


def _tokenize(text: str) -> list[_Token]:
    return [_Token(word, gap) for word, gap in _TOKEN.findall(text.replace("’", "'").replace("ʼ", "'"))]


def _says_nothing(tokens: list[_Token], at: int) -> bool:
    return at + 1 < len(tokens) and tokens[at + 1].lower in {"nothing", "no", "nichts", "nada", "rien"}


def _read_forward(tokens: list[_Token], at: int) -> Subject | None:
    """The subject that begins at a token, after the verb."""
    if at >= len(tokens) or not tokens[at - 1].is_joined:
        return None
    first = tokens[at]
    if first.lower in _PRONOUNS and first.lower not in _DETERMINERS:
        return Subject(is_first_person=first.lower in _FIRST_PERSON)
    is_role = first.lower in _DETERMINERS
    begin = at + is_role
    while begin < len(tokens) and tokens[begin].word in _EPITHETS and not is_role:
        begin += 1
    if not all(token.is_joined for token in tokens[at:begin]):
        return None
    end = begin
    while end < len(tokens) and end - begin < _MAX_ROLE_WORDS:
        token = tokens[end]
        follows_owner = end > begin and any(each.is_possessive for each in tokens[begin:end])
        if not (token.is_capital or ((is_role or follows_owner) and _is_role_word(token))):
            break
        end += 1
        if not token.is_joined:
            break
    is_joined = end > begin and tokens[end - 1].is_joined
    if is_joined and end < len(tokens) and tokens[end].lower in _JOINING:
        return None
    return _make_subject(tokens[begin:end], is_name=not is_role)


def _is_role_word(token: _Token) -> bool:
    return token.lower not in _STOPS and not token.lower.endswith("ly")


_STOPS: Final = split_words(
    "from in with to at as who and of on into over under through by for but while when after before behind across "
    "without beside looking turning again at von mit zu aus an auf der die das de en con a que"
)


def _read_backward(tokens: list[_Token], verb: int, *, must_reach_start: bool) -> Subject | None:
    """The subject that ends before the verb."""
    end = verb
    while end > 1 and (tokens[end - 1].lower in _BETWEEN or tokens[end - 1].lower.endswith("ly")):
        end -= 1
    if not all(token.is_joined for token in tokens[end - 1 : verb]):
        return None
    last = tokens[end - 1]
    if last.lower in _PRONOUNS or last.lower in _JOINING:
        return Subject(is_first_person=last.lower in _FIRST_PERSON)
    begin = _find_begin(tokens, end)
    before = tokens[begin - 1] if begin > 0 and tokens[begin - 1].is_joined else None
    if before is not None and before.word in _JOINING and begin > 1:
        other = tokens[begin - 2]
        if other.is_joined and not other.is_verb:
            return _UNCLEAR
    is_role = before is not None and before.lower in _DETERMINERS
    has_owner = any(token.is_possessive for token in tokens[begin:end])
    if not (is_role or has_owner or last.is_capital) or (must_reach_start and begin > is_role):
        return None
    return _make_subject(tokens[begin:end], is_name=last.is_capital and not is_role) or _UNCLEAR


def _find_begin(tokens: list[_Token], end: int) -> int:
    """Where the subject that ends before ``end`` begins: behind an article, a joining word, or what is no part of a name."""
    begin = end - 1
    is_name = tokens[begin].is_capital
    while begin > 0 and end - begin < _MAX_ROLE_WORDS and tokens[begin - 1].is_joined:
        before = tokens[begin - 1]
        is_border = before.lower in _DETERMINERS or before.lower in _JOINING or before.lower in _OPENERS
        is_behind_owner = tokens[begin].is_possessive and not before.is_capital
        is_behind_name = is_name and not before.is_capital and before.lower not in _EPITHETS
        if is_border or is_behind_owner or is_behind_name:
            break
        begin -= 1
    return begin


def _make_subject(tokens: list[_Token], *, is_name: bool) -> Subject | None:
    while tokens and (tokens[0].lower in _OPENERS or tokens[0].lower in _EPITHETS):
        if len(tokens) == 1:
            return None
        if tokens[0].lower in _EPITHETS and not is_name:
            break
        tokens = tokens[1:]
    if not tokens:
        return None
    owned = max((at for at, token in enumerate(tokens) if token.is_possessive), default=-1)
    owner, head = tokens[: owned + 1], tokens[owned + 1 :]
    if owner and (not head or head[-1].lower in _NO_HEAD):
        return None
    return Subject(tuple(token.bare for token in head), is_name and not owner, tuple(token.bare for token in owner))
