"""What ends a start. ``tests/blackbox/test_process.py`` starts real processes; here the same code runs in the test's own."""

from pathlib import Path
from typing import Any, cast

import discord
import pytest

from bot.exit_codes import ExitCode
from bot.process import explain_failure, serve
from bot.settings import Settings
from tests.standins.discord_server import DiscordStandIn


@pytest.mark.usefixtures("restored_logging")
@pytest.mark.parametrize(
    ("variable", "value", "code", "words"),
    [
        ("DATABASE_URL", "sqlite:///.", ExitCode.DATABASE, "cannot be opened"),
        ("DATABASE_URL", "postgresql://u:hidden@127.0.0.1:9/d", ExitCode.DATABASE, "server cannot be reached"),
        ("DISCORD_TOKEN", "wrong.wrong.wrong", ExitCode.TOKEN, "Discord refuses DISCORD_TOKEN"),
        ("DISCORD_API_BASE", "http://127.0.0.1:9/api/v10", ExitCode.UNREACHABLE, "Discord cannot be reached"),
    ],
)
async def test_a_failed_start_says_why_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, code: ExitCode, words: str
) -> None:
    """Each reason has its exit code and its sentence, which shows no password."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    for name in (*Settings.model_fields, "gemini_api_key"):
        monkeypatch.delenv(name.upper(), raising=False)
    async with DiscordStandIn() as standin:
        for name, given in (standin.env | {variable: value}).items():
            monkeypatch.setenv(name, given)
        ended, sentence = await serve(force_sync=False)
    assert ended == code
    assert words in sentence
    assert "hidden" not in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize(
    "failure",
    [discord.PrivilegedIntentsRequired(None), discord.ConnectionClosed(cast("Any", None), shard_id=None, code=4014)],
)
def test_refused_intents_have_their_own_exit_code(failure: Exception) -> None:
    """Gateway close code 4014 is no fault of ours: it has its own sentence and exit code, and no reference."""
    code, sentence = explain_failure(failure)
    assert code == ExitCode.INTENTS
    assert "gateway intents (code 4014)" in sentence
