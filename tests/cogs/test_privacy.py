"""``/privacy``: getting and deleting one's own data."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage.stores.events import verify_chain
from tests.stage import Stage, open_stage


async def test_forgotten_member_is_in_no_table_file_or_export(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After "Forget me" the Discord id and the name are in no table, no database file and no export."""
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)
    async with open_stage(sqlite_url) as stage:
        await stage.run_script()
        card = await stage.wait_for_finished_script()
        await stage.approve_template(card)
        await stage.discord.wait_for_answer(await stage.hana.slash("track", event="Mixing done"))
        mine = await get_my_data(stage)
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
        await stage.discord.wait_until(lambda: "You are forgotten" in again.text)
        hana = stage.hana.id
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    content = b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))
    assert b"Hana" not in content.replace(b"said Hana", b""), "the chapter's text contains the name too"
    with closing(sqlite3.connect(path)) as connection:
        assert not any(str(hana) in line or "'Hana'" in line for line in connection.iterdump())


async def test_unknown_person_does_not_become_a_member(stage: Stage) -> None:
    """A person without data is told so, and is not stored because of the question."""
    log = await stage.bob.slash("privacy")
    assert log.ephemeral
    answer = await stage.discord.wait_for_answer(await stage.bob.click(log, "Get my data"))
    assert "Nothing is stored about you" in answer.text
    async with stage.bot.services.database.read() as tx:
        assert await tx.members.find_id(stage.bob.id) is None


async def test_keep_my_data_keeps_everything(stage: Stage) -> None:
    """The question can be answered with "Keep my data", and nothing is deleted."""
    await stage.discord.wait_for_answer(await stage.hana.slash("track", event="Mixing done"))
    log = await stage.hana.slash("privacy")
    await stage.hana.click(log, "Forget me…")
    await stage.discord.wait_until(lambda: "Forget you?" in log.text)
    await stage.hana.click(log, "Keep my data")
    await stage.discord.wait_until(lambda: "Your data" in log.text)
    assert (await get_my_data(stage))["members"][0]["name"] == "Hana"


async def test_tracked_event_must_not_contain_a_discord_id(stage: Stage) -> None:
    """``/track`` refuses a member's Discord id, because an event can never be deleted."""
    await stage.discord.wait_for_answer(await stage.hana.slash("track", event="Mixing done"))
    log = await stage.discord.wait_for_answer(
        await stage.hana.slash("track", event="By", data=f'{{"who": {stage.hana.id}}}')
    )
    assert "may not mention" in log.text


async def get_my_data(stage: Stage) -> dict[str, list[dict[str, object]]]:
    log = await stage.hana.slash("privacy")
    answer = await stage.discord.wait_for_answer(await stage.hana.click(log, "Get my data"))
    data: dict[str, list[dict[str, object]]] = json.loads(answer.messages[0].attachments[0].data)
    return data
