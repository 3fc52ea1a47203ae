"""The text that /script is given: its title, its markup, its encoding, and a bad file beside a pasted text."""

from tests.stage import CHAPTER, Stage

RUSSIAN = "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему."


async def read_content(stage: Stage) -> str | None:
    """The stored text of the chapter that the tests request."""
    text = await stage.bot.services.generation.find_chapter_text("ebook_001", 1)
    return text.content if text else None


async def test_a_markdown_file_is_written_without_its_markup(stage: Stage) -> None:
    """The heading is the card's title, and the stored text, which Gemini gets, has no markup."""
    markdown = "# The *Drowned* Bell\n\n“Go,” said **Oku**.\n\nIt rang."
    await stage.run_script(title=None, source=("chapter.md", markdown.encode()))
    card = await stage.wait_for_finished_script()
    assert "The Drowned Bell" in card.text
    assert await read_content(stage) == "“Go,” said Oku.\n\nIt rang."


async def test_a_russian_file_is_read_as_russian(stage: Stage) -> None:
    """A file from a Russian Windows needs no question."""
    await stage.run_script(source=("chapter.txt", RUSSIAN.encode("cp1251")))
    await stage.wait_for_finished_script()
    assert await read_content(stage) == RUSSIAN


async def test_a_doubtful_encoding_is_asked_about(stage: Stage) -> None:
    """Both readings are shown, nothing is stored before somebody chooses, and the chosen one is written once."""
    log = await stage.run_script(source=("chapter.txt", RUSSIAN.encode("cp866")))
    assert "Which line is right?" in log.text
    assert RUSSIAN[:20] in log.text
    assert await stage.event_names() == []
    question = log.messages[-1]
    right = "The first" if log.text.index(RUSSIAN[:20]) < log.text.index("\n2. ") else "The second"
    assert question.buttons == ["The first", "The second"]
    await stage.discord.wait_for_answer(await stage.hana.click(question, right))
    await stage.wait_for_finished_script()
    assert await read_content(stage) == RUSSIAN
    assert "on its way" in question.text
    assert question.buttons == []


async def test_a_doubtful_encoding_shows_the_same_line_twice_where_only_one_reading_has_a_heading(stage: Stage) -> None:
    """The heading is a title in one reading and the first line of the other; neither of the shown lines is empty."""
    text = f"Глава 1: Лиса\n\n{RUSSIAN}"
    log = await stage.run_script(source=("chapter.txt", text.encode("cp866")))
    shown = [line[3:] for line in log.text.split("\n") if line.startswith(("1. ", "2. "))]
    assert "Глава 1: Лиса" in shown
    assert all(shown)
    assert RUSSIAN[:20] not in log.text


async def test_a_pasted_text_survives_a_bad_file_beside_it(stage: Stage) -> None:
    """The file is refused with its reason, and the form opens again with the pasted text in it."""
    log = await stage.hana.slash("script", ebook="ebook_001", chapter=1)
    files = [("chapter.txt", b"\x89PNG\r\n\x1a\n")]
    answer = await stage.discord.wait_for_answer(await stage.hana.submit_modal(log, {"text": CHAPTER, "source": files}))
    assert "is a PNG picture" in answer.text
    assert await stage.event_names() == []
    reopened = await stage.hana.click(answer, "Edit what I typed")
    assert reopened.modal is not None
    assert "nobody had touched the rope." in str(reopened.modal)
