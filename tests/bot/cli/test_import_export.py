"""``import`` and ``export`` as they are typed."""

import json
from pathlib import Path

import pytest

from bot.cli import main
from bot.settings import Settings
from tests.bot.legacy.samples import ENTRY, S1, SCRIPT, put, put_all


@pytest.fixture(autouse=True)
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder of one's own, with nothing set but where the database is."""
    for name in (*Settings.model_fields, "gemini_api_key"):
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/data/studio.db")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below the folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_import_and_export_are_told(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An import says in plain sentences what came in, an export what went out, and both succeed."""
    put_all(place / "seed", notifications=[1, 2])
    (place / "seed" / "grant_logs.json").unlink()
    assert main(["import", "seed"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "audio_scripts.json: 2 scripts imported, 0 were there already, 0 skipped.",
        "grant_logs.json: not there.",
        "notifications.json: 0 announcements imported, 0 were there already, 2 skipped.",
        "  line 2: “1” skipped, since it is no object.",
        "  line 3: “2” skipped, since it is no object.",
        "session_progress.json: 3 events imported, 0 were there already, 0 skipped.",
        "What was skipped is kept word for word; an export gives it out as import_leftovers.txt.",
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
    assert json.loads((place / "deep" / "out" / "session_progress.json").read_text())[0] == ENTRY


def test_a_dry_run_changes_nothing(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A dry run says exactly what the import would say, and neither makes nor changes a file."""
    double = f'{{"{S1}": {json.dumps(SCRIPT)}, "{S1}": {{"script": "x"}}, "{"z" * 60}": {{}}}}'
    put_all(place / "seed", audio_scripts=double, notifications=[1])
    for _ in range(2):
        before = contents(place)
        assert main(["import", "seed", "--dry-run"]) == 0
        tried = capsys.readouterr().out.splitlines()
        assert contents(place) == before
        assert main(["import", "seed"]) == 0
        assert tried == [
            "This is a dry run: nothing is changed. An import would say:",
            *capsys.readouterr().out.splitlines(),
        ]
        put(place / "seed", session_progress=[ENTRY] * 5)


@pytest.mark.parametrize("command", [["import", "nowhere"], ["import", "empty"], ["import", "empty", "--dry-run"]])
def test_nothing_to_import(place: Path, capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    """A folder that is none or holds none of the files is told in a sentence, and no database is made for it."""
    (place / "empty").mkdir()
    assert main(command) == 2
    told = capsys.readouterr()
    assert (told.out, len(told.err.splitlines())) == ("", 1)
    assert contents(place) == {}


@pytest.mark.parametrize("command", [["import", "seed"], ["import", "seed", "--dry-run"], ["export", "out"]])
def test_a_closed_database_is_told(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    """Where the database cannot be opened, that is the sentence, with the exit code of databases."""
    put_all(place / "seed")
    monkeypatch.setenv("DATABASE_URL", "mysql://studio")
    assert main(command) == 5
    assert "only sqlite and postgresql are supported" in capsys.readouterr().err
    monkeypatch.setenv("STUDIO_TIMEZONE", "Mars")
    assert main(command) == 2
    assert "STUDIO_TIMEZONE" in capsys.readouterr().err
