"""``/scripts export`` and the Download menu: a script as a file."""

import json

import pytest

from bot.actor import Actor
from bot.event_names import SCRIPT_DOWNLOADED
from bot.exports.files import Download
from bot.exports.formats import RENDERERS, ExportFormat
from bot.exports.options import ExportOptions
from bot.exports.sheet import ScriptSheet
from cogs.views.script_download import FORMAT_LABELS
from storage.stores.events import EventFilter
from tests.stage import Stage
from tests.standins.discord_interactions import InteractionLog


async def _find_script(stage: Stage) -> str:
    await stage.run_script()
    await stage.wait_for_finished_script()
    (choice,) = (await stage.hana.autocomplete("scripts export", "script", "midnight")).choices or []
    return str(choice["value"])


async def _choose(stage: Stage, menu: InteractionLog, label: str) -> None:
    """Chooses a format and waits until its file has taken the place of the one before."""
    before = [attachment.id for attachment in menu.message.attachments]
    await stage.hana.select(menu, label)
    await stage.discord.wait_until(lambda: [attachment.id for attachment in menu.message.attachments] != before)
    assert len(menu.message.attachments) == 1


async def test_a_script_is_exported_and_every_download_is_an_event(stage: Stage) -> None:
    """The command gives the file, only to the person who asked; the menu then gives every format, one file at a time."""
    script_id = await _find_script(stage)
    log = await stage.hana.slash("scripts export", script=script_id, format="markdown")
    await stage.discord.wait_until(lambda: "The script:" in log.text)
    assert log.message.ephemeral
    (file,) = log.message.attachments
    assert file.filename.endswith(".md")
    assert "The lantern guttered" in file.data.decode()
    menu = await stage.discord.wait_for_answer(
        await stage.hana.click(await stage.wait_for_finished_script(), "Download")
    )
    formats = [each for each in FORMAT_LABELS if each is not ExportFormat.PACK]
    for each in formats:
        await _choose(stage, menu, FORMAT_LABELS[each])
    async with stage.bot.services.database.read() as tx:
        events = [event async for event in tx.events.stream(EventFilter(event=SCRIPT_DOWNLOADED))]
    downloads = [json.loads(event.data) for event in events]
    assert downloads == [
        {"formats": [each], "script_id": script_id} for each in ["markdown", *(each.value for each in formats)]
    ]


async def test_what_a_file_cannot_show_is_said_beside_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The notes of a download stand above the file."""

    def render(_: ScriptSheet, __: ExportOptions) -> Download:
        return Download("a.md", b"x", ("No font has 𒀀.",))

    script_id = await _find_script(stage)
    monkeypatch.setitem(RENDERERS, ExportFormat.MARKDOWN, render)
    log = await stage.hana.slash("scripts export", script=script_id, format="markdown")
    await stage.discord.wait_until(lambda: "The script: No font has 𒀀." in log.text)


async def test_people_outside_the_team_get_no_script(stage: Stage) -> None:
    """Somebody outside the team gets a sentence and no file."""
    script_id = await _find_script(stage)
    log = await stage.bob.slash("scripts export", overridden=True, script=script_id, format="json")
    assert "studio's team" in log.text
    assert not log.message.attachments


async def test_a_production_pack_waits_for_the_approval(stage: Stage) -> None:
    """Of a draft there is a sentence, of the approved script the pack."""
    script_id = await _find_script(stage)
    log = await stage.hana.slash("scripts export", script=script_id, format="pack")
    await stage.discord.wait_until(lambda: "Approve it first" in log.text)
    assert not log.message.attachments
    await stage.bot.services.scripts.approve(script_id, Actor(stage.hana.user.id, "Hana"))
    log = await stage.hana.slash("scripts export", script=script_id, format="pack")
    await stage.discord.wait_until(lambda: "The script:" in log.text)
    assert log.message.attachments[0].filename.endswith("-pack.zip")


async def test_a_script_that_is_not_there_gets_a_sentence(stage: Stage) -> None:
    """What is typed instead of chosen is answered, not failed."""
    log = await stage.discord.wait_for_answer(
        await stage.hana.slash("scripts export", script="nothing", format="markdown")
    )
    assert "No script has these words." in log.text
