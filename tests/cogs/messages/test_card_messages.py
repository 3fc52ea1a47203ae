"""What failed requests mean for a card."""

from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from discord import ui

from bot.card_turns import CardTurns
from bot.errors import DeliveryError
from cogs.messages.card_messages import CardEdit, CardMessages
from tests.cogs.fake_errors import http_error


def card_messages(error: Exception) -> CardMessages:
    """Card messages whose every request fails with the error."""

    async def fail(**_: Any) -> None:
        raise error

    message = SimpleNamespace(edit=fail)
    channel = SimpleNamespace(send=fail, get_partial_message=lambda _: message)
    services = SimpleNamespace(card_turns=CardTurns(cast("Any", SimpleNamespace(exclusive=True))))
    return CardMessages(cast("Any", SimpleNamespace(get_partial_messageable=lambda _: channel, services=services)))


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (http_error(404, 10008), CardEdit.GONE),
        (http_error(429, 30046), CardEdit.REPLACE),
        (http_error(404, 10003), CardEdit.DONE),
        (http_error(403, 50001), CardEdit.REPLACE),
        (http_error(400, 50035), CardEdit.REPLACE),
        (discord.RateLimited(300), CardEdit.REPLACE),
        (http_error(429), CardEdit.UNCERTAIN),
        (http_error(503), CardEdit.UNCERTAIN),
        (http_error(502), CardEdit.UNCERTAIN),
        (TimeoutError(), CardEdit.UNCERTAIN),
        (ConnectionResetError(), CardEdit.UNCERTAIN),
    ],
    ids=repr,
)
async def test_a_failed_edit_is_final_temporary_or_asks_for_a_new_card(error: Exception, result: CardEdit) -> None:
    """A temporary failure leaves the edit uncertain; after a refusal only a new card can show anything."""
    assert await card_messages(error).edit(1, 2, ui.LayoutView()) is result


@pytest.mark.parametrize(
    ("error", "raised", "words"),
    [
        (http_error(404, 10003), DeliveryError, "Give me **View Channel**"),
        (http_error(403, 50013), DeliveryError, "Give me **View Channel**"),
        (http_error(400, 50035), DeliveryError, "The work itself goes on."),
        (http_error(429), TimeoutError, "did not confirm"),
        (http_error(503), TimeoutError, "did not confirm"),
        (TimeoutError(), TimeoutError, "did not confirm"),
        (ConnectionResetError(), TimeoutError, "did not confirm"),
    ],
    ids=repr,
)
async def test_a_failed_post_is_refused_or_unknown(error: Exception, raised: type[Exception], words: str) -> None:
    """A refusal says what the bot needs; after every other failure the card may have been posted."""
    with pytest.raises(raised) as caught:
        await card_messages(error).post(1, ui.LayoutView(), "nonce")
    assert words in (caught.value.text if isinstance(caught.value, DeliveryError) else str(caught.value))
