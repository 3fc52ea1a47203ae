"""When a broadcast that mostly fails is stopped, at the exact edges, on both databases."""

import pytest

from bot.broadcasts.breaker import forget_outcomes, record_outcome
from bot.broadcasts.post import Outcome, OutcomeKind
from storage import Database, WriteTransaction

SENT = Outcome(OutcomeKind.SENT)
REFUSED = Outcome(OutcomeKind.REFUSED)
RETRY = Outcome(OutcomeKind.RETRY)
UNAUTHORIZED = Outcome(OutcomeKind.PAUSE, is_unauthorized=True)
TOKEN_REFUSED = "Discord refuses the bot's token"


async def count(database: Database, *outcomes: Outcome, broadcast_id: str = "one") -> list[str]:
    """What is said after each of these outcomes of one broadcast."""

    async def work(tx: WriteTransaction) -> list[str]:
        return [await record_outcome(tx, broadcast_id, outcome) for outcome in outcomes]

    return await database.write(work)


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
async def test_a_fifth_of_at_least_twenty_channels_has_to_refuse(
    sqlite: Database, refused: int, sent: int, why: str
) -> None:
    said = await count(sqlite, *[REFUSED] * refused, *[SENT] * sent)
    assert said == [""] * (refused + sent - 1) + [why]


async def test_attempts_that_decide_nothing_are_no_answers_of_channels(sqlite: Database) -> None:
    assert not any(await count(sqlite, *[REFUSED] * 4, *[RETRY] * 30, *[SENT] * 15))


async def test_three_refusals_of_the_token_in_a_row_stop_the_broadcast(database: Database) -> None:
    assert await count(database, *[UNAUTHORIZED] * 3) == ["", "", TOKEN_REFUSED]


async def test_an_answer_in_between_ends_the_row_of_refusals_of_the_token(sqlite: Database) -> None:
    assert not any(await count(sqlite, UNAUTHORIZED, UNAUTHORIZED, SENT, UNAUTHORIZED, UNAUTHORIZED))


async def test_the_reason_is_given_once(sqlite: Database) -> None:
    assert (await count(sqlite, *[UNAUTHORIZED] * 3, *[REFUSED] * 30))[3:] == [""] * 30


async def test_broadcasts_are_counted_apart_and_afresh_once_forgotten(database: Database) -> None:
    await count(database, UNAUTHORIZED, UNAUTHORIZED)
    assert await count(database, UNAUTHORIZED, broadcast_id="two") == [""]
    await database.write(lambda tx: forget_outcomes(tx, "one"))
    assert await count(database, UNAUTHORIZED) == [""]


async def test_several_processes_count_together(postgres_url: str) -> None:
    """Ten refusals in each of two processes are twenty."""
    databases = [await Database.open(postgres_url) for _ in range(2)]
    said = [await count(databases[number % 2], REFUSED) for number in range(20)]
    assert said == [[""]] * 19 + [["20 of 20 channels refused it"]]
    for database in databases:
        await database.close()
