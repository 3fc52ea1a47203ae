"""``/affiliates``: the team admits servers and resumes paused subscriptions."""

from tests.cogs.announcements import compose, compose_and_post, subscribe_servers
from tests.stage import Stage
from tests.standins.discord_interactions import InteractionLog


async def test_the_team_can_admit_servers(stage: Stage) -> None:
    """Where the studio requires it, a server waits until the team admits it, and is notified then."""
    setup = await stage.discord.wait_for_answer(await stage.hana.slash("setup"))
    await stage.hana.click(setup, "Let the team admit servers")
    await stage.discord.wait_until(lambda: "once the team admits them" in setup.text)
    lantern = await stage.add_affiliate("Red Lantern")
    assert "has to let you in" in await lantern.run_command("join", channel=lantern.channel)
    assert "No channel would get it" in (await compose(stage)).text
    listed = await stage.discord.wait_for_answer(await stage.hana.slash("affiliates list"))
    await stage.hana.click(listed, "Admit Red Lantern")
    await stage.discord.wait_until(lambda: any("will arrive in" in m.text for m in lantern.guild.text_channel.messages))
    await compose_and_post(stage, 1)


async def test_a_paused_subscription_can_be_resumed(stage: Stage) -> None:
    """After three refusals in a row a channel is paused and its server notified once, and the team can resume it."""
    (lantern,) = await subscribe_servers(stage, "Red Lantern")
    stage.discord.add_fault("POST", f"*/channels/{lantern.channel.id}/messages", "status", status=403, times=3)
    for number in range(3):
        log = await compose(stage, title=f"Soon {number}")
        await stage.hana.click(log, "Post to 1 channel")
        await stage.wait_for_card(f"Posted · Soon {number}")
    await stage.discord.wait_until(lambda: any("are paused" in m.text for m in lantern.guild.text_channel.messages))
    log = await compose(stage)
    assert "paused" in log.text
    listed = await stage.discord.wait_for_answer(await stage.hana.slash("affiliates list"))
    await stage.hana.click(listed, "Resume Red Lantern")
    await stage.discord.wait_until(lambda: "**paused**" not in listed.text)
    await compose_and_post(stage, 1)


async def run_command(stage: Stage, command: str, **options: object) -> InteractionLog:
    return await stage.discord.wait_for_answer(await stage.hana.slash(command, options=options))


async def test_the_team_lists_checks_and_removes_subscriptions(stage: Stage) -> None:
    """/affiliates list has pages, check names missing permissions, and remove ends a subscription once it is confirmed."""
    servers = await subscribe_servers(stage, *(f"Server {number:02}" for number in range(11)))
    listed = await run_command(stage, "affiliates list")
    assert "11 servers subscribed" in listed.text
    await stage.hana.click(listed, "Next ›")
    await stage.discord.wait_until(lambda: "Server 10" in listed.text)
    assert "11 of 11 channels can be written to" in (await run_command(stage, "affiliates check")).text
    servers[0].channel.deny(servers[0].guild.me, 1 << 11)
    stage.discord.update(servers[0].channel)
    await stage.discord.wait_until(
        lambda: stage.bot.adapters.channel_access.find_obstacle(servers[0].guild.id, servers[0].channel.id)
    )
    assert "lacks Send Messages" in (await run_command(stage, "affiliates check")).text
    known = await stage.bot.services.affiliates.find_by_guild(servers[1].guild.id)
    assert known is not None
    choices = (await stage.hana.autocomplete("affiliates remove", "affiliate", "server 01")).choices or []
    assert [choice["value"] for choice in choices] == [known.id]
    asked = await run_command(stage, "affiliates remove", affiliate=known.id)
    await stage.hana.click(asked, "End its announcements")
    await stage.discord.wait_until(lambda: "gets no more announcements" in asked.text)
    assert await stage.bot.services.affiliates.find_by_guild(servers[1].guild.id) is None
