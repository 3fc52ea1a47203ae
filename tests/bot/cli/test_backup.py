"""What ``backup`` and ``restore`` print, and how they end."""

from pathlib import Path

import pytest

from bot.exit_codes import ExitCode
from tests.bot.cli.test_troubles import imported, run

__all__ = ["imported"]


def test_a_backup_is_made_and_brought_back(imported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both commands say what they did; restoring over a database needs --replace and says where the old one is."""
    code, text = run(capsys, "backup", "one.db")
    assert code == ExitCode.DONE
    assert "4 events, unbroken" in text
    assert "one.db.json" in text
    code, text = run(capsys, "restore", "one.db")
    assert code == ExitCode.DATABASE
    assert "nothing was changed" in text
    code, text = run(capsys, "restore", "one.db", "--replace")
    assert code == ExitCode.DONE
    assert f"{imported}.replaced-" in text
    assert "4 events, unbroken" in run(capsys, "verify")[1]
