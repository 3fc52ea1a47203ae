"""The file from which ``python -m bot health`` knows how the bot is."""

import asyncio
import json
import time
from collections.abc import Awaitable
from pathlib import Path

import pytest

from bot.cli import main
from bot.errors import ConfigError
from bot.exit_codes import ExitCode
from bot.monitoring.health import Health
from bot.monitoring.health_file import OLD_SECONDS, HealthFile, read_troubles
from storage import Database


async def test_the_file_is_written_again_and_again_and_removed_at_the_end(sqlite: Database, tmp_path: Path) -> None:
    """It says how the process is now; after an orderly stop it is gone."""
    path, turned, waits, is_ready = tmp_path / "health.json", asyncio.Event(), 0, False

    async def wait(sleeping: Awaitable[object], _why: str) -> None:
        nonlocal waits
        waits += 1
        if waits == 2:
            turned.set()
            await sleeping
        asyncio.ensure_future(sleeping).cancel()

    health = Health(sqlite, {}, lambda: is_ready, lambda: None)
    file = HealthFile(path, health, wait)  # type: ignore[arg-type]
    await file.start()
    assert read_troubles(path) == ["The process is starting or stopping."]
    is_ready = True
    await turned.wait()
    assert read_troubles(path) == []
    await file.stop()
    assert "There is no" in read_troubles(path)[0]
    await health.stop()


async def test_a_place_that_cannot_be_written_is_named(sqlite: Database, tmp_path: Path) -> None:
    """The start fails with a sentence that names the setting."""
    health = Health(sqlite, {}, lambda: True, lambda: None)
    with pytest.raises(ConfigError, match=r"HEALTH_FILE .* cannot be written"):
        await HealthFile(tmp_path / "none" / "health.json", health, None).start()  # type: ignore[arg-type]
    await health.stop()


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ({"time": 0.0, "troubles": []}, ExitCode.DONE, "ok"),
        ({"time": 0.0, "troubles": ["The database does not answer."]}, ExitCode.BROKEN, "database does not answer"),
        ({"time": -OLD_SECONDS - 1, "troubles": []}, ExitCode.BROKEN, "hangs or was killed"),
        ({"troubles": 4}, ExitCode.BROKEN, "is not written by the bot"),
        (None, ExitCode.BROKEN, "does not run"),
    ],
)
def test_the_command_says_how_the_bot_is(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    content: dict[str, object] | None,
    code: ExitCode,
    words: str,
) -> None:
    """0 and "ok", or 1 and what is wrong; an old file says that the process hangs. ``time`` is counted from now."""
    path = tmp_path / "health.json"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEALTH_FILE", str(path))
    if content is not None:
        if "time" in content:
            content = content | {"time": time.time() + float(str(content["time"]))}
        path.write_text(json.dumps(content))
    assert main(["health"]) == code
    captured = capsys.readouterr()
    assert words in captured.out + captured.err


def test_the_command_needs_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without HEALTH_FILE there is nothing to read."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HEALTH_FILE", raising=False)
    assert main(["health"]) == ExitCode.CONFIG
    assert "HEALTH_FILE is not set" in capsys.readouterr().err
