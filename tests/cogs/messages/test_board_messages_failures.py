"""What failed requests mean for a live board."""

from datetime import timedelta

import discord
import pytest

from bot.errors import DeliveryError
from bot.ports import EditResult
from cogs.messages.board_messages import edit_result_of_failure, port_error
from tests.cogs.fake_errors import http_error

NEW, OLD = timedelta(minutes=5), timedelta(minutes=61)


@pytest.mark.parametrize(
    ("error", "when_new", "when_old"),
    [
        (http_error(404, 10008), EditResult.GONE, EditResult.GONE),
        (http_error(429, 30046), EditResult.TOO_OLD, EditResult.TOO_OLD),
        (http_error(429), EditResult.UNCERTAIN, EditResult.TOO_OLD),
        (discord.RateLimited(9.0), EditResult.UNCERTAIN, EditResult.TOO_OLD),
        (TimeoutError(), EditResult.UNCERTAIN, EditResult.TOO_OLD),
        (http_error(503), EditResult.UNCERTAIN, EditResult.UNCERTAIN),
        (http_error(502), EditResult.UNCERTAIN, EditResult.UNCERTAIN),
        (ConnectionResetError(), EditResult.UNCERTAIN, EditResult.UNCERTAIN),
    ],
    ids=repr,
)
def test_a_failed_edit_depends_on_the_age_of_the_message(
    error: Exception, when_new: EditResult, when_old: EditResult
) -> None:
    """For a message that is more than an hour old, a rate limit or a missing response means that it is to be replaced."""
    assert edit_result_of_failure(error, NEW) is when_new
    assert edit_result_of_failure(error, OLD) is when_old


@pytest.mark.parametrize(
    ("error", "raised", "words"),
    [
        (http_error(404, 10003), LookupError, "the channel was deleted"),
        (http_error(403, 50001), DeliveryError, "I lack **View Channel**"),
        (http_error(403, 50013), DeliveryError, "I lack **View Channel**"),
        (http_error(400, 50035), DeliveryError, "code 50035"),
        (http_error(401), DeliveryError, "code 401"),
        (http_error(429), TimeoutError, ""),
        (http_error(500), TimeoutError, ""),
        (discord.RateLimited(9.0), TimeoutError, ""),
        (TimeoutError(), TimeoutError, ""),
        (ConnectionResetError(), TimeoutError, ""),
    ],
    ids=repr,
)
def test_a_failure_is_translated_for_the_worker(error: Exception, raised: type[Exception], words: str) -> None:
    """A deleted channel, a refusal for good and an unknown result are three different exceptions."""
    translated = port_error(error)
    assert type(translated) is raised
    assert words in str(translated)
