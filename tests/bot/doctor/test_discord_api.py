"""What the doctor says about Discord, against the stand-in."""

from datetime import timedelta

import pytest

from bot.doctor.database import check_clock
from bot.doctor.discord_api import check_discord
from bot.doctor.findings import Finding, Severity
from bot.settings import Settings
from bot.studio_config import AnnouncementChannel, StudioConfig
from tests.standins.discord_server import DiscordStandIn
from tests.standins.discord_world import ATTACH_FILES, SEND_MESSAGES, VIEW_CHANNEL


def settings_for(discord: DiscordStandIn, **changes: str) -> Settings:
    """The settings of a bot that goes to the stand-in."""
    return Settings.model_validate({name.lower(): value for name, value in (discord.env | changes).items()})


def lines(findings: list[Finding], severity: Severity) -> list[str]:
    """The lines of one severity."""
    return [finding.to_line() for finding in findings if finding.severity is severity]


async def test_everything_is_fine() -> None:
    """With a good token and all permissions each line is OK, and nothing was asked that Discord would refuse."""
    async with DiscordStandIn() as discord:
        studio = StudioConfig(
            audit_channel_id=discord.channel.id,
            announcement=AnnouncementChannel(
                guild_id=1, guild_name="g", channel_id=discord.channel.id, channel_name="c"
            ),
        )
        findings = await check_discord(settings_for(discord), studio)
        assert [request.status for request in discord.requests if request.status != 200] == []
    assert [finding.subject for finding in findings] == ["clock", "token", "gateway", "studio", "audit", "announce"]
    assert {finding.severity for finding in findings} == {Severity.OK}


async def test_a_wrong_token_is_named_and_not_shown() -> None:
    """The line says where a new token is, and the token is not in it."""
    async with DiscordStandIn() as discord:
        findings = await check_discord(settings_for(discord, DISCORD_TOKEN="wrong.wrong.wrong"), StudioConfig())
    (line,) = lines(findings, Severity.PROBLEM)
    assert "Discord refuses DISCORD_TOKEN" in line
    assert "wrong.wrong" not in line


async def test_no_network_is_one_line() -> None:
    """Where nothing answers, there is one line and no error."""
    async with DiscordStandIn() as discord:
        settings = settings_for(discord, DISCORD_API_BASE="http://127.0.0.1:9/api/v10")
    (line,) = lines(await check_discord(settings, StudioConfig()), Severity.PROBLEM)
    assert "Discord cannot be reached" in line


async def test_a_studio_without_the_bot_gets_the_invite_link() -> None:
    """Where the bot is not in the studio's server, the line has the link to invite it."""
    async with DiscordStandIn() as discord:
        findings = await check_discord(settings_for(discord, STUDIO_GUILD_ID="4711"), StudioConfig())
        (line,) = lines(findings, Severity.PROBLEM)
        assert "not in the studio's server 4711" in line
        assert f"client_id={discord.world.bot.id}" in line


@pytest.mark.parametrize(
    ("denied", "severity", "words"),
    [
        (VIEW_CHANNEL, Severity.PROBLEM, "hidden from the bot"),
        (SEND_MESSAGES, Severity.PROBLEM, "lacks Send Messages"),
        (ATTACH_FILES, Severity.WARNING, "lacks Attach Files"),
    ],
)
async def test_what_is_missing_in_the_audit_channel_is_named(denied: int, severity: Severity, words: str) -> None:
    """A permission that the channel itself takes away is found, however generous the server is."""
    async with DiscordStandIn() as discord:
        channel = discord.world.add_channel(discord.studio, "audit")
        channel.deny(discord.studio.me, denied)
        findings = await check_discord(settings_for(discord), StudioConfig(audit_channel_id=channel.id))
    (line,) = lines(findings, severity)
    assert "audit" in line
    assert words in line


async def test_a_bot_that_is_restarted_in_a_loop_is_warned_about() -> None:
    """Few connections that are left for today are a warning."""
    async with DiscordStandIn() as discord:
        discord.rest.session_starts = 3
        findings = await check_discord(settings_for(discord), StudioConfig())
    (line,) = lines(findings, Severity.WARNING)
    assert "connect 3 more times today" in line


@pytest.mark.parametrize(
    ("ahead", "severity", "words"),
    [
        (0.5, Severity.OK, "agrees"),
        (-8, Severity.WARNING, "8.0 s ahead of that"),
        (90, Severity.PROBLEM, "90.0 s behind"),
    ],
)
def test_a_clock_that_differs_is_measured(ahead: float, severity: Severity, words: str) -> None:
    """A small difference is fine, a few seconds are a warning, more than a minute is a problem."""
    finding = check_clock("clock", "Discord", timedelta(seconds=ahead), timedelta(seconds=3))
    assert finding.severity is severity
    assert words in finding.text
