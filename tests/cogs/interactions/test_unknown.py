"""Presses and forms that nothing handles, and refused forms."""

from cogs.views import modals
from tests.cogs.announcements import subscribe_servers
from tests.stage import Stage, running_bot
from tests.standins.discord_actors import Person
from tests.standins.discord_interactions import InteractionLog

BROADCAST_ID = "notifications_0123456789abcdef"


async def forge(stage: Stage, person: Person, custom_id: str) -> InteractionLog:
    """The answer to a press of a button with this id, on a message that the bot has sent to the person."""
    log = await stage.discord.wait_for_answer(await person.slash("about"))
    button = {"type": 2, "id": 91, "style": 1, "label": "Forged", "custom_id": custom_id}
    log.message.components[0]["components"].append({"type": 1, "id": 90, "components": [button]})
    return await stage.discord.wait_for_answer(await person.click(log, custom_id=custom_id))


async def test_an_unknown_button_is_answered_and_does_nothing(stage: Stage) -> None:
    """Ids of other versions and forged actions get a sentence; none of them confirms, posts or deletes anything."""
    for custom_id in (
        f"preview:poost:{BROADCAST_ID}",
        f"preview:post:{BROADCAST_ID}x",
        f"broadcast:destroy:{BROADCAST_ID}",
        "privacy:reallyforget",
        "run:destroy:runs_0123456789abcdef",
        "join:000000000000001:0",
        "nothing",
    ):
        answer = await forge(stage, stage.hana, custom_id)
        assert "no longer known" in answer.text, custom_id
    assert "Broadcast sent" not in await stage.event_names()


async def test_a_refused_form_opens_again_with_what_was_typed(stage: Stage) -> None:
    """One wrong field costs nothing: the button below the error opens the form with every text in it."""
    await subscribe_servers(stage, "Red Lantern")
    modal = await stage.hana.slash("broadcast")
    typed = {"title": "The Well", "message": "It opens at midnight.", "image": "ftp://bad"}
    refused = await stage.discord.wait_for_answer(await stage.hana.submit_modal(modal, typed))
    again = await stage.hana.click(refused, "Edit what I typed")
    await stage.discord.wait_until(lambda: again.modal)
    assert again.modal is not None
    assert all(text in str(again.modal) for text in typed.values())
    corrected = {**typed, "image": ""}
    preview = await stage.discord.wait_for_answer(await stage.hana.submit_modal(again, corrected))
    assert "Goes to **1 channel**" in preview.text


async def test_only_the_person_who_typed_can_open_the_form(stage: Stage) -> None:
    """What somebody typed is shown to nobody else."""
    modal = await stage.hana.slash("broadcast")
    typed = {"title": "The Well", "message": "Secret.", "link": "javascript:alert(1)"}
    refused = await stage.discord.wait_for_answer(await stage.hana.submit_modal(modal, typed))
    custom_id = next(control["custom_id"] for control in refused.message.controls if "custom_id" in control)
    answer = await forge(stage, stage.bob, custom_id)
    assert "no longer available" in answer.text


async def test_a_form_that_was_open_during_a_restart_gives_its_text_back(stage: Stage) -> None:
    """Whoever submits a form to a bot that has been restarted gets their text back and is told that nothing was stored."""
    modal = await stage.hana.slash("broadcast")
    await stage.discord.wait_until(lambda: modal.modal)
    settings = stage.bot.settings
    await stage.bot.close()
    modals._open_modals.clear()  # as in a new process
    async with running_bot(settings):
        for message, where in (("It opens at midnight.", "text"), ("Long. " * 400, "file")):
            answer = await stage.discord.wait_for_answer(
                await stage.hana.submit_modal(modal, {"title": "The Well", "message": message})
            )
            assert "nothing was stored" in answer.text
            given = answer.text if where == "text" else answer.messages[0].attachments[0].data.decode()
            assert message.strip() in given
