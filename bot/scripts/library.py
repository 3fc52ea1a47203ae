"""The library's acts on finished scripts: read, approve, withdraw, download."""

from dataclasses import dataclass

from bot.actor import Person
from bot.errors import NotFoundError, StateError
from bot.event_names import DOWNLOADED, SCRIPT_APPROVED
from bot.exports import Download, markdown, script_json
from bot.scripts.models import Script
from storage import Database, StaleStateError, Writing
from storage.states import ScriptState
from storage.stores.scripts import StoredScript


@dataclass(frozen=True, slots=True)
class Scripts:
    """Finished scripts by id."""

    database: Database

    async def get(self, script_id: str) -> tuple[StoredScript, Script]:
        """The script as it is kept and as it is read; ``NotFoundError`` where there is none."""
        async with self.database.read() as reading:
            try:
                stored = await reading.scripts.get(script_id)
            except KeyError:
                raise NotFoundError("This script is no longer known here.") from None
        return stored, Script.from_json(stored.body)

    async def approve(self, script_id: str, by: Person) -> StoredScript:
        """``draft → approved``, with its event; ``StateError`` when it is no draft."""

        async def work(writing: Writing) -> None:
            stored = await writing.scripts.get(script_id)
            await writing.scripts.approve(script_id)
            member_id = await writing.members.remember(by.discord_id, by.name)
            data = {"script_id": script_id, "chapter_number": stored.chapter_number, "version": stored.version}
            writing.report(SCRIPT_APPROVED, data, member_id=member_id, ebook_id=stored.ebook_id)

        stored, _ = await self.get(script_id)
        try:
            await self.database.write(work)
        except StaleStateError:
            state = "released" if stored.state is ScriptState.RELEASED else "approved"
            raise StateError(f"This script is already {state}.", "Nothing was changed.") from None
        return (await self.get(script_id))[0]

    async def download(self, script_id: str, by: Person) -> list[Download]:
        """The script as Markdown and as JSON; that it was taken is an event."""
        stored, script = await self.get(script_id)
        async with self.database.read() as reading:
            ebook = await reading.ebooks.find(stored.ebook_id)
        title = ebook.title if ebook else stored.ebook_id

        async def work(writing: Writing) -> None:
            member_id = await writing.members.remember(by.discord_id, by.name)
            data = {"script_id": script_id, "formats": ["markdown", "json"]}
            writing.report(DOWNLOADED, data, member_id=member_id, ebook_id=stored.ebook_id)

        await self.database.write(work)
        return [markdown.download(stored, script, title), script_json.download(stored, script, title)]
