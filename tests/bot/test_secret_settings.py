"""No secret setting, found from the schema, gets into a log: neither through logging nor from a started process."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.logs import Redactor, set_up_logging
from bot.settings import LogFormat, LogLevel
from bot.settings.loading import load_settings, load_studio_settings
from bot.settings.schema import Settings, StudioSettings

ROOT = Path(__file__).parents[2]
SECRET_FIELDS = [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]
STUDIO_FIELDS = [name for name in SECRET_FIELDS if name in StudioSettings.model_fields]
VALUES = {name: f"{name.replace('_', '-')}.thirteen.bells" for name in SECRET_FIELDS}
pytestmark = pytest.mark.usefixtures("restored_logging")


def test_every_setting_with_a_secret_name_is_a_secret() -> None:
    """What is called a token, a key, a password or a secret is typed as one, so that it is never printed."""
    named = [
        name for name in Settings.model_fields if name.endswith(("_token", "_key", "_password", "_secret", "_webhook"))
    ]
    assert named == [name for name in Settings.model_fields if name in SECRET_FIELDS]
    assert {"discord_token", "google_api_key", "gemini_api_key"} <= set(SECRET_FIELDS)


def test_all_secrets_are_listed() -> None:
    """``secrets`` has the value of every secret setting, and only of those that are set."""
    settings = load_settings(None, VALUES | {"studio_guild_id": 1})
    assert sorted(settings.secrets) == sorted(VALUES.values())
    studio = load_studio_settings(None, {name: VALUES[name] for name in STUDIO_FIELDS})
    assert sorted(studio.secrets) == sorted(VALUES[name] for name in STUDIO_FIELDS)
    assert load_settings(None, {"discord_token": "ab.c.d", "studio_guild_id": 1}).secrets == ("ab.c.d",)


@pytest.mark.parametrize("name", SECRET_FIELDS)
@pytest.mark.parametrize("style", LogFormat)
def test_a_secret_setting_is_not_logged(capsys: pytest.CaptureFixture[str], name: str, style: LogFormat) -> None:
    """Each secret setting is removed from a line that has it, in either format, and is not in the settings' own text."""
    settings = load_settings(None, VALUES | {"studio_guild_id": 1})
    set_up_logging(LogLevel.INFO, style, settings.secrets)
    logging.getLogger("test").warning("key %s, all %r", VALUES[name], settings)
    error = capsys.readouterr().err
    assert "key [redacted]," in error
    assert VALUES[name] not in error
    assert isinstance(getattr(settings, name), SecretStr)


SERVE = """
import asyncio, logging
from bot import process
def provoke(settings, **_):
    for name in {names!r}:
        logging.getLogger("test").error("provoked %s", getattr(settings, name).get_secret_value())
    raise SystemExit(0)
process.MythBot = provoke
asyncio.run(process.serve(force_sync=False))
"""
OFFLINE = """
import logging
from bot.cli.offline import run_offline
async def provoke(settings):
    for name in {names!r}:
        logging.getLogger("test").error("provoked %s", getattr(settings, name).get_secret_value())
run_offline(provoke)
"""


@pytest.mark.parametrize(("program", "names"), [(SERVE, SECRET_FIELDS), (OFFLINE, STUDIO_FIELDS)])
def test_a_started_process_writes_no_secret(tmp_path: Path, program: str, names: list[str]) -> None:
    """Where a started process logs each of its secrets, its output has none of them."""
    environment = {name.upper(): value for name, value in VALUES.items()} | {
        "STUDIO_GUILD_ID": "1",
        "PYTHONPATH": str(ROOT),
        "PATH": os.environ["PATH"],
    }
    ended = subprocess.run(
        [sys.executable, "-c", program.format(names=names)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    output = ended.stdout + ended.stderr
    assert output.count("provoked [redacted]") == len(names), output
    assert [value for value in VALUES.values() if value in output] == []


@pytest.mark.parametrize(
    ("secrets", "shown", "hidden"),
    [
        (["abcd"], "a abcd b", "a [redacted] b"),
        (["abc"], "a abc b", "a abc b"),
        (["", "abcd"], "a b", "a b"),
        (["abcd", "abcdefgh"], "abcdefgh abcd", "[redacted] [redacted]"),
        (["abcdefgh", "abcd"], "abcdefgh abcd", "[redacted] [redacted]"),
        (["abcd"], "abcdabcd", "[redacted][redacted]"),
    ],
)
def test_secrets_of_four_characters_and_more_are_removed(secrets: list[str], shown: str, hidden: str) -> None:
    """The longest secret is replaced first, so that nothing of it stays where a shorter one is a part of it."""
    assert Redactor(secrets)(shown) == hidden


@pytest.mark.parametrize("level", [LogLevel.DEBUG, LogLevel.INFO, LogLevel.ERROR])
def test_libraries_log_no_more_than_the_level(level: LogLevel) -> None:
    """Libraries log warnings, or only errors where the level is ERROR; matplotlib's fonts log only errors."""
    set_up_logging(level, LogFormat.TEXT, ())
    assert logging.getLogger().level == getattr(logging, level.value)
    assert logging.getLogger("discord").level == max(logging.WARNING, getattr(logging, level.value))
    assert logging.getLogger("matplotlib.font_manager").level == logging.ERROR
    assert logging.raiseExceptions is False
