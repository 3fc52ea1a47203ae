"""The errors that people see, and the references to our own faults."""

import logging
import re

import pytest

import bot.errors
from bot.errors import InputError, MythError, log_unexpected
from bot.generation.writer import GenerationError


def test_text_is_sentence_and_hint() -> None:
    """The text consists of the sentence and the hint, if there is one."""
    error = InputError("The chapter is empty.", "Attach another.")
    assert error.text == "The chapter is empty. Attach another."
    assert str(error) == error.sentence == "The chapter is empty."
    assert InputError("The chapter is empty.").text == "The chapter is empty."


def test_docstring_lists_every_error() -> None:
    """The tree in the module's docstring names every subclass of ``MythError``, and no other."""
    listed = set(re.findall(r"[├└]── (\w+)", bot.errors.__doc__ or ""))
    assert GenerationError in MythError.__subclasses__()
    assert listed == {kind.__name__ for kind in MythError.__subclasses__() if kind.__module__.startswith("bot.")}


def test_reference_identifies_the_traceback(caplog: pytest.LogCaptureFixture) -> None:
    """The log has the traceback with the reference that the person gets; every fault has its own reference."""
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
