"""The classification of failed requests, as a table of status and code."""

import aiohttp
import discord
import pytest

from cogs.messages.failures import (
    REQUEST_ERRORS,
    DiscordFailure,
    classify,
    has_code,
    is_transient,
    retry_after,
    status_or_code,
)
from tests.cogs.fake_errors import http_error

TABLE = [
    # error, classification, transient, seconds to wait
    (http_error(404, 10003), DiscordFailure.UNKNOWN_CHANNEL, False, 0.0),
    (http_error(404, 10008), DiscordFailure.UNKNOWN_MESSAGE, False, 0.0),
    (http_error(403, 50001), DiscordFailure.MISSING_ACCESS, False, 0.0),
    (http_error(403, 50013), DiscordFailure.MISSING_PERMISSIONS, False, 0.0),
    (http_error(429, 30046), DiscordFailure.EDIT_LIMIT, True, 0.0),
    (http_error(400, 30046), DiscordFailure.EDIT_LIMIT, True, 0.0),
    (http_error(401), DiscordFailure.UNAUTHORIZED, False, 0.0),
    (http_error(429), DiscordFailure.RATE_LIMITED, True, 30.0),
    (http_error(429, Retry_After="7.5"), DiscordFailure.RATE_LIMITED, True, 7.5),
    (http_error(429, Retry_After="soon"), DiscordFailure.RATE_LIMITED, True, 30.0),
    (discord.RateLimited(12.0), DiscordFailure.RATE_LIMITED, True, 12.0),
    (http_error(503), DiscordFailure.OVERLOADED, True, 10.0),
    (http_error(500), DiscordFailure.SERVER_ERROR, True, 0.0),
    (http_error(502), DiscordFailure.SERVER_ERROR, True, 0.0),
    (http_error(504), DiscordFailure.SERVER_ERROR, True, 0.0),
    (http_error(400, 50035), DiscordFailure.REJECTED, False, 0.0),
    (http_error(400, 40033), DiscordFailure.REJECTED, False, 0.0),
    (http_error(403, 50005), DiscordFailure.REJECTED, False, 0.0),
    (http_error(404), DiscordFailure.REJECTED, False, 0.0),
    (TimeoutError("no response"), DiscordFailure.NO_RESPONSE, True, 0.0),
    (aiohttp.ServerTimeoutError(), DiscordFailure.NO_RESPONSE, True, 0.0),
    (aiohttp.ClientOSError(), DiscordFailure.CONNECTION_LOST, True, 0.0),
    (aiohttp.ServerDisconnectedError(), DiscordFailure.CONNECTION_LOST, True, 0.0),
    (ConnectionResetError(), DiscordFailure.CONNECTION_LOST, True, 0.0),
]


@pytest.mark.parametrize(("error", "failure", "transient", "seconds"), TABLE, ids=repr)
def test_every_error_of_a_request_has_one_classification(
    error: Exception, failure: DiscordFailure, transient: bool, seconds: float
) -> None:
    """Class, repeatability and waiting time follow from the status and the code."""
    assert isinstance(error, REQUEST_ERRORS)
    assert classify(error) is failure
    assert is_transient(error) is transient
    assert retry_after(error) == seconds


def test_the_table_covers_every_classification() -> None:
    """A new classification needs a row above."""
    assert {failure for _, failure, _, _ in TABLE} == set(DiscordFailure)


def test_codes_are_read_from_http_errors_alone() -> None:
    """Other errors have neither a code nor a status."""
    assert has_code(http_error(400, 40033), 40033, 10008)
    assert not has_code(http_error(400, 40033), 10008)
    assert not has_code(TimeoutError(), 40033)
    assert status_or_code(http_error(400, 50035)) == 50035
    assert status_or_code(http_error(502)) == 502
    assert status_or_code(TimeoutError()) == 0
