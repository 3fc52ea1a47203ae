"""Names in ``.env`` that look like settings and are none: a setting that is misspelt would be ignored without a word."""

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from dotenv import dotenv_values

from bot.settings.schema import Settings

_NAMES: Final = tuple(name.upper() for name in Settings.model_fields)
_FOREIGN: Final = {"GOOGLE_", "MAX_"}
"""Other programs have settings that begin so."""
_PREFIXES: Final = tuple({f"{name.partition('_')[0]}_" for name in _NAMES} - _FOREIGN)
_SIMILARITY: Final = 0.85
"""One letter missing, added or wrong in a name of eight or more."""


def find_unknown_names(env_file: Path | None) -> Iterator[str]:
    """A sentence for each name in the file that has a setting's first word, or nearly its name, and is no setting.

    Only the file is examined: the environment has the variables of other programs too.
    """
    if env_file is None:
        return
    for name in dotenv_values(env_file, encoding="utf-8-sig", interpolate=False):
        upper = name.upper()
        similar = get_close_matches(upper, _NAMES, 1, _SIMILARITY)
        if upper not in _NAMES and (similar or upper.startswith(_PREFIXES)):
            advice = f" Did you mean {similar[0]}?" if similar else ""
            yield f"{name} is not a setting.{advice}"
