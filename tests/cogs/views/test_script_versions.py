"""``/scripts versions`` and what differs between two states, as people see it."""

from datetime import UTC, datetime

import pytest

from bot.actor import Actor
from bot.progress.script_differences import render_differences
from bot.progress.script_versions import Comparison, TextState
from bot.scripts.cue_lists import arrange
from bot.scripts.diff import compare_scripts
from bot.scripts.editing import CueFields, digest_cue
from bot.scripts.models import Cue, CueKind, RunningTime, Script
from cogs.views.script_diff import DiffButton, build_diff
from cogs.views.version_buttons import VersionButton
from storage.states import ScriptState
from storage.stores.script_edits import ScriptVersion
from tests.stage import Stage

ID = "audio_scripts_0123456789abcdef"
VERSION = ScriptVersion(
    id=ID,
    state=ScriptState.DRAFT,
    ebook_id="ebook_001",
    chapter_number=1,
    version=2,
    title="The *Bell*",
    writer="gemini",
    model="gemini-x",
    error="",
    run_id=None,
    member_id=None,
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    approved_at=None,
    approved_by=None,
    parent_id=None,
    notes="",
)


def script_of(*cues: tuple[str, str]) -> Script:
    """A script with these speakers and texts; ids are those of the places."""
    empty = Script(title="", logline="", cast=(), cues=(), running_time=RunningTime(low=0, high=0))
    listed = [
        Cue(n=0, kind=CueKind.DIALOGUE, speaker=name, text=text, id=f"c{at}") for at, (name, text) in enumerate(cues)
    ]
    return arrange(empty, listed)


def compare(old: Script, new: Script) -> Comparison:
    """The comparison of two texts of version 2."""
    changes = tuple(compare_scripts(old, new))
    return Comparison(TextState(ID, 0), TextState(ID, 3), "the book", "version 2", VERSION, changes)


def read(comparison: Comparison, page: int = 0) -> str:
    """All text of the page."""
    return "\n".join(item.content for item in build_diff(comparison, page).walk_children() if hasattr(item, "content"))


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        (("A", "The lantern guttered."), ("A", "The lamp guttered."), "✎ `1` A: The ~~lantern~~**lamp** guttered."),
        (("A", "Go."), ("B", "Go."), "✎ `1` ~~A~~ **B**: Go."),
        (("A", "*Go* ~~now~~."), ("A", "*Go* then."), r"\*Go\* ~~\~\~now\~\~~~**then**."),
        (("A", "私は狐だ。"), ("A", "私は猫だ。"), "私は~~狐~~**猫**だ。"),
    ],
)
def test_what_is_gone_is_struck_through_and_what_is_new_is_bold(
    old: tuple[str, str], new: tuple[str, str], shown: str
) -> None:
    """Only the words that differ, whatever signs people have typed."""
    assert shown in read(compare(script_of(old), script_of(new)))


def test_the_same_texts_say_so() -> None:
    """Without a page of nothing, and without a file."""
    script = script_of(("A", "Go."))
    view = build_diff(compare(script, script))
    assert "the texts are the same" in read(compare(script, script))
    labels = [each.item.label for each in view.walk_children() if isinstance(each, VersionButton | DiffButton)]
    assert "Download" not in labels
    assert "Restore this text" in labels


def test_a_text_rewritten_from_beginning_to_end_fits_into_messages() -> None:
    """100 cues of the longest text and of nothing but markup; every page fits, and the file has all of it."""
    old = script_of(*((f"V{at}", "*_" * 1_000) for at in range(100)))
    new = script_of(*((f"V{at}", f"~{at} " * 400) for at in range(100)))
    comparison = compare(old, new)
    pages = {page: read(comparison, page) for page in (0, 1, 20, 9_999)}
    assert all(len(text) <= 4_000 for text in pages.values())
    assert pages[0] != pages[1]
    assert "`100` V99" in pages[9_999]
    assert render_differences(comparison).content.decode().count("<ins>") >= 100


def test_the_file_escapes_what_people_have_typed() -> None:
    """A web page must not run what stands in a script."""
    comparison = compare(script_of(("A", "Go <b>now</b>.")), script_of(("<script>", "Go <i>now</i>.")))
    page = render_differences(comparison)
    assert page.name.endswith(".html")
    assert b"<script>" not in page.content
    assert b"&lt;<del>b</del><ins>i</ins>&gt;now" in page.content


async def test_versions_are_listed_compared_restored_and_copied(stage: Stage) -> None:
    """From the command to a new draft, with nothing but the menus and buttons; the card in the channel follows."""
    await stage.run_script()
    await stage.wait_for_finished_script()
    hana, wait = stage.hana, stage.discord.wait_until
    found = (await hana.autocomplete("scripts versions", "script", "Midnight")).choices or []
    log = await stage.discord.wait_for_answer(await hana.slash("scripts versions", script=found[0]["value"]))
    assert "**Version 1** · draft\n-# template by Hana" in log.text
    services, by = stage.bot.services, Actor(hana.id, "Hana", team=True)
    stored, script = await services.scripts.get(found[0]["value"])
    cue = next(cue for cue in script.cues if "guttered" in cue.text)
    fields = CueFields("The lamp guttered.", cue.speaker)
    await services.editing.change_cue(stored.id, cue.id, digest_cue(cue), fields, by)

    await hana.select(log, stored.id, placeholder="Show the history of…")
    await wait(lambda: f"Changed cue {cue.n}" in log.text)
    await hana.select(log, "1", placeholder="Show an edit")
    await wait(lambda: "~~" in log.text)
    assert "From version 1 at the beginning to version 1 after edit 1: 1 cue changed" in log.text
    file = await stage.discord.wait_for_answer(await hana.click(log, "Download"))
    assert file.message.attachments
    await hana.click(log, "History")
    await wait(lambda: "Compare with the book" in log.message.buttons)
    await hana.click(log, "Compare with the book")
    await wait(lambda: "From the book to version 1: 1 cue changed" in log.text)
    await hana.click(log, "History")
    await wait(lambda: "Undo the last edit" in log.message.buttons)
    await hana.click(log, "Undo the last edit")
    await wait(lambda: "Undid" in log.text)
    assert "Undo the last edit" not in log.message.buttons
    assert (await services.scripts.get(stored.id))[1] == script

    await services.scripts.approve(stored.id, by)
    await hana.click(log, "New draft from this version")
    await wait(lambda: "**Version 2** · draft\n-# from version 1 by Hana" in log.text)
    await hana.click(log, "All versions")
    await wait(lambda: "2 versions" in log.text)
    assert "approved by Hana" in log.text
    await hana.select(log, await version_ids(stage, stored.id), placeholder="Compare two")
    await wait(lambda: "From version 1 to version 2: the texts are the same." in log.text)
    await hana.select(log, "Version 1 after edit 1", placeholder="Compare version 2 with")
    await wait(lambda: "From version 1 after edit 1 to version 2: 1 cue changed" in log.text)
    await hana.select(log, "Version 1 at the beginning", placeholder="Compare version 2 with")
    await wait(lambda: "From version 1 at the beginning to version 2: the texts are the same." in log.text)


async def version_ids(stage: Stage, script_id: str) -> list[str]:
    """The ids of all versions, the newest first."""
    page = await stage.bot.services.versions.list_versions(script_id, 0)
    return [line.version.id for line in page.lines]
