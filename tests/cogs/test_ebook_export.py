"""``/ebook export``."""

import re
import threading

import pytest

from bot.actor import Actor
from bot.exports.book.builder import BookBuilder
from bot.exports.sheet import ScriptSheet
from tests.bot.exports.pack.packs import read_archive
from tests.stage import Stage


async def _write(stage: Stage, *, approved: bool) -> None:
    await stage.run_script()
    await stage.wait_for_finished_script()
    (choice,) = (await stage.hana.autocomplete("scripts export", "script", "midnight")).choices or []
    if approved:
        await stage.bot.services.scripts.approve(str(choice["value"]), Actor(stage.hana.user.id, "Hana"))


async def test_a_book_comes_as_one_archive_only_for_the_person_who_asked(stage: Stage) -> None:
    """With a sentence about what it is, and the production of what is approved."""
    await _write(stage, approved=True)
    log = await stage.hana.slash("ebook export", ebook="ebook_001")
    await stage.discord.wait_until(lambda: "A README in it says what is where." in log.text)
    assert log.message.ephemeral
    (file,) = log.message.attachments
    assert file.filename == "ebook_001-scripts.zip"
    assert {"README.txt", "production/schedule.csv"} < read_archive(file.data).keys()


async def test_what_discord_does_not_take_at_once_comes_in_several_messages(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One part in each, all of them private."""
    await _write(stage, approved=True)
    monkeypatch.setattr("cogs.views.ebook_download.get_upload_limit", lambda _: 9_000)
    log = await stage.hana.slash("ebook export", ebook="ebook_001")

    def is_complete() -> bool:
        files = log.message.attachments if log.messages else []
        return any(re.search(r"-(\d+)-of-\1\.zip$", file.filename) for file in files)

    await stage.discord.wait_until(is_complete)
    assert all(message.ephemeral for message in log.messages)
    names = [file.filename for message in log.messages for file in message.attachments]
    assert names == [f"ebook_001-scripts-{number}-of-{len(names)}.zip" for number in range(1, len(names) + 1)]


async def test_a_book_without_a_script_has_nothing_to_export(stage: Stage) -> None:
    """The sentence names the command that writes one; people outside the team get theirs."""
    await stage.bot.services.database.write(lambda tx: tx.ebooks.get_or_add("empty", "Empty"))
    log = await stage.hana.slash("ebook export", ebook="empty")
    await stage.discord.wait_until(lambda: "has no script yet" in log.text)
    log = await stage.bob.slash("ebook export", overridden=True, ebook="empty")
    assert "studio's team" in log.text


async def test_while_the_files_are_made_the_answer_says_how_far_they_are(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It changes every few seconds, also while one chapter takes long, and the archive takes its place in the end."""
    await _write(stage, approved=False)
    may_go_on = threading.Event()
    add_chapter = BookBuilder.add_chapter

    def add_slowly(builder: BookBuilder, sheet: ScriptSheet) -> None:
        assert may_go_on.wait(30)
        add_chapter(builder, sheet)

    monkeypatch.setattr(BookBuilder, "add_chapter", add_slowly)
    monkeypatch.setattr("cogs.views.ebook_download._PAUSE", 0.01)
    log = await stage.hana.slash("ebook export", ebook="ebook_001")
    try:
        await stage.discord.wait_until(lambda: "Making the files: chapter 1 of 1…" in log.text)
    finally:
        may_go_on.set()
    await stage.discord.wait_until(lambda: "A README in it" in log.text)
    assert "Making the files" not in log.text
    assert len(log.message.attachments) == 1
