"""What Gemini cost, by month, book, member and model, with the requests and tokens behind it."""

import csv
import io
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from bot.actor import Actor
from bot.event_names import SPENDING_EXPORTED
from bot.exports.files import Download, escape_csv_cell
from bot.progress.scope import Scope, resolve_scope
from storage import Database, ReadTransaction, WriteTransaction, read_transaction, write_transaction
from storage.stores.charges import ChargeGroup, Grouping

_MAX_MONTHS: Final = 12
_MAX_ROWS: Final = 100
"""Books, members or models; the screen shows the dearest of them and the file all of these."""
_COLUMNS: Final = (
    "by",
    "name",
    "requests",
    "prompt_tokens",
    "cached_tokens",
    "output_tokens",
    "dollars",
    "up_to_dollars",
)


@dataclass(frozen=True, slots=True)
class SpendingRow:
    """One line: whose it is, and the sums of its calls."""

    name: str
    group: ChargeGroup


@dataclass(frozen=True, slots=True)
class Spending:
    """What was spent in the scope. ``budget`` is the month's limit in micro-dollars, None for none; ``this_month`` its use.

    Rows of months are in order, all others begin with the dearest.
    """

    scope: Scope
    now: datetime
    total: ChargeGroup
    by_month: tuple[SpendingRow, ...]
    by_ebook: tuple[SpendingRow, ...]
    by_member: tuple[SpendingRow, ...]
    by_model: tuple[SpendingRow, ...]
    this_month: int
    budget: int | None


@dataclass(frozen=True, slots=True)
class SpendingService:
    """Reads what was spent. ``budget`` is the limit of a month in micro-dollars, None for no limit."""

    database: Database
    zone: str
    budget: int | None

    @read_transaction
    async def get_spending(self, tx: ReadTransaction, scope: Scope) -> Spending:
        """What was spent in the scope. In the result, the scope's ebook is an id or "".

        Raises:
            NotFoundError: no book has the scope's id or title.
        """
        return await self._read(tx, scope)

    @write_transaction
    async def export(self, tx: WriteTransaction, scope: Scope, by: Actor) -> Download:
        """What was spent in the scope as ``spending.csv``; the export is an event.

        Raises:
            NotFoundError: no book has the scope's id or title.
        """
        spending = await self._read(tx, scope)
        tx.report(SPENDING_EXPORTED, {"period": scope.period.value}, actor=by, ebook_id=spending.scope.ebook or None)
        return build_spending_csv(spending)

    async def _read(self, tx: ReadTransaction, scope: Scope) -> Spending:
        resolved = await resolve_scope(tx, scope, self.zone)
        wanted = resolved.filter
        groups = {
            by: await tx.charges.summarize(
                by, since=wanted.since, ebook_id=wanted.ebook_id, member_id=wanted.member_id, limit=_MAX_ROWS
            )
            for by in Grouping
        }
        titles = await tx.ebooks.get_titles()
        names = await tx.members.get_names([group.key for group in groups[Grouping.MEMBER] if group.key])
        month = tx.now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return Spending(
            scope=replace(scope, ebook=resolved.ebook.id if resolved.ebook else ""),
            now=tx.now,
            total=_add(groups[Grouping.MODEL]),
            by_month=tuple(SpendingRow(group.key, group) for group in groups[Grouping.MONTH][-_MAX_MONTHS:]),
            by_ebook=tuple(SpendingRow(titles.get(group.key, group.key), group) for group in groups[Grouping.EBOOK]),
            by_member=tuple(
                SpendingRow(names.get(group.key, "somebody who was forgotten" if group.key else "nobody"), group)
                for group in groups[Grouping.MEMBER]
            ),
            by_model=tuple(SpendingRow(group.key, group) for group in groups[Grouping.MODEL]),
            this_month=await tx.charges.sum_costs(since=month),
            budget=self.budget,
        )


def build_spending_csv(spending: Spending) -> Download:
    """All rows as a table; ``up_to_dollars`` is what calls without a known cost can have cost on top."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    tables = (
        ("month", spending.by_month),
        ("book", spending.by_ebook),
        ("member", spending.by_member),
        ("model", spending.by_model),
    )
    for by, rows in tables:
        for row in rows:
            group = row.group
            writer.writerow(
                [
                    by,
                    escape_csv_cell(row.name),
                    group.requests,
                    group.prompt_tokens,
                    group.cached_tokens,
                    group.output_tokens,
                    f"{group.known_micros / 1e6:.6f}",
                    f"{group.unknown_micros / 1e6:.6f}",
                ]
            )
    # Spreadsheet programs recognise UTF-8 by the byte order mark that utf-8-sig writes.
    return Download("spending.csv", table.getvalue().encode("utf-8-sig", "backslashreplace"))


def _add(groups: list[ChargeGroup]) -> ChargeGroup:
    return ChargeGroup(
        "",
        requests=sum(group.requests for group in groups),
        prompt_tokens=sum(group.prompt_tokens for group in groups),
        cached_tokens=sum(group.cached_tokens for group in groups),
        output_tokens=sum(group.output_tokens for group in groups),
        known_micros=sum(group.known_micros for group in groups),
        unknown_micros=sum(group.unknown_micros for group in groups),
    )
