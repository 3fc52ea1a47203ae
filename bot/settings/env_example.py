"""Generates ``.env.example`` from the settings; a test keeps the file on disk equal to it."""

from bot.settings.schema import Settings, StudioSettings


def env_example() -> str:
    """The text of ``.env.example``: every setting with its description and its default."""
    lines = ["# Copy to .env and fill in. Everything that is commented out has the default shown.", ""]
    bot_only = [name for name in Settings.model_fields if name not in StudioSettings.model_fields]
    for name in (*bot_only, *StudioSettings.model_fields):
        field = Settings.model_fields[name]
        lines.append(f"# {field.description}")
        if field.is_required():
            lines.append(f"{name.upper()}=")
        else:
            lines.append(f"# {name.upper()}={_format_default(field.default)}")
        lines.append("")
    return "\n".join(lines)


def _format_default(default: object) -> str:
    if default is None:
        return ""
    return ",".join(map(str, default)) if isinstance(default, tuple) else str(default)
