"""The deliveries of a broadcast as CSV: every channel, outcome, time and message link."""

import csv
import io
from collections.abc import Iterable

from bot.exports.files import Download, build_file_name, escape_csv_cell
from storage.stores.broadcasts import Broadcast
from storage.stores.delivery_values import Delivery

_COLUMNS = ("server", "channel", "outcome", "act", "attempts", "sent at (UTC)", "message", "error", "referral")


def build_csv_report(broadcast: Broadcast, deliveries: Iterable[Delivery]) -> Download:
    """A CSV file in UTF-8 with a byte order mark, without which some spreadsheet programs garble names.

    Cells that a spreadsheet would run as a formula are neutralised.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for delivery in deliveries:
        writer.writerow(escape_csv_cell(cell) for cell in _row(delivery))
    name = build_file_name("broadcast", broadcast.title, ending="csv")
    return Download(name, text.getvalue().encode("utf-8-sig"))


def _row(delivery: Delivery) -> tuple[str, ...]:
    link = ""
    if delivery.message_id is not None:
        link = f"https://discord.com/channels/{delivery.guild_id}/{delivery.channel_id}/{delivery.message_id}"
    sent_at = f"{delivery.sent_at:%Y-%m-%d %H:%M:%S}" if delivery.sent_at else ""
    return (
        delivery.guild_name,
        f"#{delivery.channel_name}",
        delivery.state.value,
        delivery.action.value,
        str(delivery.attempts),
        sent_at,
        link,
        delivery.error,
        delivery.referral,
    )
