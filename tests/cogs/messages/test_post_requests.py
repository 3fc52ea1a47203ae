"""The requests of one delivery, and what each answer means for it."""

from dataclasses import replace
from datetime import timedelta

import discord
import pytest

from bot.broadcasts.post import Outcome, OutcomeKind, Post
from cogs.messages.post_sender import DiscordPostSender, outcome_of_failure
from cogs.views.broadcast_post import shared_custom_id
from storage.stores.delivery_values import Delivery
from tests.bot.broadcasts.test_outcomes import make_delivery
from tests.cogs.fake_errors import http_error
from tests.cogs.messages.fake_channel import FakeChannel, make_bot
from tests.conftest import FakeClock

POST = Post("New Lore", "Share it.", link="https://example.org/lore")
UNPUBLISHED = "posted, but not published to those who follow the channel"
UNREADABLE = Outcome(OutcomeKind.UNSURE, error="it may have arrived; the channel's history cannot be read")
FAILURES = [
    http_error(404, 10003),
    http_error(404, 10008),
    http_error(403, 50001),
    http_error(403, 50013),
    http_error(400, 50035),
    http_error(401),
    http_error(429, 30046),
    http_error(429, Retry_After="7"),
    http_error(500),
    http_error(503),
    discord.RateLimited(12.0),
    TimeoutError(),
    ConnectionResetError(),
]


@pytest.fixture
def delivery(clock: FakeClock) -> Delivery:
    """A delivery to a channel of another server, whose post has the message id 55."""
    return replace(make_delivery(clock), guild_id=3, message_id=55)


@pytest.fixture
def own_delivery(delivery: Delivery) -> Delivery:
    """A delivery to a channel of the studio's own server."""
    return replace(delivery, guild_id=1)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made, without the time they take."""
    made: list[float] = []

    async def sleep(seconds: float) -> None:
        made.append(seconds)

    monkeypatch.setattr("cogs.messages.post_sender.asyncio.sleep", sleep)
    return made


def get_mentions(allowed: discord.AllowedMentions) -> tuple[object, object]:
    """The kinds of mentions that may ring, and the roles."""
    data = allowed.to_dict()
    return data["parse"], data.get("roles")


async def test_a_post_carries_its_delivery_as_nonce_and_pings_nobody(delivery: Delivery) -> None:
    channel = FakeChannel()
    outcome = await DiscordPostSender(make_bot(channel)).send(replace(delivery, role_id=5), POST, ping=False)
    assert outcome == Outcome(OutcomeKind.SENT, message_id=99)
    ((name, sent),) = channel.requests
    assert (name, sent["nonce"], sent["content"]) == ("send", delivery.id, None)
    assert sent["embed"].title == "New Lore"
    assert get_mentions(sent["allowed_mentions"]) == ([], None)
    assert [item.item.custom_id for item in sent["view"].children[1:]] == [shared_custom_id(delivery.id)]


@pytest.mark.parametrize(("role_id", "content", "roles"), [(5, "<@&5>", [5]), (None, None, None)])
async def test_a_ping_is_of_the_chosen_role_alone(
    delivery: Delivery, role_id: int | None, content: str | None, roles: list[int] | None
) -> None:
    channel = FakeChannel()
    await DiscordPostSender(make_bot(channel)).send(replace(delivery, role_id=role_id), POST, ping=True)
    ((_, sent),) = channel.requests
    assert sent["content"] == content
    assert get_mentions(sent["allowed_mentions"]) == ([], roles)


@pytest.mark.parametrize("error", FAILURES, ids=repr)
async def test_no_failed_request_counts_as_done(delivery: Delivery, error: Exception) -> None:
    """A failed post and a failed change mean what the failure means, and never that it is done."""
    is_unanswered = isinstance(error, TimeoutError)
    channel = FakeChannel(error, *([None] if is_unanswered else []), error)
    sender = DiscordPostSender(make_bot(channel))
    outcomes = [await sender.send(delivery, POST, ping=False), await sender.edit(delivery, POST)]
    assert outcomes == [outcome_of_failure(error)] * 2
    assert OutcomeKind.SENT not in {outcome.kind for outcome in outcomes}
    assert channel.names == (["send", "history", "edit"] if is_unanswered else ["send", "edit"])


@pytest.mark.parametrize(
    ("searched", "is_posted", "outcome"),
    [
        (None, True, Outcome(OutcomeKind.SENT, message_id=13)),
        (None, False, outcome_of_failure(TimeoutError())),
        (http_error(404, 10003), False, outcome_of_failure(TimeoutError())),
        (http_error(403, 50001), True, outcome_of_failure(TimeoutError())),
    ],
    ids=["found", "missing", "channel gone", "unreadable"],
)
async def test_a_post_without_an_answer_is_looked_for_at_once(
    delivery: Delivery, searched: Exception | None, outcome: Outcome, *, is_posted: bool
) -> None:
    """Only finding it decides something: the request is still under way and may arrive after the search."""
    channel = FakeChannel(TimeoutError(), searched)
    if is_posted:
        channel.add_message(13, shared_custom_id(delivery.id))
    assert await DiscordPostSender(make_bot(channel)).send(delivery, POST, ping=False) == outcome
    assert channel.names == ["send", "history"]


@pytest.mark.parametrize("error", FAILURES, ids=repr)
async def test_only_what_is_gone_already_counts_as_recalled(delivery: Delivery, error: Exception) -> None:
    outcome = await DiscordPostSender(make_bot(FakeChannel(error))).recall(delivery)
    is_gone = isinstance(error, discord.NotFound)
    assert outcome == (Outcome(OutcomeKind.SENT) if is_gone else outcome_of_failure(error))


async def test_a_change_and_a_recall_concern_the_message_of_the_delivery(delivery: Delivery) -> None:
    channel = FakeChannel()
    sender = DiscordPostSender(make_bot(channel))
    assert await sender.edit(delivery, POST) == await sender.recall(delivery) == Outcome(OutcomeKind.SENT)
    (_, edited), (_, deleted) = channel.requests
    assert channel.names == ["edit", "delete"]
    assert (edited["message_id"], deleted["message_id"]) == (55, 55)
    assert edited["embed"].description == "Share it."
    assert len(edited["view"].children) == 2


async def test_a_post_is_found_by_its_button(delivery: Delivery) -> None:
    """Other posts of the bot and other people's copies of the button are not it."""
    channel = FakeChannel()
    channel.add_message(11, shared_custom_id("f" * 16))
    channel.add_message(12, shared_custom_id(delivery.id), author_id=8)
    channel.add_message(13, shared_custom_id(delivery.id))
    channel.add_message(14, shared_custom_id(delivery.id))
    assert await DiscordPostSender(make_bot(channel)).find_post(delivery) == Outcome(OutcomeKind.SENT, message_id=13)


