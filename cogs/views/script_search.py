"""The results of ``/scripts search``, and a menu that opens one where its words are."""

import re
from typing import Any, Final, Self

import discord
from discord import ui

from bot.ebooks.ebook_keys import shorten_ebook_id
from bot.errors import StateError
from bot.scripts.text_search import Excerpt, SearchHit, SearchPage
from cogs.interactions.access import get_services, require_team
from cogs.views.base import PersistentItemMixin, action_row, card_layout
from cogs.views.ebook_card import WriteButton, ebook_card
from cogs.views.formatting import EMBER, GREY, escape_text, highlight_text, isolate
from cogs.views.script_reader import build_reader_at

MAX_QUERY: Final = 75
"""Characters of a query: the buttons that turn the pages hold it in their ids, which Discord allows 100."""
_PLACE: Final = re.compile(
    r"cue:(?P<script>audio_scripts_[0-9a-f]{16}):(?P<cue>\d{1,6})|(?:chapter:(?P<number>\d{1,6})|book):(?P<key>[^\n]{1,40})"
)


def search_results(found: SearchPage) -> ui.LayoutView:
    """One page of results, each with the places where the words are, and the menu that opens them."""
    shown = escape_text(found.query, 150)
    if not found.hits:
        return card_layout(ui.TextDisplay(_explain_nothing(shown, found.page)), accent=GREY)
    items: list[ui.Item[Any]] = [ui.TextDisplay(f"### Found: {shown}")]
    items += [ui.TextDisplay(_format_hit(hit)) for hit in found.hits]
    items.append(action_row(OpenSelect(found.hits)))
    if found.page or found.has_more:
        previous = SearchPageButton("prev", found.page - 1, found.query, "‹ Previous", disabled=found.page == 0)
        following = SearchPageButton("next", found.page + 1, found.query, "Next ›", disabled=not found.has_more)
        items.append(action_row(previous, following))
    return card_layout(*items, accent=EMBER)


def _explain_nothing(query: str, page: int) -> str:
    if page:
        return f"There are no more results for {query}."
    return (
        f"Nothing contains {query}.\n-# Every word has to be in the script, its title, or the chapter. Try fewer words, or "
        "the beginning of one; accents and capitals do not matter. Quotes find words that follow one another."
    )


def _format_hit(hit: SearchHit) -> str:
    book = escape_text(hit.ebook_title, 80)
    if hit.chapter_number is None:
        return f"**{book}**\n-# a book"
    if hit.state is None:
        lines = [
            f"**{escape_text(hit.title, 100) or f'Chapter {hit.chapter_number}'}**",
            f"-# text of {book}, chapter {hit.chapter_number}",
        ]
    else:
        lines = [
            f"**{escape_text(hit.title, 100)}**",
            f"-# {book}, chapter {hit.chapter_number}, version {hit.version} · {hit.state.value}",
        ]
    return "\n".join([*lines, *map(_format_excerpt, hit.excerpts)])


def _format_excerpt(excerpt: Excerpt) -> str:
    marked = highlight_text(excerpt.text, excerpt.matches)
    if not excerpt.cue:
        return marked
    speaker = f"{escape_text(excerpt.speaker, 40)}: " if excerpt.speaker else ""
    return f"`{excerpt.cue:>3}` {speaker}{marked}"


class OpenSelect(PersistentItemMixin, ui.DynamicItem[ui.Select[Any]], template="found:open"):
    """Opens a script at the chosen cue, or the book of a chapter's text."""

    def __init__(self, hits: tuple[SearchHit, ...] = ()) -> None:
        options = [option for hit in hits for option in _list_options(hit)]
        placeholder = "Open a result…"
        super().__init__(
            ui.Select(
                custom_id="found:open",
                placeholder=placeholder,
                options=list({option.value: option for option in options}.values())[:25]
                or [discord.SelectOption(label="-")],
            )
        )

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Answers with a message of its own, so that the results stay.

        Raises:
            StateError: the value is none that the menu offers; only a made-up interaction has such.
        """
        require_team(interaction)
        values = self.item.values
        place = _PLACE.fullmatch(values[0]) if len(values) == 1 else None
        if place is None:
            raise StateError("This is no longer one of the choices.", "Search again.")
        await interaction.response.defer(ephemeral=True, thinking=True)
        services = get_services(interaction)
        if place["number"]:
            details = await services.ebook_library.show_ebook(place["key"])
            view = chapter_note(details.ebook.title, place["key"], int(place["number"]))
        elif place["key"]:
            view = ebook_card(await services.ebook_library.show_ebook(place["key"]))
        else:
            stored, script = await services.scripts.get(place["script"])
            view = build_reader_at(stored, script, int(place["cue"]))
        await interaction.edit_original_response(view=view)


def chapter_note(ebook_title: str, key: str, number: int) -> ui.LayoutView:
    """Says what can be done with the stored text of a chapter, and writes its script at the press of a button."""
    text = (
        f"The text of chapter {number} of **{escape_text(ebook_title, 100)}** is stored.\n"
        f"-# `/script` with this book and chapter writes a script from it, as the button does; `/ebook show` lists the book."
    )
    return card_layout(ui.TextDisplay(text), action_row(WriteButton(key, number)), accent=EMBER)


def _list_options(hit: SearchHit) -> list[discord.SelectOption]:
    if hit.script_id is None:
        number, key = hit.chapter_number, shorten_ebook_id(hit.ebook_id)
        title = isolate(hit.ebook_title, 70)
        if number is None:
            return [discord.SelectOption(label=title, value=f"book:{key}", description="The book")]
        value = f"chapter:{number}:{key}"
        return [discord.SelectOption(label=f"{title}, chapter {number}", value=value, description="The chapter's text")]
    cues = [excerpt for excerpt in hit.excerpts if excerpt.cue] or [Excerpt("", (), 1)]
    title = isolate(hit.title, 60)
    return [
        discord.SelectOption(
            label=f"{title}, version {hit.version} · cue {each.cue}",
            value=f"cue:{hit.script_id}:{each.cue}",
            description=isolate(each.text, 90) or None,
        )
        for each in cues
    ]


class SearchPageButton(
    PersistentItemMixin,
    ui.DynamicItem[ui.Button[Any]],
    template=r"found:(?P<direction>prev|next):(?P<page>-?\d{1,4}):(?P<query>(?s:.{1,75}))",
):
    """Shows the previous or the next page of results."""

    def __init__(self, direction: str, page: int, query: str, label: str = "›", *, disabled: bool = False) -> None:
        custom_id = f"found:{direction}:{page}:{query}"
        super().__init__(ui.Button(label=label, custom_id=custom_id, disabled=disabled))
        self.query = query
        self.page = page

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Builds the item from its custom id."""
        return cls(match["direction"], int(match["page"]), match["query"])

    async def handle_interaction(self, interaction: discord.Interaction) -> None:
        """Shows the page in place of this one."""
        require_team(interaction)
        await interaction.response.defer()
        found = await get_services(interaction).text_search.search(self.query, self.page)
        await interaction.edit_original_response(view=search_results(found))
