"""The one classification of failed Discord requests.

    error of a request  →  classify()  →  DiscordFailure  →  each adapter's own outcome

An adapter catches ``REQUEST_ERRORS``, classifies, and decides what the failure means for a post, a card or a board. No other
module compares HTTP statuses. A code that matters in one place only, such as ``ALREADY_CROSSPOSTED``, is compared with
``has_code``.
"""

from enum import Enum, auto
from typing import Final

import aiohttp
import discord

from cogs.messages import error_codes

REQUEST_ERRORS: Final = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError, TimeoutError)
"""Everything that a request to Discord may raise. discord.py does not wrap the errors of a broken connection."""

_DEFAULT_RETRY_SECONDS: Final = 30.0
"""For a 429 without a usable Retry-After header: long enough to not deepen a ban by Cloudflare, which sends such answers."""
_OVERLOADED_RETRY_SECONDS: Final = 10.0
"""For a 503, with which Discord names no time and which discord.py raises at once, unlike other 5xx. Retrying sooner would
add to the overload; a minute would be a long silence for a team that watches a broadcast."""


class DiscordFailure(Enum):
    """Why a request failed."""

    UNKNOWN_CHANNEL = auto()
    """The channel was deleted."""
    UNKNOWN_MESSAGE = auto()
    """The message was deleted."""
    MISSING_ACCESS = auto()
    """The bot does not see the channel."""
    MISSING_PERMISSIONS = auto()
    """The bot sees the channel but lacks a permission there."""
    EDIT_LIMIT = auto()
    """Discord limits the edits of messages that are more than an hour old."""
    UNAUTHORIZED = auto()
    """Discord rejects the bot's token."""
    RATE_LIMITED = auto()
    """Discord or Cloudflare asks for a pause; ``retry_after`` says how long."""
    OVERLOADED = auto()
    """Discord answers 503; ``retry_after`` says how long to pause."""
    SERVER_ERROR = auto()
    """Any other 5xx. A proxy's error does not say whether the request was carried out."""
    REJECTED = auto()
    """Any other refusal. The same request will be refused again."""
    NO_RESPONSE = auto()
    """There was no response in time; the request may have been carried out."""
    CONNECTION_LOST = auto()
    """The connection broke; the request may have been carried out."""


_BY_CODE: Final = {
    error_codes.UNKNOWN_CHANNEL: DiscordFailure.UNKNOWN_CHANNEL,
    error_codes.UNKNOWN_MESSAGE: DiscordFailure.UNKNOWN_MESSAGE,
    error_codes.MISSING_ACCESS: DiscordFailure.MISSING_ACCESS,
    error_codes.MISSING_PERMISSIONS: DiscordFailure.MISSING_PERMISSIONS,
    error_codes.EDIT_LIMIT: DiscordFailure.EDIT_LIMIT,
}
_TRANSIENT: Final = frozenset(
    {
        DiscordFailure.EDIT_LIMIT,
        DiscordFailure.RATE_LIMITED,
        DiscordFailure.OVERLOADED,
        DiscordFailure.SERVER_ERROR,
        DiscordFailure.NO_RESPONSE,
        DiscordFailure.CONNECTION_LOST,
    }
)


def classify(error: Exception) -> DiscordFailure:
    """Returns why the request failed. ``error`` is one of ``REQUEST_ERRORS``."""
    match error:
        case discord.RateLimited():
            return DiscordFailure.RATE_LIMITED
        case discord.HTTPException():
            # The code is more exact than the status: EDIT_LIMIT arrives with the status of a rate limit.
            return _BY_CODE.get(error.code) or _classify_status(error.status)
        case TimeoutError():
            return DiscordFailure.NO_RESPONSE
        case _:
            return DiscordFailure.CONNECTION_LOST


def _classify_status(status: int) -> DiscordFailure:
    match status:
        case 401:
            return DiscordFailure.UNAUTHORIZED
        case 429:
            # discord.py waits and retries by itself and raises a 429 only after five attempts, or at once if the answer has
            # no Via header: then it is Cloudflare's and concerns every request of this machine.
            return DiscordFailure.RATE_LIMITED
        case 503:
            return DiscordFailure.OVERLOADED
        case _:
            return DiscordFailure.SERVER_ERROR if status >= 500 else DiscordFailure.REJECTED


def is_transient(error: Exception) -> bool:
    """Whether the same request may succeed later. The failed attempt may have been carried out all the same."""
    return classify(error) in _TRANSIENT


def retry_after(error: Exception) -> float:
    """Returns the seconds that Discord asks to wait before any further request; 0 if it does not ask."""
    if isinstance(error, discord.RateLimited):
        return error.retry_after
    match classify(error):
        case DiscordFailure.RATE_LIMITED:
            return _read_retry_after_header(error)
        case DiscordFailure.OVERLOADED:
            return _OVERLOADED_RETRY_SECONDS
        case _:
            return 0.0


def _read_retry_after_header(error: Exception) -> float:
    try:
        return float(error.response.headers["Retry-After"])  # type: ignore[attr-defined]  # missing where a fake raised it
    except (AttributeError, KeyError, ValueError):
        return _DEFAULT_RETRY_SECONDS


def has_code(error: Exception, *codes: int) -> bool:
    """Whether Discord answered with one of these JSON error codes."""
    return isinstance(error, discord.HTTPException) and error.code in codes


def status_or_code(error: Exception) -> int:
    """Returns Discord's JSON error code, or the HTTP status if the answer had no code; 0 if there was no answer."""
    return (error.code or error.status) if isinstance(error, discord.HTTPException) else 0
