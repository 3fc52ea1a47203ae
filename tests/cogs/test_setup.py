"""The ``/setup`` card."""

from tests.stage import Stage
from tests.standins.discord_interactions import InteractionLog


async def run_command(stage: Stage, command: str, **options: object) -> InteractionLog:
    return await stage.discord.wait_for_answer(await stage.hana.slash(command, options=options))


async def test_setup_checks_and_saves(stage: Stage) -> None:
    """The card saves the time zone and the team's roles, and refuses an unknown zone."""
    setup = await run_command(stage, "setup")
    modal = await stage.hana.click(setup, "Time zone…")
    refused = await stage.hana.submit_modal(modal, {"zone": "Mars/Olympus"})
    await stage.discord.wait_until(lambda: "No time zone is called" in refused.text)
    modal = await stage.hana.click(setup, "Time zone…")
    await stage.hana.submit_modal(modal, {"zone": "Europe/Berlin"})
    await stage.discord.wait_until(lambda: "Europe/Berlin" in setup.text)
    assert stage.bot.timezone == "Europe/Berlin"
    role = next(role for role in stage.discord.studio.roles.values() if role.name == "Team")
    await stage.hana.select(setup, [role], custom_id="setup:roles")
    await stage.discord.wait_until(lambda: "The team is set" in setup.text)
    assert stage.bot.team_role_ids == (role.id,)
    overview = await stage.discord.wait_for_answer(await stage.bob.slash("progress"))
    assert "Out now" in overview.text
