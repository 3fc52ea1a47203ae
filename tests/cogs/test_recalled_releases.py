"""The recall of a release, on screen."""

from tests.cogs.announcements import subscribe_servers
from tests.stage import Stage


async def test_a_recall_says_that_the_chapter_stays_released(stage: Stage) -> None:
    """The question, the answer and the card say so; a button of the card takes the release back."""
    await subscribe_servers(stage, "Red Lantern")
    await stage.run_script()
    script = await stage.wait_for_finished_script()
    await stage.approve_template(script)
    modal = await stage.hana.click(script, "Release…")
    log = await stage.discord.wait_for_answer(await stage.hana.submit_modal(modal))
    await stage.hana.click(log, "Post to 1 channel")
    card = await stage.wait_for_card("Posted to 1 of 1")
    await stage.discord.wait_until(lambda: "Recall" in card.buttons and "**released**" in script.text)
    question = await stage.hana.click(card, "Recall")
    await stage.discord.wait_until(lambda: "The chapter stays released" in question.text)
    answer = await stage.hana.click(question, "Remove 1 post")
    await stage.discord.wait_until(lambda: "**Withdraw the release** on the card" in answer.text)
    await stage.discord.wait_until(lambda: "Recalled" in card.text and "The chapter is still released" in card.text)
    done = await stage.hana.click(card, "Withdraw the release")
    await stage.discord.wait_until(lambda: "no longer released" in done.text)
    await stage.discord.wait_until(lambda: "**approved**" in script.text and "Release…" in script.buttons)
    await stage.discord.wait_until(lambda: card.buttons == ["Report"])
