"""What failed requests and unreadable channels mean for a delivery."""

from datetime import timedelta

import discord
import pytest

from bot import app
from bot.broadcasts import dispatcher
from bot.broadcasts.post import Outcome, OutcomeKind
from cogs.messages import post_sender
from cogs.messages.post_sender import outcome_of_failure
from tests.cogs.announcements import compose
from tests.cogs.fake_errors import http_error
from tests.stage import Stage, open_stage

READ_MESSAGE_HISTORY = 1 << 16


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (http_error(404, 10003), Outcome(OutcomeKind.REFUSED, error="the channel no longer exists")),
        (http_error(404, 10008), Outcome(OutcomeKind.REFUSED, error="the post was deleted there")),
        (http_error(403, 50001), Outcome(OutcomeKind.REFUSED, error="I cannot see the channel (View Channel)")),
        (
            http_error(403, 50013),
            Outcome(OutcomeKind.REFUSED, error="I may not post there (Send Messages or Embed Links)"),
        ),
        (http_error(429, 30046), Outcome(OutcomeKind.RETRY, error="Discord limits the changes of old posts")),
        (http_error(401), Outcome(OutcomeKind.RETRY, error="Discord refuses the bot's token", is_unauthorized=True)),
        (
            http_error(429, Retry_After="7"),
            Outcome(OutcomeKind.PAUSE, error="Discord asked for a pause", pause_seconds=7.0),
        ),
        (http_error(429), Outcome(OutcomeKind.PAUSE, error="Discord asked for a pause", pause_seconds=30.0)),
        (discord.RateLimited(12.0), Outcome(OutcomeKind.PAUSE, error="Discord asked for a pause", pause_seconds=12.0)),
        (http_error(503), Outcome(OutcomeKind.PAUSE, error="Discord is overloaded", pause_seconds=10.0)),
        (http_error(502), Outcome(OutcomeKind.UNSURE, error="Discord answered with an error (502)")),
        (http_error(400, 50035), Outcome(OutcomeKind.REFUSED, error="Discord refused it (code 50035)")),
        (http_error(405), Outcome(OutcomeKind.REFUSED, error="Discord refused it (code 405)")),
        (TimeoutError(), Outcome(OutcomeKind.UNSURE, error="Discord did not answer in time")),
        (ConnectionResetError(), Outcome(OutcomeKind.UNSURE, error="the connection to Discord broke")),
    ],
    ids=repr,
)
def test_a_failed_request_decides_what_happens_to_the_delivery(error: Exception, outcome: Outcome) -> None:
    """Refusals are final, lost responses are uncertain, and pauses say for how long."""
    assert outcome_of_failure(error) == outcome


@pytest.mark.parametrize(
    ("is_remembered", "card", "requests"),
    [(True, "Posted to 1 of 1 channel", 2), (False, "Posted to 0 of 1 channel", 1)],
    ids=["nonce remembered", "nonce forgotten"],
)
async def test_an_unreadable_history_does_not_prove_that_a_post_is_missing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, card: str, requests: int, *, is_remembered: bool
) -> None:
    """A channel whose history the bot may not read looks empty; after a lost response that is no reason to post again.

    While Discord remembers the nonce, a second request returns the first post. After that there is no second request, and
    the outcome is unknown.
    """
    if not is_remembered:
        stage.discord.rest.nonce_seconds = 0.0
        monkeypatch.setattr(dispatcher, "NONCE_WINDOW", timedelta())
    lantern = await (await stage.add_affiliate("Red Lantern")).subscribe()
    lantern.channel.deny(lantern.guild.me, READ_MESSAGE_HISTORY)
    stage.discord.update(lantern.channel)
    path = f"/channels/{lantern.channel.id}/messages"
    before = stage.discord.count_requests("POST", path)
    stage.discord.add_fault("POST", path, "lost")
    log = await compose(stage)
    await stage.hana.click(log, "Post to 1 channel")
    shown = await stage.wait_for_card(card, 20)
    assert ("unknown" in shown.text) is not is_remembered
    assert len(lantern.posts) == 1
    assert stage.discord.count_requests("POST", path) - before == requests


async def test_a_post_without_an_answer_is_found_by_its_mark(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Discord posts but never answers, the post is looked for after a while, and the announcement ends with it."""
    monkeypatch.setattr(post_sender, "_ANSWER_SECONDS", 0.3)
    lantern = await (await stage.add_affiliate("Red Lantern")).subscribe()
    stage.discord.add_fault("POST", f"/channels/{lantern.channel.id}/messages", "silent")
    log = await compose(stage)
    await stage.hana.click(log, "Post to 1 channel")
    await stage.wait_for_card("Posted to 1 of 1 channel", 5)
    assert len(lantern.posts) == 1
    path = f"/channels/{lantern.channel.id}/messages"
    sent = [request for request in stage.discord.requests if request.method == "POST" and request.path == path]
    assert len(sent) == 2, "the test post of the subscription and this one"


async def test_a_request_that_is_never_answered_does_not_block_its_channel(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that got lost ends after a while, so that the next attempt reaches the channel and the announcement ends."""
    monkeypatch.setattr(app, "SILENT_SECONDS", 0.5)
    async with open_stage(sqlite_url) as stage:
        lantern = await (await stage.add_affiliate("Red Lantern")).subscribe()
        stage.discord.add_fault("POST", f"/channels/{lantern.channel.id}/messages", "hang")
        log = await compose(stage)
        await stage.hana.click(log, "Post to 1 channel")
        await stage.wait_for_card("Posted to 1 of 1 channel", 8)
        assert len(lantern.posts) == 1