@pytest.mark.parametrize("is_tried", [True, False])
async def test_the_search_begins_a_little_before_the_attempt(delivery: Delivery, *, is_tried: bool) -> None:
    """Discord dates messages by its own clock. A channel that certainly lacks the post allows another attempt."""
    began = delivery.attempted_at if is_tried else None
    channel = FakeChannel()
    outcome = await DiscordPostSender(make_bot(channel)).find_post(replace(delivery, attempted_at=began))
    assert outcome == Outcome(OutcomeKind.RETRY)
    ((_, searched),) = channel.requests
    assert searched["after"] == (began - timedelta(minutes=1) if began else None)


async def test_a_history_that_may_not_be_read_proves_nothing(delivery: Delivery) -> None:
    """Discord would answer with an empty history, as if the post were missing."""
    channel = FakeChannel()
    assert await DiscordPostSender(make_bot(channel, can_read=False)).find_post(delivery) == UNREADABLE
    assert channel.names == []


async def test_a_channel_that_is_not_known_yet_is_searched(delivery: Delivery) -> None:
    channel = FakeChannel(http_error(403, 50001))
    bot = make_bot(channel, can_read=False, is_known=False)
    assert await DiscordPostSender(bot).find_post(delivery) == UNREADABLE
    assert channel.names == ["history"]


@pytest.mark.parametrize("error", FAILURES, ids=repr)
async def test_a_search_that_fails_proves_nothing_unless_the_channel_is_gone(
    delivery: Delivery, error: Exception
) -> None:
    outcome = await DiscordPostSender(make_bot(FakeChannel(error))).find_post(delivery)
    is_gone = isinstance(error, discord.NotFound)
    assert outcome == (Outcome(OutcomeKind.REFUSED, error="the channel no longer exists") if is_gone else UNREADABLE)


@pytest.mark.parametrize(
    ("guild_id", "is_news", "names"),
    [(1, True, ["send", "publish"]), (1, False, ["send"]), (3, True, ["send"])],
    ids=["own news channel", "own text channel", "news channel of another server"],
)
async def test_only_the_studios_own_news_are_published(
    delivery: Delivery, guild_id: int, names: list[str], *, is_news: bool
) -> None:
    channel = FakeChannel()
    sender = DiscordPostSender(make_bot(channel, is_news=is_news))
    outcome = await sender.send(replace(delivery, guild_id=guild_id), POST, ping=False)
    assert outcome == Outcome(OutcomeKind.SENT, message_id=99)
    assert channel.names == names
    assert channel.requests[-1][1].get("message_id") in {None, 99}


async def test_a_post_that_is_found_is_published_too(own_delivery: Delivery) -> None:
    channel = FakeChannel()
    channel.add_message(13, shared_custom_id(own_delivery.id))
    outcome = await DiscordPostSender(make_bot(channel, is_news=True)).find_post(own_delivery)
    assert outcome == Outcome(OutcomeKind.SENT, message_id=13)
    assert channel.requests[-1] == ("publish", {"message_id": 13})


@pytest.mark.parametrize(
    ("errors", "attempts", "made", "why"),
    [
        ([http_error(502)], 2, [2.0], ""),
        ([http_error(502), TimeoutError()], 3, [2.0, 8.0], ""),
        ([http_error(502)] * 3, 3, [2.0, 8.0], UNPUBLISHED),
        ([http_error(403, 50013)], 1, [], UNPUBLISHED),
        ([http_error(400, 40033)], 1, [], ""),
        ([http_error(502), http_error(400, 40033)], 2, [2.0], ""),
    ],
    ids=["second", "third", "never", "refused", "already published", "published by the first"],
)
async def test_publishing_is_tried_three_times_and_never_undoes_the_post(
    own_delivery: Delivery, pauses: list[float], errors: list[Exception], attempts: int, made: list[float], why: str
) -> None:
    channel = FakeChannel(None, *errors)
    outcome = await DiscordPostSender(make_bot(channel, is_news=True)).send(own_delivery, POST, ping=False)
    assert outcome == Outcome(OutcomeKind.SENT, message_id=99, error=why)
    assert channel.names == ["send"] + ["publish"] * attempts
    assert pauses == made
