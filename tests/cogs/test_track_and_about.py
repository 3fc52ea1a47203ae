"""Entries by hand, and what the bot says of itself."""

import pytest

from tests.stage import Stage


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
    log = await stage.discord.wait_for_answer(await stage.hana.slash("track", options=options))
    assert sentence in log.text
    assert (event in await stage.event_names()) == (sentence == "Noted")


async def test_about_and_help(stage: Stage) -> None:
    """/about says what goes to Gemini and how to invite; /help lists what one can use, and no more."""
    about = await stage.discord.wait_for_answer(await stage.bob.slash("about"))
    assert "Gemini" in about.text
    assert "permissions=" in about.text
    for person, sees in ((stage.hana, True), (stage.bob, False)):
        log = await stage.discord.wait_for_answer(await person.slash("help"))
        assert "</progress:" in log.text
        assert ("</script:" in log.text) is sees
