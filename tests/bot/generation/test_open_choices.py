import pytest

from bot.ebooks.chapter_text import ChapterText
from bot.errors import StateError
from bot.generation.open_choices import OpenChoices
from bot.generation.request import ScriptRequest

REQUEST = ScriptRequest(ebook="ebook_001", chapter_number=1)
TEXTS = (ChapterText("one"), ChapterText("two"))


def test_a_question_is_answered_once() -> None:
    """The chosen text comes back with its request; a second press is told that the question is closed."""
    choices = OpenChoices()
    token = choices.add(REQUEST, TEXTS)
    assert choices.take(token, 1) == (REQUEST, TEXTS[1])
    with pytest.raises(StateError, match="no longer open"):
        choices.take(token, 1)


def test_a_choice_that_was_not_offered_is_refused() -> None:
    """A forged index chooses nothing."""
    choices = OpenChoices()
    with pytest.raises(StateError):
        choices.take(choices.add(REQUEST, TEXTS[:1]), 1)


def test_old_questions_make_room() -> None:
    """Unanswered questions do not fill the memory: the oldest is dropped first."""
    choices = OpenChoices()
    first, *_, last = [choices.add(REQUEST, TEXTS) for _ in range(51)]
    with pytest.raises(StateError):
        choices.take(first, 0)
    assert choices.take(last, 0) == (REQUEST, TEXTS[0])
