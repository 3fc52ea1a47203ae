"""When a broadcast that mostly fails is stopped, at the exact edges."""

import pytest

from bot.broadcasts.breaker import BroadcastBreaker
from bot.broadcasts.post import Outcome, OutcomeKind

SENT = Outcome(OutcomeKind.SENT)
REFUSED = Outcome(OutcomeKind.REFUSED)
RETRY = Outcome(OutcomeKind.RETRY)
UNAUTHORIZED = Outcome(OutcomeKind.PAUSE, is_unauthorized=True)
TOKEN_REFUSED = "Discord refuses the bot's token"


def reasons(*outcomes: Outcome) -> list[str]:
    """What the breaker says after each of these outcomes of one broadcast."""
    breaker = BroadcastBreaker()
    return [breaker.record_outcome("one", outcome) for outcome in outcomes]


@pytest.mark.parametrize(
    ("refused", "sent", "why"),
    [
        (3, 17, ""),
        (4, 15, ""),
        (19, 0, ""),
        (4, 16, "4 of 20 channels refused it"),
        (20, 0, "20 of 20 channels refused it"),
    ],
)
def test_a_fifth_of_at_least_twenty_channels_has_to_refuse(refused: int, sent: int, why: str) -> None:
    said = reasons(*[REFUSED] * refused, *[SENT] * sent)
    assert said == [""] * (refused + sent - 1) + [why]


def test_attempts_that_decide_nothing_are_no_answers_of_channels() -> None:
    assert not any(reasons(*[REFUSED] * 4, *[RETRY] * 30, *[SENT] * 15))


def test_three_refusals_of_the_token_in_a_row_stop_the_broadcast() -> None:
    assert reasons(*[UNAUTHORIZED] * 3) == ["", "", TOKEN_REFUSED]


def test_an_answer_in_between_ends_the_row_of_refusals_of_the_token() -> None:
    assert not any(reasons(UNAUTHORIZED, UNAUTHORIZED, SENT, UNAUTHORIZED, UNAUTHORIZED))


def test_the_reason_is_given_once() -> None:
    assert reasons(*[UNAUTHORIZED] * 3, *[REFUSED] * 30)[3:] == [""] * 30


def test_broadcasts_are_counted_apart_and_afresh_once_forgotten() -> None:
    breaker = BroadcastBreaker()
    for _ in range(2):
        breaker.record_outcome("one", UNAUTHORIZED)
    assert not breaker.record_outcome("two", UNAUTHORIZED)
    breaker.forget("one")
    assert not breaker.record_outcome("one", UNAUTHORIZED)
