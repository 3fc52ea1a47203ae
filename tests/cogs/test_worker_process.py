"""A worker beside a gateway on one database: it has no cache, and does everything from what the gateway has stored."""

from bot.broadcasts.post import Post
from bot.roles import Role
from tests.bot.broadcasts.scripted_sender import until
from tests.cogs.announcements import close_channel, subscribe_servers
from tests.stage import open_stage, posts_in, running_bot, settings_for

ANNOUNCEMENT_CHANNEL = 5


async def test_a_worker_without_a_cache_checks_previews_posts_and_publishes(postgres_url: str) -> None:
    """It names a missing permission as the gateway does, counts the same channels, and publishes in the studio's own."""
    async with open_stage(postgres_url, role=Role.GATEWAY) as stage:
        news = stage.discord.world.add_channel(stage.discord.studio, "announcements", ANNOUNCEMENT_CHANNEL)
        stage.discord.update(news, new=True)
        await stage.discord.wait_until(lambda: stage.bot.get_channel(news.id))
        setup = await stage.discord.wait_for_answer(await stage.hana.slash("setup"))
        await stage.hana.select(setup, [news], custom_id="setup:announcement")
        await stage.discord.wait_until(lambda: "others can follow it" in setup.text)
        lantern, owls, foxes = await subscribe_servers(stage, "Red Lantern", "Night Owls", "Foxes")
        stage.discord.remove_guild(foxes.guild, unavailable=True)
        async with running_bot(settings_for(stage.discord, postgres_url), role=Role.WORKER) as worker:
            assert not worker.guilds
            services = worker.services
            assert [check.obstacle for check in await services.affiliates.check_channels()] == ["", "", ""]
            await close_channel(stage, owls)

            async def is_told() -> bool:
                return any(check.obstacle for check in await services.affiliates.check_channels())

            await until(is_told)
            checks = await services.affiliates.check_channels()
            assert checks == await stage.bot.services.affiliates.check_channels()
            assert [check.obstacle for check in checks] == ["", "lacks Send Messages and Embed Links", ""]
            broadcast_id = await services.drafts.compose_and_confirm(Post("Soon", "The well opens."), {})
            await stage.discord.wait_until(lambda: any(post.crossposted for post in posts_in(news)))
            await stage.discord.wait_until(lambda: len(lantern.posts) == len(foxes.posts) == 1)
            preview = await services.drafts.preview_draft(broadcast_id)
            assert {target.channel_id for target in preview.targets} == {news.id, lantern.channel.id, foxes.channel.id}
            assert [why for _, why in preview.left_out] == ["lacks Send Messages and Embed Links"]
            assert not owls.posts
