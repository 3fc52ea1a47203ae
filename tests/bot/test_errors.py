"""What a person reads when something cannot be done, and what the log keeps of it."""

import logging
import re
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from discord import app_commands

import bot.errors
from bot.errors import InputError, MythError, log_unexpected
from bot.generation.writer import GenerationError
from cogs.interactions.error_handler import reply_with_error

SECRET = "thirteen-bells"


class Mouth:
    """An interaction's answers, written down."""

    def __init__(self, *, answered: bool = False, failing: Exception | None = None) -> None:
        self.said: list[tuple[str, bool]] = []
        self.late = answered
        self._failing = failing
        self.command = None
        self.data = {"custom_id": "myth:run:1"}

    @property
    def response(self) -> Any:
        """The first answer."""
        return SimpleNamespace(is_done=lambda: self.late, send_message=self._first)

    @property
    def followup(self) -> Any:
        """Every later one."""
        return SimpleNamespace(send=self._later)

    async def _first(self, text: str, *, ephemeral: bool) -> None:
        assert not self.late
        await self._say(text, ephemeral=ephemeral)

    async def _later(self, text: str, *, ephemeral: bool) -> None:
        assert self.late
        await self._say(text, ephemeral=ephemeral)

    async def _say(self, text: str, *, ephemeral: bool) -> None:
        if self._failing is not None:
            raise self._failing
        self.said.append((text, ephemeral))


def http_error(kind: type[discord.HTTPException], status: int, code: int) -> discord.HTTPException:
    """Discord's answer to a request."""
    response = cast("Any", SimpleNamespace(status=status, reason="no"))
    return kind(response, {"code": code, "message": SECRET})


async def told(error: Exception, *, answered: bool = False) -> str:
    """What the person reads, privately."""
    mouth = Mouth(answered=answered)
    await reply_with_error(cast("Any", mouth), error)
    ((text, ephemeral),) = mouth.said
    assert ephemeral
    return text


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


@pytest.mark.parametrize("answered", [False, True])
async def test_a_person_reads_the_sentence(*, answered: bool) -> None:
    """What cannot be done is told privately with both sentences, whether or not something was said before."""
    assert await told(InputError("No.", "Do this."), answered=answered) == "No. Do this."


async def test_a_commands_error_is_unwrapped() -> None:
    """What a command raises is told as if it had been raised bare."""
    command = cast("Any", SimpleNamespace(name="script", qualified_name="script"))
    error = app_commands.CommandInvokeError(command, InputError("No."))
    error.__cause__ = InputError("No.", "Do this.")
    assert await told(error) == "No. Do this."


async def test_our_fault_is_told_by_reference_alone(caplog: pytest.LogCaptureFixture) -> None:
    """Of a fault of ours a person sees the reference, no class name and no detail; the log has the rest."""
    text = await told(RuntimeError(SECRET))
    assert SECRET not in text
    assert "RuntimeError" not in text
    found = re.search(r"[0-9a-f]{4}-[0-9a-f]{4}", text)
    assert found
    assert found[0] in caplog.text
    assert "RuntimeError" in caplog.text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (app_commands.NoPrivateMessage(), "only inside a server"),
        (app_commands.CheckFailure(), "may not use this"),
        (app_commands.CommandNotFound("script", []), "has changed"),
        (http_error(discord.Forbidden, 403, 50013), "lack a permission"),
        (http_error(discord.Forbidden, 403, 50001), "lack a permission"),
        (http_error(discord.NotFound, 404, 10008), "no longer exists"),
    ],
)
async def test_discords_errors_have_words(error: Exception, words: str) -> None:
    """What Discord refuses is told in words of ours, without Discord's own."""
    text = await told(error)
    assert words in text
    assert SECRET not in text


async def test_a_gone_interaction_is_left_alone() -> None:
    """Where nobody listens any more nothing is said and nothing fails."""
    mouth = Mouth()
    await reply_with_error(cast("Any", mouth), http_error(discord.NotFound, 404, 10062))
    assert mouth.said == []


async def test_telling_never_fails(caplog: pytest.LogCaptureFixture) -> None:
    """When even the telling is refused, that is logged and nothing is raised."""
    mouth = Mouth(failing=http_error(discord.NotFound, 404, 10062))
    await reply_with_error(cast("Any", mouth), InputError("No."))
    assert "could not be told" in caplog.text
