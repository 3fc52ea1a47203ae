"""The live board: one message that keeps itself current."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot import live_boards
from bot.event_names import BOARD_REMOVED
from tests.cogs.test_progress import progress, track
from tests.stage import Stage, open_stage, running
from tests.standins.discord_wire import Kind
from tests.standins.discord_world import Message

SEND_MESSAGES, PIN_MESSAGES = 1 << 11, 1 << 51


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time runs fast: what takes fifteen seconds in life takes a part of one here."""
    monkeypatch.setattr(live_boards, "LEAST_SECONDS", 0.3)
    monkeypatch.setattr(live_boards, "_LOOK_SECONDS", 0.05)
    monkeypatch.setattr(live_boards, "_TROUBLE_SECONDS", 0.1)


def standing(stage: Stage) -> list[Message]:
    """The boards in the studio's channel."""
    return [message for message in stage.channel if "Live board" in message.text and "Take it down" in message.buttons]


async def pinned(stage: Stage) -> Message:
    """A board that has just been pinned."""
    stage.discord.studio.me.roles[0].permissions |= PIN_MESSAGES
    stage.discord.update(stage.discord.studio)
    await stage.discord.wait_for_answer(await stage.hana.click(await progress(stage), "Pin a live board"))
    await stage.discord.wait_until(lambda: standing(stage))
    return standing(stage)[0]


async def test_a_board_is_pinned_and_follows(stage: Stage) -> None:
    """It stands pinned with its picture, shows what happens, and is edited no more often than it may be."""
    board = await pinned(stage)
    assert board.pinned
    assert board.attachments[0].data.startswith(b"\x89PNG")
    before = len(edits(stage, board))
    for number in range(6):
        await track(stage, f"Take {number}")
    await stage.discord.wait_until(lambda: "Take 5" in standing(stage)[0].text)
    assert [message.id for message in standing(stage)] == [board.id]
    assert len(edits(stage, board)) - before <= 3


def edits(stage: Stage, board: Message) -> list[object]:
    """The requests that changed the board."""
    return [log for log in stage.discord.requests if log.method == "PATCH" and log.path.endswith(str(board.id))]


async def test_a_quiet_board_is_left_alone(stage: Stage) -> None:
    """While nothing happens it is not edited."""
    board = await pinned(stage)
    await asyncio.sleep(0.5)
    before = len(edits(stage, board))
    await asyncio.sleep(1.0)
    assert len(edits(stage, board)) == before


async def test_without_the_permission_to_pin(stage: Stage) -> None:
    """The board stands all the same, and whoever pinned it is told what is missing."""
    answer = await stage.discord.wait_for_answer(await stage.hana.click(await progress(stage), "Pin a live board"))
    assert "give me **Pin Messages**" in answer.text
    assert len(standing(stage)) == 1


async def test_one_board_for_a_channel(stage: Stage) -> None:
    """Pinning again says that there is one, and there stays one."""
    await pinned(stage)
    again = await stage.discord.wait_for_answer(await stage.hana.click(await progress(stage), "Pin a live board"))
    assert "stands in this channel already" in again.text
    assert len(standing(stage)) == 1


async def test_a_deleted_board_returns(stage: Stage) -> None:
    """Somebody deletes it in a quiet hour: it is back, once."""
    board = await pinned(stage)
    stage.discord.delete_message(board)
    await stage.discord.wait_until(lambda: standing(stage))
    await track(stage, "Mixing done")
    await stage.discord.wait_until(lambda: "Mixing done" in standing(stage)[0].text)
    assert len(standing(stage)) == 1
    assert standing(stage)[0].pinned


async def test_too_old_to_edit(stage: Stage) -> None:
    """Where Discord takes no more edits of an old message, a fresh one takes its place."""
    board = await pinned(stage)
    board.created -= 7200
    stage.discord.rest.old_edit_limit, stage.discord.rest.old_edit_wait = 0, 0.01
    await track(stage, "Mixing done")
    await stage.discord.wait_until(lambda: any("Mixing done" in message.text for message in standing(stage)), 20)
    assert [message.id != board.id for message in standing(stage)] == [True]


def forbid(stage: Stage, permissions: int) -> None:
    """Somebody takes permissions from the bot in the studio's channel."""
    stage.discord.channel.deny(stage.discord.studio.me, permissions)
    stage.discord.update(stage.discord.channel)


async def eventually(found: Callable[[], Awaitable[bool]]) -> None:
    """Until it is so; TimeoutError after ten seconds."""
    async with asyncio.timeout(10):
        while True:
            if await found():
                return
            await asyncio.sleep(0.05)


async def troubled(stage: Stage) -> bool:
    """Whether the board knows that it is not current."""
    async with stage.bot.services.database.read() as tx:
        return bool((await tx.boards.all())[0].trouble)


async def mended(stage: Stage) -> bool:
    """Whether it knows that it is."""
    return not await troubled(stage)


async def removed(stage: Stage) -> bool:
    """Whether the end of a board is in the log."""
    return BOARD_REMOVED in await stage.event_names()


async def test_lost_permission_is_told_and_mended(stage: Stage) -> None:
    """Without permission /progress says why the board is not current; with it the board goes on by itself."""
    board = await pinned(stage)
    forbid(stage, SEND_MESSAGES)
    await track(stage, "Mixing done")
    await eventually(lambda: troubled(stage))
    assert "is not current. I lack **Send Messages**" in (await progress(stage)).text
    stage.discord.channel.overwrites.clear()
    stage.discord.update(stage.discord.channel)
    await stage.discord.wait_until(lambda: "Mixing done" in standing(stage)[0].text)
    assert [message.id for message in standing(stage)] == [board.id]
    await eventually(lambda: mended(stage))
    assert "not current" not in (await progress(stage)).text


