"""Which cues of a script a reader sees."""

import pytest

from bot.scripts.cue_lists import arrange
from bot.scripts.models import Cue, CueKind
from bot.scripts.reading import ReaderFilter, choose_cues
from bot.scripts.speakers import make_speaker_key
from tests.bot.scripts.test_editing import SCRIPT


def test_without_a_filter_every_cue_is_shown() -> None:
    """In order, none as context."""
    shown = choose_cues(SCRIPT, ReaderFilter())
    assert [each.cue for each in shown] == list(SCRIPT.cues)
    assert not any(each.is_context or each.hits for each in shown)


def test_a_characters_lines_come_with_what_they_answer() -> None:
    """Before each line of the character stands the cue that precedes it."""
    shown = choose_cues(SCRIPT, ReaderFilter(speaker_key=make_speaker_key("HANA")))
    assert [(each.cue.id, each.is_context) for each in shown] == [("a", True), ("b", False)]
    assert choose_cues(SCRIPT, ReaderFilter(speaker_key="0123456789ab")) == []


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        ("The café was dark.", "CAFE", ["café"]),
        ("You came back.", "back you", ["You", "back"]),
        ("You came back.", "back away", []),
        ("You came back.", '"came back"', ["came back"]),
        ("彼女は狐を見た。", "狐を", ["狐を"]),
        ("狐が鳴いた。", "鳴い", ["鳴い"]),
        ("ฉันกลับมาแล้ว", "กลับ", ["กลับ"]),
        ("كِتَابٌ قديم", "كتاب", ["كِتَاب"]),
        ("Ёлка стояла", "елка", ["Ёлка"]),
        ("You came back.", "???", []),
    ],
)
def test_words_are_found_in_every_language(text: str, query: str, found: list[str]) -> None:
    """In any case, without accents, in scripts without spaces; every word must be there."""
    script = arrange(SCRIPT, [Cue(n=1, kind=CueKind.NARRATION, text=text, speaker="NARRATOR")])
    shown = choose_cues(script, ReaderFilter(query=query))
    assert [each.text[start:end] for each in shown for start, end in each.hits] == found
