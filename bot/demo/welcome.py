"""The message that explains the demo in its first channel."""

import io
from typing import Final

import discord
from discord import ui

from bot.app import MythBot
from bot.demo.sample_book import BOOK_FILE, BOOK_TITLE, build_sample_book
from bot.demo.sample_data import EBOOK_ID, EBOOK_TITLE, SampleData

_ACCENT: Final = discord.Colour(0xE8743B)
_TEXT: Final = f"""## Welcome to the studio
This is the whole of Midnight Myth on a simulated Discord. Hana and Kenji have been at work for a week: above are their \
scripts and announcements. Five things to try:

**1. Write a script.** Type `/script`, press Enter, choose *{EBOOK_TITLE}* (`{EBOOK_ID}`), type 1 as the chapter and press \
the arrow on the right. The card grows while the chapter is written.
**2. Announce it.** On the finished card press **Approve and release…** (for a template you are asked once more), give any \
https:// link, look at the preview, confirm.
**3. See it arrive.** Choose Ren under “Viewing as” at the top of the page: you are now in an affiliate's server. Press \
**I shared it** below the post. Then come back as Hana and type `/progress`.
**4. Add a whole book.** Download *{BOOK_TITLE}* below, type `/ebook add` and attach it. Look through its chapters, confirm \
them, then type `/script` with the new book: its chapters are offered by title, and no file is needed. `/batch start` writes \
all of them.
**5. Prepare the recording.** On an approved script press **Download** and choose *Production pack*. **Read** opens its cues, \
**New draft from this version** lets you edit them, and `/scripts takes` logs what is recorded.

-# To see a second approver at work, switch it on in `/setup`, announce something as Hana, and approve it as Kenji.
-# The past week is a sample: its scripts cost nothing. Everything here is discarded when the demo ends."""


async def post_welcome(bot: MythBot, sample_data: SampleData) -> None:
    """The studio's channel ends with the message, which has a small book to add as its file."""
    view = ui.LayoutView(timeout=None)
    book: ui.File[ui.LayoutView] = ui.File(f"attachment://{BOOK_FILE}")
    view.add_item(ui.Container(ui.TextDisplay(_TEXT), book, accent_colour=_ACCENT))
    file = discord.File(io.BytesIO(build_sample_book()), BOOK_FILE)
    await bot.get_partial_messageable(sample_data.views[0].channel.id).send(view=view, file=file)
