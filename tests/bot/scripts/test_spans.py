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
    "a verb of speech away from speech": (
        "She said nothing. It rained. “Come.” It rained. She said nothing.",
        "prose:She said nothing. |prose:It rained. |speech:“Come.” |prose:It rained. |prose:She said nothing.",
    ),
    "a verb of speech at the beginning": (
        "She said nothing. It rained. “Come.”",
        "prose:She said nothing. |prose:It rained. |speech:“Come.”",
    ),
    "a tag before speech and narration": (
        "Anna asked: “Who?” It rained.",
        "tag:Anna asked: |speech:“Who?” |prose:It rained.",
    ),
    "a verb of speech beside narration": ("It rained. She said no.", "prose:It rained. |prose:She said no."),
    "narration between narration": (
        "“Come.” He ran. She asked why. It rained.",
        "speech:“Come.” |prose:He ran. |prose:She asked why. |prose:It rained.",
    ),
    "signs between speeches": ("“Come.” @ “Go.” @ He ran.", "speech:“Come.” @ |speech:“Go.” |prose:@ He ran."),
    "signs after a sentence": (
        "He ran. She ran. @ @! It rained.",
        "prose:He ran. |prose:She ran. @ @! |prose:It rained.",
    ),
    "signs before speech": ("@ “Come,” he said. He ran.", "speech:@ “Come,” |tag:he said. |prose:He ran."),
    "signs before narration": ("... He ran.", "prose:... He ran."),
    "lines of verse": ("The wind\nblew.\n\nIt rained.", "prose:The wind\n|prose:blew.\n\n|prose:It rained."),
    "a sentence that begins with a number": ("It rang. 5am came.", "prose:It rang. |prose:5am came."),
    "speech over paragraphs": ("“First.\n\n“Second.”", "speech:“First.\n\n|speech:“Second.”"),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_speech_and_its_tags_are_told_apart(text: str, expected: str) -> None:
    """Quotations, speech tags and sentences are spans of their own in every way of quoting that books use."""
    assert "|".join(f"{span.kind.value}:{span.text}" for span in split_spans(text)) == expected


def sentence(size: int) -> str:
    """A sentence of so many characters, a multiple of 5."""
    return "Word " + "word " * (size // 5 - 2) + "end. "


def speech(*sizes: int) -> str:
    """Sentences of these sizes inside one quotation."""
    return "“" + "".join(map(sentence, sizes))[1:]


CUTS = {
    "a short quotation stays whole": (speech(300, 295), [595]),
    "a quotation of the greatest length stays whole": (speech(300, 300), [600]),
    "a long quotation is cut after sentences": (speech(300, 300, 200, 300), [600, 500]),
    "a long quotation of long sentences": (speech(400, 400, 400), [400, 400, 400]),
    "a sentence of the greatest length is not broken up": (speech(100, 600), [100, 600]),
    "a long sentence is cut between words": (sentence(700), [600, 100]),
    "a clause of the greatest length is not broken up": ("誰、" + "誰" * 599 + "、誰誰。", [2, 600, 3]),
    "a longer clause is cut between letters": ("誰、" + "誰" * 601 + "。", [600, 4]),
    "a word without end is cut anywhere": ("a" * 1300, [600, 600, 100]),
}


@pytest.mark.parametrize(("text", "sizes"), CUTS.values(), ids=CUTS)
def test_long_pieces_are_cut_where_a_reader_would_pause(text: str, sizes: list[int]) -> None:
    """No span is longer than a cue can hold, and none is cut where a later place would do."""
    assert [len(span.text) for span in split_spans(text)] == sizes
