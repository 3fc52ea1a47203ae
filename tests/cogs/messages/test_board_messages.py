"""Live boards as messages: one for a channel, kept current through deletions, limits, faults and restarts."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot import live_boards
from bot.event_names import BOARD_REMOVED
from tests.cogs.test_progress import open_progress, track
from tests.stage import Stage, open_stage, running_bot
from tests.standins.discord_wire import Kind
from tests.standins.discord_world import Message

SEND_MESSAGES, PIN_MESSAGES = 1 << 11, 1 << 51


@pytest.fixture(autouse=True)
def fast_timing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shortens the worker's pauses from seconds to fractions of a second."""
    monkeypatch.setattr(live_boards, "UPDATE_SECONDS", 0.3)
    monkeypatch.setattr(live_boards, "_SLOW_PIN_SECONDS", 0.05)
    monkeypatch.setattr(live_boards, "_RETRY_SECONDS", 0.1)


def boards_in_channel(stage: Stage) -> list[Message]:
    """The boards in the studio's channel."""
    return [message for message in stage.channel if "Live board" in message.text and "Take it down" in message.buttons]


async def pin_board(stage: Stage) -> Message:
    """Gives the bot the permission to pin, pins a board and returns its message."""
    stage.discord.studio.me.roles[0].permissions |= PIN_MESSAGES
    stage.discord.update(stage.discord.studio)
    await stage.discord.wait_for_answer(await stage.hana.click(await open_progress(stage), "Pin a live board"))
    await stage.discord.wait_until(lambda: boards_in_channel(stage))
    return boards_in_channel(stage)[0]


async def test_a_board_is_pinned_and_kept_current(stage: Stage) -> None:
    """The board is pinned with its picture, shows new events, and is edited no more often than its pace allows."""
    board = await pin_board(stage)
    assert board.pinned
    assert board.attachments[0].data.startswith(b"\x89PNG")
    before = len(edit_requests(stage, board))
    for number in range(6):
        await track(stage, f"Take {number}")
    await stage.discord.wait_until(lambda: "Take 5" in boards_in_channel(stage)[0].text)
    assert [message.id for message in boards_in_channel(stage)] == [board.id]
    assert len(edit_requests(stage, board)) - before <= 3


def edit_requests(stage: Stage, board: Message) -> list[object]:
    """The requests that edited the board."""
    return [log for log in stage.discord.requests if log.method == "PATCH" and log.path.endswith(str(board.id))]


async def test_a_board_is_not_edited_without_new_events(stage: Stage) -> None:
    """The board is not edited while there are no new events."""
    board = await pin_board(stage)
    await asyncio.sleep(0.5)
    before = len(edit_requests(stage, board))
    await asyncio.sleep(1.0)
    assert len(edit_requests(stage, board)) == before


async def test_a_board_is_posted_without_the_permission_to_pin(stage: Stage) -> None:
    """The board is posted all the same, and the person learns which permission is missing."""
    answer = await stage.discord.wait_for_answer(await stage.hana.click(await open_progress(stage), "Pin a live board"))
    assert "give me **Pin Messages**" in answer.text
    assert len(boards_in_channel(stage)) == 1


async def test_a_channel_has_one_board(stage: Stage) -> None:
    """A second attempt to pin says that there is a board already, and posts none."""
    await pin_board(stage)
    second = await stage.discord.wait_for_answer(await stage.hana.click(await open_progress(stage), "Pin a live board"))
    assert "has a live board already" in second.text
    assert len(boards_in_channel(stage)) == 1


async def test_a_deleted_board_is_posted_again(stage: Stage) -> None:
    """A board that somebody deletes while nothing happens is posted and pinned again, once."""
    board = await pin_board(stage)
    stage.discord.delete_message(board)
    await stage.discord.wait_until(lambda: boards_in_channel(stage))
    await track(stage, "Mixing done")
    await stage.discord.wait_until(lambda: "Mixing done" in boards_in_channel(stage)[0].text)
    assert len(boards_in_channel(stage)) == 1
    assert boards_in_channel(stage)[0].pinned


