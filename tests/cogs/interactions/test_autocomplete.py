"""What every autocompletion has in common. The searches themselves are tested with their commands."""

from typing import Any, cast

import pytest

from cogs.interactions.autocomplete import autocomplete

INTERACTION = cast("Any", None)


async def test_the_search_gets_a_stripped_and_short_text() -> None:
    """Spaces around the typed text and everything after 100 characters are dropped."""
    texts: list[str] = []

    @autocomplete("a name")
    async def complete(_: object, text: str) -> list[tuple[str, str]]:
        texts.append(text)
        return []

    await complete(INTERACTION, "  " + "x" * 150)
    assert texts == ["x" * 100]


async def test_choices_keep_to_discords_limits() -> None:
    """There are at most 25 choices with labels of at most 100 characters; an empty label falls back to the id."""

    @autocomplete("a name")
    async def complete(_: object, __: str) -> list[tuple[str, str]]:
        return [("id_0", ""), *((f"id_{number}", "y" * 150) for number in range(1, 40))]

    choices = await complete(INTERACTION, "")
    assert len(choices) == 25
    assert (choices[0].name, choices[0].value) == ("id_0", "id_0")
    assert len(choices[1].name) == 100


async def test_a_failed_search_gives_no_choices(caplog: pytest.LogCaptureFixture) -> None:
    """The exception is logged with what was completed, and the person sees no choices."""

    @autocomplete("a name")
    async def complete(_: object, __: str) -> list[tuple[str, str]]:
        raise RuntimeError("broken")

    assert await complete(INTERACTION, "") == []
    assert "completing a name" in caplog.text
