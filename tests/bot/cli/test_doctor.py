"""What ``doctor`` prints, and its exit codes."""

from pathlib import Path

import pytest

from bot.doctor import machine
from bot.exit_codes import ExitCode
from tests.bot.cli.test_troubles import run

TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAwMA.stand-in.not-a-real-token-of-anybody"


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch, working_folder: Path) -> Path:
    """The two settings that a bot needs."""
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    monkeypatch.setenv("STUDIO_GUILD_ID", "4711")
    return working_folder


def test_warnings_alone_are_no_failure(capsys: pytest.CaptureFixture[str], settings: Path) -> None:
    """Before the first start nothing is created, everything has one line, and the exit code is 0."""
    code, text = run(capsys, "doctor", "--offline")
    assert code == ExitCode.DONE
    assert {line.split()[0] for line in text.splitlines()} <= {"OK", "WARNING"}
    assert {line.split()[1] for line in text.splitlines()} == {
        "versions",
        "settings",
        "database",
        "rights",
        "disk",
        "temporary",
    }
    assert list(settings.iterdir()) == []


def test_a_full_disk_is_a_problem(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A problem makes the exit code 1 and says what to do."""
    monkeypatch.setattr(machine, "_FULL_MB", 10**12)
    code, text = run(capsys, "doctor", "--offline")
    assert code == ExitCode.BROKEN
    assert "PROBLEM  disk" in text
    assert "Make room" in text


def test_each_wrong_setting_has_a_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that cannot be used are listed, and their values are not shown."""
    monkeypatch.setenv("DISCORD_TOKEN", "not a token")
    monkeypatch.setenv("BROADCAST_RATE", "9999")
    code, text = run(capsys, "doctor")
    assert code == ExitCode.BROKEN
    assert text.count("PROBLEM  settings") == 2
    assert "9999" not in text
    assert "not a token" not in text.replace("is not a token", "")


def test_no_secret_is_printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even where a path contains one."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{TOKEN}/studio.db")
    assert TOKEN not in run(capsys, "doctor", "--offline")[1]