async def test_a_board_that_is_too_old_to_edit_is_replaced(stage: Stage) -> None:
    """A board that Discord no longer lets the bot edit is replaced by a new message."""
    board = await pin_board(stage)
    board.created -= 7200
    stage.discord.rest.old_edit_limit, stage.discord.rest.old_edit_wait = 0, 0.01
    await track(stage, "Mixing done")
    await stage.discord.wait_until(
        lambda: any("Mixing done" in message.text for message in boards_in_channel(stage)), 20
    )
    assert [message.id != board.id for message in boards_in_channel(stage)] == [True]


def deny_permissions(stage: Stage, permissions: int) -> None:
    """Takes permissions from the bot in the studio's channel."""
    stage.discord.channel.deny(stage.discord.studio.me, permissions)
    stage.discord.update(stage.discord.channel)


async def wait_until_true(condition: Callable[[], Awaitable[bool]]) -> None:
    """Polls an asynchronous condition. Raises ``TimeoutError`` after ten seconds."""
    async with asyncio.timeout(10):
        while True:
            if await condition():
                return
            await asyncio.sleep(0.05)


async def has_problem(stage: Stage) -> bool:
    """Whether the stored board has a problem that keeps it from being current."""
    async with stage.bot.services.database.read() as tx:
        return bool((await tx.boards.list_all())[0].trouble)


async def has_no_problem(stage: Stage) -> bool:
    """Whether the stored board has no such problem."""
    return not await has_problem(stage)


async def has_removal_event(stage: Stage) -> bool:
    """Whether the removal of a board was reported as an event."""
    return BOARD_REMOVED in await stage.event_names()


async def test_a_missing_permission_is_shown_until_it_is_restored(stage: Stage) -> None:
    """While a permission is missing, /progress says why the board is not current; afterwards the board recovers by itself."""
    board = await pin_board(stage)
    deny_permissions(stage, SEND_MESSAGES)
    await track(stage, "Mixing done")
    await wait_until_true(lambda: has_problem(stage))
    assert "is not current. I lack **Send Messages**" in (await open_progress(stage)).text
    stage.discord.channel.overwrites.clear()
    stage.discord.update(stage.discord.channel)
    await stage.discord.wait_until(lambda: "Mixing done" in boards_in_channel(stage)[0].text)
    assert [message.id for message in boards_in_channel(stage)] == [board.id]
    await wait_until_true(lambda: has_no_problem(stage))
    assert "not current" not in (await open_progress(stage)).text


async def test_no_board_is_stored_if_the_bot_may_not_post(stage: Stage) -> None:
    """If the bot may not post, the person learns which permission is missing, and no board is stored."""
    log = await open_progress(stage)
    deny_permissions(stage, SEND_MESSAGES)
    answer = await stage.discord.wait_for_answer(await stage.hana.click(log, "Pin a live board"))
    assert "I lack **Send Messages**" in answer.text
    async with stage.bot.services.database.read() as tx:
        assert await tx.boards.list_all() == []


async def test_only_the_team_takes_a_board_down(stage: Stage) -> None:
    """The team can take a board down, and it stays away; others cannot."""
    board = await pin_board(stage)
    refused = await stage.discord.wait_for_answer(await stage.bob.click(board, "Take it down"))
    assert "for the studio's team" in refused.text
    await stage.discord.wait_for_answer(await stage.hana.click(board, "Take it down"))
    await stage.discord.wait_until(lambda: not boards_in_channel(stage))
    await track(stage, "Mixing done")
    await asyncio.sleep(0.5)
    assert boards_in_channel(stage) == []