async def test_no_permission_no_board(stage: Stage) -> None:
    """Where the bot may not post, one is told what is missing, and nothing is kept."""
    log = await progress(stage)
    forbid(stage, SEND_MESSAGES)
    answer = await stage.discord.wait_for_answer(await stage.hana.click(log, "Pin a live board"))
    assert "I lack **Send Messages**" in answer.text
    async with stage.bot.services.database.read() as tx:
        assert await tx.boards.all() == []


async def test_taken_down(stage: Stage) -> None:
    """The team takes it down; it does not come back. Others cannot."""
    board = await pinned(stage)
    refused = await stage.discord.wait_for_answer(await stage.bob.click(board, "Take it down"))
    assert "for the studio's team" in refused.text
    await stage.discord.wait_for_answer(await stage.hana.click(board, "Take it down"))
    await stage.discord.wait_until(lambda: not standing(stage))
    await track(stage, "Mixing done")
    await asyncio.sleep(0.5)
    assert standing(stage) == []


async def test_a_board_survives_restarts(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next process goes on with the same message; what happened between is shown; a board deleted meanwhile is back."""
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)
    async with open_stage(sqlite_url) as stage:
        board = await pinned(stage)
        await stage.bot.close()
        async with running(stage.bot.settings) as stage.bot:
            await track(stage, "Mixing done")
            await stage.discord.wait_until(lambda: "Mixing done" in board.text)
            assert standing(stage) == [board]
        stage.discord.delete_message(board)
        async with running(stage.bot.settings) as stage.bot:
            await stage.discord.wait_until(lambda: standing(stage))
        assert len(standing(stage)) == 1


@pytest.mark.parametrize("kind", ["lost", "status", "reset"])
async def test_a_board_whose_answer_is_lost_is_one(stage: Stage, kind: Kind) -> None:
    """Discord's answer to the posting is lost: the board is found again, not posted twice."""
    stage.discord.studio.me.roles[0].permissions |= PIN_MESSAGES
    stage.discord.update(stage.discord.studio)
    log = await progress(stage)
    stage.discord.add_fault("POST", f"*/channels/{stage.discord.channel.id}/messages", kind)
    await stage.discord.wait_for_answer(await stage.hana.click(log, "Pin a live board"))
    await stage.discord.wait_until(lambda: standing(stage))
    await track(stage, "Mixing done")
    await stage.discord.wait_until(lambda: "Mixing done" in standing(stage)[0].text)
    await asyncio.sleep(0.3)
    assert len(standing(stage)) == 1


async def test_faults_of_an_edit_are_made_up_for(stage: Stage) -> None:
    """An edit that Discord does not take for a while is made later; the board is current in the end."""
    board = await pinned(stage)
    stage.discord.add_fault("PATCH", f"*/messages/{board.id}", "reset", times=3)
    await track(stage, "Mixing done")
    await stage.discord.wait_until(lambda: "Mixing done" in board.text, 40)
    assert standing(stage) == [board]


async def test_a_deleted_channel_ends_its_board(stage: Stage) -> None:
    """The channel is deleted: the board is forgotten, with an event that says why."""
    await pinned(stage)
    stage.discord.delete_channel(stage.discord.channel)
    await eventually(lambda: removed(stage))
    async with stage.bot.services.database.read() as tx:
        assert await tx.boards.all() == []


async def test_a_mended_board_does_not_complain_of_itself(stage: Stage) -> None:
    """As soon as it is current again, it no longer says that it is not."""
    board = await pinned(stage)
    forbid(stage, SEND_MESSAGES)
    await track(stage, "Mixing done")
    await eventually(lambda: troubled(stage))
    stage.discord.channel.overwrites.clear()
    stage.discord.update(stage.discord.channel)
    await stage.discord.wait_until(lambda: "Mixing done" in board.text)
    assert "not current" not in board.text


async def test_a_board_that_cannot_be_deleted_says_so(stage: Stage) -> None:
    """Taken down without the right to reach it, the message is reported as standing, and a later press removes it."""
    board = await pinned(stage)
    fault = stage.discord.add_fault("DELETE", f"*/messages/{board.id}", "status", status=403, times=None)
    answer = await stage.discord.wait_for_answer(await stage.hana.click(board, "Take it down"))
    assert "Delete it by hand" in answer.text
    stage.discord.faults.remove(fault)
    answer = await stage.discord.wait_for_answer(await stage.hana.click(board, "Take it down"))
    assert "is gone" in answer.text
    assert standing(stage) == []


async def test_an_adopted_board_is_pinned(stage: Stage) -> None:
    """A board whose posting was not answered is found, and pinned like any other."""
    stage.discord.studio.me.roles[0].permissions |= PIN_MESSAGES
    stage.discord.update(stage.discord.studio)
    log = await progress(stage)
    stage.discord.add_fault("POST", f"*/channels/{stage.discord.channel.id}/messages", "lost")
    answer = await stage.discord.wait_for_answer(await stage.hana.click(log, "Pin a live board"))
    assert "appears by itself" in answer.text
    await stage.discord.wait_until(lambda: [message.pinned for message in standing(stage)] == [True])
