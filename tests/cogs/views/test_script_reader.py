"""Reading a script in Discord."""

from tests.stage import CHAPTER, Stage


async def test_long_script_is_read_in_pages(stage: Stage) -> None:
    """Read shows a long script in pages, forwards and backwards."""
    await stage.run_script(source=("chapter.txt", (CHAPTER + "\n\n").encode() * 60))
    card = await stage.wait_for_finished_script()
    log = await stage.discord.wait_for_answer(await stage.hana.click(card, "Read"))
    assert "Cast: NARRATOR" in log.text
    await stage.hana.click(log, "Page 2 ›")
    await stage.discord.wait_until(lambda: "Page 2 of" in log.text)
    await stage.hana.click(log, "‹ Page 1")
    await stage.discord.wait_until(lambda: "Cast: NARRATOR" in log.text)
