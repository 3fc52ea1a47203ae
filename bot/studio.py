"""The studio without Discord: the façade ``AudioScriptGenerator``, whose method names are a fixed public interface.

    async with AudioScriptGenerator() as studio:
        ids = await studio.generate_chapter_audio_script(
            "ebook_001", {"title": "The Midnight Summoning", "content": text}, 1, "fox-demon horror"
        )

It uses the same database as the bot, so on SQLite the two cannot run at the same time.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Self

from pydantic import SecretStr

from bot.broadcasts.drafts import DraftService
from bot.broadcasts.post import Post
from bot.ebooks.text import check_text
from bot.errors import ConfigError, InputError
from bot.generation.gemini.access import GeminiAccess
from bot.generation.pipeline import GenerationPipeline
from bot.generation.request import MAX_TITLE, ScriptRequest
from bot.generation.service import create_run
from bot.ports import NoDiscord, NoRunCards
from bot.runtime import Runtime
from bot.services import build_pipeline
from bot.settings import StudioSettings, load_studio_settings
from storage import Database, StorageError, WriteTransaction, write_transaction
from storage.leases import new_owner
from storage.stores.events import EventFilter

_LEASE_DURATION: Final = timedelta(hours=1)
"""Nothing renews the lease here while Gemini is silent, so it is long enough for the slowest chapter."""

_MAX_EBOOK_ID: Final = 100
_MAX_CHAPTER_NUMBER: Final = 9_999
_MAX_COLLECTION: Final = 100


class AudioScriptGenerator:
    """Writes chapters, stores documents, sends broadcasts and keeps the audit trail.

    ``api_key`` and ``database_url`` replace the environment's; without a key the template writer writes. Use it as an async
    context manager, or call ``aclose`` when done. It opens the database at the first call.

    Raises:
        ConfigError: the settings have problems, or (from every coroutine) the database cannot be opened.
    """

    def __init__(self, api_key: str | None = None, *, database_url: str | None = None) -> None:
        overrides: dict[str, object] = {}
        if api_key is not None:
            overrides["google_api_key"] = SecretStr(api_key)
        if database_url is not None:
            overrides["database_url"] = database_url
        self._settings: StudioSettings = load_studio_settings(overrides=overrides)
        self._opening = asyncio.Lock()
        self._studio: _OpenStudio | None = None

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Closes the database and the connection to Gemini."""
        studio, self._studio = self._studio, None
        if studio is not None:
            await studio.gemini.close()
            await studio.database.close()

    async def generate_chapter_audio_script(
        self,
        ebook_id: str,
        chapter: Mapping[str, str],
        chapter_number: int,
        myth_theme: str = "horror",
        affiliate_hook: str = "",
    ) -> dict[str, str]:
        """Writes one chapter from ``{"title", "content"}`` and logs it as a deliverable.

        Four events report it, in order. If Gemini fails, the script is the template's and contains the error.

        Returns:
            ``{"ebook_id", "script_id", "grant_log_id"}``.

        Raises:
            InputError: the chapter has no text or more than ``MAX_CHAPTER_CHARS``, or another argument is out of range.
        """
        studio = await self._open()
        content = check_text(chapter.get("content", ""), self._settings.max_chapter_chars, "The chapter")
        if not ebook_id.strip() or len(ebook_id) > _MAX_EBOOK_ID:
            raise InputError(f"The book's id must have 1 to {_MAX_EBOOK_ID} characters.", "For example: ebook_001.")
        if not 0 <= chapter_number <= _MAX_CHAPTER_NUMBER:
            raise InputError(f"A chapter's number must be 0 to {_MAX_CHAPTER_NUMBER}.", "For example: 1.")
        title = (chapter.get("title") or f"Chapter {chapter_number}").strip()
        if len(title) > MAX_TITLE:
            raise InputError(f"The title has {len(title)} characters; it may have {MAX_TITLE}.", "Shorten it.")
        owner = new_owner("studio")
        request = ScriptRequest(
            ebook=ebook_id, chapter_number=chapter_number, title=title, theme=myth_theme, hook=affiliate_hook
        )
        requested = await studio.database.write(
            lambda tx: create_run(tx, request, content, owner=owner, lease_duration=_LEASE_DURATION)
        )
        script_id = await studio.pipeline.write(requested.run)
        async with studio.database.read() as tx:
            log_id, _ = await tx.grant_logs.get_of_script(script_id)
        return {"ebook_id": requested.ebook.id, "script_id": script_id, "grant_log_id": log_id}

    async def add_doc(self, collection: str, document: Mapping[str, Any]) -> str:
        """Stores a document and returns its id ``{collection}_{16 hex}``; the event is ``Added document to {collection}``.

        Raises:
            InputError: the collection's name is not an identifier of at most 100 characters.
        """
        if not collection.isidentifier() or len(collection) > _MAX_COLLECTION:
            raise InputError("A collection's name consists of letters, digits and underscores.", "Rename it.")
        studio = await self._open()
        return await studio.add_document(collection, document)

    async def send_broadcast(self, title: str, message: str, metadata: Mapping[str, Any] | None = None) -> str:
        """Confirms a broadcast to every subscribed channel and returns its id; the running bot posts it.

        The caller is the person who confirms. ``Broadcast sent`` and the deliveries are one transaction.

        Raises:
            InputError: the title or the message is empty or too long.
        """
        studio = await self._open()
        drafts = DraftService(studio.database, NoDiscord(), lambda: None)
        return await drafts.compose_and_confirm(Post(title, message), dict(metadata or {}))

    async def track_progress(self, event: str, data: Mapping[str, Any] | None = None) -> None:
        """Appends an event to the audit trail."""
        studio = await self._open()
        await studio.report_event(event, dict(data or {}))

    async def get_session_progress(self) -> list[dict[str, Any]]:
        """Every event, oldest first: ``{"timestamp", "event", "data"}``."""
        studio = await self._open()
        async with studio.database.read() as tx:
            return [event.to_entry() async for event in tx.events.stream(EventFilter())]

    async def _open(self) -> "_OpenStudio":
        async with self._opening:
            if self._studio is None:
                self._studio = await _OpenStudio.open(self._settings)
            return self._studio


@dataclass(frozen=True, slots=True)
class _OpenStudio:
    """The open database and what works on it."""

    database: Database
    gemini: GeminiAccess
    pipeline: GenerationPipeline

    @classmethod
    async def open(cls, settings: StudioSettings) -> Self:
        """Opens the database and connects Gemini.

        Raises:
            ConfigError: the database cannot be opened.
        """
        runtime = Runtime()
        try:
            database = await Database.open(settings.database_url, runtime.clock, session_gap=settings.session_gap)
        except StorageError as error:
            raise ConfigError(str(error)) from error
        gemini = GeminiAccess(settings, runtime)
        await gemini.connect()
        return cls(database, gemini, build_pipeline(database, gemini, NoRunCards(), runtime, _LEASE_DURATION))

    @write_transaction
    async def add_document(self, tx: WriteTransaction, collection: str, document: Mapping[str, Any]) -> str:
        """The document is stored and reported; returns its id."""
        document_id = await tx.documents.add(collection, dict(document))
        tx.report(f"Added document to {collection}", {"doc_id": document_id})
        return document_id

    @write_transaction
    async def report_event(self, tx: WriteTransaction, event: str, data: dict[str, Any]) -> None:
        """The event is in the audit trail."""
        tx.report(event, data)