async def test_a_board_survives_restarts(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next process edits the same message to show what happened meanwhile, or posts it again if it was deleted."""
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)
    async with open_stage(sqlite_url) as stage:
        board = await pin_board(stage)
        await stage.bot.close()
        async with running_bot(stage.bot.settings) as stage.bot:
            await track(stage, "Mixing done")
            await stage.discord.wait_until(lambda: "Mixing done" in board.text)
            assert boards_in_channel(stage) == [board]
        stage.discord.delete_message(board)
        async with running_bot(stage.bot.settings) as stage.bot:
            await stage.discord.wait_until(lambda: boards_in_channel(stage))
        assert len(boards_in_channel(stage)) == 1


@pytest.mark.parametrize("kind", ["lost", "status", "reset"])
async def test_a_board_whose_response_is_lost_is_posted_once(stage: Stage, kind: Kind) -> None:
    """A board whose post got no response is found in the channel instead of being posted twice."""
    stage.discord.studio.me.roles[0].permissions |= PIN_MESSAGES
    stage.discord.update(stage.discord.studio)
    log = await open_progress(stage)
    stage.discord.add_fault("POST", f"*/channels/{stage.discord.channel.id}/messages", kind)
    await stage.discord.wait_for_answer(await stage.hana.click(log, "Pin a live board"))
    await stage.discord.wait_until(lambda: boards_in_channel(stage))
    await track(stage, "Mixing done")
    await stage.discord.wait_until(lambda: "Mixing done" in boards_in_channel(stage)[0].text)
    await asyncio.sleep(0.3)
    assert len(boards_in_channel(stage)) == 1


async def test_a_failed_edit_is_repeated(stage: Stage) -> None:
    """An edit that fails for a while is repeated until the board is current."""
    board = await pin_board(stage)
    stage.discord.add_fault("PATCH", f"*/messages/{board.id}", "reset", times=3)
    await track(stage, "Mixing done")
    await stage.discord.wait_until(lambda: "Mixing done" in board.text, 40)
    assert boards_in_channel(stage) == [board]


async def test_a_deleted_channel_removes_its_board(stage: Stage) -> None:
    """If the channel is deleted, the board is removed and an event says why."""
    await pin_board(stage)
    stage.discord.delete_channel(stage.discord.channel)
    await wait_until_true(lambda: has_removal_event(stage))
    async with stage.bot.services.database.read() as tx:
        assert await tx.boards.list_all() == []


async def test_a_recovered_board_is_not_listed_as_a_problem(stage: Stage) -> None:
    """A board that has recovered does not list itself as not current."""
    board = await pin_board(stage)
    deny_permissions(stage, SEND_MESSAGES)
    await track(stage, "Mixing done")
    await wait_until_true(lambda: has_problem(stage))
    stage.discord.channel.overwrites.clear()
    stage.discord.update(stage.discord.channel)
    await stage.discord.wait_until(lambda: "Mixing done" in board.text)
    assert "not current" not in board.text


async def test_a_refused_deletion_is_reported(stage: Stage) -> None:
    """If Discord refuses the deletion, the person is asked to delete the message, and a later press can still delete it."""
    board = await pin_board(stage)
    fault = stage.discord.add_fault("DELETE", f"*/messages/{board.id}", "status", status=403, times=None)
    answer = await stage.discord.wait_for_answer(await stage.hana.click(board, "Take it down"))
    assert "Delete it by hand" in answer.text
    stage.discord.faults.remove(fault)
    answer = await stage.discord.wait_for_answer(await stage.hana.click(board, "Take it down"))
    assert "is gone" in answer.text
    assert boards_in_channel(stage) == []


async def test_a_found_board_is_pinned(stage: Stage) -> None:
    """A board that is found after a post without a response is pinned like any other."""
    stage.discord.studio.me.roles[0].permissions |= PIN_MESSAGES
    stage.discord.update(stage.discord.studio)
    log = await open_progress(stage)
    stage.discord.add_fault("POST", f"*/channels/{stage.discord.channel.id}/messages", "lost")
    answer = await stage.discord.wait_for_answer(await stage.hana.click(log, "Pin a live board"))
    assert "appears by itself" in answer.text
    await stage.discord.wait_until(lambda: [message.pinned for message in boards_in_channel(stage)] == [True])
