"""``/track``."""

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
    """An acceptable entry is stored, and any other is refused with a sentence that says why."""
    options = {"event": event} | ({"data": data} if data else {})
    log = await stage.discord.wait_for_answer(await stage.hana.slash("track", options=options))
    assert sentence in log.text
    assert (event in await stage.event_names()) == (sentence == "Noted")
