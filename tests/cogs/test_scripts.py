"""``/scripts show``, ``approve`` and ``release``: any script's card, found by what people remember of it."""

from bot.scripts.models import Cue, CueKind, RunningTime, Script, WriterKind
from storage import WriteTransaction
from storage.states import ScriptState
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


async def add_imported_script(stage: Stage, cues: tuple[Cue, ...] = ()) -> str:
    """The id of a draft that no run has written."""
    script = Script(title="Old", logline="A bell rings.", cast=(), cues=cues, running_time=RunningTime(low=1, high=2))

    async def add(tx: WriteTransaction) -> str:
        await tx.ebooks.get_or_add("old", "The old book")
        new = NewScript(
            ebook_id="old",
            chapter_number=1,
            version=1,
            title="Old",
            theme="",
            writer=WriterKind.GEMINI,
            body=script.model_dump_json(),
        )
        return await tx.scripts.add(new)

    return await stage.bot.services.database.write(add)


async def test_an_imported_script_has_the_card_of_every_script(stage: Stage) -> None:
    """It is read, approved and withdrawn from the same buttons, though no run has written it."""
    script_id = await add_imported_script(stage)
    log = await stage.discord.wait_for_answer(await stage.hana.slash("scripts show", script=script_id))
    card = log.message
    assert "The old book" in card.text
    assert "A bell rings." in card.text
    assert card.buttons == ["Read", "Download", "Approve", "Approve and release…"]
    await stage.hana.click(card, "Approve")
    await stage.discord.wait_until(lambda: f"approved** by <@{stage.hana.id}>" in card.text)
    assert card.buttons == ["Read", "Download", "Release…", "Withdraw approval"]
    await stage.hana.click(card, "Withdraw approval")
    await stage.discord.wait_until(lambda: "**draft**" in card.text)


async def test_a_script_is_approved_and_released_by_commands(stage: Stage) -> None:
    """A draft is not released; once approved, the preview says what affiliates will see, with the link."""
    script_id = await add_imported_script(stage)
    refused = await stage.discord.wait_for_answer(await stage.hana.slash("scripts release", script=script_id))
    assert "still a draft" in refused.text
    approved = await stage.discord.wait_for_answer(await stage.hana.slash("scripts approve", script=script_id))
    assert approved.text == "**Old**, version 1, is approved."
    again = await stage.discord.wait_for_answer(await stage.hana.slash("scripts approve", script=script_id))
    assert "already approved" in again.text
    link = "https://example.org/old"
    preview = await stage.discord.wait_for_answer(
        await stage.hana.slash("scripts release", script=script_id, link=link)
    )
    assert "this is what affiliates will see" in preview.text
    assert link in preview.text


async def test_a_command_asks_before_it_approves_a_draft_with_open_findings(stage: Stage) -> None:
    """The question names the findings, and approves at the press of its button."""
    script_id = await add_imported_script(stage, (Cue(n=1, kind=CueKind.SFX, text="RAIN – ESTABLISH", id="a"),))
    question = await stage.discord.wait_for_answer(await stage.hana.slash("scripts approve", script=script_id))
    assert "1 open finding" in question.text
    assert "nothing ends it" in question.text
    assert question.message.buttons == ["Approve", "Check…"]
    await stage.hana.click(question, "Approve")
    await stage.discord.wait_until(lambda: question.message.text == "The script is approved.")
    stored, _ = await stage.bot.services.scripts.get(script_id)
    assert stored.state is ScriptState.APPROVED


async def test_a_command_asks_before_it_approves_a_template(stage: Stage) -> None:
    """The card in the channel shows the approval afterwards."""
    await stage.run_script()
    card = await stage.wait_for_finished_script()
    script_id = card.controls[0]["custom_id"].split(":")[-1]
    question = await stage.discord.wait_for_answer(await stage.hana.slash("scripts approve", script=script_id))
    assert "does not count as a deliverable" in question.text
    assert "draft" in card.text
    await stage.hana.click(question, "Approve the template")
    await stage.discord.wait_until(lambda: "**approved**" in card.text)


async def test_an_unknown_script_gets_a_sentence(stage: Stage) -> None:
    """What is typed instead of chosen is answered: words of one chapter show it, others lead to the list."""
    shown = await stage.discord.wait_for_answer(await stage.hana.slash("scripts show", script="nothing"))
    assert "No script has these words. Type a word of its title or book, and choose it" in shown.text
    await stage.run_script()
    card = await stage.wait_for_finished_script()
    shown = await stage.discord.wait_for_answer(await stage.hana.slash("scripts show", script="chapter 1"))
    assert card.text.splitlines()[0] in shown.text
