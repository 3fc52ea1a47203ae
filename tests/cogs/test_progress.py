import json

import pytest

from bot.events import BROADCAST_SENT
from tests.stage import Stage


async def test_progress_events_and_export(stage: Stage) -> None:
    """The team pages through the events and takes them home as the seed's array."""
    await stage.script()
    await stage.finished()
    log = await stage.discord.answered(await stage.hana.slash("progress", share=True))
    assert not log.ephemeral
    assert "1 of 1 drafted" in log.text
    export = await stage.discord.answered(await stage.hana.click(log, "Export"))
    entries = json.loads(export.messages[0].attachments[0].data)
    assert [set(entry) for entry in entries] == [{"timestamp", "event", "data"}] * 4
    await stage.hana.click(log, "Events")
    await stage.discord.until(lambda: "Added document to grant" in log.text)
    await stage.hana.click(log, "Overview")
    await stage.discord.until(lambda: "drafted" in log.text)


async def test_progress_in_public_tells_nothing_internal(stage: Stage) -> None:
    """Whoever is not the team sees what is out and what is coming, and no draft."""
    await stage.script()
    card = await stage.finished()
    seen = await stage.discord.answered(await stage.bob.slash("progress"))
    assert "Midnight Summoning" not in seen.text
    assert seen.buttons == []
    await stage.hana.click(card, "Approve")
    await stage.discord.until(lambda: "approved" in card.text)
    seen = await stage.discord.answered(await stage.bob.slash("progress"))
    assert "Midnight Summoning" in seen.text.split("Coming next")[1]
    modal = await stage.hana.click(card, "Release…")
    log = await stage.discord.answered(await stage.hana.modal_submit(modal, {}))
    await stage.hana.click(log, "Release without posting")
    await stage.discord.until(lambda: "released" in card.text)
    seen = await stage.discord.answered(await stage.bob.slash("progress"))
    assert "Midnight Summoning" in seen.text.split("Coming next")[0]
    assert BROADCAST_SENT not in await stage.events()


@pytest.mark.parametrize(
    ("event", "data", "sentence"),
    [
        ("Mixing done", '{"takes": 3}', "Noted"),
        ("Mixing done", "", "Noted"),
        ("Mixing", "{takes", "not valid JSON"),
        ("Mixing", "[1]", "JSON object"),
        ("Mixing", '{"a":{"b":{"c":{"d":{"e":{"f":1}}}}}}', "nested"),
        ("Mixing", '{"a": NaN}', "not valid JSON"),
        ("Mixing", '{"a": "\\ud800"}', "cannot be stored"),
        ("Thanks to <@123456789>", "{}", "may not mention"),
        ("Broadcast sent", "{}", "written by the studio"),
    ],
)
async def test_track(stage: Stage, event: str, data: str, sentence: str) -> None:
    """/track notes what may be noted and says in a sentence what may not."""
    options = {"event": event} | ({"data": data} if data else {})
    log = await stage.discord.answered(await stage.hana.slash("track", options=options))
    assert sentence in log.text
    assert (event in await stage.events()) == (sentence == "Noted")


async def test_about_and_help(stage: Stage) -> None:
    """/about says what goes to Gemini and how to invite; /help lists what one can use, and no more."""
    about = await stage.discord.answered(await stage.bob.slash("about"))
    assert "Gemini" in about.text
    assert "permissions=" in about.text
    for person, sees in ((stage.hana, True), (stage.bob, False)):
        log = await stage.discord.answered(await person.slash("help"))
        assert "</progress:" in log.text
        assert ("</script:" in log.text) is sees
