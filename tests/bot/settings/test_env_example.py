"""The generated ``.env.example``."""

import re
from pathlib import Path

import pytest

from bot.settings import Settings, StudioSettings, load_settings
from bot.settings.env_example import env_example

ROOT = Path(__file__).parents[3]
REQUIRED = "DISCORD_TOKEN=token.of-the.bot\nSTUDIO_GUILD_ID=42\n"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hides the machine's environment variables."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_file_on_disk_is_up_to_date() -> None:
    """``.env.example`` lists every setting with its description and its default."""
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == env_example()


def test_uncommented_example_gives_the_defaults(tmp_path: Path) -> None:
    """Uncommenting every line and filling in the two required ones changes nothing."""
    lines = [re.sub(r"^# ([A-Z_]+=)", r"\1", line) for line in env_example().splitlines()]
    lines = [line for line in lines if not line.startswith(("DISCORD_TOKEN=", "STUDIO_GUILD_ID="))]
    assert sum("=" in line and line[0] != "#" for line in lines if line) == len(Settings.model_fields) - 2
    example, minimal = tmp_path / "example.env", tmp_path / "minimal.env"
    example.write_text("\n".join(lines) + "\n" + REQUIRED, encoding="utf-8")
    minimal.write_text(REQUIRED, encoding="utf-8")
    assert load_settings(example) == load_settings(minimal)


def test_every_setting_has_a_description() -> None:
    """Each setting has a sentence, and the bot's settings include the studio's."""
    for name, field in Settings.model_fields.items():
        assert field.description, name
    assert set(StudioSettings.model_fields) < set(Settings.model_fields)
