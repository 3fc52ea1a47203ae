"""What a person reads when a command, a button, a select or a modal raises."""

import re
from types import SimpleNamespace
from typing import Any, cast

import pytest
from discord import app_commands

from bot.errors import InputError
from cogs.interactions.error_handler import reply_with_error
from storage import DatabaseClosingError, DatabaseUnavailableError
from tests.cogs.fake_errors import http_error

SECRET = "thirteen-bells"


class FakeInteraction:
    """An interaction that records its replies, or refuses them with ``failure``."""

    def __init__(self, *, is_answered: bool = False, failure: Exception | None = None) -> None:
        self.replies: list[tuple[str, bool]] = []
        self.is_answered = is_answered
        self._failure = failure
        self.command = None
        self.data = {"custom_id": "myth:run:1"}

    @property
    def response(self) -> Any:
        """Takes the first reply."""
        return SimpleNamespace(is_done=lambda: self.is_answered, send_message=self._send_first)

    @property
    def followup(self) -> Any:
        """Takes every later reply."""
        return SimpleNamespace(send=self._send_later)

    async def _send_first(self, text: str, *, ephemeral: bool) -> None:
        assert not self.is_answered
        self._record(text, ephemeral=ephemeral)

    async def _send_later(self, text: str, *, ephemeral: bool) -> None:
        assert self.is_answered
        self._record(text, ephemeral=ephemeral)

    def _record(self, text: str, *, ephemeral: bool) -> None:
        if self._failure is not None:
            raise self._failure
        self.replies.append((text, ephemeral))


async def read_reply(error: Exception, *, is_answered: bool = False) -> str:
    """The text of the one private reply to the error."""
    interaction = FakeInteraction(is_answered=is_answered)
    await reply_with_error(cast("Any", interaction), error)
    ((text, is_ephemeral),) = interaction.replies
    assert is_ephemeral
    return text


@pytest.mark.parametrize("is_answered", [False, True])
async def test_a_person_reads_sentence_and_hint(*, is_answered: bool) -> None:
    """Both sentences of an error are shown privately, whether or not the interaction was answered before."""
    assert await read_reply(InputError("No.", "Do this."), is_answered=is_answered) == "No. Do this."


async def test_a_commands_error_is_unwrapped() -> None:
    """An error that discord.py wraps around a command's own is shown as the command's own."""
    command = cast("Any", SimpleNamespace(name="script", qualified_name="script"))
    error = app_commands.CommandInvokeError(command, InputError("No."))
    error.__cause__ = InputError("No.", "Do this.")
    assert await read_reply(error) == "No. Do this."


async def test_an_error_of_ours_is_shown_as_a_reference(caplog: pytest.LogCaptureFixture) -> None:
    """The person sees the reference, but no class name and no detail; the log has the rest under the reference."""
    text = await read_reply(RuntimeError(SECRET))
    assert SECRET not in text
    assert "RuntimeError" not in text
    reference = re.search(r"[0-9a-f]{4}-[0-9a-f]{4}", text)
    assert reference
    assert reference[0] in caplog.text
    assert "RuntimeError" in caplog.text
    assert "myth:run:1" in caplog.text


@pytest.mark.parametrize(
    ("outage", "words"),
    [
        (
            DatabaseUnavailableError("its disk is full", is_passing=False),
            "nothing of it was stored. The database cannot be used, because its disk is full. Repeat it",
        ),
        (
            DatabaseUnavailableError("its server does not answer", is_passing=False, is_uncertain=True),
            "may not have been stored. The database cannot be used, because its server does not answer. Look before",
        ),
    ],
)
async def test_what_was_not_stored_is_said_with_the_reason(
    outage: DatabaseUnavailableError, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    """While the database cannot be used, the person reads that and why, and the log has the same reference."""
    text = await read_reply(outage, is_answered=True)
    assert words in text
    reference = re.search(r"[0-9a-f]{4}-[0-9a-f]{4}", text)
    assert reference
    assert reference[0] in caplog.text


async def test_a_command_that_the_end_of_the_bot_cut_short_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    """The person reads that nothing was stored and when to repeat it, and the log has no traceback."""
    text = await read_reply(DatabaseClosingError(), is_answered=True)
    assert text == "I am being stopped, and nothing of this was stored. Repeat it in a minute."
    assert "Traceback" not in caplog.text


async def test_nothing_is_promised_after_an_error_of_ours() -> None:
    """After an unknown error nobody reads that nothing was lost, since something may have been."""
    text = await read_reply(RuntimeError("the pen broke"))
    assert "Nothing was lost" not in text
    assert "was not done, or not all of it" in text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (app_commands.NoPrivateMessage(), "only inside a server"),
        (app_commands.CheckFailure(), "may not use this"),
        (app_commands.CommandNotFound("script", []), "has changed"),
        (http_error(403, 50013, text=SECRET), "lack a permission"),
        (http_error(403, 50001, text=SECRET), "lack a permission"),
        (http_error(404, 10008, text=SECRET), "no longer exists"),
    ],
)
async def test_discords_errors_are_described(error: Exception, words: str) -> None:
    """A refusal by Discord is described in our own words, without Discord's."""
    text = await read_reply(error)
    assert words in text
    assert SECRET not in text


@pytest.mark.parametrize("error", [http_error(404, 10062), http_error(400, 40060), http_error(401, 50027)])
async def test_an_interaction_that_expired_gets_no_reply(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """If the interaction expired or was answered elsewhere, nothing is sent and nothing is logged as an error."""
    caplog.set_level("INFO")
    interaction = FakeInteraction()
    await reply_with_error(cast("Any", interaction), error)
    assert interaction.replies == []
    assert [record.levelname for record in caplog.records] == ["INFO"]


@pytest.mark.parametrize("failure", [http_error(403, 50001), RuntimeError("Session is closed"), TimeoutError()])
async def test_a_failed_reply_is_logged(failure: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """If even the reply fails, because Discord refuses it or the bot stops, that is logged and nothing is raised."""
    interaction = FakeInteraction(failure=failure)
    await reply_with_error(cast("Any", interaction), InputError("No."))
    assert "could not reply with an error" in caplog.text
