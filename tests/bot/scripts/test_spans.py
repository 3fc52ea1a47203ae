"""Spans: a chapter's text in numbered pieces that lose nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.scripts.spans import MAX_SPAN_CHARS, SpanKind, split_spans

SIGNS = "“”„«»「」『』\"'‘’—–- .,;:!?…。、\n\r\t\u2028\u200b\ufeffaBé月я\u0301\ud83d"
WILD_TEXT = st.text(st.one_of(st.sampled_from(SIGNS), st.characters()), max_size=300)

KINDS = {"prose": SpanKind.PROSE, "speech": SpanKind.SPEECH, "tag": SpanKind.TAG, "break": SpanKind.BREAK}


@given(WILD_TEXT)
def test_the_joined_spans_are_the_text(text: str) -> None:
    """Whatever the text is, its spans joined are the text, numbered without a gap, and no one is long."""
    spans = split_spans(text)
    assert "".join(span.text for span in spans) == text
    assert [span.n for span in spans] == list(range(1, len(spans) + 1))
    assert [span.paragraph for span in spans] == sorted(span.paragraph for span in spans)


@pytest.mark.parametrize(
    "text", ["", "a", "“", "\n\n\n", "a" * 100_000, "“a " * 20_000, "—a " * 20_000, "... " * 20_000]
)
def test_odd_texts_are_tiled_too(text: str) -> None:
    """One letter, no letter, no end and no closing mark lose nothing, and long pieces are cut."""
    spans = split_spans(text)
    assert "".join(span.text for span in spans) == text
    assert all(len(span.text) <= MAX_SPAN_CHARS for span in spans if span.text.count("a") > 1)


CASES = {
    "English": (
        "“I came back,” said Anna. She closed the door. “You never left,” he said, “not once.”",
        (
            "speech:“I came back,” |tag:said Anna. |prose:She closed the door. "
            "|speech:“You never left,” |tag:he said, |speech:“not once.”"
        ),
    ),
    "straight marks": (
        '"Who is it?" asked the old man. "I am."',
        'speech:"Who is it?" |tag:asked the old man. |speech:"I am."',
    ),
    "an unbalanced mark": ('"Who is it? asked the old man.', 'speech:"Who is it? asked the old man.'),
    "an action beside speech": ("“Come.” He opened the door.", "speech:“Come.” |prose:He opened the door."),
    "a tag before speech": ("Anna asked: “Who?”", "tag:Anna asked: |speech:“Who?”"),
    "single marks and apostrophes": (
        "‘Don’t go,’ she whispered. It wasn’t hers.",
        "speech:‘Don’t go,’ |tag:she whispered. |prose:It wasn’t hers.",
    ),
    "numbers with a full stop": (
        "It rang for the 3. time. It stopped.",
        "prose:It rang for the 3. time. |prose:It stopped.",
    ),
    "abbreviations": ("Mr. Holmes met J. Moriarty. It rained.", "prose:Mr. Holmes met J. Moriarty. |prose:It rained."),
    "French": ("« Bonjour », dit-il. Elle rit.", "speech:« Bonjour », |tag:dit-il. |prose:Elle rit."),
    "French dashes": ("— Bonjour, dit-elle. Ça va ?", "speech:— Bonjour, |tag:dit-elle. |speech:Ça va ?"),
    "Spanish dashes": ("—Hola —dijo Ana—. ¿Vienes?", "speech:—Hola —|tag:dijo Ana—. |speech:¿Vienes?"),
    "Russian dashes": (
        "— Привет, — сказала Анна. — Как дела?",
        "speech:— Привет, — |tag:сказала Анна. — |speech:Как дела?",
    ),
    "German": (
        "„Wer ist da?“, fragte Anna. »Ich«, sagte er.",
        "speech:„Wer ist da?“, |tag:fragte Anna. |speech:»Ich«, |tag:sagte er.",
    ),
    "Japanese": ("「誰だ」と彼は言った。狐は笑った。", "speech:「誰だ」|tag:と彼は言った。|prose:狐は笑った。"),
    "no marks at all": ("Who is it, she said. It is I.", "prose:Who is it, she said. |prose:It is I."),
    "a scene break": ("It ended.\n\n* * *\n\nIt began.", "prose:It ended.\n\n|break:* * *\n\n|prose:It began."),
    "speech over paragraphs": ("“First.\n\n“Second.”", "speech:“First.\n\n|speech:“Second.”"),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_speech_and_its_tags_are_told_apart(text: str, expected: str) -> None:
    """Quotations, speech tags and sentences are spans of their own in every way of quoting that books use."""
    assert "|".join(f"{span.kind.value}:{span.text}" for span in split_spans(text)) == expected
