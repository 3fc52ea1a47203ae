"""What ends a start. ``tests/blackbox/test_process.py`` starts real processes; here the same code runs in the test's own."""

from pathlib import Path

import discord
import pytest

from bot.exit_codes import ExitCode
from bot.process import serve
from bot.settings import Settings
from tests.standins.discord_server import DiscordStandIn


@pytest.mark.usefixtures("restored_logging")
@pytest.mark.parametrize(
    ("variable", "value", "code", "words"),
    [
        ("DATABASE_URL", "sqlite:///.", ExitCode.DATABASE, "cannot be opened"),
        ("DATABASE_URL", "mysql://u:hidden@h/d", ExitCode.DATABASE, "only sqlite and postgresql"),
        ("DISCORD_TOKEN", "wrong", ExitCode.TOKEN, "Discord refuses DISCORD_TOKEN"),
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
