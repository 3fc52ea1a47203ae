"""``/scripts revise``: from the command to the card of the new version."""

import ssl

import pytest
from pydantic import SecretStr

from tests.stage import Stage, open_stage
from tests.standins.gemini import GeminiStandIn


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


async def test_a_revision_has_its_card_in_the_channel(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer says what is revised and leads to the card, which shows the new version once it is written."""
    with GeminiStandIn(chunks=4) as gemini:
        monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", gemini.url)
        monkeypatch.setattr(ssl, "create_default_context", lambda *_, **__: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        async with open_stage(sqlite_url, google_api_key=SecretStr("k3y-of-nobody-0123456789")) as stage:
            await stage.run_script()
            await stage.wait_for_finished_script()
            script = await find_script(stage)
            wrong = await stage.hana.slash("scripts revise", script=script, notes="Slower.", cues="900")
            assert "There is no cue 900." in (await stage.discord.wait_for_answer(wrong)).text
            answer = await stage.hana.slash("scripts revise", script=script, notes="Slower.", cues="2-4")
            shown = (await stage.discord.wait_for_answer(answer)).text
            assert "Revising cues 2 to 4 of" in shown
            assert "The result is version 2; nothing else changes." in shown
            assert "https://discord.com/channels/" in shown
            card = await stage.wait_for_card("revises cues 2 to 4 of version 1")
            await stage.discord.wait_until(lambda: "Runs " in card.text)
            assert "version 2" in card.text
