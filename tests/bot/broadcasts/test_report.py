"""The report of a broadcast as a table."""

import csv
import io
from dataclasses import replace

from bot.broadcasts.report import build_csv_report
from storage import Database
from storage.states import DeliveryAction, DeliveryState
from tests.bot.broadcasts.single_attempts import add_sending
from tests.bot.broadcasts.test_outcomes import make_delivery
from tests.conftest import FakeClock


async def test_every_delivery_is_a_row(sqlite: Database, clock: FakeClock) -> None:
    """With its outcome, when and where it was posted, or why it was not; names are no formulas."""
    broadcast_id = await add_sending(sqlite, 0)
    async with sqlite.read() as tx:
        broadcast = await tx.broadcasts.get(broadcast_id)
    first = replace(make_delivery(clock), referral="abcd1234")
    sent = replace(first, state=DeliveryState.SENT, message_id=7, sent_at=clock.now)
    refused = replace(
        first,
        guild_name="=HYPERLINK()",
        state=DeliveryState.REFUSED,
        action=DeliveryAction.RECALL,
        attempts=3,
        error="the channel, as it was, no longer exists",
    )
    report = build_csv_report(broadcast, [sent, refused])
    assert report.name.startswith("broadcast")
    assert report.name.endswith(".csv")
    assert report.content.startswith(b"\xef\xbb\xbf")
    text = report.content.decode("utf-8-sig")
    assert text.count("\r\n") == 3
    assert list(csv.reader(io.StringIO(text))) == [
        ["server", "channel", "outcome", "act", "attempts", "sent at (UTC)", "message", "error", "referral"],
        [
            "Guild",
            "#lore",
            "sent",
            "post",
            "1",
            "2026-11-22 20:00:00",
            "https://discord.com/channels/1/2/7",
            "",
            "abcd1234",
        ],
        ["'=HYPERLINK()", "#lore", "refused", "recall", "3", "", "", refused.error, "abcd1234"],
    ]
