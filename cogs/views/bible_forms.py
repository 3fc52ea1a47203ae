"""The forms for characters, words and synopses."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeAlias

import discord
from discord import ui

from bot.actor import Actor
from bot.ebooks.cast_service import CharacterNotes
from bot.ebooks.series_bible import MAX_NOTE, MAX_SYNOPSIS
from bot.errors import InputError
from bot.scripts.names import MAX_NAME
from bot.services import Services
from cogs.interactions.access import get_services, require_team
from cogs.views.formatting import format_count, shorten
from cogs.views.modals import Modal
from storage.stores.bible import StoredMember, StoredSynopsis, StoredWord

ShowEntry: TypeAlias = Callable[[discord.Interaction, str], Awaitable[None]]
"""Shows the entry with this id in the message from which the form was opened."""

_MAX_ALIASES_TEXT: Final = 700


class EntryModal(Modal):
    """A form for one entry, which is shown when it was saved."""

    def __init__(self, show: ShowEntry) -> None:
        super().__init__()
        self._show = show

    async def save(self, services: Services, by: Actor) -> str:
        """Stores what was typed; returns the id of the entry."""
        raise NotImplementedError

    async def on_submit(self, interaction: discord.Interaction, /) -> None:
        """Saves the entry and shows it; a refused form can be opened again."""
        by = require_team(interaction)
        await interaction.response.defer()
        await self._show(interaction, await self.save(get_services(interaction), by))

    def add_field(
        self, name: str, label: str, value: str, limit: int, description: str, *, required: bool = False
    ) -> ui.TextInput[Any]:
        """A field with the stored value in it; a long one has room for several lines."""
        style = discord.TextStyle.paragraph if limit > MAX_NOTE else discord.TextStyle.short
        field: ui.TextInput[Any] = ui.TextInput(
            custom_id=name, default=value[:limit] or None, max_length=limit, required=required, style=style
        )
        self.add_item(ui.Label(text=label, description=description, component=field))
        return field


class AddMemberModal(EntryModal, title="New character"):
    """Asks for a character."""

    def __init__(self, ebook_id: str, show: ShowEntry) -> None:
        super().__init__(show)
        self._ebook_id = ebook_id
        self._name = self.add_field("name", "Name", "", MAX_NAME, "As the scripts have it.", required=True)
        self._aliases = self.add_field(
            "aliases", "Other names", "", _MAX_ALIASES_TEXT, "Separated by commas; they speak under the name."
        )
        self._role = self.add_field("role", "Role", "", MAX_NOTE, "Who this is in the story.")
        self._voice = self.add_field("voice", "Voice", "", MAX_NOTE, "How it sounds, such as old, low and dry.")
        self._pronunciation = self.add_field("pronunciation", "Pronunciation", "", MAX_NOTE, "For example: shi-VAWN.")

    async def save(self, services: Services, by: Actor) -> str:
        """Adds the character."""
        notes = CharacterNotes(
            aliases=self._aliases.value,
            role=self._role.value,
            voice=self._voice.value,
            pronunciation=self._pronunciation.value,
        )
        member = await services.cast.add_member(self._ebook_id, self._name.value, notes, by)
        return member.id


class EditMemberModal(EntryModal, title="Edit the character"):
    """Asks for everything about a character but the name."""

    def __init__(self, member: StoredMember, show: ShowEntry) -> None:
        super().__init__(show)
        self._member_id = member.id
        aliases = ", ".join(member.aliases)
        chapter = "" if member.first_chapter is None else str(member.first_chapter)
        self._aliases = self.add_field(
            "aliases", "Other names", aliases, _MAX_ALIASES_TEXT, "Separated by commas; they speak under the name."
        )
        self._role = self.add_field("role", "Role", member.role, MAX_NOTE, "Who this is in the story.")
        self._voice = self.add_field("voice", "Voice", member.voice, MAX_NOTE, "How it sounds, such as old and dry.")
        self._pronunciation = self.add_field(
            "pronunciation", "Pronunciation", member.pronunciation, MAX_NOTE, "For example: shi-VAWN."
        )
        self._chapter = self.add_field("chapter", "First chapter", chapter, 4, "Its number; empty: not known.")

    async def save(self, services: Services, by: Actor) -> str:
        """Stores the notes."""
        chapter = self._chapter.value.strip()
        if chapter and not chapter.isdecimal():
            raise InputError("The first chapter is not a whole number.", "Type one, or leave it empty.")
        notes = CharacterNotes(
            aliases=self._aliases.value,
            role=self._role.value,
            voice=self._voice.value,
            pronunciation=self._pronunciation.value,
        )
        number = int(chapter) if chapter else None
        member = await services.cast.edit_member(self._member_id, notes, number, by)
        return member.id


class RenameMemberModal(EntryModal, title="Rename the character"):
    """Asks for the new name, and whether draft scripts are to be changed with it."""

    def __init__(self, member: StoredMember, drafts: int, show: ShowEntry) -> None:
        super().__init__(show)
        self._member_id = member.id
        description = f"{shorten(member.name, 50)} stays as another name."
        self._name = self.add_field("name", "New name", member.name, MAX_NAME, description, required=True)
        self._drafts: ui.Checkbox[RenameMemberModal] | None = None
        if drafts:
            self._drafts = ui.Checkbox(custom_id="drafts", default=True)
            text = f"Rename in {format_count(drafts, 'draft script')} too"
            description = "Approved and released scripts stay as they are."
            self.add_item(ui.Label(text=text, description=description, component=self._drafts))

    async def save(self, services: Services, by: Actor) -> str:
        """Renames the character."""
        update_drafts = self._drafts is not None and self._drafts.value
        cast = services.cast
        renamed = await cast.rename_member(self._member_id, self._name.value, by, update_drafts=update_drafts)
        return renamed.member.id


class WordModal(EntryModal, title="A word and how it is said"):
    """Asks for a word: a new one, or another text of ``word``."""

    def __init__(self, ebook_id: str, word: StoredWord | None, show: ShowEntry) -> None:
        super().__init__(show)
        self._ebook_id = ebook_id
        self._word_id = word.id if word else ""
        spelling, said = (word.spelling, word.pronunciation) if word else ("", "")
        self._spelling = self.add_field("spelling", "Word", spelling, MAX_NAME, "As the text has it.", required=True)
        self._pronunciation = self.add_field(
            "pronunciation", "Pronunciation", said, MAX_NOTE, "In plain syllables: shi-VAWN.", required=True
        )

    async def save(self, services: Services, by: Actor) -> str:
        """Stores the word."""
        lexicon, spelling, said = services.lexicon, self._spelling.value, self._pronunciation.value
        if self._word_id:
            word = await lexicon.edit_word(self._word_id, spelling, said, by)
        else:
            word = await lexicon.add_word(self._ebook_id, spelling, said, by)
        return word.id


class SynopsisModal(EntryModal, title="What happens in the chapter"):
    """Asks for the text of a synopsis."""

    def __init__(self, synopsis: StoredSynopsis, show: ShowEntry) -> None:
        super().__init__(show)
        self._synopsis_id = synopsis.id
        label = f"Chapter {synopsis.chapter_number}"
        self._text = self.add_field(
            "text",
            label,
            synopsis.text,
            MAX_SYNOPSIS,
            "A few sentences for whoever writes the next one.",
            required=True,
        )

    async def save(self, services: Services, by: Actor) -> str:
        """Stores the text."""
        synopsis = await services.story.edit_synopsis(self._synopsis_id, self._text.value, by)
        return synopsis.id


class AddSynopsisModal(EntryModal, title="What happens in a chapter"):
    """Asks for a chapter and its synopsis."""

    def __init__(self, ebook_id: str, show: ShowEntry) -> None:
        super().__init__(show)
        self._ebook_id = ebook_id
        self._chapter = self.add_field("chapter", "Chapter", "", 4, "Its number.", required=True)
        self._text = self.add_field(
            "text", "Synopsis", "", MAX_SYNOPSIS, "A few sentences for whoever writes the next chapter.", required=True
        )

    async def save(self, services: Services, by: Actor) -> str:
        """Stores the synopsis."""
        chapter = self._chapter.value.strip()
        if not chapter.isdecimal():
            raise InputError("The chapter is not a whole number.", "For example: 1.")
        story = services.story
        synopsis = await story.add_synopsis(self._ebook_id, int(chapter), self._text.value, by)
        return synopsis.id
