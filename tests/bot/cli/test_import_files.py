"""The ``import`` and ``export`` commands."""

import json
from pathlib import Path

import pytest

from bot.cli import main
from tests.bot.legacy.samples import ENTRY, S1, SCRIPT, write_all_files, write_files


def contents(folder: Path) -> dict[str, bytes]:
    """The content of every file below the folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_import_and_export_report_their_counts(working_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An import prints what was imported and skipped, an export what was written, and both succeed."""
    write_all_files(working_folder / "seed", notifications=[1, 2])
    (working_folder / "seed" / "grant_logs.json").unlink()
    assert main(["import", "seed"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "audio_scripts.json: 2 scripts imported, 0 were there already, 0 skipped.",
        "grant_logs.json: not there.",
        "notifications.json: 0 announcements imported, 0 were there already, 2 skipped.",
        "  line 2: “1” skipped, since it is not an object.",
        "  line 3: “2” skipped, since it is not an object.",
        "session_progress.json: 3 events imported, 0 were there already, 0 skipped.",
        "What was skipped is kept word for word; an export writes it to import_leftovers.txt.",
    ]
    assert main(["verify"]) == 0
    assert main(["export", "deep/out"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].startswith("4 events, unbroken.")
    assert out[1:] == [
        "audio_scripts.json: 2 scripts.",
        "grant_logs.json: 0 grant logs.",
        "notifications.json: 0 announcements.",
        "session_progress.json: 4 events.",
        "import_leftovers.txt: 2 that an import could not read.",
    ]
    assert json.loads((working_folder / "deep" / "out" / "session_progress.json").read_text())[0] == ENTRY


def test_dry_run_changes_nothing(working_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A dry run prints exactly what the import prints, and neither creates nor changes a file."""
    double = f'{{"{S1}": {json.dumps(SCRIPT)}, "{S1}": {{"script": "x"}}, "{"z" * 60}": {{}}}}'
    write_all_files(working_folder / "seed", audio_scripts=double, notifications=[1])
    for _ in range(2):
        before = contents(working_folder)
        assert main(["import", "seed", "--dry-run"]) == 0
        dry_run_output = capsys.readouterr().out.splitlines()
        assert contents(working_folder) == before
        assert main(["import", "seed"]) == 0
        assert dry_run_output == [
            "This is a dry run: nothing is changed. An import would say:",
            *capsys.readouterr().out.splitlines(),
        ]
        write_files(working_folder / "seed", session_progress=[ENTRY] * 5)


@pytest.mark.parametrize("command", [["import", "nowhere"], ["import", "empty"], ["import", "empty", "--dry-run"]])
def test_nothing_to_import_is_an_error(
    working_folder: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    """A folder that does not exist or has none of the files is reported in one line, and no database is created."""
    (working_folder / "empty").mkdir()
    assert main(command) == 2
    captured = capsys.readouterr()
    assert (captured.out, len(captured.err.splitlines())) == ("", 1)
    assert contents(working_folder) == {}


@pytest.mark.parametrize("command", [["import", "seed"], ["import", "seed", "--dry-run"], ["export", "out"]])
def test_unusable_database_has_its_own_exit_code(
    working_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    """A database that cannot be opened gives exit code 5 and its sentence; a wrong setting gives 2."""
    write_all_files(working_folder / "seed")
    monkeypatch.setenv("DATABASE_URL", "sqlite:///seed")
    assert main(command) == 5
    assert "seed cannot be" in capsys.readouterr().err
    monkeypatch.setenv("STUDIO_TIMEZONE", "Mars")
    assert main(command) == 2
    assert "STUDIO_TIMEZONE" in capsys.readouterr().err
