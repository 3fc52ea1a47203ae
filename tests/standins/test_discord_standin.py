"""The stand-in for Discord proved with a real discord.py client over real sockets, in one event loop."""

import asyncio
import io
import os
import sys
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.standins import discord_refused
from tests.standins.discord_command_forms import check_commands
from tests.standins.discord_errors import ApiError
from tests.standins.discord_forms import CREATE_FLAGS, check_message
from tests.standins.discord_options import ImpossibleError
from tests.standins.discord_sample_bot import running
from tests.standins.discord_server import DiscordStandIn
from tests.standins.discord_world import ATTACH_FILES, NEWS, PIN_MESSAGES, SEND_MESSAGES, VIEW_CHANNEL, Json, Pings


@pytest.fixture
async def standin() -> AsyncIterator[DiscordStandIn]:
    """A stand-in, and discord.py pointed at it until the test is over."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    async with DiscordStandIn() as made:
        Route.BASE = made.base_url
        yield made
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway


async def test_a_slash_command_with_a_file_is_answered_and_its_button_pressed(standin: DiscordStandIn) -> None:
    """Defer, download, edit, follow up, click."""
    async with running(standin):
        ann = standin.add_person("Ann")
        log = await ann.slash("script", ebook="Dune", chapter=3, source=("a.txt", b"words"))
        await standin.wait_for_answer(log)
        await standin.wait_until(lambda: len(log.messages) == 2)
        assert log.callback == 5
        assert "Dune 3 words" in log.text
        assert log.buttons == ["Approve"]
        assert [m.ephemeral for m in log.messages] == [False, True]
        clicked = await ann.click(log, "Approve")
        assert clicked.text == "approved 3"
        assert standin.channel.messages[0].buttons == []
        assert all(latency < 1 for latency in standin.latencies)
        with pytest.raises(ImpossibleError, match="needs chapter"):
            await ann.slash("script", ebook="Dune")
    assert standin.violations == []
    assert standin.unexpected == []


async def test_a_modal_is_shown_and_filled_in(standin: DiscordStandIn) -> None:
    """Text, select and upload come back by custom_id or label."""
    async with running(standin):
        ann = standin.add_person("Ann")
        log = await ann.slash("scripts new")
        assert log.modal is not None
        sent = await ann.submit_modal(log, words="Hello", Tone="Dark", book=[("b.epub", b"12345")])
        assert sent.text == "Hello ['d'] [5]"
        assert sent.ephemeral
        assert standin.channel.messages == []
    assert standin.violations == []


async def test_autocomplete_offers_choices(standin: DiscordStandIn) -> None:
    """What is typed comes back."""
    async with running(standin):
        log = await standin.owner.autocomplete("script", "ebook", "Du")
        assert log.choices == [{"name": "Du!", "value": "Du"}]


async def test_a_message_with_a_file_is_sent_edited_pinned_found_and_deleted(standin: DiscordStandIn) -> None:
    """The channel's own routes, and no one is rung."""
    async with running(standin) as bot:
        channel = bot.get_partial_messageable(standin.channel.id)
        file = discord.File(io.BytesIO(b"abc"), "a.txt")
        sent = await channel.send("hello @everyone", file=file, embed=discord.Embed(title="T"))
        (stored,) = standin.channel.messages
        assert stored.attachments[0].data == b"abc"
        assert stored.text == "hello @everyone\nT\na.txt"
        assert stored.pings == Pings()
        assert await sent.attachments[0].read() == b"abc"
        await sent.edit(content="changed", embed=None, attachments=[])
        assert (stored.text, stored.edits) == ("changed", 1)
        assert [m.content async for m in channel.history(limit=10)] == ["changed"]
        await sent.delete()
        with pytest.raises(discord.NotFound) as caught:
            await sent.edit(content="again")
        assert caught.value.code == 10008


