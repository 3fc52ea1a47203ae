"""``/scripts show``: any script's card, found by what people remember of it."""

from bot.scripts.models import RunningTime, Script, WriterKind
from storage import WriteTransaction
from storage.stores.scripts import NewScript
from tests.stage import Stage


async def test_a_script_is_found_and_shown(stage: Stage) -> None:
    """The choices name title, book, chapter, version and state; the card is the one in the channel, and only Hana sees it."""
    await stage.run_script()
    card = await stage.wait_for_finished_script()
    found = (await stage.hana.autocomplete("scripts show", "script", "EBOOK_001")).choices or []
    ((script_id, label),) = [(choice["value"], choice["name"]) for choice in found]
    assert "chapter 1, version 1 · draft" in label
    shown = await stage.discord.wait_for_answer(await stage.hana.slash("scripts show", script=script_id))
    assert shown.message.text == card.text
    assert shown.message.buttons == card.buttons
    assert (await stage.hana.autocomplete("scripts show", "script", "no such script")).choices == []


async def test_an_imported_script_is_shown_for_reading(stage: Stage) -> None:
    """A script that was not written here has no card; its first page is shown."""
    script = Script(title="Old", logline="", cast=(), cues=(), running_time=RunningTime(low=1, high=2))
    body = script.model_dump_json()

    async def add(tx: WriteTransaction) -> str:
        await tx.ebooks.get_or_add("old", "The old book")
        new = NewScript(
            ebook_id="old",
            chapter_number=1,
            version=1,
            title="Old",
            theme="",
            writer=WriterKind.GEMINI,
            body=body,
        )
        return await tx.scripts.add(new)

    script_id = await stage.bot.services.database.write(add)
    shown = await stage.discord.wait_for_answer(await stage.hana.slash("scripts show", script=script_id))
    assert "Old" in shown.text


async def test_an_unknown_script_gets_a_sentence(stage: Stage) -> None:
    """What is typed instead of chosen and is no id is answered, not failed."""
    shown = await stage.discord.wait_for_answer(await stage.hana.slash("scripts show", script="nothing"))
    assert "This script is no longer known here." in shown.text
