"""One's own data: taken home, or forgotten."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.stores.events import verify_chain
from tests.stage import Stage, open_stage


async def test_forgotten_everywhere(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After "Forget me" the Discord id and the name stand in no table, no file of the database and no export."""
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)
    async with open_stage(sqlite_url) as stage:
        await stage.run_script()
        card = await stage.wait_for_finished_script()
        await stage.hana.click(card, "Approve")
        await stage.discord.wait_until(lambda: "approved" in card.text)
        await stage.discord.wait_for_answer(await stage.hana.slash("track", event="Mixing done"))
        mine = await _data(stage)
        assert mine["members"][0]["discord_id"] == stage.hana.id
        assert {event["event"] for event in mine["events"]} >= {"Mixing done", "Script approved"}
        log = await stage.hana.slash("privacy")
        await stage.hana.click(log, "Forget me…")
        await stage.discord.wait_until(lambda: "Forget you?" in log.text)
        await stage.hana.click(log, "Forget me")
        await stage.discord.wait_until(lambda: "You are forgotten" in log.text)
        progress = await stage.discord.wait_for_answer(await stage.hana.slash("progress"))
        await stage.discord.wait_until(lambda: "Export" in progress.buttons)
        export = await stage.discord.wait_for_answer(await stage.hana.click(progress, "Export"))
        assert "Hana" not in export.messages[0].attachments[0].data.decode()
        async with stage.bot.services.database.read() as tx:
            assert (await verify_chain(tx.events)).is_intact
        again = await stage.hana.slash("privacy")
        await stage.hana.click(again, "Forget me…")
        await stage.discord.wait_until(lambda: "Forget you?" in again.text)
        await stage.hana.click(again, "Forget me")
        hana = stage.hana.id
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    kept = b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))
    assert b"Hana" not in kept.replace(b"said Hana", b""), "the chapter itself tells of a Hana"
    with closing(sqlite3.connect(path)) as connection:
        assert not any(str(hana) in line or "'Hana'" in line for line in connection.iterdump())


async def test_strangers_are_not_made_known(stage: Stage) -> None:
    """Whoever has never done anything is told so, and is not stored for having asked."""
    log = await stage.bob.slash("privacy")
    assert log.ephemeral
    answer = await stage.discord.wait_for_answer(await stage.bob.click(log, "Get my data"))
    assert "Nothing is stored about you" in answer.text
    async with stage.bot.services.database.read() as tx:
        assert await tx.members.find_id(stage.bob.id) is None


async def test_keep_my_data(stage: Stage) -> None:
    """Asked once more, one can still keep everything."""
    await stage.discord.wait_for_answer(await stage.hana.slash("track", event="Mixing done"))
    log = await stage.hana.slash("privacy")
    await stage.hana.click(log, "Forget me…")
    await stage.discord.wait_until(lambda: "Forget you?" in log.text)
    await stage.hana.click(log, "Keep my data")
    await stage.discord.wait_until(lambda: "Your data" in log.text)
    assert (await _data(stage))["members"][0]["name"] == "Hana"


async def test_entries_name_no_known_person(stage: Stage) -> None:
    """``/track`` refuses the bare Discord id of a person as well: an entry can never be deleted."""
    await stage.discord.wait_for_answer(await stage.hana.slash("track", event="Mixing done"))
    log = await stage.discord.wait_for_answer(
        await stage.hana.slash("track", event="By", data=f'{{"who": {stage.hana.id}}}')
    )
    assert "may not mention" in log.text


async def _data(stage: Stage) -> dict[str, list[dict[str, object]]]:
    log = await stage.hana.slash("privacy")
    answer = await stage.discord.wait_for_answer(await stage.hana.click(log, "Get my data"))
    found: dict[str, list[dict[str, object]]] = json.loads(answer.messages[0].attachments[0].data)
    return found
