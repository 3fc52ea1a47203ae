"""The script check on Discord: what a card says before the approval, and resolving it with buttons."""

from bot.scripts.models import Script
from tests.bot.ebooks.checked_draft import CHAPTER, SPANS
from tests.bot.scripts.checks.scripts import build_script, sound
from tests.stage import Stage
from tests.standins.discord_world import Message

FAULTY = build_script(
    SPANS, {2: "ANNA", 6: "SMUGGLER"}, {2: sound("RAIN – ESTABLISH")}, directions={2: "turns out to be dead"}
)


async def show_draft(stage: Stage, script: Script = FAULTY) -> tuple[Message, str]:
    """The card of a draft that is this script, and the script's id."""
    await stage.run_script(source=("chapter.txt", CHAPTER.encode()))
    card = await stage.wait_for_finished_script()
    services = stage.bot.services
    script_id = card.controls[0]["custom_id"].split(":")[-1]
    await services.database.write(
        lambda tx: tx.drafts.change(script_id, script.model_dump_json(), seconds=0, spoken_cues=0)
    )
    stored, _ = await services.scripts.get(script_id)
    assert stored.run_id
    await services.run_cards.refresh_card(stored.run_id)
    await stage.discord.wait_until(lambda: "**Check: " in card.text)
    return card, script_id


async def open_check(stage: Stage, card: Message) -> Message:
    """The private view of the findings."""
    return (await stage.discord.wait_for_answer(await stage.hana.click(card, "Check…"))).message


async def test_findings_are_shown_and_resolved(stage: Stage) -> None:
    """The card has the first three; each button resolves one, and after the last the card asks nothing."""
    card, script_id = await show_draft(stage)
    assert "**Check: 5 findings**" in card.text
    assert card.text.count("⚠") == 3
    assert "starts and nothing ends it." in card.text
    view = await open_check(stage, card)
    assert "ANNA speaks, but the book says “said Nita.”" in view.text
    await stage.hana.click(view, "Fade it out at the end")
    await stage.discord.wait_until(lambda: "nothing ends it" not in view.text and "**Check: 4 findings**" in card.text)
    await stage.hana.click(view, "Give it to NITA")
    await stage.discord.wait_until(lambda: "said Nita" not in view.text)
    await stage.hana.click(view, "Remove the direction")
    await stage.discord.wait_until(lambda: "give away" not in view.text)
    await stage.hana.click(view, "Give it to…")
    await stage.discord.wait_until(lambda: "Who speaks the line?" in view.text)
    assert [option["label"] for option in view.controls[0]["options"]] == ["NITA", "ANNA"]
    await stage.hana.click(view, "‹ Back")
    await stage.discord.wait_until(lambda: "It is fine" in view.buttons)
    await stage.hana.click(view, "It is fine")
    await stage.discord.wait_until(lambda: "1 finding" in view.text)
    await stage.hana.click(view, "It is fine")
    await stage.discord.wait_until(lambda: "Nothing is open" in view.text)
    await stage.discord.wait_until(lambda: "Check" not in card.text)
    assert "Check…" not in card.buttons
    _, script = await stage.bot.services.scripts.get(script_id)
    assert [cue.speaker for cue in script.cues if cue.speaker not in {"", "NARRATOR"}] == ["NITA", "SMUGGLER"]
    assert len(script.accepted) == 2


async def test_a_finding_shows_its_cue_in_the_reader(stage: Stage) -> None:
    """The reader opens at the page of the cue; the view with the findings stays."""
    text = " ".join(["word, word, word."] * 120)
    long = FAULTY.cues[-1].model_copy(update={"text": text})
    cues = [*(long.model_copy(update={"n": n}) for n in range(1, 4)), *FAULTY.cues]
    numbered = tuple(cue.model_copy(update={"n": n}) for n, cue in enumerate(cues, 1))
    card, _ = await show_draft(stage, FAULTY.model_copy(update={"cues": numbered}))
    view = await open_check(stage, card)
    log = await stage.discord.wait_for_answer(await stage.hana.click(view, "Show cue 6"))
    assert "I came back" in log.message.text
    assert "Page 3 of 3" in log.message.text
    assert "Check ·" in view.text


async def test_a_script_is_approved_with_open_findings(stage: Stage) -> None:
    """The answer counts them; an older view then says that an approved script does not change."""
    card, script_id = await show_draft(stage)
    view = await open_check(stage, card)
    question = await stage.discord.wait_for_answer(await stage.hana.click(card, "Approve"))
    answer = await stage.hana.click(question, "Approve the template")
    await stage.discord.wait_until(
        lambda: any("Approved with 5 open findings of the check." in each.text for each in answer.messages)
    )
    assert "Check" not in card.text
    log = await stage.hana.click(view, "It is fine")
    await stage.discord.wait_until(
        lambda: any("An approved script does not change" in each.text for each in log.messages)
    )
    assert "Nothing is open" in view.text
    _, stored = await stage.bot.services.scripts.get(script_id)
    assert stored == Script.from_json(FAULTY.model_dump_json())
