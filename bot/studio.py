"""The studio without Discord: the façade that the product was asked for.

    async with AudioScriptGenerator() as studio:
        ids = await studio.generate_chapter_audio_script(
            "ebook_001", {"title": "The Midnight Summoning", "content": text}, 1, "fox-demon horror"
        )

It works on the same database as the bot, so on SQLite the two cannot run at once.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Self

from pydantic import SecretStr

from bot.broadcasts.drafts import DraftService
from bot.broadcasts.post import Post
from bot.clock import utcnow
from bot.ebooks.text import check_text
from bot.errors import ConfigError, InputError
from bot.generation.pipeline import GenerationPipeline
from bot.generation.request import MAX_TITLE, ScriptRequest
from bot.generation.service import NewChapter, create_run
from bot.ports import NoDiscord, NoRunCards
from bot.services import GeminiAccess, Runtime, build_engine
from bot.settings import StudioSettings, load_studio_settings
from storage import Database, StorageError, WriteTransaction
from storage.leases import new_owner
from storage.stores.events import EventFilter

# Nothing renews the lease here while Gemini is silent, so it is long enough for any chapter.
_LEASE = timedelta(hours=1)


class AudioScriptGenerator:
    """Writes chapters, keeps documents, announces, and remembers every step.

    ``api_key`` and ``database_url`` stand over the environment's; without a key the template writer writes. Use it as an
    async context manager, or call ``aclose`` when done; it opens by itself at the first call.
    """

    def __init__(self, api_key: str | None = None, *, database_url: str | None = None) -> None:
        overrides: dict[str, object] = {}
        if api_key is not None:
            overrides["google_api_key"] = SecretStr(api_key)
        if database_url is not None:
            overrides["database_url"] = database_url
        self._settings: StudioSettings = load_studio_settings(overrides=overrides)
        self._opening = asyncio.Lock()
        self._opened: tuple[Database, GeminiAccess, GenerationPipeline] | None = None

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Closes the database and the connection to Gemini."""
        if self._opened is not None:
            database, gemini, _ = self._opened
            self._opened = None
            await gemini.close()
            await database.close()

    async def generate_chapter_audio_script(
        self,
        ebook_id: str,
        chapter: Mapping[str, str],
        chapter_number: int,
        myth_theme: str = "horror",
        affiliate_hook: str = "",
    ) -> dict[str, str]:
        """Writes one chapter from ``{"title", "content"}`` and logs it as a deliverable.

        Returns ``{"ebook_id", "script_id", "grant_log_id"}``. Four events report it, in order. Whatever happens to Gemini,
        there is a script at the end: then it is the template's and carries its error.

        Raises:
            InputError: the chapter has no text, or more than ``MAX_CHAPTER_CHARS``.
        """
        database, _, engine = await self._open()
        content = check_text(chapter.get("content", ""), self._settings.max_chapter_chars, "The chapter")
        if not ebook_id.strip() or len(ebook_id) > 100:
            raise InputError("The book's id has 1 to 100 characters.", "Such as ebook_001.")
        if not 0 <= chapter_number <= 9999:
            raise InputError("A chapter's number is 0 to 9999.", "Such as 1.")
        title = (chapter.get("title") or f"Chapter {chapter_number}").strip()
        if len(title) > MAX_TITLE:
            raise InputError(f"The title has {len(title)} characters; it may have {MAX_TITLE}.", "Shorten it.")
        owner = new_owner("studio")
        order = ScriptRequest(title=title, theme=myth_theme, hook=affiliate_hook)
        ordered = await create_run(
            database, NewChapter(ebook_id, chapter_number, content), order, None, owner=owner, lease=_LEASE
        )
        script_id = await engine.write(ordered.run)
        async with database.read() as tx:
            log_id, _ = await tx.scripts.grant_log(script_id)
        return {"ebook_id": ordered.ebook.id, "script_id": script_id, "grant_log_id": log_id}

    async def add_doc(self, collection: str, document: Mapping[str, Any]) -> str:
        """Keeps a document; returns its id ``{collection}_{16 hex}``. ``Added document to {collection}`` reports it."""
        if not collection.isidentifier() or len(collection) > 100:
            raise InputError("A collection's name consists of letters, digits and underscores.", "Rename it.")

        async def work(tx: WriteTransaction) -> str:
            document_id = await tx.documents.add(collection, dict(document))
            tx.report(f"Added document to {collection}", {"doc_id": document_id})
            return document_id

        database, _, _ = await self._open()
        return await database.write(work)

    async def send_broadcast(self, title: str, message: str, metadata: Mapping[str, Any] | None = None) -> str:
        """Confirms an announcement to every subscribed channel; the running bot posts it. Returns its id.

        The caller is the person who confirms: ``Broadcast sent`` and the deliveries are one transaction.
        """
        database, _, _ = await self._open()
        drafts = DraftService(database, NoDiscord(), lambda: None)
        return await drafts.compose_and_confirm(Post(title, message), dict(metadata or {}))

    async def track_progress(self, event: str, data: Mapping[str, Any] | None = None) -> None:
        """Adds an entry of one's own to the audit trail."""

        async def work(tx: WriteTransaction) -> None:
            tx.report(event, dict(data or {}))

        database, _, _ = await self._open()
        await database.write(work)

    async def get_session_progress(self) -> list[dict[str, Any]]:
        """Every entry, oldest first: ``{"timestamp", "event", "data"}``."""
        database, _, _ = await self._open()
        async with database.read() as tx:
            return [event.to_entry() async for event in tx.events.stream(EventFilter())]

    async def _open(self) -> tuple[Database, GeminiAccess, GenerationPipeline]:
        async with self._opening:
            return await self._opened_once()

    async def _opened_once(self) -> tuple[Database, GeminiAccess, GenerationPipeline]:
        if self._opened is None:
            runtime = Runtime()
            try:
                database = await Database.open(
                    self._settings.database_url, utcnow, session_gap=self._settings.session_gap
                )
            except StorageError as error:
                raise ConfigError(str(error)) from error
            gemini = GeminiAccess(self._settings, runtime)
            await gemini.connect()
            self._opened = database, gemini, build_engine(database, gemini, NoRunCards(), runtime, _LEASE)
        return self._opened
