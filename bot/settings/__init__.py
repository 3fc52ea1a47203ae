"""The operator's settings, from the environment and ``.env``.

``schema`` declares them, ``loading`` reads them and explains every mistake at once, ``env_example`` writes ``.env.example``.
``unknown_names`` finds misspelt ones. The parsers of settings with a format of their own (``badge_tiers``, ``gemini_prices``,
``link_template``, ``shard_ids``) are here too, so that the settings depend on nothing else in this package but ``bot.errors``.
"""

from bot.settings.loading import load_settings, load_studio_settings
from bot.settings.schema import LogFormat, LogLevel, Settings, StudioSettings

__all__ = ["LogFormat", "LogLevel", "Settings", "StudioSettings", "load_settings", "load_studio_settings"]
