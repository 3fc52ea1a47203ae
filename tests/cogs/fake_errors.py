"""Errors as discord.py raises them, without a request."""

from types import SimpleNamespace
from typing import Any, cast

import discord


def http_error(status: int, code: int = 0, *, text: str = "refused", **headers: str) -> discord.HTTPException:
    """The exception that discord.py raises for a response with this status and JSON error code."""
    error_class: type[discord.HTTPException] = discord.HTTPException
    if status == 403:
        error_class = discord.Forbidden
    elif status == 404:
        error_class = discord.NotFound
    elif status >= 500:
        error_class = discord.DiscordServerError
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    response = cast("Any", SimpleNamespace(status=status, reason="", headers=named))
    return error_class(response, {"code": code, "message": text})
