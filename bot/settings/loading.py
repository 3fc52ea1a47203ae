"""Reads the settings and explains everything that is wrong with them in one message."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from bot.errors import ConfigError
from bot.settings.schema import Settings, StudioSettings

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
    try:
        return model(_env_file=env_file if env_file and env_file.is_file() else None, **overrides)
    except ValidationError as error:
        problems = {_explain(problem) for problem in error.errors(include_input=False, include_url=False)}
        raise ConfigError(
            "\n".join(["The configuration has problems:", *(f"  - {problem}" for problem in sorted(problems))]),
            "\nSet them in the environment or in .env; .env.example explains each.",
        ) from None
    except UnicodeDecodeError:
        raise ConfigError("The file .env is not UTF-8 text.", "Save it as UTF-8.") from None


def _explain(problem: Mapping[str, Any]) -> str:
    """One of pydantic's problems as a sentence. The value is never repeated, because it may be a secret."""
    name = str(problem["loc"][0]).upper() if problem["loc"] else "A setting"
    field = Settings.model_fields.get(name.lower())
    match problem["type"]:
        case "missing":
            description = f" {field.description}" if field and field.description else ""
            return f"{name} is missing.{description}"
        case "int_parsing" | "int_type":
            return f"{name} must be a whole number."
        case "float_parsing" | "float_type":
            return f"{name} must be a number."
        case "value_error":
            return f"{name} {problem['ctx']['error']}."
        case _:
            text = str(problem["msg"])
            return f"{name}: {text[0].lower()}{text[1:]}."
