"""What every autocompletion has in common. The searches themselves are tested with their commands."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from cogs.interactions.autocomplete import autocomplete, ebook_autocomplete, ebook_or_new_autocomplete
from tests.cogs.interactions.people import make_bot, make_interaction

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


async def test_a_search_for_the_team_is_not_run_for_others() -> None:
    """Strangers get an empty list from a search that is the team's, which is not even asked."""
    searched: list[str] = []

    @autocomplete("a title", team_only=True)
    async def complete(_: object, text: str) -> list[tuple[str, str]]:
        searched.append(text)
        return [("id_1", "One")]

    assert await complete(make_interaction(), "o") == []
    assert searched == []
    assert [choice.value for choice in await complete(make_interaction("manage_guild"), "o")] == ["id_1"]


@pytest.mark.parametrize(("permission", "found"), [("manage_guild", "all"), ("send_messages", "public")])
async def test_strangers_are_offered_public_books_only(permission: str, found: str) -> None:
    """The team finds every book, others those that are out; the label has the id where it is not the title."""
    bot = make_bot()

    async def search(_text: str, _limit: int) -> list[tuple[str, str]]:
        return [("all", "The Fox")]

    async def find_books(_text: str) -> list[tuple[str, str]]:
        return [("public", "public")]

    bot.services = cast(
        "Any", SimpleNamespace(ebooks=SimpleNamespace(search=search), public=SimpleNamespace(find_books=find_books))
    )
    (choice,) = await ebook_autocomplete(make_interaction(permission, bot=bot), "f")
    assert choice.value == found
    assert choice.name == ("The Fox (all)" if found == "all" else "public")


async def complete_script(permission: str, text: str, books: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Labels and values that /script offers for the typed text, where ``books`` are found."""
    bot = make_bot()

    async def search(_text: str, _limit: int) -> list[tuple[str, str]]:
        return books

    bot.services = cast("Any", SimpleNamespace(ebooks=SimpleNamespace(search=search)))
    choices = await ebook_or_new_autocomplete(make_interaction(permission, bot=bot), text)
    return [(choice.name, choice.value) for choice in choices]


async def test_right_to_left_titles_are_isolated() -> None:
    """The id in brackets stays behind the title, however long the title is."""
    ((label, _),) = await complete_script("manage_guild", "fox", [("fox", "שועל " * 40)])
    assert label.startswith("\u2068שועל")
    assert label.endswith("…\u2069 (fox)")


@pytest.mark.parametrize(
    ("text", "books", "offered"),
    [
        ("The Owl", [], [("New book: The Owl", "The Owl")]),
        ("fox", [("fox_1", "The Fox")], [("The Fox (fox_1)", "fox_1"), ("New book: fox", "fox")]),
        ("the FOX", [("fox_1", "The Fox")], [("The Fox (fox_1)", "fox_1")]),
        ("FOX_1", [("fox_1", "The Fox")], [("The Fox (fox_1)", "fox_1")]),
        ("", [], []),
        ("שועל", [], [("New book: \u2068שועל\u2069", "שועל")]),
    ],
)
async def test_a_name_that_no_book_has_is_offered_as_a_new_book(
    text: str, books: list[tuple[str, str]], offered: list[tuple[str, str]]
) -> None:
    """The new book comes after the books that are found, and not at all where one is called so; strangers get nothing."""
    assert await complete_script("manage_guild", text, books) == offered
    assert await complete_script("send_messages", text, books) == []


async def test_the_new_book_is_offered_also_where_many_are_found() -> None:
    """It takes the place of the last one."""
    offered = await complete_script("manage_guild", "fox", [(f"fox_{number}", "The Fox") for number in range(25)])
    assert len(offered) == 25
    assert offered[-1] == ("New book: fox", "fox")
