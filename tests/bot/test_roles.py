"""What a process does, and which roles it can have."""

import pytest

from bot.cli import main
from bot.errors import ConfigError
from bot.exit_codes import ExitCode
from bot.roles import Role, check_role
from bot.settings import Settings, load_settings


def settings(url: str, **shards: object) -> Settings:
    """Settings with this database."""
    required = {"discord_token": f"x.y.{'z' * 70}", "studio_guild_id": 1}
    return load_settings(None, {"database_url": url, **required, **shards})


SQLITE, POSTGRES = "sqlite:///data/studio.db", "postgresql://user@host/studio"


@pytest.mark.parametrize(
    ("role", "url", "shards"),
    [
        (Role.ALL, SQLITE, {}),
        (Role.ALL, SQLITE, {"shard_count": 2}),
        (Role.ALL, SQLITE, {"shard_count": 2, "shard_ids": "0-1"}),
        (Role.ALL, POSTGRES, {"shard_count": 2, "shard_ids": "1"}),
        (Role.GATEWAY, POSTGRES, {}),
        (Role.WORKER, POSTGRES, {}),
    ],
)
def test_roles_that_a_database_allows(role: Role, url: str, shards: dict[str, object]) -> None:
    """Everything in one process works on either database, a part of it on PostgreSQL."""
    check_role(role, settings(url, **shards))


@pytest.mark.parametrize(
    ("role", "url", "words"),
    [
        (Role.GATEWAY, SQLITE, "needs PostgreSQL"),
        (Role.WORKER, SQLITE, "needs PostgreSQL"),
        (Role.WEB, POSTGRES, "does not exist yet"),
    ],
)
def test_roles_that_are_refused(role: Role, url: str, words: str) -> None:
    """The sentence names the role and says what is missing."""
    with pytest.raises(ConfigError, match=words) as refused:
        check_role(role, settings(url))
    assert role in refused.value.sentence


def test_a_part_of_the_shards_is_refused_on_sqlite() -> None:
    """No other process could have the others, and their servers would never be answered."""
    with pytest.raises(ConfigError, match="SHARD_IDS"):
        check_role(Role.ALL, settings(SQLITE, shard_count=2, shard_ids="0"))


def test_a_refused_role_ends_with_the_exit_code_for_settings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It ends before anything is opened, with one sentence on standard error."""
    monkeypatch.setenv("DISCORD_TOKEN", f"x.y.{'z' * 70}")
    monkeypatch.setenv("STUDIO_GUILD_ID", "1")
    monkeypatch.setenv("DATABASE_URL", SQLITE)
    assert main(["run", "--role", "worker"]) == ExitCode.CONFIG
    assert "The role worker needs PostgreSQL" in capsys.readouterr().err
