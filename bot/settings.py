"""Settings from the environment and ``.env``, checked all at once and told in plain sentences.

The names are those of ``.env.example``; a test keeps the two equal. Secrets are ``SecretStr``.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, HttpUrl, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.affiliates.badges import DEFAULT_TIERS, parse_tiers
from bot.broadcasts.content import check_template
from bot.errors import ConfigError
from bot.generation.gemini.pricing import parse_prices

MAX_BROADCAST_RATE = 40
S = TypeVar("S", bound="StudioSettings")


class LogFormat(StrEnum):
    """How log lines look."""

    TEXT = "text"
    JSON = "json"


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class StudioSettings(BaseSettings):
    """What the studio needs without Discord."""

    model_config = SettingsConfigDict(env_file_encoding="utf-8", extra="ignore", frozen=True, populate_by_name=True)

    google_api_key: SecretStr | None = Field(
        default=None, description="Gemini's key; unset, with GEMINI_API_KEY: scripts come from the template writer."
    )
    gemini_api_key: SecretStr | None = Field(
        default=None, description="The same by its other name; GOOGLE_API_KEY goes first."
    )
    gemini_model: str = Field(default="gemini-3.8-flash", min_length=1, description="The model that writes.")
    gemini_fallback_models: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("gemini-3.5-flash-lite",), description="Models that are asked, in order, when the first cannot."
    )
    gemini_api_version: str = Field(default="", description="The API's version, such as v1beta; unset: the SDK's own.")
    gemini_idle_seconds: float = Field(
        default=60, allow_inf_nan=False, gt=0, le=600, description="Silence in a stream after which we give up."
    )
    gemini_total_seconds: float = Field(
        default=110,
        allow_inf_nan=False,
        gt=0,
        le=3600,
        description="What one request may take in all, retries and fallback models included.",
    )
    gemini_requests_per_minute: int | None = Field(
        default=None,
        ge=1,
        description="Requests a minute that your account allows; unset: learned from the first refusals.",
    )
    gemini_monthly_budget: float | None = Field(
        default=None,
        allow_inf_nan=False,
        gt=0,
        description="US dollars a calendar month (UTC) that are never passed; unset: no limit of ours.",
    )
    gemini_prices: str = Field(default="", description="Prices that differ from the built-in list, as JSON.")

    # Storage and pace
    database_url: str = Field(default="sqlite:///data/studio.db", description="sqlite:///FILE or postgresql://…")
    broadcast_rate: float = Field(
        default=25,
        allow_inf_nan=False,
        gt=0,
        le=MAX_BROADCAST_RATE,
        description=f"Posts a second, {MAX_BROADCAST_RATE} at most.",
    )
    generation_workers: int = Field(default=8, ge=1, le=50, description="How many chapters are written at once.")
    max_chapter_chars: int = Field(
        default=200_000, ge=1_000, le=2_000_000, description="The longest text that is taken for one chapter."
    )

    session_minutes: float = Field(
        default=30,
        allow_inf_nan=False,
        gt=0,
        le=1440,
        description="A member's acts within so many minutes are one working session.",
    )
    studio_timezone: str = Field(default="UTC", description="Where typed times are meant, such as Europe/Berlin.")

    # Logs
    log_level: LogLevel = Field(default=LogLevel.INFO, description="DEBUG, INFO, WARNING or ERROR.")
    log_format: LogFormat = Field(default=LogFormat.TEXT, description="text, or json for a log collector.")

    @field_validator("gemini_fallback_models", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return _comma_separated(value)

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.strip().upper() if isinstance(value, str) else value

    @field_validator("log_format", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator(
        "google_api_key", "gemini_api_key", "gemini_requests_per_minute", "gemini_monthly_budget", mode="before"
    )
    @classmethod
    def _blank_is_unset(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("gemini_prices")
    @classmethod
    def _prices(cls, value: str) -> str:
        try:
            parse_prices(value)
        except ConfigError as error:
            raise ValueError(f"cannot be used: {error.text}") from error
        return value

    @field_validator("studio_timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("names no known time zone; use a name such as Europe/Berlin") from error
        return value

    @property
    def monthly_budget_micros(self) -> int | None:
        """The month's budget in micro-dollars; None for no limit."""
        return None if self.gemini_monthly_budget is None else round(self.gemini_monthly_budget * 1_000_000)

    @property
    def session_gap(self) -> timedelta:
        """A member's acts further apart than this belong to different working sessions."""
        return timedelta(minutes=self.session_minutes)

    @property
    def gemini_key(self) -> str:
        """The key under either name; empty where none is set."""
        key = self.google_api_key or self.gemini_api_key
        return "" if key is None else key.get_secret_value().strip()

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must appear in no log and no message."""
        keys = (self.google_api_key, self.gemini_api_key)
        return tuple(key.get_secret_value() for key in keys if key is not None)


class Settings(StudioSettings):
    """Everything that an operator may set."""

    discord_token: SecretStr = Field(description="The bot's token, from Discord's developer portal.")
    studio_guild_id: int = Field(gt=0, description="The id of the studio's own server.")
    team_role_ids: Annotated[tuple[int, ...], NoDecode] = Field(
        default=(), description="Roles whose holders are the team; empty: whoever may manage the server."
    )
    affiliate_link_template: str = Field(
        default="{link}{sep}ref={code}",
        description="Links in affiliates' posts: {link}, {sep} (? or &) and {code} stand in it.",
    )
    badge_tiers: str = Field(
        default=DEFAULT_TIERS, description="Shares and the badge they bring, first share to legend."
    )
    discord_api_base: HttpUrl | None = Field(
        default=None, description="Another address of Discord's API, for a proxy in between; unset: Discord itself."
    )

    @field_validator("team_role_ids", mode="before")
    @classmethod
    def _split_roles(cls, value: object) -> object:
        return _comma_separated(value)

    @field_validator("discord_api_base", mode="before")
    @classmethod
    def _blank_base_is_unset(cls, value: object) -> object:
        return None if isinstance(value, str) and not value.strip() else value

    @field_validator("discord_token")
    @classmethod
    def _token(cls, value: SecretStr) -> SecretStr:
        token = value.get_secret_value().strip()
        if not token:
            raise ValueError("is empty")
        if not token.isascii() or not token.isprintable() or " " in token:
            raise ValueError("is no token: it holds spaces, line breaks or odd signs")
        return SecretStr(token)

    @field_validator("badge_tiers", "affiliate_link_template")
    @classmethod
    def _readable(cls, value: str, info: ValidationInfo) -> str:
        try:
            parse_tiers(value) if info.field_name == "badge_tiers" else check_template(value)
        except ConfigError as error:
            raise ValueError(f"cannot be used: {error.text}") from error
        return value

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must appear in no log and no message."""
        return (self.discord_token.get_secret_value(), *super().secrets)


