"""The JSON that Discord shows of its users, guilds, channels and messages."""

import mimetypes
import struct
from datetime import UTC, datetime

from tests.standins.discord_world import (
    COMPONENTS_V2,
    NEWS,
    Attachment,
    Channel,
    Guild,
    Json,
    Member,
    Message,
    Role,
    User,
    World,
    walk,
)

JOINED = "2026-01-01T00:00:00+00:00"


def moment(seconds: float) -> str:
    """A time as Discord writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def user(who: User) -> Json:
    """A user object."""
    return {
        "id": str(who.id),
        "username": who.name.lower().replace(" ", "_"),
        "global_name": who.name,
        "discriminator": "0",
        "avatar": None,
        "bot": who.bot,
        "public_flags": 0,
        "flags": 0,
    }


def member(who: Member, *, permissions: int | None = None, with_user: bool = True) -> Json:
    """A member object; `permissions` stands in interactions alone."""
    made: Json = {
        "nick": None,
        "avatar": None,
        "roles": [str(role.id) for role in who.roles],
        "joined_at": JOINED,
        "premium_since": None,
        "communication_disabled_until": None,
        "pending": False,
        "flags": 0,
    }
    if with_user:
        made |= {"user": user(who.user), "deaf": False, "mute": False}
    if permissions is not None:
        made["permissions"] = str(permissions)
    return made


def role(it: Role) -> Json:
    """A role object."""
    return {
        "id": str(it.id),
        "name": it.name,
        "permissions": str(it.permissions),
        "mentionable": it.mentionable,
        "position": it.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "flags": 0,
    }


def channel(it: Channel, *, permissions: int | None = None) -> Json:
    """A channel object; `permissions` stands in interactions alone."""
    if it.recipient is not None:
        return {
            "id": str(it.id),
            "type": it.kind,
            "recipients": [user(it.recipient)],
            "last_message_id": None,
            "flags": 0,
        }
    made: Json = {
        "id": str(it.id),
        "type": it.kind,
        "name": it.name,
        "guild_id": str(it.guild.id) if it.guild else None,
        "position": 0,
        "topic": None,
        "nsfw": False,
        "parent_id": None,
        "last_message_id": None,
        "rate_limit_per_user": 0,
        "flags": 0,
        "bitrate": 64000,
        "user_limit": 0,
        "permission_overwrites": [
            {"id": str(o.id), "type": o.kind, "allow": str(o.allow), "deny": str(o.deny)} for o in it.overwrites
        ],
    }
    if permissions is not None:
        made["permissions"] = str(permissions)
    return made


def guild(it: Guild, *, event: bool = False) -> Json:
    """A guild object, with `event` the fuller one of GUILD_CREATE (without the privileged members: only the bot)."""
    made: Json = {
        "id": str(it.id),
        "name": it.name,
        "owner_id": str(it.owner.id),
        "roles": [role(r) for r in it.roles.values()],
        "preferred_locale": it.locale,
        **{key: [] for key in ("emojis", "features", "stickers")},
        **dict.fromkeys(("icon", "splash", "discovery_splash", "banner", "description", "vanity_url_code"), None),
        **dict.fromkeys(("system_channel_id", "rules_channel_id", "public_updates_channel_id", "afk_channel_id"), None),
        **dict.fromkeys(("verification_level", "default_message_notifications", "explicit_content_filter"), 0),
        **dict.fromkeys(("mfa_level", "nsfw_level", "premium_tier", "system_channel_flags"), 0),
        "afk_timeout": 300,
        "premium_progress_bar_enabled": False,
    }
    if event:
        made |= {
            "channels": [channel(c) for c in it.channels.values()],
            "members": [member(it.me)],
            "member_count": len(it.members),
            "joined_at": JOINED,
            "large": False,
            **{key: [] for key in ("threads", "presences", "voice_states", "stage_instances")},
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }
    return made


def attachment(it: Attachment) -> Json:
    """An attachment object; a PNG's size is read from its header."""
    made: Json = {
        "id": str(it.id),
        "filename": it.filename,
        "size": len(it.data),
        "url": it.url,
        "proxy_url": it.url,
        "content_type": it.content_type,
        "description": it.description,
    }
    if it.title is not None:
        made["title"] = it.title.rpartition(".")[0] or it.title
    if it.data[:8] == b"\x89PNG\r\n\x1a\n" and len(it.data) >= 24:
        made["width"], made["height"] = struct.unpack(">II", it.data[16:24])
    return made


def content_type(filename: str) -> str:
    """The type that goes with a file's name."""
    guessed = mimetypes.guess_type(filename)[0] or "application/octet-stream"
    return f"{guessed}; charset=utf-8" if guessed.startswith("text/") else guessed


def message(it: Message, world: World) -> Json:
    """A message object as it stands now."""
    made: Json = {
        "id": str(it.id),
        "channel_id": str(it.channel.id),
        "type": 19 if it.reference else 20 if it.interaction and it.interaction["type"] == 2 else 0,
        "author": user(it.author),
        "content": it.content,
        "embeds": [{"type": "rich", **_resolved(embed, it)} for embed in it.embeds],
        "components": [_resolved(component, it) for component in it.components],
        "attachments": [attachment(a) for a in it.attachments],
        "timestamp": moment(it.created),
        "edited_timestamp": moment(it.edited) if it.edited else None,
        "flags": it.flags | (1 if it.crossposted else 0),
        "tts": False,
        "pinned": it.pinned,
        "mention_everyone": it.pings.everyone,
        "mentions": [user(world.users[u]) for u in sorted(it.pings.users) if u in world.users],
        "mention_roles": [str(r) for r in sorted(it.pings.roles)],
    }
    if it.nonce is not None:
        made["nonce"] = it.nonce
    if it.reference:
        made["message_reference"] = it.reference
    if it.author is world.bot:
        made["application_id"] = str(world.application_id)
    if it.interaction:
        made |= {"interaction_metadata": it.interaction, "webhook_id": str(world.application_id)}
    return made


def number_components(components: list[Json]) -> None:
    """Give each component the sequential id that Discord gives where none was sent."""
    taken = {c["id"] for c in walk(components) if c.get("id")}
    following = 0
    for component in walk(components):
        if not component.get("id"):
            following += 1
            while following in taken:
                following += 1
            component["id"] = following


def publishable(it: Channel) -> bool:
    """Whether its messages can be crossposted."""
    return it.kind == NEWS


def is_v2(it: Message) -> bool:
    """Whether the message is laid out by components alone."""
    return bool(it.flags & COMPONENTS_V2)


def _resolved(part: Json, it: Message) -> Json:
    """The part with `attachment://name` replaced by the file's address, as Discord answers."""
    made: Json = {}
    for key, value in part.items():
        if isinstance(value, dict):
            made[key] = _resolved(value, it)
        elif isinstance(value, list):
            made[key] = [_resolved(v, it) if isinstance(v, dict) else v for v in value]
        elif key == "url" and isinstance(value, str) and value.startswith("attachment://"):
            made |= _file(value.removeprefix("attachment://"), value, it)
        else:
            made[key] = value
    return made


def _file(name: str, given: str, it: Message) -> Json:
    for found in it.attachments:
        if found.filename == name:
            url = {"url": found.url, "proxy_url": found.url}
            return url | {"attachment_id": str(found.id), "content_type": found.content_type, "loading_state": 2}
    return {"url": given}
