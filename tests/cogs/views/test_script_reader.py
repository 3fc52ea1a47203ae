"""Reading a script in Discord."""

from tests.stage import CHAPTER, Stage


async def test_a_long_script_has_pages(stage: Stage) -> None:
    """Read shows a long script in pages, with buttons to the next and the previous one."""
    await stage.run_script(source=("chapter.txt", (CHAPTER + "\n\n").encode() * 60))
    card = await stage.wait_for_finished_script()
    log = await stage.discord.wait_for_answer(await stage.hana.click(card, "Read"))
    assert "Cast: NARRATOR" in log.text
    await stage.hana.click(log, "Page 2 ›")
    await stage.discord.wait_until(lambda: "Page 2 of" in log.text)
    await stage.hana.click(log, "‹ Page 1")
    await stage.discord.wait_until(lambda: "Cast: NARRATOR" in log.text)
