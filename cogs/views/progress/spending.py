"""The spending view of ``/progress`` as text."""

from typing import Final

from bot.progress.spending import Spending, SpendingRow
from cogs.views.formatting import escape_text, format_cost, format_count, format_dollars, progress_bar

_SHOWN_ROWS: Final = 6
"""Lines of each list: four lists of them stay below the length of a message."""


def format_spending(spending: Spending) -> str:
    """What was spent, by month, book, member and model, at most about 3,000 characters."""
    total = spending.total
    lines = [f"### Spending · {spending.scope.period.label}"]
    if not total.requests:
        lines.append("Nothing was asked of Gemini in this period.")
    else:
        cost = format_cost(total.most_micros, total.unknown_micros)
        tokens = (
            f"{total.prompt_tokens:,} tokens in ({total.cached_tokens:,} from the cache), {total.output_tokens:,} out"
        )
        lines.append(f"{cost} for {format_count(total.requests, 'request')} · {tokens}")
    if spending.budget is not None:
        lines.append(
            f"This month: {progress_bar(spending.this_month, spending.budget)}  "
            f"{format_dollars(spending.this_month)} of {format_dollars(spending.budget)}"
        )
    if total.unknown_micros:
        lines.append("-# “up to” is reserved for calls whose cost never became known or that are under way.")
    for heading, rows in (
        ("By month", tuple(reversed(spending.by_month))),
        ("By book", spending.by_ebook),
        ("By member", spending.by_member),
        ("By model", spending.by_model),
    ):
        if rows:
            lines += [f"**{heading}**", *map(_format_row, rows[:_SHOWN_ROWS])]
            if len(rows) > _SHOWN_ROWS:
                lines.append(f"-# and {len(rows) - _SHOWN_ROWS:,} more")
    return "\n".join(lines)


def _format_row(row: SpendingRow) -> str:
    group = row.group
    tokens = group.prompt_tokens + group.output_tokens
    return (
        f"{escape_text(row.name, 60)} · {format_cost(group.most_micros, group.unknown_micros)} · "
        f"{format_count(group.requests, 'request')}, {tokens:,} tokens"
    )
