"""The warning that most of the month's budget is used, once a month."""

from datetime import datetime
from typing import Final

from bot.event_names import BUDGET_WARNED
from bot.notices import add_audit_notice
from storage import WriteTransaction

WARNING_SHARE: Final = 0.8
"""The share of the month's budget from which the team is warned: early enough to raise it or to stop a batch."""
_KEY: Final = "budget_warning"


async def record_warning(tx: WriteTransaction, used_micros: int, budget_micros: int, month: datetime) -> None:
    """The audit channel is warned where that is due and has not happened this month."""
    if used_micros < WARNING_SHARE * budget_micros:
        return
    name = f"{month:%Y-%m}"
    if await tx.key_values.get(_KEY) == name:
        return
    await tx.key_values.put(_KEY, name)
    tx.report(BUDGET_WARNED, {"month": name, "used_micros": used_micros, "budget_micros": budget_micros})
    await add_audit_notice(
        tx,
        f"Gemini has used ${used_micros / 1e6:.2f} of this month's ${budget_micros / 1e6:.2f}, calls under way included. "
        "At the limit writing stops. GEMINI_MONTHLY_BUDGET raises it.",
    )
