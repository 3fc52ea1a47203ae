"""What is odd about a script's cast, without Discord."""

import discord

from bot.ebooks.cast_check import CastWarning, CastWarningKind
from cogs.views.cast_warnings import format_warnings

NEW, SIMILAR, VOICE = CastWarningKind.NEW, CastWarningKind.SIMILAR, CastWarningKind.VOICE


def test_a_card_names_a_few_questions_and_counts_the_others() -> None:
    """Three lines at most, and one that says how many more there are."""
    warnings = [
        CastWarning(SIMILAR, "HANNA", "HANA"),
        CastWarning(VOICE, "FOX", "FOX", ("deep", "high")),
        CastWarning(NEW, "*OWL*"),
        CastWarning(NEW, "CAT"),
        CastWarning(NEW, "DOG"),
    ]
    assert format_warnings(warnings) == [
        "⚠ **HANNA** is not in the cast of this book, but **HANA** is.",
        "⚠ The voice of **FOX** is “deep” here and “high” in the cast.",
        f"⚠ **{discord.utils.escape_markdown('*OWL*')}** is not in the cast of this book.",
        "-# and 2 more questions about the cast",
    ]
    assert len(format_warnings(warnings[:3])) == 3
    assert format_warnings([]) == []
