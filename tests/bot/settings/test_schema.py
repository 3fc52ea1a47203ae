"""The settings' values: what is accepted stays as it was given, and what is derived from it."""

from datetime import timedelta

import pytest

from bot.errors import ConfigError
from bot.settings import Settings, load_settings
from bot.settings.badge_tiers import DEFAULT_TIERS


def load(**values: object) -> Settings:
    """The required settings and these."""
    return load_settings(None, {"discord_token": "a.b.c", "studio_guild_id": 1} | values)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gemini_prices", '{"m": {"in": 1, "out": 2}}'),
        ("studio_timezone", "Europe/Berlin"),
        ("studio_paper", "letter"),
        ("badge_tiers", DEFAULT_TIERS),
        ("affiliate_link_template", "{link}{sep}from={code}"),
    ],
)
def test_a_checked_value_stays(name: str, value: str) -> None:
    """A value that passes its check is the setting's value."""
    assert getattr(load(**{name: value}), name) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gemini_prices", "{"),
        ("studio_timezone", "Mars/Olympus"),
        ("studio_paper", "a3"),
        ("badge_tiers", "none"),
        ("affiliate_link_template", "{link}{other}"),
        ("discord_token", "two words"),
        ("discord_token", "line\nbreak"),
        ("discord_token", "tökén"),
        ("discord_token", " "),
        ("studio_guild_id", 0),
        ("broadcast_rate", 0),
        ("broadcast_rate", 40.1),
        ("broadcast_rate", "nan"),
        ("generation_workers", 0),
        ("generation_workers", 51),
        ("max_chapter_chars", 999),
        ("session_minutes", 0),
        ("session_minutes", 1441),
        ("gemini_monthly_budget", 0),
        ("shard_count", 0),
        ("shard_ids", "0"),
    ],
)
def test_a_value_out_of_bounds_is_refused_by_name(name: str, value: object) -> None:
    """The message names the setting."""
    with pytest.raises(ConfigError, match=name.upper()):
        load(**{name: value})


@pytest.mark.parametrize(("dollars", "micros"), [(None, None), (1, 1_000_000), (12.5, 12_500_000), (0.000001, 1)])
def test_the_budget_in_micro_dollars(dollars: float | None, micros: int | None) -> None:
    """A dollar is a million micro-dollars; no budget means no limit."""
    assert load(gemini_monthly_budget=dollars).monthly_budget_micros == micros


def test_the_gap_between_sessions() -> None:
    """Minutes; half an hour unless set."""
    assert load().session_gap == timedelta(minutes=30)
    assert load(session_minutes=1.5).session_gap == timedelta(seconds=90)


@pytest.mark.parametrize(
    ("token", "problem"),
    [
        (" ", "is empty"),
        ("two words", "has spaces, line breaks or unusual characters"),
        ("line\nbreak", "has spaces, line breaks or unusual characters"),
        ("t\u00f6k\u00e9n", "has spaces, line breaks or unusual characters"),
        ("a.b", "three parts with dots"),
    ],
)
def test_the_message_says_what_is_wrong_with_a_token(token: str, problem: str) -> None:
    """Nothing, something that cannot be sent, and another of the application's values are told apart."""
    with pytest.raises(ConfigError) as raised:
        load(discord_token=token)
    assert problem in raised.value.text


@pytest.mark.parametrize(
    ("text", "ids"), [("", ()), ("0", (0,)), ("0, 2", (0, 2)), ("2-4", (2, 3, 4)), ("3,0-1,1", (0, 1, 3))]
)
def test_shards_are_numbers_and_ranges(text: str, ids: tuple[int, ...]) -> None:
    """In order and each once."""
    assert load(shard_count=5, shard_ids=text).shard_ids == ids


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("all", "numbers and ranges"),
        ("1;2", "numbers and ranges"),
        ("3-1", "end is before"),
        ("5", "below SHARD_COUNT"),
    ],
)
def test_other_shards_are_refused(text: str, problem: str) -> None:
    """The sentence says what is wrong with them."""
    with pytest.raises(ConfigError, match=f"SHARD_IDS.*{problem}"):
        load(shard_count=5, shard_ids=text)
