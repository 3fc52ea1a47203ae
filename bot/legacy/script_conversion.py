"""Converts the document of a script, the predecessor's or our own export, into a script of the studio."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError

from bot.exports.script_json import SCHEMA
from bot.generation.request import MAX_TITLE
from bot.legacy.decoding import remove_unstorable
from bot.scripts import timing
from bot.scripts.models import (
    MAX_CUE_CHARS,
    NARRATOR,
    UNKNOWN_SPEAKER,
    CastMember,
    Cue,
    CueKind,
    RunningTime,
    Script,
    WriterKind,
)
from bot.scripts.text_splitting import split_text
from bot.scripts.text_units import to_single_line

UNKNOWN_EBOOK: Final = "imported"
"""The ebook of documents that name none."""
_MAX_EBOOK_ID: Final = 100
_MAX_SPEAKER: Final = 60
_MAX_DIRECTION: Final = 240
_MAX_CHAPTER_NUMBER: Final = 9_999
_MAX_NUMBER_DIGITS: Final = 9
_SCRIPT_FIELDS: Final = ("title", "logline", "cast", "cues", "language", "running_time")
