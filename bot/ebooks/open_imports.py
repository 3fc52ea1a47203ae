"""Books that were read and wait for a person to confirm their chapters.

They are kept in memory: nothing of a book is stored before its confirmation, and after a restart the file is added again.
"""

import secrets
from dataclasses import dataclass, field, replace
from typing import Final

from bot.actor import Actor
from bot.ebooks.book_import import ImportPlan
from bot.errors import ForbiddenError, InputError, StateError

MAX_OPEN: Final = 20
"""Plans in memory; with more of them the oldest is dropped."""
MAX_CHARACTERS: Final = 24_000_000
"""Characters of all plans together: two books of the largest size that is read; beyond them the oldest plans are dropped."""


@dataclass(frozen=True, slots=True)
class OpenImport:
    """A book that waits for its confirmation.

    ``source_name`` and ``source_digest`` are the file's name and the SHA-256 of its bytes. ``ebook_id`` is the book that it
    will update, empty for a new one. ``theme`` is what the person has typed. ``owner_id`` is their Discord id.
    """

    owner_id: int
    plan: ImportPlan
    source_name: str
    source_digest: str
    theme: str = ""
    ebook_id: str = ""


@dataclass(slots=True)
class OpenImports:
    """The open imports by their tokens, oldest first."""

    _imports: dict[str, OpenImport] = field(default_factory=dict)

    def add(self, opened: OpenImport) -> str:
        """The token of a new open import, 16 hexadecimal digits.

        Raises:
            InputError: the book alone has more characters than all open imports may have.
        """
        if opened.plan.characters > MAX_CHARACTERS:
            raise InputError(
                f"This book has {opened.plan.characters:,} characters; a book may have {MAX_CHARACTERS:,}.",
                "Add it in several files.",
            )
        self._make_room(opened.plan.characters)
        token = secrets.token_hex(8)
        self._imports[token] = opened
        return token

    def get(self, token: str, by: Actor) -> OpenImport:
        """The open import.

        Raises:
            StateError: it is not open any more.
            ForbiddenError: another person has added the file.
        """
        opened = self._imports.get(token)
        if opened is None:
            raise StateError("This book is no longer waiting for you.", "Add the file again; nothing was stored.")
        if opened.owner_id != by.discord_id:
            raise ForbiddenError(
                "Only the person who added the file can go on with it.", "Add it yourself if you need it."
            )
        return opened

    def change_plan(self, token: str, by: Actor, plan: ImportPlan) -> OpenImport:
        """The open import with another plan.

        Raises:
            StateError: it is not open any more.
            ForbiddenError: another person has added the file.
        """
        changed = replace(self.get(token, by), plan=plan)
        self._imports[token] = changed
        return changed

    def close(self, token: str) -> None:
        """The import is not open any more, whether it was before or not."""
        self._imports.pop(token, None)

    def reopen(self, token: str, opened: OpenImport) -> None:
        """The import is open again under the token that it had, after its confirmation failed."""
        self._make_room(opened.plan.characters)
        self._imports[token] = opened

    def _make_room(self, characters: int) -> None:
        used = sum(opened.plan.characters for opened in self._imports.values())
        while self._imports and (len(self._imports) >= MAX_OPEN or used + characters > MAX_CHARACTERS):
            used -= self._imports.pop(next(iter(self._imports))).plan.characters
