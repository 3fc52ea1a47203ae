"""Names of speakers as scripts spell them."""

import re
from typing import Final

from bot.scripts.text_units import to_single_line

MAX_NAME: Final = 60
"""The most characters of a name. A model that repeats itself writes more."""

_PARENTHETICAL: Final = re.compile(r"\s*\([^)]*\)\s*$")  # "NARRATOR (V.O.)"


def clean_name(text: str) -> str:
    """The name in capitals and on one line, without a note in brackets behind it and without signs around it."""
    return _PARENTHETICAL.sub("", to_single_line(text)).strip(" :*.").upper()[:MAX_NAME].strip()
