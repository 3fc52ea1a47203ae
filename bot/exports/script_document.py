"""Our JSON document of a script: its schema, described for other programs in ``docs/script-json.md``."""

import json
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from bot.ebooks.series_bible import LexiconWord
from bot.scripts.models import CastMember, Cue, Cut, Repair, RunningTime, Scene, Script, ScriptMode

SCHEMA: Final = "midnight-myth/script"
SCHEMA_VERSION: Final = 2
"""Raised when a reader of the present format would misread a new one. Version 1 had neither scenes nor cue ids."""

Moment = Annotated[datetime, PlainSerializer(datetime.isoformat, return_type=str)]
"""A time as the predecessor wrote it, with its offset from UTC: ``2026-11-22T20:00:00+00:00``."""


class _Part(BaseModel):
    """An object that ignores keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class TakeEntry(_Part):
    """One recording of a cue."""

    cue_id: str = Field(alias="cueId", description="The id of the cue that was recorded.")
    script_id: str = Field(alias="scriptId", description="The version from which it was recorded.")
    number: int = Field(description="Counts from 1 for each cue.")
    verdict: str = Field(description="`good` or `pickup`.")
    note: str
    created_at: Moment = Field(alias="createdAt")


class ScriptDocument(_Part):
    """A script with all that is known of it. The first keys are those of the predecessor."""

    id: str = Field(description="The script's id; each version has its own.")
    title: str
    script: tuple[dict[str, str], ...] = Field(description="The lines as the predecessor wrote them; `cues` has more.")
    estimated_duration: str = Field(description="The middle of the estimate, such as `4 minutes`.")
    theme: str
    ebook_id: str = Field(alias="ebookId", description="The book's id.")
    chapter_number: int = Field(alias="chapterNumber")
    created_at: Moment = Field(description="When this version was made.")
    error: str | None = Field(default=None, description="Why a template is one; only templates have this key.")
    schema_name: Literal["midnight-myth/script"] = Field(alias="schema")
    version: Literal[2] = Field(description="The version of this schema, not of the script.")
    ebook_title: str = Field(alias="ebookTitle")
    author: str = ""
    script_version: int = Field(alias="scriptVersion", description="Counts from 1 for each chapter.")
    edit: int = Field(default=0, description="How often this version was edited.")
    drafted_at: Moment | None = Field(default=None, alias="draftedAt", description="When its text last changed.")
    parent_id: str | None = Field(
        default=None, alias="parentId", description="The version that this one was made from."
    )
    notes: str = Field(default="", description="What was to be different from the parent.")
    state: str = Field(description="`draft`, `approved` or `released`.")
    writer: str = Field(description="`gemini` or `template`.")
    model: str
    logline: str
    language: str = Field(description="A BCP 47 tag.")
    mode: ScriptMode = Field(description="`faithful` (the author's words) or `adapted`.")
    cast: tuple[CastMember, ...]
    scenes: tuple[Scene, ...] = Field(description="In order; empty where the script has none.")
    cues: tuple[Cue, ...]
    running_time: RunningTime
    cuts: tuple[Cut, ...] = ()
    repairs: tuple[Repair, ...] = ()
    accepted: tuple[str, ...] = Field(default=(), description="Keys of findings of the script check that are fine.")
    lexicon: tuple[LexiconWord, ...] = Field(
        default=(), description="Words of the book's lexicon that are spoken here."
    )
    takes: tuple[TakeEntry, ...] = Field(default=(), description="Those of all versions of the chapter, oldest first.")

    def to_json(self) -> dict[str, Any]:
        """The document ready for ``json.dumps``."""
        document = self.model_dump(mode="json", by_alias=True)
        if self.error is None:
            del document["error"]
        return document


def build_json_schema() -> str:
    """The JSON Schema of the document, as it stands in ``docs/script.schema.json``."""
    schema = ScriptDocument.model_json_schema(by_alias=True)
    for part in schema["$defs"].values():
        part.pop("description", None)  # a docstring for people who work on this program
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def read_script(document: dict[str, Any]) -> Script:
    """The script in one of our documents, of this version of the schema or the first.

    Raises:
        ValueError: it is none of our documents, or of a later version; a ``pydantic.ValidationError`` where it is damaged.
    """
    if document.get("schema") != SCHEMA or document.get("version") not in range(1, SCHEMA_VERSION + 1):
        raise ValueError("this is no script document of a known version")
    fields = {name: document[name] for name in Script.model_fields if name in document}
    return Script.from_json(json.dumps(fields))
