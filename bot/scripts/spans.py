"""A chapter's text as numbered spans that tile it exactly: sentences, quotations, speech tags and scene breaks.

Whatever the text is, the spans' texts joined are the text, character for character. White space and signs without words
belong to the span before them, at the beginning of the text to the first one.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from bot.scripts.quotations import find_speech, is_speech_tag
from bot.scripts.text_units import has_units, split_after_units

MAX_SPAN_CHARS: Final = 600
"""The most characters of one span; a longer sentence is cut after a comma or a word. A cue can hold three such spans."""

_BLANK_LINE: Final = re.compile(r"\n[^\S\n]*\n\s*")
_LINE_END: Final = re.compile(r"\n\s*")
_SENTENCE_END: Final = re.compile(r"[.!?…]+[\"'”’»)\]]*\s+|[。！？]+[」』”’）]*\s*|[\n\u2028\u2029]\s*")
# After these a full stop does not end a sentence; neither does it after a single capital letter.
_ABBREVIATION: Final = re.compile(
    r"(?:^|[\s(“\"‘«„])(?:[A-ZА-Я]|Mrs?|Ms|Messrs|Dr|St|Prof|Rev|Hon|Col|Capt|Gen|Lt|Sgt|Mt|Jr|Sr|Sra|Srta|Mme|Mlle|Hr|Fr|Nr|No"
    r"|vs|etc|e\.g|i\.e|z\.B|d\.h)\.$"
)
_MAX_ABBREVIATION: Final = 12  # characters, with the sign before it
_SOFT_END: Final = re.compile(r"[,;:—–、，；：]\s*|\s+")
_CLOSING_SIGNS: Final = re.compile(r"[\s\"'”’»」』)\]）.,;:!?…、。—―–-]*")

_TRAILING_SIGNS: Final = re.compile(r"[\s.,;:!?…、。]*")


class SpanKind(StrEnum):
    """What a span is, as far as code can tell."""

    PROSE = "prose"
    SPEECH = "speech"
    TAG = "tag"
    """What attributes the speech beside it: "said Anna"."""
    BREAK = "break"
    """Nothing that can be spoken: a scene break, a line of asterisks."""


@dataclass(frozen=True, slots=True)
class Span:
    """One span of a chapter. ``n`` counts from 1 through the chapter, ``paragraph`` from 0; ``text`` is an exact slice."""

    n: int
    text: str
    kind: SpanKind
    paragraph: int


def split_spans(text: str) -> tuple[Span, ...]:
    """The spans of a chapter's text, in order; none for an empty text."""
    spans: list[Span] = []
    for number, paragraph in enumerate(_split_paragraphs(text)):
        for piece, kind in _split_paragraph(paragraph):
            spans.append(Span(len(spans) + 1, piece, kind, number))
    return tuple(spans)


def _split_paragraphs(text: str) -> Iterator[str]:
    """The paragraphs with the white space after each; without a blank line every line is one."""
    gap = _BLANK_LINE if _BLANK_LINE.search(text) else _LINE_END
    yield from _cut(text, (match.end() for match in gap.finditer(text)))


def _split_paragraph(paragraph: str) -> Iterable[tuple[str, SpanKind]]:
    if not has_units(paragraph):
        return [(paragraph, SpanKind.BREAK)] if paragraph else []
    pieces = list(_split_by_speech(paragraph))
    kinds = [
        SpanKind.SPEECH if is_speech else _find_prose_kind(pieces, index) for index, (_, is_speech) in enumerate(pieces)
    ]
    return [
        (part, kind)
        for (piece, _), kind in zip(pieces, kinds, strict=True)
        for part in ([piece] if kind is SpanKind.TAG else _limit(piece))
    ]


def _split_by_speech(paragraph: str) -> list[tuple[str, bool]]:
    """Quotations whole, the text between them by sentences. A piece without words is joined to the one before it."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end in [*find_speech(paragraph), (len(paragraph), len(paragraph))]:
        pieces += [(sentence, False) for sentence in _split_sentences(paragraph[at:start])]
        if end > start:
            pieces.append((paragraph[start:end], True))
        at = end
    joined: list[tuple[list[str], bool]] = []
    for piece, is_speech in pieces:
        # What closes the sentence of a quotation is not the beginning of the next one.
        lead = (_TRAILING_SIGNS if is_speech else _CLOSING_SIGNS).match(piece) if joined else None
        signs = lead[0] if lead is not None else ""
        rest = piece[len(signs) :]
        if signs:
            joined[-1][0].append(signs)
        if rest and joined and not has_units(rest):
            joined[-1][0].append(rest)
        elif rest:
            joined.append(([rest], is_speech))
    whole = [("".join(parts), is_speech) for parts, is_speech in joined]
    if len(whole) > 1 and not has_units(whole[0][0]):
        whole[:2] = [(whole[0][0] + whole[1][0], whole[1][1])]
    return whole


def _find_prose_kind(pieces: Sequence[tuple[str, bool]], index: int) -> SpanKind:
    text = pieces[index][0]
    follows = index > 0 and pieces[index - 1][1]
    precedes = index + 1 < len(pieces) and pieces[index + 1][1]
    if (follows or precedes) and is_speech_tag(text, follows_speech=follows):
        return SpanKind.TAG
    return SpanKind.PROSE


def _split_sentences(text: str) -> Iterator[str]:
    yield from _cut(
        text, (match.end() for match in _SENTENCE_END.finditer(text) if not _is_inside_sentence(text, match))
    )


def _is_inside_sentence(text: str, end: re.Match[str]) -> bool:
    """Whether the sentence goes on: with a small letter ("the 3. time"), or after an abbreviation ("Mr. Holmes")."""
    if text[end.start()].isspace():
        return False
    before = text[max(0, end.start() - _MAX_ABBREVIATION) : end.start() + 1]
    return text[end.end() : end.end() + 1].islower() or _ABBREVIATION.search(before) is not None


def _limit(piece: str) -> Iterator[str]:
    """The piece in parts of at most ``MAX_SPAN_CHARS``, cut after sentences, else commas and words, else between letters."""
    if len(piece) <= MAX_SPAN_CHARS:
        yield piece
        return
    small = [part for sentence in _split_sentences(piece) for part in _break_up(sentence)]
    current = ""
    for part in small:
        if current and len(current) + len(part) > MAX_SPAN_CHARS:
            yield current
            current = ""
        current += part
    if current:
        yield current


def _break_up(sentence: str) -> Iterator[str]:
    if len(sentence) <= MAX_SPAN_CHARS:
        yield sentence
        return
    for clause in _cut(sentence, (match.end() for match in _SOFT_END.finditer(sentence))):
        for part in [clause] if len(clause) <= MAX_SPAN_CHARS else split_after_units(clause):
            yield from (part[at : at + MAX_SPAN_CHARS] for at in range(0, len(part), MAX_SPAN_CHARS))


def _cut(text: str, ends: Iterable[int]) -> Iterator[str]:
    """The text cut at these places; ``"".join`` of the result is the text."""
    for start, end in pairwise(sorted({0, *ends, len(text)})):
        yield text[start:end]
