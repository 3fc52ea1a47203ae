"""What an operator may set, and what is said where it is wrong."""

import re
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.logs import Redactor
from bot.settings import Settings, StudioSettings, example, load_settings, load_studio_settings

ROOT = Path(__file__).parents[2]
SECRET = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GhostX.thirteen-bells-over-the-drowned-valley"
NEEDED = "DISCORD_TOKEN=token-of-the-bot\nSTUDIO_GUILD_ID=42\n"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the machine's environment nor its ``.env``."""
    for name in (*Settings.model_fields, "gemini_api_key"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def written(text: str | bytes) -> Path:
    """A ``.env`` with this in it."""
    path = Path(".env")
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def problems(text: str | bytes) -> str:
    """What is said of this ``.env``."""
    with pytest.raises(ConfigError) as caught:
        load_settings(written(text))
    return caught.value.text


def test_two_lines_are_enough() -> None:
    """With the token and the studio's server everything else has a default."""
    settings = load_settings(written(NEEDED))
    assert settings.discord_token.get_secret_value() == "token-of-the-bot"
    assert settings.studio_guild_id == 42
    assert settings.google_api_key is None
    assert settings.team_role_ids == ()
    assert settings.database_url == "sqlite:///data/studio.db"


def test_all_problems_are_told_at_once() -> None:
    """Whoever starts with many mistakes reads of all of them in one go, each by its name."""
    wrong = {
        "STUDIO_GUILD_ID": "the studio",
        "TEAM_ROLE_IDS": "1,two,3",
        "STUDIO_TIMEZONE": "Mars/Olympus",
        "BROADCAST_RATE": "41",
        "GENERATION_WORKERS": "many",
        "LOG_LEVEL": "loud",
        "LOG_FORMAT": "poem",
        "GEMINI_IDLE_SECONDS": "0",
        "MAX_CHAPTER_CHARS": "1",
        "DISCORD_API_BASE": "not an address",
    }
    said = problems("\n".join(f"{name}={value}" for name, value in wrong.items()))
    for name in ("DISCORD_TOKEN", *wrong):
        assert name in said, name
    assert "DISCORD_TOKEN is missing. The bot's token, from Discord's developer portal." in said
    assert "STUDIO_GUILD_ID must be a whole number." in said
    assert ".env.example" in said
    assert len(said.splitlines()) == len(wrong) + 1 + 2


@pytest.mark.parametrize("name", Settings.model_fields)
def test_no_value_is_repeated(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that was put behind the wrong name is never repeated on screen."""
    monkeypatch.setenv(name.upper(), SECRET)
    with pytest.raises(ConfigError) as caught:
        load_settings(None)
    assert SECRET not in caught.value.text
    assert "GhostX" not in caught.value.text


@pytest.mark.parametrize("blank", ["", "   "])
@pytest.mark.parametrize("name", [name for name, field in Settings.model_fields.items() if field.default is None])
def test_blank_is_unset(name: str, blank: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has no default may be left blank, and counts as not set."""
    monkeypatch.setenv(name.upper(), blank)
    assert getattr(load_settings(written(NEEDED)), name) is None


def test_a_blank_token_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token of nothing but spaces is refused by its name; spaces around a token do not matter."""
    assert "DISCORD_TOKEN" in problems("DISCORD_TOKEN='  '\nSTUDIO_GUILD_ID=42\n")
    monkeypatch.setenv("DISCORD_TOKEN", "  spaced-token ")
    monkeypatch.setenv("STUDIO_GUILD_ID", "42")
    assert load_settings(None).discord_token.get_secret_value() == "spaced-token"


def test_lists_are_split_at_commas() -> None:
    """Lists are written with commas; spaces, blanks and a last comma do not matter."""
    settings = load_settings(written(NEEDED + "TEAM_ROLE_IDS= 1, 22 ,,333,\nGEMINI_FALLBACK_MODELS=a, b\n"))
    assert settings.team_role_ids == (1, 22, 333)
    assert settings.gemini_fallback_models == ("a", "b")
    settings = load_settings(written(NEEDED + "TEAM_ROLE_IDS=\nGEMINI_FALLBACK_MODELS=\n"))
    assert settings.team_role_ids == ()
    assert settings.gemini_fallback_models == ()


@pytest.mark.parametrize(
    ("google", "gemini", "used"),
    [
        ("one", None, "one"),
        (None, "two", "two"),
        ("one", "two", "one"),
        ("", "two", "two"),
        ("  ", "two", "two"),
        ("", "", None),
    ],
)
def test_either_key_will_do(
    google: str | None, gemini: str | None, used: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gemini's key goes by two names; GOOGLE_API_KEY comes first, and a blank one does not hide the other."""
    for name, value in (("GOOGLE_API_KEY", google), ("GEMINI_API_KEY", gemini)):
        if value is not None:
            monkeypatch.setenv(name, value)
    assert load_studio_settings(None).gemini_key == (used or "")


def test_the_environment_stands_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value in the environment wins over the one in ``.env``."""
    monkeypatch.setenv("STUDIO_GUILD_ID", "7")
    assert load_settings(written(NEEDED)).studio_guild_id == 7


def test_other_programs_settings_do_not_matter() -> None:
    """Names that are not ours are left alone, and so is a ``.env`` that is not there."""
    assert load_settings(written(NEEDED + "PATH_OF_ANOTHER_PROGRAM=1\n")).studio_guild_id == 42
    assert load_studio_settings(Path("nowhere.env")).broadcast_rate == 25


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a mark"])
def test_utf8_is_read(bom: bytes) -> None:
    """A ``.env`` in UTF-8 is read, also as Windows' Notepad saves it, with a mark in front."""
    settings = load_settings(written(bom + (NEEDED + "GEMINI_MODEL=mödel-月\n").encode()))
    assert settings.discord_token.get_secret_value() == "token-of-the-bot"
    assert settings.gemini_model == "mödel-月"


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_other_encodings_are_told(encoding: str) -> None:
    """A ``.env`` in another encoding is told as that, in a sentence with a remedy."""
    assert problems((NEEDED + "# Schlüssel\n").encode(encoding)) == "The file .env is not UTF-8 text. Save it as UTF-8."


def test_windows_line_ends_are_read() -> None:
    """Line ends of Windows and quotes around values do not matter."""
    settings = load_settings(written(NEEDED.replace("\n", "\r\n") + 'STUDIO_TIMEZONE="Europe/Berlin"\r\n'))
    assert settings.studio_timezone == "Europe/Berlin"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "Asia/Tokyo"])
