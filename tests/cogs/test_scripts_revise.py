"""``/scripts revise``: from the command to the card of the new version."""

from tests.stage import Stage


async def find_script(stage: Stage) -> str:
    """The id of the one script."""
    found = (await stage.hana.autocomplete("scripts revise", "script", "EBOOK_001")).choices or []
    return str(found[0]["value"])


async def test_without_a_key_the_command_says_so(stage: Stage) -> None:
    """No run is started that could only fail."""
    await stage.run_script()
    await stage.wait_for_finished_script()
    answer = await stage.hana.slash("scripts revise", script=await find_script(stage), notes="Slower.", cues="1-2")
    shown = await stage.discord.wait_for_answer(answer)
    assert "Revising needs Gemini, and no Gemini key is set." in shown.text
    assert "Ask your operator for GOOGLE_API_KEY" in shown.text
