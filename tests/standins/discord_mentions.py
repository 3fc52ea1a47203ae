"""Whom a message would really ring, by its text, its allowed_mentions and the bot's rights."""

import re

from tests.standins.discord_world import MENTION_EVERYONE, Channel, Json, Pings, World, walk

CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
USER, ROLE = re.compile(r"<@!?(\d+)>"), re.compile(r"<@&(\d+)>")
EVERYBODY = re.compile(r"@(everyone|here)\b")


def pings(world: World, channel: Channel, body: Json, *, interaction: bool = False) -> Pings:
    """Whom this new message rings.

    Mentions in embeds and in code ring nobody; without `allowed_mentions` a message rings all that it mentions, while
    an answer to an interaction rings users alone (resources/message.mdx, allowed mentions).
    """
    displays = [c.get("content") or "" for c in walk(body.get("components") or []) if c.get("type") == 10]
    text = CODE.sub("", "\n".join([body.get("content") or "", *displays]))
    allowed = body.get("allowed_mentions")
    parse = set(allowed.get("parse") or []) if allowed is not None else {"users"} if interaction else None
    allowed = allowed or {}
    users = {int(u) for u in USER.findall(text)} & set(world.users)
    roles = {int(r) for r in ROLE.findall(text)}
    everyone = bool(EVERYBODY.search(text))
    if parse is not None:
        if "users" not in parse:
            users &= {int(u) for u in allowed.get("users") or []}
        if "roles" not in parse:
            roles &= {int(r) for r in allowed.get("roles") or []}
        everyone = everyone and "everyone" in parse
    users |= _replied(channel, body, allowed if parse is not None else {"replied_user": True})
    guild = channel.guild
    if guild is None:
        return Pings(users=frozenset(users))
    if not guild.permissions(guild.me, channel) & MENTION_EVERYONE:
        roles = {r for r in roles if r in guild.roles and guild.roles[r].mentionable}
        everyone = False
    return Pings(everyone, frozenset(roles & set(guild.roles)), frozenset(users & set(guild.members)))


def _replied(channel: Channel, body: Json, allowed: Json) -> set[int]:
    reference = body.get("message_reference") or {}
    answered = channel.stored.get(int(reference.get("message_id") or 0))
    return {answered.author.id} if answered is not None and allowed.get("replied_user") else set()
