"""The live board: one message that keeps itself current."""

import asyncio

import pytest

from bot.progress import boards
from tests.cogs.test_progress import progress, track
from tests.stage import Stage
from tests.standins.discord_world import Message

SEND_MESSAGES, PIN_MESSAGES = 1 << 11, 1 << 51


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time runs fast: what takes fifteen seconds in life takes a part of one here."""
    monkeypatch.setattr(boards, "LEAST_SECONDS", 0.3)
    monkeypatch.setattr(boards, "_LOOK_SECONDS", 0.05)
    monkeypatch.setattr(boards, "_TROUBLE_SECONDS", 0.1)


def standing(stage: Stage) -> list[Message]:
    """The boards in the studio's channel."""
    return [message for message in stage.channel if "Live board" in message.text and "Take it down" in message.buttons]


async def pinned(stage: Stage) -> Message:
    """A board that has just been pinned."""
    stage.discord.studio.me.roles[0].permissions |= PIN_MESSAGES
    stage.discord.update(stage.discord.studio)
    await stage.discord.answered(await stage.hana.click(await progress(stage), "Pin a live board"))
    await stage.discord.until(lambda: standing(stage))
    return standing(stage)[0]


async def test_a_board_is_pinned_and_follows(stage: Stage) -> None:
    """It stands pinned with its picture, shows what happens, and is edited no more often than it may be."""
    board = await pinned(stage)
    assert board.pinned
    assert board.attachments[0].data.startswith(b"\x89PNG")
    before = len(edits(stage, board))
    for number in range(6):
        await track(stage, f"Take {number}")
    await stage.discord.until(lambda: "Take 5" in standing(stage)[0].text)
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
    answer = await stage.discord.answered(await stage.hana.click(await progress(stage), "Pin a live board"))
    assert "give me **Pin Messages**" in answer.text
    assert len(standing(stage)) == 1


async def test_one_board_for_a_channel(stage: Stage) -> None:
    """Pinning again says that there is one, and there stays one."""
    await pinned(stage)
    again = await stage.discord.answered(await stage.hana.click(await progress(stage), "Pin a live board"))
    assert "stands in this channel already" in again.text
    assert len(standing(stage)) == 1


async def test_a_deleted_board_returns(stage: Stage) -> None:
    """Somebody deletes it in a quiet hour: it is back, once."""
    board = await pinned(stage)
    stage.discord.delete_message(board)
    await stage.discord.until(lambda: standing(stage))
    await track(stage, "Mixing done")
    await stage.discord.until(lambda: "Mixing done" in standing(stage)[0].text)
    assert len(standing(stage)) == 1
    assert standing(stage)[0].pinned


async def test_too_old_to_edit(stage: Stage) -> None:
    """Where Discord takes no more edits of an old message, a fresh one takes its place."""
    board = await pinned(stage)
    board.created -= 7200
    stage.discord.rest.old_edit_limit, stage.discord.rest.old_edit_wait = 0, 0.01
    await track(stage, "Mixing done")
    await stage.discord.until(lambda: any("Mixing done" in message.text for message in standing(stage)), 20)
    assert [message.id != board.id for message in standing(stage)] == [True]


def forbid(stage: Stage, permissions: int) -> None:
    """Somebody takes permissions from the bot in the studio's channel."""
    stage.discord.channel.deny(stage.discord.studio.me, permissions)
    stage.discord.update(stage.discord.channel)


async def troubled(stage: Stage, *, whether: bool) -> None:
    """Until the board knows that it is not current, or that it is."""
    async with asyncio.timeout(10):
        while True:
            async with stage.bot.services.database.read() as reading:
                if bool((await reading.boards.all())[0].trouble) is whether:
                    return
            await asyncio.sleep(0.05)


async def test_lost_permission_is_told_and_mended(stage: Stage) -> None:
    """Without permission /progress says why the board is not current; with it the board goes on by itself."""
    board = await pinned(stage)
    forbid(stage, SEND_MESSAGES)
    await track(stage, "Mixing done")
    await troubled(stage, whether=True)
    assert "is not current. I lack **Send Messages**" in (await progress(stage)).text
    stage.discord.channel.overwrites.clear()
    stage.discord.update(stage.discord.channel)
    await stage.discord.until(lambda: "Mixing done" in standing(stage)[0].text)
    assert [message.id for message in standing(stage)] == [board.id]
    await troubled(stage, whether=False)
    assert "not current" not in (await progress(stage)).text


async def test_no_permission_no_board(stage: Stage) -> None:
    """Where the bot may not post, one is told what is missing, and nothing is kept."""
    log = await progress(stage)
    forbid(stage, SEND_MESSAGES)
    answer = await stage.discord.answered(await stage.hana.click(log, "Pin a live board"))
    assert "I lack **Send Messages**" in answer.text
    async with stage.bot.services.database.read() as reading:
        assert await reading.boards.all() == []


async def test_taken_down(stage: Stage) -> None:
    """The team takes it down; it does not come back. Others cannot."""
    board = await pinned(stage)
    refused = await stage.discord.answered(await stage.bob.click(board, "Take it down"))
    assert "for the studio's team" in refused.text
    await stage.discord.answered(await stage.hana.click(board, "Take it down"))
    await stage.discord.until(lambda: not standing(stage))
    await track(stage, "Mixing done")
    await asyncio.sleep(0.5)
    assert standing(stage) == []
