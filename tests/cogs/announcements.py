"""Steps that the stories about announcements share."""

from storage.states import BroadcastState
from tests.stage import AffiliateServer, Stage
from tests.standins.discord_interactions import InteractionLog
from tests.standins.discord_world import Message

SEND_MESSAGES = 1 << 11


async def subscribe_servers(stage: Stage, *names: str) -> list[AffiliateServer]:
    """New servers with these names, each subscribed with its channel."""
    return [await (await stage.add_affiliate(name)).subscribe() for name in names]


async def compose(
    stage: Stage, title: str = "Soon", message: str = "The well opens.", **options: str
) -> InteractionLog:
    """The preview of a new announcement."""
    command = await stage.hana.slash("broadcast", options={"title": title, "message": message, **options})
    return await stage.discord.wait_for_answer(command)


async def compose_and_post(stage: Stage, count: int) -> Message:
    """The card of an announcement that has been posted to ``count`` channels."""
    log = await compose(stage)
    await stage.hana.click(log, f"Post to {count} channel" + ("s" if count != 1 else ""))
    return await stage.wait_for_card(f"Posted to {count} of {count}")


def find_menu(log: InteractionLog, menu: str) -> str:
    """The custom id of a menu on the preview: ``when``, ``audience`` or ``pings``."""
    return next(
        str(control["custom_id"])
        for control in log.message.controls
        if str(control.get("custom_id")).startswith(f"previewmenu:{menu}:")
    )


def read_menu(log: InteractionLog, menu: str) -> str:
    """What the closed menu shows."""
    control = next(c for c in log.message.controls if c.get("custom_id") == find_menu(log, menu))
    return next(str(option["label"]) for option in control["options"] if option.get("default"))


async def choose(stage: Stage, log: InteractionLog, menu: str, option: str) -> InteractionLog:
    """Hana picks an option of a menu on the preview."""
    return await stage.hana.select(log, option, custom_id=find_menu(log, menu))


async def choose_time(stage: Stage, log: InteractionLog, typed: str) -> InteractionLog:
    """Hana types another time than those that the menu offers."""
    modal = await choose(stage, log, "when", "Other time…")
    return await stage.hana.submit_modal(modal, {"when": typed})


async def compose_and_schedule(stage: Stage) -> Message:
    """The card of an announcement that is scheduled for one channel in two hours."""
    log = await compose(stage)
    await choose_time(stage, log, "in 2 hours")
    await stage.discord.wait_until(lambda: "Schedule for 1 channel" in log.buttons)
    await stage.hana.click(log, "Schedule for 1 channel")
    return await stage.wait_for_card("Scheduled")


async def wait_for_posts(stage: Stage, affiliate: AffiliateServer, count: int) -> None:
    """Waits until the server's channel has ``count`` posts."""
    await stage.discord.wait_until(lambda: len(affiliate.posts) == count)


async def require_second_approver(stage: Stage) -> None:
    """Makes ``/setup`` require a second approver."""
    setup = await stage.discord.wait_for_answer(await stage.hana.slash("setup"))
    await stage.hana.click(setup, "Require a second approver")
    await stage.discord.wait_until(lambda: "approves announcements:** yes" in setup.text)


async def get_newest_id(stage: Stage) -> str:
    """The id of the newest broadcast."""
    async with stage.bot.services.database.read() as tx:
        return (await tx.broadcasts.list_in_states(*BroadcastState, limit=1))[0].id


async def close_channel(stage: Stage, affiliate: AffiliateServer) -> None:
    """Somebody takes the permission to post from the bot, and the gateway says so."""
    affiliate.channel.deny(affiliate.guild.me, SEND_MESSAGES)
    stage.discord.update(affiliate.channel)
    access = stage.bot.adapters.channel_access
    await stage.discord.wait_until(lambda: access.find_obstacle(affiliate.guild.id, affiliate.channel.id))