def _comma_separated(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def load_settings(env_file: Path | None = Path(".env"), **overrides: Any) -> Settings:  # noqa: ANN401
    """Settings from the environment over ``env_file``; raises ``ConfigError`` that names every problem at once."""
    return _load(Settings, env_file, overrides)


def load_studio_settings(env_file: Path | None = Path(".env"), **overrides: Any) -> StudioSettings:  # noqa: ANN401
    """The same without Discord's part."""
    return _load(StudioSettings, env_file, overrides)


def _load(kind: type[S], env_file: Path | None, overrides: dict[str, Any]) -> S:
    try:
        return kind(_env_file=env_file if env_file and env_file.is_file() else None, **overrides)
    except ValidationError as error:
        problems = sorted({_sentence(problem) for problem in error.errors(include_input=False, include_url=False)})
        raise ConfigError(
            "\n".join(["The configuration has problems:", *(f"  - {problem}" for problem in problems)]),
            "\nSet them in the environment or in .env; .env.example explains each.",
        ) from None
    except UnicodeDecodeError:
        raise ConfigError("The file .env is not UTF-8 text.", "Save it as UTF-8.") from None


def _sentence(problem: Mapping[str, Any]) -> str:
    """One problem in words. The value itself is never repeated: it may be a secret."""
    name = str(problem["loc"][0]).upper() if problem["loc"] else "A setting"
    field = Settings.model_fields.get(name.lower())
    match problem["type"]:
        case "missing":
            about = f" {field.description}" if field and field.description else ""
            return f"{name} is missing.{about}"
        case "int_parsing" | "int_type":
            return f"{name} must be a whole number."
        case "float_parsing" | "float_type":
            return f"{name} must be a number."
        case "value_error":
            return f"{name} {problem['ctx']['error']}."
        case _:
            text = str(problem["msg"])
            return f"{name}: {text[0].lower()}{text[1:]}."


def example() -> str:
    """The text of ``.env.example``: every setting with its meaning and its default."""
    lines = ["# Copy to .env and fill in. Everything that is commented out has the default shown.", ""]
    fields = Settings.model_fields
    own = [name for name in fields if name not in StudioSettings.model_fields]
    for name in (*own, *StudioSettings.model_fields):
        field = fields[name]
        lines.append(f"# {field.description}")
        if field.is_required():
            lines.append(f"{name.upper()}=")
        else:
            default = field.default
            shown = (
                ",".join(map(str, default)) if isinstance(default, tuple) else "" if default is None else str(default)
            )
            lines.append(f"# {name.upper()}={shown}")
        lines.append("")
    return "\n".join(lines)
