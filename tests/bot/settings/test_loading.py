"""Reading the settings, and the message about everything that is wrong with them."""

from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.logs import Redactor
from bot.settings import Settings, load_settings, load_studio_settings

SECRET = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GhostX.thirteen-bells-over-the-drowned-valley"
REQUIRED = "DISCORD_TOKEN=token.of-the.bot\nSTUDIO_GUILD_ID=42\n"


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Hides the machine's environment variables and its ``.env``."""
    for name in (*Settings.model_fields, "gemini_api_key"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def write_env(text: str | bytes) -> Path:
    """Writes ``.env`` and returns its path."""
    path = Path(".env")
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def problems(text: str | bytes) -> str:
    """The message about this ``.env``."""
    with pytest.raises(ConfigError) as caught:
        load_settings(write_env(text))
    return caught.value.text


def test_two_settings_are_enough() -> None:
    """Everything but the token and the studio's server has a default."""
    settings = load_settings(write_env(REQUIRED))
    assert settings.discord_token.get_secret_value() == "token.of-the.bot"
    assert settings.studio_guild_id == 42
    assert settings.google_api_key is None
    assert settings.team_role_ids == ()
    assert settings.database_url == "sqlite:///data/studio.db"


def test_all_problems_are_reported_at_once() -> None:
    """One message lists every problem, each by the name of its setting."""
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
        "MAX_BOOK_MB": "101",
        "DISCORD_API_BASE": "not an address",
    }
    message = problems("\n".join(f"{name}={value}" for name, value in wrong.items()))
    for name in ("DISCORD_TOKEN", *wrong):
        assert name in message, name
    assert "DISCORD_TOKEN is missing. The bot's token, from Discord's developer portal." in message
    assert "STUDIO_GUILD_ID must be a whole number." in message
    assert "TEAM_ROLE_IDS must be whole numbers, separated by commas; number 2 is none." in message
    assert ".env.example" in message
    assert len(message.splitlines()) == len(wrong) + 1 + 2


def test_a_copied_example_says_what_is_empty() -> None:
    """The two values that have to be filled in are named as empty, with what belongs there."""
    message = problems("DISCORD_TOKEN=\nSTUDIO_GUILD_ID=\nBROADCAST_RATE=\nSTUDIO_TIMEZONE= \n")
    assert "  - DISCORD_TOKEN is empty. The bot's token, from Discord's developer portal.\n" in message
    assert "  - STUDIO_GUILD_ID is empty. The id of the studio's own server.\n" in message
    assert "  - BROADCAST_RATE is empty. Remove it for its default.\n" in message
    assert "  - STUDIO_TIMEZONE is empty. Remove it for its default." in message


def test_wrong_addresses_tokens_and_names_are_reported_in_the_same_run() -> None:
    """A database that is not supported, a token that cannot be one and misspelt names are all found before the start."""
    message = problems(
        "DISCORD_TOKEN=0123456789abcdef\nSTUDIO_GUILDID=42\nDATABASE_URL=mysql://db/studio\nLOGLEVEL=debug\n"
        "BROADCAST_SPEED=3\nGOOGLE_CLOUD_PROJECT=x\nGEMINI_PRICES=[]\nBADGE_TIERS=none\nAFFILIATE_LINK_TEMPLATE={x}\n"
    )
    assert [line.removeprefix("  - ").partition(".")[0] for line in message.splitlines()[1:-1]] == [
        "AFFILIATE_LINK_TEMPLATE may hold {link}, {sep} and {code} only",
        "BADGE_TIERS holds a tier without number or name",
        "BROADCAST_SPEED is not a setting",
        "DATABASE_URL begins with mysql, but only sqlite and postgresql are supported",
        "DISCORD_TOKEN is not a token: a bot's token has three parts with dots between them",
        "GEMINI_PRICES is not a JSON object",
        "LOGLEVEL is not a setting",
        "STUDIO_GUILDID is not a setting",
        "STUDIO_GUILD_ID is missing",
    ]
    assert "STUDIO_GUILDID is not a setting. Did you mean STUDIO_GUILD_ID?" in message
    assert message.count("GEMINI_PRICES") == 1


