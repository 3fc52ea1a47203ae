"""Discord: the token, the clock, and what the bot may do in the studio's server and its channels."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import aiohttp

from bot.doctor.channel_permissions import compute_channel_permissions, compute_server_permissions, name_missing
from bot.doctor.database import check_clock
from bot.doctor.findings import Finding, fine, problem, warn
from bot.permissions import invite_link
from bot.settings import Settings
from bot.studio_config import StudioConfig

_API: Final = "https://discord.com/api/v10"
_HEADERS: Final = {"User-Agent": "DiscordBot (midnight-myth doctor, 1)"}
_SECONDS: Final = 10.0
_FEW_STARTS: Final = 20
"""Discord allows a bot 1,000 connections a day; a bot that is restarted in a loop uses them up."""
_DATE_TOLERANCE: Final = timedelta(seconds=3)
"""The header has whole seconds, and the answer was under way."""
_UNREACHABLE: Final = "Discord cannot be reached. Check the network, a proxy or firewall, and DISCORD_API_BASE."


@dataclass(frozen=True, slots=True)
class _Api:
    """Discord's REST API, as the bot with this token sees it."""

    session: aiohttp.ClientSession
    base: str

    async def get(self, path: str) -> tuple[int, Any, Mapping[str, str]]:
        """The status, the JSON and the headers of the answer."""
        async with self.session.get(f"{self.base}{path}", allow_redirects=False) as response:
            is_json = response.content_type == "application/json"
            return response.status, await response.json() if is_json else None, response.headers


async def check_discord(settings: Settings, studio: StudioConfig) -> list[Finding]:
    """What there is to say about Discord."""
    base = _API if settings.discord_api_base is None else str(settings.discord_api_base).rstrip("/")
    headers = {**_HEADERS, "Authorization": f"Bot {settings.discord_token.get_secret_value()}"}
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    async with aiohttp.ClientSession(headers=headers, timeout=timeout, trust_env=True) as session:
        try:
            return await _check_account(_Api(session, base), settings, studio)
        except (OSError, TimeoutError, aiohttp.ClientError, ValueError):
            return [problem("discord", _UNREACHABLE)]
        except (KeyError, TypeError):
            return [problem("discord", "The answer is not Discord's. Check DISCORD_API_BASE and proxies.")]


async def _check_account(api: _Api, settings: Settings, studio: StudioConfig) -> list[Finding]:
    status, account, headers = await api.get("/users/@me")
    findings = _check_date(headers)
    if status == 401:
        sentence = "Discord refuses DISCORD_TOKEN. Copy a new token from the developer portal."
        return [*findings, problem("token", sentence)]
    if status != 200:
        return [*findings, problem("discord", f"Discord answers with the status {status}. Try again later.")]
    findings.append(fine("token", f"Discord accepts the token of {account['username']}."))
    status, gateway, _ = await api.get("/gateway/bot")
    if status == 200:
        left = int(gateway["session_start_limit"]["remaining"])
        text = f"The bot may connect {left} more times today"
        hint = f"{text}: something restarts it again and again."
        findings.append(fine("gateway", f"{text}.") if left >= _FEW_STARTS else warn("gateway", hint))
    return [*findings, *await _check_studio(api, settings, studio, account["id"])]


def _check_date(headers: Mapping[str, str]) -> list[Finding]:
    if "Date" not in headers:
        return []
    ahead = parsedate_to_datetime(headers["Date"]) - datetime.now(UTC)
    return [check_clock("clock", "Discord", ahead, _DATE_TOLERANCE)]


async def _check_studio(api: _Api, settings: Settings, studio: StudioConfig, bot_id: str) -> list[Finding]:
    guild_id = str(settings.studio_guild_id)
    status, guild, _ = await api.get(f"/guilds/{guild_id}")
    if status != 200:
        hint = f"Invite it with {invite_link(int(bot_id))}, or correct STUDIO_GUILD_ID."
        return [problem("studio", f"The bot is not in the studio's server {guild_id}. {hint}")]
    _, member, _ = await api.get(f"/guilds/{guild_id}/members/{bot_id}")
    role_ids = frozenset(member["roles"])
    server = compute_server_permissions(guild, role_ids)
    findings = [_describe("studio", f"the server {guild['name']}", server)]
    announcement = studio.announcement.channel_id if studio.announcement else None
    for subject, channel_id in (("audit", studio.audit_channel_id), ("announce", announcement)):
        if channel_id is None:
            continue
        status, channel, _ = await api.get(f"/channels/{channel_id}")
        if status != 200:
            sentence = f"The channel {channel_id} was deleted or is hidden from the bot. Choose another with /setup."
            findings.append(problem(subject, sentence))
            continue
        overwrites = channel.get("permission_overwrites", [])
        granted = compute_channel_permissions(server, guild_id, bot_id, role_ids, overwrites)
        findings.append(_describe(subject, f"the channel #{channel['name']}", granted))
    return findings


def _describe(subject: str, place: str, granted: int) -> Finding:
    needed, useful = name_missing(granted)
    if needed:
        return problem(subject, f"In {place} the bot lacks {', '.join(needed)}. Give its role these permissions.")
    if useful:
        return warn(subject, f"In {place} the bot lacks {', '.join(useful)}. Give its role these permissions.")
    return fine(subject, f"In {place} the bot has every permission it needs.")
