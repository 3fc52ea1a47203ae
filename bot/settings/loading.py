"""Reads the settings and explains everything that is wrong with them in one message."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import SecretStr, ValidationError

from bot.errors import ConfigError
from bot.settings.schema import Settings, StudioSettings
from bot.settings.unknown_names import find_unknown_names

S = TypeVar("S", bound=StudioSettings)


def load_settings(env_file: Path | None = Path(".env"), overrides: Mapping[str, object] | None = None) -> Settings:
    """Settings from ``overrides``, then the environment, then ``env_file``; a missing file is ignored.

    Raises:
        ConfigError: something is missing or invalid. Its text lists every problem and repeats no value.
    """
    return _load(Settings, env_file, overrides or {})


def load_studio_settings(
    env_file: Path | None = Path(".env"), overrides: Mapping[str, object] | None = None
) -> StudioSettings:
    """Like ``load_settings``, without the settings that only the bot on Discord needs."""
    return _load(StudioSettings, env_file, overrides or {})


def _load(model: type[S], env_file: Path | None, overrides: Mapping[str, Any]) -> S:
    file = env_file if env_file and env_file.is_file() else None
    problems: set[str] = set()
    settings: S | None = None
    try:
        problems.update(find_unknown_names(file))
        settings = model(_env_file=file, **overrides)
    except ValidationError as error:
        problems.update(_explain(problem) for problem in error.errors(include_url=False))
    except UnicodeDecodeError:
        raise ConfigError("The file .env is not UTF-8 text.", "Save it as UTF-8.") from None
    if settings is None or problems:
        raise ConfigError(
            "\n".join(["The configuration has problems:", *(f"  - {problem}" for problem in sorted(problems))]),
            "\nSet them in the environment or in .env; .env.example explains each.",
        )
    return settings


def _explain(problem: Mapping[str, Any]) -> str:
    """One of pydantic's problems as a sentence. The value is never repeated, because it may be a secret."""
    name = str(problem["loc"][0]).upper() if problem["loc"] else "A setting"
    field = Settings.model_fields.get(name.lower())
    description = f" {field.description}" if field and field.description and field.is_required() else ""
    if _is_blank(problem["input"]):
        return f"{name} is empty.{description or ' Remove it for its default.'}"
    match problem["type"]:
        case "missing":
            return f"{name} is missing.{description}"
        case "int_parsing" | "int_type" if len(problem["loc"]) > 1:
            return f"{name} must be whole numbers, separated by commas; number {problem['loc'][1] + 1} is none."
        case "int_parsing" | "int_type":
            return f"{name} must be a whole number."
        case "float_parsing" | "float_type":
            return f"{name} must be a number."
        case "value_error":
            return f"{name} {problem['ctx']['error']}."
        case _:
            text = str(problem["msg"])
            return f"{name}: {text[0].lower()}{text[1:]}."


def _is_blank(value: object) -> bool:
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    return isinstance(text, str) and not text.strip()