async def test_a_mention_rings_only_where_discord_would(standin: DiscordStandIn) -> None:
    """Everyone needs a right, a role must be mentionable, code rings nobody."""
    async with running(standin) as bot:
        ann = standin.add_person("Ann")
        team = standin.world.add_role(standin.studio, "Team", mentionable=True)
        crew = standin.world.add_role(standin.studio, "Crew")
        text = f"@everyone {team.mention} {crew.mention} {ann.mention} `{standin.owner.mention}`"
        channel = bot.get_partial_messageable(standin.channel.id)
        await channel.send(text, allowed_mentions=discord.AllowedMentions.all())
        pings = standin.channel.messages[-1].pings
        assert pings == Pings(roles=frozenset({team.id}), users=frozenset({ann.id}))


async def test_the_same_nonce_gives_the_first_message(standin: DiscordStandIn) -> None:
    """A resend makes no second message."""
    async with running(standin) as bot:
        channel = bot.get_partial_messageable(standin.channel.id)
        first = await channel.send("once", nonce="abc")
        second = await channel.send("once", nonce="abc")
        assert first.id == second.id
        assert len(standin.channel.messages) == 1


async def test_rights_and_gone_channels_have_discords_codes(standin: DiscordStandIn) -> None:
    """50013 without a right, 50001 unseen, 10003 gone, 50035 for a form."""
    async with running(standin) as bot:
        me = standin.studio.me
        places = [standin.world.add_channel(standin.studio, name) for name in ("a", "b", "c")]
        places[0].deny(me, SEND_MESSAGES)
        places[1].deny(standin.studio.everyone, VIEW_CHANNEL)
        standin.delete_channel(places[2])
        codes = []
        for place in places:
            with pytest.raises(discord.HTTPException) as caught:
                await bot.get_partial_messageable(place.id).send("x")
            codes.append(caught.value.code)
        assert codes == [50013, 50001, 10003]
        assert standin.violations == []
        with pytest.raises(discord.HTTPException, match="2000 or fewer"):
            await bot.get_partial_messageable(standin.channel.id).send("x" * 2001)
        assert len(standin.violations) == 1


@pytest.mark.slow
async def test_rate_limits_are_met_and_waited_for(standin: DiscordStandIn) -> None:
    """Global 429s are waited for by discord.py; a channel's own window is kept without any."""
    async with running(standin) as bot:
        standin.limits.enabled = True
        standin.limits.per_second = 1
        standin.limits.window = 1.0  # long enough that a busy machine sends two requests in it
        places = [standin.world.add_channel(standin.studio, f"c{n}") for n in range(3)]
        await asyncio.gather(*(bot.get_partial_messageable(place.id).send("x") for place in places))
        assert standin.count_requests("POST", "/messages", 429) > 0
        assert [len(place.messages) for place in places] == [1] * 3
        standin.limits.per_second = 50
        await asyncio.sleep(1)
        before = standin.count_requests("POST", "/messages", 429)
        for _ in range(7):
            await bot.get_partial_messageable(places[0].id).send("y")
        assert standin.count_requests("POST", "/messages", 429) == before


async def test_faults_are_met(standin: DiscordStandIn) -> None:
    """500 is retried; a lost answer and a reset are not by discord.py on Linux; a 429 without Via raises."""
    async with running(standin) as bot:
        channel = bot.get_partial_messageable(standin.channel.id)
        standin.add_fault("POST", "/channels/*/messages", status=500)
        await channel.send("one")
        assert standin.count_requests("POST", "/messages") == 2
        standin.add_fault("POST", "/channels/*/messages", "lost")
        with pytest.raises(aiohttp.ServerDisconnectedError):
            await channel.send("two", nonce="n2")
        assert [m.text for m in standin.channel.messages] == ["one", "two"]
        await channel.send("two", nonce="n2")
        assert len(standin.channel.messages) == 2
        standin.add_fault("POST", "/channels/*/messages", "reset")
        with pytest.raises(aiohttp.ClientError):
            await channel.send("three")
        standin.add_fault("POST", "/channels/*/messages", "cloudflare")
        with pytest.raises(discord.HTTPException) as caught:
            await channel.send("three")
        assert caught.value.status == 429
        standin.add_fault("POST", "/channels/*/messages", "hang")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(channel.send("three"), 0.2)
        assert len(standin.channel.messages) == 2