def test_time_zones_are_known(zone: str) -> None:
    """Time zones go by their usual names."""
    assert load_settings(written(NEEDED + f"STUDIO_TIMEZONE={zone}\n")).studio_timezone == zone


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "/etc/localtime", "", "Europe"])
def test_unknown_time_zones_are_told(zone: str) -> None:
    """What is no time zone is told by its setting's name."""
    assert "STUDIO_TIMEZONE" in problems(NEEDED + f"STUDIO_TIMEZONE={zone}\n")


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """Printing the settings shows neither token nor key, and the logs know both to cut them out."""
    monkeypatch.setenv("GOOGLE_API_KEY", "key-of-gemini")
    settings = load_settings(written(NEEDED))
    assert "token-of-the-bot" not in repr(settings)
    assert "key-of-gemini" not in str(settings)
    assert set(settings.secrets) >= {"token-of-the-bot", "key-of-gemini"}


@pytest.mark.parametrize("password", ["thirteen-bells", "thir/teen:bells", "thir%40teen%2Fbells"])
def test_the_databases_password_is_cut_out(password: str) -> None:
    """The database's password, whatever signs it has, is cut out where the address would be logged."""
    url = f"postgresql://bob:{password}@db/studio"
    settings = load_settings(written(NEEDED + f"DATABASE_URL={url}\n"))
    assert password not in Redactor(settings.secrets)(f"cannot reach {url} today")


def test_the_example_on_disk_is_true() -> None:
    """``.env.example`` names every setting with its meaning and its default."""
    assert (ROOT / ".env.example").read_text(encoding="utf-8") == example()


def test_the_example_can_be_used_as_it_is() -> None:
    """Whoever uncomments every line of the example and fills in the two that are needed gets the defaults."""
    lines = [re.sub(r"^# ([A-Z_]+=)", r"\1", line) for line in example().splitlines()]
    lines = [line for line in lines if not line.startswith(("DISCORD_TOKEN=", "STUDIO_GUILD_ID="))]
    assert sum("=" in line and line[0] != "#" for line in lines if line) == len(Settings.model_fields) - 2
    settings = load_settings(written("\n".join(lines) + "\n" + NEEDED))
    assert settings == load_settings(written(NEEDED))


def test_every_setting_is_explained() -> None:
    """Each setting has a sentence about it."""
    for name, field in Settings.model_fields.items():
        assert field.description, name
    assert set(StudioSettings.model_fields) < set(Settings.model_fields)
