"""What the script check has found, without Discord."""

from typing import Any

import discord
import pytest

from bot.ebooks.script_check import CheckedScript
from bot.scripts.checks.findings import Finding, FindingKind
from cogs.views.script_check import build_check, count_questions, format_findings
from tests.bot.ebooks.checked_draft import SPANS
from tests.bot.exports.sample_script import STORED
from tests.bot.scripts.checks.scripts import build_script


def findings(count: int) -> tuple[Finding, ...]:
    """Findings that ask for a decision."""
    return tuple(
        Finding(FindingKind.SPEAKER, f"*{n}* speaks.", f"{n:012x}", n, "ANNA", "N" * 60) for n in range(1, count + 1)
    )


NOTES = (
    Finding(FindingKind.REPAIRS, "2 spans that nobody was given are read by the narrator.", "a" * 12, 4),
    Finding(FindingKind.CUTS, "Not spoken: 12 speech tags.", "b" * 12),
)


def test_a_card_shows_the_first_findings_and_what_was_corrected() -> None:
    """How many ask for a decision, three of them, and the repairs in small print; the card has the cuts already."""
    star = discord.utils.escape_markdown("*1*")
    lines = format_findings((*findings(4), *NOTES))
    assert lines[:2] == ["**Check: 4 findings**", f"⚠ `1` {star} speaks."]
    assert lines[4:] == ["-# `4` 2 spans that nobody was given are read by the narrator."]
    assert format_findings(NOTES[1:]) == []
    assert count_questions((*findings(4), *NOTES)) == 4


@pytest.mark.parametrize("page", [-1, 0, 1, 5])
def test_every_page_of_findings_fits_into_a_message(page: int) -> None:
    """Five to a page, forty components at most, and the page's number."""
    checked = CheckedScript(STORED, build_script(SPANS, {}), findings(11), ())
    view = build_check(checked, page)
    assert view.total_children_count <= 40
    texts = [item.content for item in view.walk_children() if isinstance(item, discord.ui.TextDisplay)]
    assert f"11 findings · page {min(max(page, 0), 2) + 1} of 3" in texts[0]
    buttons: list[Any] = [item for item in view.walk_children() if isinstance(item, discord.ui.Button)]
    assert all(len(button.label or "") <= 80 for button in buttons)
