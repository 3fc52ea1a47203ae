"""The settings as pydantic models: names, types, limits, defaults and the sentence of each for ``.env.example``.

Environment variables have the same names in capital letters. Secrets are ``SecretStr``.
"""

import re
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, HttpUrl, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import ConfigError
from bot.settings.badge_tiers import DEFAULT_TIERS, parse_tiers
from bot.settings.gemini_prices import MICROS_PER_DOLLAR, parse_prices
from bot.settings.link_template import check_link_template
from bot.settings.paper import Paper
from bot.settings.shard_ids import parse_shard_ids
from storage import StorageError
from storage.engine import check_url

MAX_BROADCAST_RATE: Final = 40
"""Posts a second. Discord's documentation allows a bot 50 requests a second in all; 10 remain for cards and replies."""

MAX_SHARDS: Final = 10_000
"""Far more than Discord asks for: one for each 2,500 servers at most."""

_TOKEN: Final = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+")
"""The application's id, secret and public key have no dots; they are what is pasted by mistake."""


class LogFormat(StrEnum):
    """The format of log lines."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """The least severe level that is logged."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class StudioSettings(BaseSettings):
    """The settings that also apply without Discord: the façade, import, export and verify use only these."""

    model_config = SettingsConfigDict(env_file_encoding="utf-8", extra="ignore", frozen=True, populate_by_name=True)

    google_api_key: SecretStr | None = Field(
        default=None,
        description="Gemini's key; if this and GEMINI_API_KEY are unset, the template writer writes the scripts.",
    )
    gemini_api_key: SecretStr | None = Field(
        default=None, description="The same key under its other name; GOOGLE_API_KEY wins."
    )
    gemini_model: str = Field(
        default="gemini-3.8-flash", min_length=1, description="The Gemini model that writes the scripts."
    )
    gemini_fallback_models: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("gemini-3.5-flash-lite",), description="Models that are tried, in order, when the first one fails."
    )
    gemini_api_version: str = Field(default="", description="The API's version, such as v1beta; unset: the SDK's own.")
    gemini_idle_seconds: float = Field(
        default=60,
        allow_inf_nan=False,
        gt=0,
        le=600,
        description="Seconds without any output from Gemini after which a request is given up.",
    )
    gemini_total_seconds: float = Field(
        default=110,
        allow_inf_nan=False,
        gt=0,
        le=3600,
        description="Seconds until the first cue of a part, retries included; the rest may then take as long again.",
    )
    gemini_requests_per_minute: int | None = Field(
        default=None,
        ge=1,
        description="Requests a minute that your account allows; unset: learned from Gemini's refusals.",
    )
    gemini_monthly_budget: float | None = Field(
        default=None,
        allow_inf_nan=False,
        gt=0,
        description="The most US dollars that are spent in a calendar month (UTC); unset: no limit.",
    )
    gemini_batch_budget: float | None = Field(
        default=None,
        allow_inf_nan=False,
        gt=0,
        description="The most US dollars that one batch of chapters may cost; unset: only the monthly budget counts.",
    )
    daily_scripts_per_member: int | None = Field(
        default=None,
        ge=1,
        description="Chapters that one member may have written in a day (UTC), batches included; unset: no limit.",
    )
    gemini_prices: str = Field(default="", description="Prices that differ from the built-in list, as JSON.")

    # Storage and pace
    database_url: str = Field(default="sqlite:///data/studio.db", description="sqlite:///FILE or postgresql://…")
    broadcast_rate: float = Field(
        default=40,
        allow_inf_nan=False,
        gt=0,
        le=MAX_BROADCAST_RATE,
        description=f"Posts a second, {MAX_BROADCAST_RATE} at most.",
    )
    generation_workers: int = Field(
        default=8, ge=1, le=50, description="How many chapters are written at the same time."
    )
    max_chapter_chars: int = Field(
        default=200_000, ge=1_000, le=2_000_000, description="The longest chapter that is accepted, in characters."
    )
    max_book_mb: int = Field(
        default=50, ge=1, le=100, description="The largest book file that is downloaded, in megabytes."
    )

    session_minutes: float = Field(
        default=30,
        allow_inf_nan=False,
        gt=0,
        le=1440,
        description="Events of one member at most this many minutes apart form one working session.",
    )
    studio_timezone: str = Field(default="UTC", description="The time zone of typed times, such as Europe/Berlin.")

    studio_paper: Paper = Field(default=Paper.A4, description="The paper of PDF and Word files: a4 or letter.")

    # Logs
    log_level: LogLevel = Field(default=LogLevel.INFO, description="DEBUG, INFO, WARNING or ERROR.")
    log_format: LogFormat = Field(default=LogFormat.TEXT, description="text, or json for a log collector.")
    health_file: Path | None = Field(
        default=None, description="The file that says every 5 s whether the process works; unset: none."
    )

    @field_validator("gemini_fallback_models", mode="before")
    @classmethod
    def _split_models(cls, value: object) -> object:
        return _split_at_commas(value)

    @field_validator("log_level", mode="before")
    @classmethod
    def _to_upper_case(cls, value: object) -> object:
        return value.strip().upper() if isinstance(value, str) else value

    @field_validator("log_format", "studio_paper", mode="before")
    @classmethod
    def _to_lower_case(cls, value: object) -> object:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator(
        "google_api_key",
        "gemini_api_key",
        "gemini_requests_per_minute",
        "gemini_monthly_budget",
        "gemini_batch_budget",
        "daily_scripts_per_member",
        "health_file",
        mode="before",
    )
    @classmethod
    def _unset_blank_values(cls, value: object) -> object:
        return _blank_to_none(value)

    @field_validator("gemini_prices")
    @classmethod
    def _check_prices(cls, value: str) -> str:
        try:
            parse_prices(value)
        except ConfigError as error:
            raise _to_problem(error) from error
        return value

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: str) -> str:
        try:
            check_url(value)
        except StorageError as error:
            raise _to_problem(error) from error
        return value

    @field_validator("studio_timezone")
    @classmethod
    def _check_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("is not a known time zone; use a name such as Europe/Berlin") from error
        return value

    @property
    def monthly_budget_micros(self) -> int | None:
        """The monthly budget in micro-dollars; None means no limit."""
        return None if self.gemini_monthly_budget is None else round(self.gemini_monthly_budget * MICROS_PER_DOLLAR)

    @property
    def batch_budget_micros(self) -> int | None:
        """The most that one batch may cost, in micro-dollars; None means no limit of its own."""
        return None if self.gemini_batch_budget is None else round(self.gemini_batch_budget * MICROS_PER_DOLLAR)

    @property
    def session_gap(self) -> timedelta:
        """Events of one member that are further apart than this belong to different working sessions."""
        return timedelta(minutes=self.session_minutes)

    @property
    def gemini_key(self) -> str:
        """Gemini's key; ``GOOGLE_API_KEY`` wins over ``GEMINI_API_KEY``, and it is empty if neither is set."""
        key = self.google_api_key or self.gemini_api_key
        return "" if key is None else key.get_secret_value().strip()

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must not appear in any log or message."""
        keys = (self.google_api_key, self.gemini_api_key)
        return tuple(key.get_secret_value() for key in keys if key is not None)


class Settings(StudioSettings):
    """All settings: those of the studio and those of the bot on Discord."""

    discord_token: SecretStr = Field(description="The bot's token, from Discord's developer portal.")
    studio_guild_id: int = Field(gt=0, description="The id of the studio's own server.")
    team_role_ids: Annotated[tuple[int, ...], NoDecode] = Field(
        default=(), description="Ids of the roles whose holders are the team; empty: everybody with Manage Server."
    )
    affiliate_link_template: str = Field(
        default="{link}{sep}ref={code}",
        description="The links in affiliates' posts, made of {link}, {sep} (? or &) and {code}.",
    )
    badge_tiers: str = Field(default=DEFAULT_TIERS, description="The number of shares that earns each badge.")
    discord_api_base: HttpUrl | None = Field(
        default=None, description="The address of a proxy for Discord's API; unset: Discord itself."
    )
    metrics_port: int | None = Field(
        default=None, ge=1, le=65_535, description="The port of metrics and health checks over HTTP; unset: none."
    )
    metrics_host: str = Field(
        default="127.0.0.1", min_length=1, description="The address at which they listen; they ask for no password."
    )
    shard_count: int | None = Field(
        default=None,
        ge=1,
        le=MAX_SHARDS,
        description="How many shards the bot has in all processes; unset: as many as Discord recommends, in one process.",
    )
    shard_ids: Annotated[tuple[int, ...], NoDecode] = Field(
        default=(), description="The shards of this process, such as 0-3; empty: all. All others need a process too."
    )

    @field_validator("team_role_ids", mode="before")
    @classmethod
    def _split_roles(cls, value: object) -> object:
        return _split_at_commas(value)

    @field_validator("discord_api_base", "metrics_port", "shard_count", mode="before")
    @classmethod
    def _unset_blank_entries(cls, value: object) -> object:
        return _blank_to_none(value)

    @field_validator("shard_ids", mode="before")
    @classmethod
    def _split_shards(cls, value: object) -> object:
        return parse_shard_ids(value) if isinstance(value, str) else value

    @field_validator("shard_ids")
    @classmethod
    def _check_shards(cls, value: tuple[int, ...], info: ValidationInfo) -> tuple[int, ...]:
        count = info.data.get("shard_count", MAX_SHARDS)  # missing where it is wrong itself
        if value and count is None:
            raise ValueError("needs SHARD_COUNT")
        if value and value[-1] >= count:
            raise ValueError(f"must be below SHARD_COUNT ({count}): the first shard is 0")
        return value

    @field_validator("discord_token")
    @classmethod
    def _check_token(cls, value: SecretStr) -> SecretStr:
        token = value.get_secret_value().strip()
        if not token:
            raise ValueError("is empty")
        if not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError("is not a token: it has spaces, line breaks or unusual characters")
        if not _TOKEN.fullmatch(token):
            raise ValueError("is not a token: a bot's token has three parts with dots between them")
        return SecretStr(token)

    @field_validator("badge_tiers")
    @classmethod
    def _check_tiers(cls, value: str) -> str:
        try:
            parse_tiers(value)
        except ConfigError as error:
            raise _to_problem(error) from error
        return value

    @field_validator("affiliate_link_template")
    @classmethod
    def _check_link_template(cls, value: str) -> str:
        try:
            return check_link_template(value)
        except ConfigError as error:
            raise _to_problem(error) from error

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values that must not appear in any log or message."""
        return (self.discord_token.get_secret_value(), *super().secrets)


def _to_problem(error: Exception) -> ValueError:
    """What is wrong with a setting, without its name, which the report puts in front."""
    text = str(error.text if isinstance(error, ConfigError) else error)
    return ValueError(re.sub(r"^[A-Z_]+ ", "", text).removesuffix("."))


def _split_at_commas(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _blank_to_none(value: object) -> object:
    return None if isinstance(value, str) and not value.strip() else value