async def test_a_cut_websocket_is_resumed(standin: DiscordStandIn) -> None:
    """What happened meanwhile is told on RESUME."""
    async with running(standin) as bot:
        await standin.gateway.drop(4000)
        guild = standin.world.add_guild("Elsewhere", standin.owner.user)
        standin.join(guild)
        await standin.wait_until(lambda: bot.get_guild(guild.id))
        assert len(standin.gateway.identifies) == 1
        assert bot.resumed == 1
        standin.remove_guild(guild)
        await standin.wait_until(lambda: bot.get_guild(guild.id) is None)


async def test_an_invalid_session_is_begun_anew(standin: DiscordStandIn) -> None:
    """IDENTIFY again after op 9."""
    async with running(standin):
        standin.gateway.invalidate()
        await standin.wait_until(lambda: len(standin.gateway.identifies) == 2, 15)
        await standin.wait_until_connected()


async def test_a_wrong_token_is_refused(standin: DiscordStandIn) -> None:
    """401 before the gateway."""
    with pytest.raises(discord.LoginFailure):
        async with running(standin, "wrong"):
            pass
    assert standin.invalid_requests == 1


async def test_interactions_are_answered_once_and_in_time(standin: DiscordStandIn) -> None:
    """10062 after three seconds, 40060 the second time, 50027 after fifteen minutes."""
    async with running(standin) as bot:

        @bot.tree.command(name="late", description="late", guild=bot.studio)
        async def late(interaction: discord.Interaction) -> None:
            standin.interactions.logs[-1].age(4)
            await interaction.response.send_message("x")

        @bot.tree.command(name="twice", description="twice", guild=bot.studio)
        async def twice(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("x")
            standin.interactions.logs[-1].age(1000)
            await interaction.followup.send("y")

        @bot.tree.error
        async def failed(_: discord.Interaction, error: app_commands.AppCommandError) -> None:
            errors.append(getattr(error.__cause__, "code", None))

        errors: list[int | None] = []
        await bot.tree.sync(guild=bot.studio)
        standin.owner.patience = 0.3
        log = await standin.owner.slash("late")
        assert log.failed == "The application did not respond"
        assert (await standin.owner.slash("twice")).text == "x"
        await standin.wait_until(lambda: len(errors) == 2)
        assert errors == [10062, 50027]


async def test_a_layout_of_components_is_shown_and_picked_from(standin: DiscordStandIn) -> None:
    """Components V2, a channel select, and the announcement channel's publishing."""
    async with running(standin) as bot:
        picked: list[str] = []

        class Layout(discord.ui.LayoutView):
            box: discord.ui.Container["Layout"] = discord.ui.Container(
                discord.ui.TextDisplay("# Title"),
                discord.ui.MediaGallery(discord.MediaGalleryItem("attachment://p.png")),
            )
            row: discord.ui.ActionRow["Layout"] = discord.ui.ActionRow()

            @row.select(cls=discord.ui.ChannelSelect, placeholder="Where")
            async def where(self, interaction: discord.Interaction, select: discord.ui.ChannelSelect["Layout"]) -> None:
                picked.extend(str(value) for value in select.values)
                await interaction.response.defer()

        news = standin.world.add_channel(standin.studio, "news", NEWS)
        standin.update(news, new=True)
        file = discord.File(io.BytesIO(b"png"), "p.png")
        sent = await bot.get_partial_messageable(news.id).send(view=Layout(), file=file)
        await sent.publish()
        (stored,) = news.messages
        assert stored.crossposted
        assert stored.text == "# Title\nWhere\np.png"
        log = await standin.owner.select(stored, news, placeholder="Where")
        assert (log.callback, picked) == (6, ["news"])
        with pytest.raises(discord.HTTPException, match="cannot be used when using"):
            await bot.http.request(
                Route("POST", f"/channels/{news.id}/messages"), json={"content": "x", "flags": 1 << 15}
            )
        news.deny(standin.studio.me, ATTACH_FILES)
        with pytest.raises(discord.Forbidden):
            await bot.get_partial_messageable(news.id).send(file=discord.File(io.BytesIO(b"x"), "x.txt"))


async def test_an_answer_carries_a_file_and_every_request_can_be_watched(standin: DiscordStandIn) -> None:
    """Multipart callbacks and followups; the test is called between handling and answering."""
    seen: list[str] = []
    standin.handled = lambda entry: seen.append(f"{entry.method} {entry.status}")
    async with running(standin) as bot:

        @bot.tree.command(name="export", description="export", guild=bot.studio)
        async def export(interaction: discord.Interaction) -> None:
            await interaction.response.send_message(file=discord.File(io.BytesIO(b"1"), "my a.txt"), ephemeral=True)
            await interaction.followup.send("two", file=discord.File(io.BytesIO(b"22"), "b.txt"), ephemeral=True)
            with pytest.raises(discord.InteractionResponded):
                await interaction.response.send_message("again")
            await interaction.edit_original_response(attachments=[discord.File(io.BytesIO(b"333"), "c.txt")])

        await bot.tree.sync(guild=bot.studio)
        log = await standin.owner.slash("export")
        assert [a.filename for a in log.message.attachments] == ["my_a.txt"]
        await standin.wait_until(lambda: log.text == "c.txt\ntwo\nb.txt")
        assert [a.data for m in log.messages for a in m.attachments] == [b"333", b"22"]
        assert log.ephemeral
    assert standin.violations == []
    assert seen[-3:] == ["POST 200", "POST 200", "PATCH 200"]


async def test_old_messages_take_few_edits_and_pins_both_ways(standin: DiscordStandIn) -> None:
    """30046 once the limit is met, with Discord's status; pins by discord.py's new path."""
    async with running(standin) as bot:
        sent = await bot.get_partial_messageable(standin.channel.id).send("x")
        stored = standin.channel.messages[0]
        standin.studio.me.roles[0].permissions |= PIN_MESSAGES
        await sent.pin()
        assert [m.id async for m in sent.channel.pins()] == [stored.id]
        stored.created -= 3700
        standin.rest.old_edit_limit, standin.rest.old_edit_wait = 1, 0.01
        await sent.edit(content="y")
        with pytest.raises(discord.HTTPException) as caught:
            await sent.edit(content="z")
        assert (caught.value.status, caught.value.code, stored.text) == (429, 30046, "y")


@pytest.mark.slow
async def test_a_process_is_killed_and_comes_back(standin: DiscordStandIn) -> None:
    """A bot of its own process, kill -9 while it waits for an answer, and a second one."""
    arguments = (sys.executable, "-m", "tests.standins.discord_sample_bot")
    patience = standin.owner.patience
    for _ in range(2):
        standin.owner.patience = patience
        process = await asyncio.create_subprocess_exec(*arguments, env={**os.environ, **standin.env}, stderr=DEVNULL)
        try:
            await standin.wait_until_connected()
            log = await standin.wait_for_answer(await standin.owner.slash("script", ebook="Dune", chapter=1))
            assert log.message.text
        finally:
            process.kill()
            await process.wait()
        await standin.wait_until(lambda: not standin.gateway.connected)
        standin.owner.patience = 0.1  # nobody is there to answer
        assert (await standin.owner.slash("scripts new")).failed
    assert len(standin.gateway.identifies) == 2
    assert standin.violations == []


@pytest.mark.parametrize("body", discord_refused.MESSAGES)
def test_a_form_that_discord_refuses_is_refused(body: Json) -> None:
    """Each of the documented limits."""
    with pytest.raises(ApiError, match="50035"):
        check_message(body, [], flags=CREATE_FLAGS)


@pytest.mark.parametrize("command", discord_refused.COMMANDS)
def test_a_command_that_discord_refuses_is_refused(command: Json) -> None:
    """Names, descriptions, options."""
    with pytest.raises(ApiError, match="50035"):
        check_commands([command])