@pytest.mark.parametrize("name", Settings.model_fields)
def test_message_repeats_no_value(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that was given to the wrong setting does not appear in the message."""
    monkeypatch.setenv(name.upper(), SECRET)
    with pytest.raises(ConfigError) as caught:
        load_settings(None)
    assert SECRET not in caught.value.text
    assert "GhostX" not in caught.value.text


@pytest.mark.parametrize("blank", ["", "   "])
@pytest.mark.parametrize("name", [name for name, field in Settings.model_fields.items() if field.default is None])
def test_blank_values_are_unset(name: str, blank: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting without a default may be blank, which means unset."""
    monkeypatch.setenv(name.upper(), blank)
    assert getattr(load_settings(write_env(REQUIRED)), name) is None


def test_blank_token_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token of spaces is refused; spaces around a token are removed."""
    assert "DISCORD_TOKEN" in problems("DISCORD_TOKEN='  '\nSTUDIO_GUILD_ID=42\n")
    monkeypatch.setenv("DISCORD_TOKEN", "  spaced.token.x ")
    monkeypatch.setenv("STUDIO_GUILD_ID", "42")
    assert load_settings(None).discord_token.get_secret_value() == "spaced.token.x"


def test_lists_are_split_at_commas() -> None:
    """Lists are separated by commas; spaces, empty items and a trailing comma are ignored."""
    settings = load_settings(write_env(REQUIRED + "TEAM_ROLE_IDS= 1, 22 ,,333,\nGEMINI_FALLBACK_MODELS=a, b\n"))
    assert settings.team_role_ids == (1, 22, 333)
    assert settings.gemini_fallback_models == ("a", "b")
    settings = load_settings(write_env(REQUIRED + "TEAM_ROLE_IDS=\nGEMINI_FALLBACK_MODELS=\n"))
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
def test_gemini_key_has_two_names(
    google: str | None, gemini: str | None, used: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GOOGLE_API_KEY wins over GEMINI_API_KEY, unless it is blank."""
    for name, value in (("GOOGLE_API_KEY", google), ("GEMINI_API_KEY", gemini)):
        if value is not None:
            monkeypatch.setenv(name, value)
    assert load_studio_settings(None).gemini_key == (used or "")


def test_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value in the environment wins over the one in ``.env``."""
    monkeypatch.setenv("STUDIO_GUILD_ID", "7")
    assert load_settings(write_env(REQUIRED)).studio_guild_id == 7


def test_unknown_names_and_missing_file_are_ignored() -> None:
    """Unknown names in ``.env`` are ignored, and ``.env`` may be missing."""
    assert load_settings(write_env(REQUIRED + "PATH_OF_ANOTHER_PROGRAM=1\n")).studio_guild_id == 42
    assert load_studio_settings(Path("nowhere.env")).broadcast_rate == 40


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a byte order mark"])
def test_utf8_is_read(bom: bytes) -> None:
    """UTF-8 is read with and without the byte order mark that Windows' Notepad writes."""
    settings = load_settings(write_env(bom + (REQUIRED + "GEMINI_MODEL=mödel-月\n").encode()))
    assert settings.discord_token.get_secret_value() == "token.of-the.bot"
    assert settings.gemini_model == "mödel-月"


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_other_encodings_are_refused(encoding: str) -> None:
    """A ``.env`` in another encoding raises an error that says how to fix it."""
    assert (
        problems((REQUIRED + "# Schlüssel\n").encode(encoding)) == "The file .env is not UTF-8 text. Save it as UTF-8."
    )


def test_windows_line_ends_are_read() -> None:
    """Windows line ends and quotes around values are accepted."""
    settings = load_settings(write_env(REQUIRED.replace("\n", "\r\n") + 'STUDIO_TIMEZONE="Europe/Berlin"\r\n'))
    assert settings.studio_timezone == "Europe/Berlin"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "Asia/Tokyo"])
def test_known_time_zones_are_accepted(zone: str) -> None:
    """Time zones are IANA names."""
    assert load_settings(write_env(REQUIRED + f"STUDIO_TIMEZONE={zone}\n")).studio_timezone == zone


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "/etc/localtime", "", "Europe"])
def test_unknown_time_zones_are_refused(zone: str) -> None:
    """Anything else is refused with the name of the setting."""
    assert "STUDIO_TIMEZONE" in problems(REQUIRED + f"STUDIO_TIMEZONE={zone}\n")


def test_secrets_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    """``repr`` and ``str`` show neither token nor key, and ``secrets`` contains both for the redactor."""
    monkeypatch.setenv("GOOGLE_API_KEY", "key-of-gemini")
    settings = load_settings(write_env(REQUIRED))
    assert "token.of-the.bot" not in repr(settings)
    assert "key-of-gemini" not in str(settings)
    assert set(settings.secrets) >= {"token.of-the.bot", "key-of-gemini"}


@pytest.mark.parametrize("password", ["thirteen-bells", "thir/teen:bells", "thir%40teen%2Fbells"])
def test_database_password_is_redacted(password: str) -> None:
    """The redactor removes the database's password from an address, whatever characters it has."""
    url = f"postgresql://bob:{password}@db/studio"
    settings = load_settings(write_env(REQUIRED + f"DATABASE_URL={url}\n"))
    assert password not in Redactor(settings.secrets)(f"cannot reach {url} today")
