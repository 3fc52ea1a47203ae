"""The stand-in's REST routes for accounts, guilds, channels and messages."""

import time
from typing import Any

from tests.standins import discord_payloads as payloads
from tests.standins.discord_errors import ApiError, missing_access, missing_permissions, unknown
from tests.standins.discord_forms import CREATE_FLAGS, EDIT_FLAGS, check_message
from tests.standins.discord_mentions import pings
from tests.standins.discord_wire import Call, Reply, Route, Upload
from tests.standins.discord_world import (
    ATTACH_FILES,
    COMPONENTS_V2,
    EMBED_LINKS,
    LOADING,
    MANAGE_MESSAGES,
    PIN_MESSAGES,
    READ_MESSAGE_HISTORY,
    SEND_MESSAGES,
    VIEW_CHANNEL,
    Channel,
    Guild,
    Json,
    Message,
    World,
)

MESSAGES_INTENT = 1 << 9
DIRECT_INTENT = 1 << 12


class Rest:
    """Handlers over a world; each is called with the whole request and changes the world at once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.nonce_seconds = 180.0
        self.old_edit_limit: int | None = None
        self.old_edit_wait = 1.0
        self.session_starts = 1000

    def routes(self) -> list[Route]:
        """The table of routes."""
        channel = "/channels/{channel}"
        one = f"{channel}/messages/{{message}}"
        return [
            ("GET", "/users/@me", self.me),
            ("POST", "/users/@me/channels", self.direct),
            ("GET", "/users/{user}", self.user),
            ("GET", "/applications/@me", self.application),
            ("GET", "/oauth2/applications/@me", self.application),
            ("GET", "/gateway", self.gateway),
            ("GET", "/gateway/bot", self.gateway),
            ("GET", "/users/@me/guilds", lambda _: (200, [payloads.guild(g) for g in self.world.guilds.values()])),
            ("GET", "/guilds/{guild}", lambda call: (200, payloads.guild(self._guild(call)))),
            ("GET", "/guilds/{guild}/channels", self.guild_channels),
            ("GET", "/guilds/{guild}/roles", self.guild_roles),
            ("GET", "/guilds/{guild}/members/{user}", self.member),
            ("DELETE", "/users/@me/guilds/{guild}", self.leave),
            ("GET", channel, lambda call: (200, payloads.channel(self._channel(call)))),
            ("POST", f"{channel}/typing", self.typing),
            ("GET", f"{channel}/messages", self.history),
            ("POST", f"{channel}/messages", self.create),
            ("GET", f"{channel}/messages/pins", self.pins),
            ("PUT", f"{channel}/messages/pins/{{message}}", self.pin),
            ("DELETE", f"{channel}/messages/pins/{{message}}", self.pin),
            ("GET", f"{channel}/pins", self.pins),
            ("PUT", f"{channel}/pins/{{message}}", self.pin),
            ("DELETE", f"{channel}/pins/{{message}}", self.pin),
            ("GET", one, lambda call: (200, self._show(self._message(call, READ_MESSAGE_HISTORY)))),
            ("PATCH", one, self.edit),
            ("DELETE", one, self.delete),
            ("POST", f"{one}/crosspost", self.crosspost),
        ]

    def me(self, _call: Call) -> Reply:
        """The bot's own account."""
        return 200, payloads.user(self.world.bot) | {
            "mfa_enabled": True,
            "locale": "en-US",
            "verified": True,
            "email": None,
        }

    def user(self, call: Call) -> Reply:
        """Any account."""
        found = self.world.users.get(call.number("user"))
        if found is None:
            raise unknown(10013, "User")
        return 200, payloads.user(found)

    def direct(self, call: Call) -> Reply:
        """The direct-message channel with an account."""
        found = self.world.users.get(int(call.form.get("recipient_id") or 0))
        if found is None:
            raise unknown(10013, "User")
        return 200, payloads.channel(self.world.direct(found))

    def application(self, _call: Call) -> Reply:
        """The application and its owner."""
        return 200, {
            "id": str(self.world.application_id),
            "name": self.world.bot.name,
            "description": "",
            "icon": None,
            "bot_public": True,
            "bot_require_code_grant": False,
            "owner": payloads.user(self.world.app_owner),
            "verify_key": "0" * 64,
            "team": None,
            "flags": 0,
            "redirect_uris": [],
            "interactions_endpoint_url": None,
        }

    def gateway(self, _call: Call) -> Reply:
        """Where the websocket is."""
        limit = {"total": 1000, "remaining": self.session_starts, "reset_after": 86_400_000, "max_concurrency": 1}
        url = self.world.base.replace("http", "ws", 1) + "/gateway"
        return 200, {"url": url, "shards": 1, "session_start_limit": limit}

    def guild_channels(self, call: Call) -> Reply:
        """A guild's channels."""
        return 200, [payloads.channel(c) for c in self._guild(call).channels.values()]

    def guild_roles(self, call: Call) -> Reply:
        """A guild's roles."""
        return 200, [payloads.role(r) for r in self._guild(call).roles.values()]

    def member(self, call: Call) -> Reply:
        """One member of a guild."""
        found = self._guild(call).members.get(call.number("user"))
        if found is None:
            raise unknown(10007, "Member")
        return 200, payloads.member(found)

    def leave(self, call: Call) -> Reply:
        """The bot leaves a guild."""
        guild = self._guild(call)
        guild.present = False
        self.world.emit("GUILD_DELETE", {"id": str(guild.id)}, 1)
        return 204, None

    def typing(self, call: Call) -> Reply:
        """ "… is typing"."""
        self._channel(call, SEND_MESSAGES).typing += 1
        return 204, None

    def history(self, call: Call) -> Reply:
        """A channel's messages, newest first, by limit, before, after or around."""
        channel = self._channel(call)
        if channel.guild and not channel.guild.permissions(channel.guild.me, channel) & READ_MESSAGE_HISTORY:
            return 200, []  # as documented: no refusal, and nothing to see
        limit = int(call.query.get("limit", "50"))
        if not 1 <= limit <= 100:
            raise ApiError(400, 50035, "Invalid Form Body", {"errors": {"limit": {"_errors": []}}})
        found = sorted(channel.messages, key=lambda m: m.id)
        if after := call.query.get("after"):
            found = [m for m in found if m.id > int(after)][:limit]
        elif before := call.query.get("before"):
            found = [m for m in found if m.id < int(before)][-limit:]
        elif around := call.query.get("around"):
            older = [m for m in found if m.id < int(around)][-(limit // 2) :]
            found = older + [m for m in found if m.id >= int(around)][: limit - len(older)]
        else:
            found = found[-limit:]
        return 200, [self._show(m) for m in reversed(found)]

    def create(self, call: Call) -> Reply:
        """A new message; with enforce_nonce the earlier one of the same nonce instead."""
        body = call.form
        channel = self._channel(call, SEND_MESSAGES)
        self._may(channel, (EMBED_LINKS if body.get("embeds") else 0) | (ATTACH_FILES if call.files else 0))
        check_message(body, [f.name for f in call.files], flags=CREATE_FLAGS)
        self._check_reference(channel, body)
        nonce = body.get("nonce")
        key = (channel.id, str(nonce))
        if nonce is not None and body.get("enforce_nonce"):
            at, earlier = self.world.nonces.get(key, (0.0, None))
            if earlier is not None and time.monotonic() - at < self.nonce_seconds:
                if earlier.deleted:
                    raise unknown(10008, "Message")
                return 200, self._show(earlier)
        message = self.compose(channel, body, call.files)
        message.pings = pings(self.world, channel, body)
        message.nonce = nonce
        if nonce is not None:
            self.world.nonces[key] = time.monotonic(), message
        self.publish(message)
        return 200, self._show(message)

    def compose(self, channel: Channel, body: Json, files: list[Upload]) -> Message:
        """The message that a checked form describes, not yet in its channel."""
        message = Message(self.world.snowflake(), channel, self.world.bot)
        message.flags = (body.get("flags") or 0) & ~LOADING
        message.reference = body.get("message_reference")
        self.write(message, body, files)
        return message

    def write(self, message: Message, body: Json, files: list[Upload]) -> None:
        """Put a checked form's parts into a message."""
        for key in ("embeds", "components"):
            if key in body:
                setattr(message, key, body[key] or [])
        if "content" in body:
            message.content = body["content"] or ""
        if "allowed_mentions" in body:
            message.allowed_mentions = body["allowed_mentions"]
        payloads.number_components(message.components)
        message.flags |= (body.get("flags") or 0) & COMPONENTS_V2
        listed: list[Json] | None = body.get("attachments")
        if listed is not None:
            kept = {str(item.get("id")) for item in listed}
            message.attachments = [a for a in message.attachments if str(a.id) in kept]
        described = {str(item.get("id")): item.get("description") for item in listed or []}
        for number, upload in enumerate(files):
            kind = upload.content_type
            if kind == "application/octet-stream":
                kind = payloads.content_type(upload.name)
            made = self.world.attach(message.channel.id, upload.name, upload.data, kind)
            made.description = described.get(str(number))
            message.attachments.append(made)

    def publish(self, message: Message) -> None:
        """Put a message into its channel and tell of it."""
        message.channel.stored[message.id] = message
        self._tell("MESSAGE_CREATE", message)

    def edit(self, call: Call) -> Reply:
        """Change one of the bot's own messages."""
        message = self._message(call, 0)
        if message.author is not self.world.bot:
            raise ApiError(403, 50005, "Cannot edit a message authored by another user")
        check_message(call.form, [f.name for f in call.files], flags=EDIT_FLAGS, before=message)
        old = time.time() - message.created > 3600
        if old and self.old_edit_limit is not None and message.edits >= self.old_edit_limit:
            text = "Maximum number of edits to messages older than 1 hour reached. Try again later."
            raise ApiError(429, 30046, text, {"retry_after": self.old_edit_wait, "global": False})
        return 200, self.rewrite(message, call)

    def rewrite(self, message: Message, call: Call) -> Json:
        """Change a message by a checked form, remembering what it said."""
        message.past.append(message.text)
        message.edits += 1
        message.edited = time.time()
        message.flags &= ~LOADING
        self.write(message, call.form, call.files)
        self._tell("MESSAGE_UPDATE", message)
        return self._show(message)

    def delete(self, call: Call) -> Reply:
        """Take a message away: one's own, or with Manage Messages anybody's."""
        message = self._message(call, 0)
        if message.author is not self.world.bot:
            self._may(message.channel, MANAGE_MESSAGES)
        self.remove(message)
        return 204, None

    def remove(self, message: Message) -> None:
        """Take a message away and tell of it."""
        message.deleted = True
        if not message.ephemeral:
            gone: Json = {"id": str(message.id), "channel_id": str(message.channel.id)}
            if message.channel.guild:
                gone["guild_id"] = str(message.channel.guild.id)
            self.world.emit("MESSAGE_DELETE", gone, MESSAGES_INTENT if message.channel.guild else DIRECT_INTENT)

    def crosspost(self, call: Call) -> Reply:
        """Publish to the followers of an announcement channel."""
        message = self._message(call, SEND_MESSAGES)
        if not payloads.publishable(message.channel):
            raise ApiError(400, 50024, "Cannot execute action on this channel type")
        if message.crossposted:
            raise ApiError(400, 40033, "This message has already been crossposted")
        message.crossposted = True
        return 200, self._show(message)

    def pins(self, call: Call) -> Reply:
        """A channel's pins, in the new form or the old list."""
        found = [m for m in self._channel(call, READ_MESSAGE_HISTORY).messages if m.pinned]
        if call.path.endswith("/messages/pins"):
            items = [{"pinned_at": payloads.moment(m.created), "message": self._show(m)} for m in found]
            return 200, {"items": items, "has_more": False}
        return 200, [self._show(m) for m in found]

    def pin(self, call: Call) -> Reply:
        """Pin or unpin; Discord asks for Pin Messages and no longer for Manage Messages."""
        self._message(call, PIN_MESSAGES).pinned = call.method == "PUT"
        return 204, None

    def _guild(self, call: Call) -> Guild:
        found = self.world.guilds.get(call.number("guild"))
        if found is None:
            raise unknown(10004, "Guild")
        if not found.present:
            raise missing_access()
        return found

    def _channel(self, call: Call, needed: int = 0) -> Channel:
        found = self.world.channels.get(call.number("channel"))
        if found is None:
            raise unknown(10003, "Channel")
        self._may(found, needed)
        return found

    def _may(self, channel: Channel, needed: int) -> None:
        guild = channel.guild
        if guild is None:
            return
        held = guild.permissions(guild.me, channel) if guild.present else 0
        if not held & VIEW_CHANNEL:
            raise missing_access()
        if needed & ~held:
            raise missing_permissions()

    def _message(self, call: Call, needed: int) -> Message:
        found = self._channel(call, needed).stored.get(call.number("message"))
        if found is None or found.deleted or found.ephemeral:
            raise unknown(10008, "Message")
        return found

    def _check_reference(self, channel: Channel, body: Json) -> None:
        reference = body.get("message_reference")
        if not reference:
            return
        answered = channel.stored.get(int(reference.get("message_id") or 0))
        if (answered is None or answered.deleted) and reference.get("fail_if_not_exists", True):
            error = {"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}
            raise ApiError(400, 50035, "Invalid Form Body", {"errors": {"message_reference": {"_errors": [error]}}})
        self._may(channel, READ_MESSAGE_HISTORY)

    def _show(self, message: Message) -> Json:
        return payloads.message(message, self.world)

    def _tell(self, event: str, message: Message) -> None:
        if message.ephemeral:
            return
        shown: dict[str, Any] = self._show(message)
        if message.channel.guild:
            shown["guild_id"] = str(message.channel.guild.id)
        self.world.emit(event, shown, MESSAGES_INTENT if message.channel.guild else DIRECT_INTENT)
