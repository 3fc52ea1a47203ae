"""What a person reads when something cannot be done, and what the log keeps of it."""

import logging
import re

import pytest

import bot.errors
from bot.errors import InputError, MythError, log_unexpected
from bot.generation.writer import GenerationError


def test_an_error_has_a_sentence_and_a_hint() -> None:
    """An error shows what happened and what to do; without a hint it shows the sentence alone."""
    error = InputError("The chapter is empty.", "Attach another.")
    assert error.text == "The chapter is empty. Attach another."
    assert str(error) == error.sentence == "The chapter is empty."
    assert InputError("The chapter is empty.").text == "The chapter is empty."


def test_the_tree_of_errors_is_drawn() -> None:
    """The tree in the module's docstring names every error there is, and no other."""
    drawn = set(re.findall(r"[├└]── (\w+)", bot.errors.__doc__ or ""))
    assert GenerationError in MythError.__subclasses__()
    assert drawn == {kind.__name__ for kind in MythError.__subclasses__() if kind.__module__.startswith("bot.")}


def test_a_reference_leads_to_the_traceback(caplog: pytest.LogCaptureFixture) -> None:
    """Under the id that a person is given the log has the traceback; every fault has an id of its own."""
    try:
        raise ZeroDivisionError("by the fox")  # noqa: TRY301
    except ZeroDivisionError as error:
        refs = {log_unexpected(error, "counting bells") for _ in range(20)}
    assert len(refs) == 20
    assert all(re.fullmatch(r"[0-9a-f]{4}-[0-9a-f]{4}", ref) for ref in refs)
    for ref, record in zip(sorted(refs), sorted(caplog.records, key=logging.LogRecord.getMessage), strict=True):
        assert ref in record.getMessage()
        assert "counting bells" in record.getMessage()
        assert record.levelno == logging.ERROR
        assert record.exc_info
        assert record.exc_info[0] is ZeroDivisionError
