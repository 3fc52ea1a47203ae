"""``/about`` and ``/help``."""

from tests.stage import Stage


async def test_about_and_help(stage: Stage) -> None:
    """/about says what goes to Gemini and how to invite the bot; /help lists the commands that a person can use."""
    about = await stage.discord.wait_for_answer(await stage.bob.slash("about"))
    assert "Gemini" in about.text
    assert "permissions=" in about.text
    for person, is_team in ((stage.hana, True), (stage.bob, False)):
        log = await stage.discord.wait_for_answer(await person.slash("help"))
        assert "</progress:" in log.text
        assert ("</script:" in log.text) is is_team
        assert ("</affiliate join:" in log.text) is is_team  # needs Manage Server
        positions = [
            log.text.find(part)
            for part in ("</script:", "</broadcast:", "</affiliate join:", "</progress:", "</about:")
        ]
        shown = [position for position in positions if position >= 0]
        assert shown == sorted(shown)
        assert ("**Make scripts**" in log.text) is is_team
        assert "**Progress**\n</progress:" in log.text
