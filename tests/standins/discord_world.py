"""The world behind the Discord stand-in: who exists, where, what was said, and what each may do there."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

Json = dict[str, Any]

EPOCH_MS = 1_420_070_400_000

ADMINISTRATOR = 1 << 3
MANAGE_GUILD = 1 << 5
VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
MANAGE_MESSAGES = 1 << 13
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
MENTION_EVERYONE = 1 << 17
USE_APPLICATION_COMMANDS = 1 << 31
PIN_MESSAGES = 1 << 51
ALL_PERMISSIONS = (1 << 53) - 1
EVERYDAY = (
    VIEW_CHANNEL | SEND_MESSAGES | EMBED_LINKS | ATTACH_FILES | READ_MESSAGE_HISTORY | USE_APPLICATION_COMMANDS | 1 << 6
)

TEXT, DM, VOICE, NEWS = 0, 1, 2, 5

EPHEMERAL = 1 << 6
LOADING = 1 << 7
COMPONENTS_V2 = 1 << 15


@dataclass(eq=False)
class User:
    """An account; `bot` is true for the application's own."""

    id: int
    name: str
    bot: bool = False

    @property
    def mention(self) -> str:
        """What a message holds to mention this account."""
        return f"<@{self.id}>"


@dataclass(eq=False)
class Role:
    """A guild's role; the one whose id is the guild's is @everyone."""

    id: int
    name: str
    permissions: int = 0
    mentionable: bool = False
    position: int = 1

    @property
    def mention(self) -> str:
        """What a message holds to mention this role."""
        return f"<@&{self.id}>"


@dataclass
class Overwrite:
    """What a channel allows or denies to one role (`kind` 0) or member (`kind` 1)."""

    id: int
    kind: int
    allow: int = 0
    deny: int = 0


@dataclass(eq=False)
class Member:
    """A user in a guild."""

    user: User
    roles: list[Role] = field(default_factory=list)


@dataclass(eq=False)
class Attachment:
    """A file that someone uploaded, with its bytes."""

    id: int
    filename: str
    data: bytes
    content_type: str
    url: str
    description: str | None = None
    title: str | None = None


@dataclass(frozen=True)
class Pings:
    """Whom a message really rings: false when nobody."""

    everyone: bool = False
    roles: frozenset[int] = frozenset()
    users: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return self.everyone or bool(self.roles) or bool(self.users)


@dataclass(eq=False)
class Message:
    """A message as it stands now; `edits` counts its changes, `past` keeps its earlier texts."""

    id: int
    channel: "Channel"
    author: User
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    nonce: str | int | None = None
    reference: Json | None = None
    allowed_mentions: Json | None = None
    pings: Pings = Pings()
    created: float = field(default_factory=time.time)
    edited: float | None = None
    edits: int = 0
    past: list[str] = field(default_factory=list)
    pinned: bool = False
    crossposted: bool = False
    deleted: bool = False
    private_to: int | None = None
    interaction: Json | None = None

    @property
    def loading(self) -> bool:
        """Whether people still see "is thinking…"."""
        return bool(self.flags & LOADING)

    @property
    def ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return self.private_to is not None

    @property
    def text(self) -> str:
        """All words a person sees: content, embeds, components and the names of files, a line each."""
        return "\n".join(
            [*flatten(self.content, self.embeds, self.components), *(a.filename for a in self.attachments)]
        )

    @property
    def buttons(self) -> list[str]:
        """The labels of its buttons, in order."""
        return [c.get("label") or "" for c in walk(self.components) if c["type"] == 2]

    @property
    def controls(self) -> list[Json]:
        """Its buttons and selects, in order, as they were sent."""
        return [c for c in walk(self.components) if c["type"] in {2, 3, 5, 6, 7, 8}]


@dataclass(eq=False)
class Channel:
    """A channel, or with `recipient` a direct message."""

    id: int
    name: str
    kind: int = TEXT
    guild: "Guild | None" = None
    overwrites: list[Overwrite] = field(default_factory=list)
    recipient: User | None = None
    stored: dict[int, Message] = field(default_factory=dict)
    typing: int = 0

    @property
    def messages(self) -> list[Message]:
        """What everybody here sees, oldest first."""
        return [m for m in self.stored.values() if not m.deleted and not m.ephemeral]

    def deny(self, whom: "Member | Role", permissions: int) -> None:
        """Take permissions from a role or member in this channel."""
        ident, kind = (whom.id, 0) if isinstance(whom, Role) else (whom.user.id, 1)
        self.overwrites.append(Overwrite(ident, kind, deny=permissions))


@dataclass(eq=False)
class Guild:
    """A server."""

    id: int
    name: str
    owner: User
    me: Member
    roles: dict[int, Role] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    locale: str = "en-US"
    present: bool = True

    @property
    def everyone(self) -> Role:
        """The role that everybody holds."""
        return self.roles[self.id]

    @property
    def text_channel(self) -> Channel:
        """Its first channel."""
        return next(iter(self.channels.values()))

    def permissions(self, member: Member, channel: Channel | None = None) -> int:
        """What a member may do, in one channel where given (Discord's documented algorithm)."""
        if member.user is self.owner:
            return ALL_PERMISSIONS
        base = self.everyone.permissions
        for role in member.roles:
            base |= role.permissions
        if base & ADMINISTRATOR:
            return ALL_PERMISSIONS
        if channel is None:
            return base
        held = {role.id for role in member.roles}
        for overwrite in channel.overwrites:
            if overwrite.kind == 0 and overwrite.id == self.id:
                base = base & ~overwrite.deny | overwrite.allow
        named = [o for o in channel.overwrites if o.kind == 0 and o.id in held]
        base = base & ~_any(o.deny for o in named) | _any(o.allow for o in named)
        for overwrite in channel.overwrites:
            if overwrite.kind == 1 and overwrite.id == member.user.id:
                base = base & ~overwrite.deny | overwrite.allow
        return base if base & VIEW_CHANNEL else 0


@dataclass(frozen=True)
class Violation:
    """A request that Discord's documented rules forbid."""

    where: str
    what: str


class World:
    """Everything that the stand-in remembers; all changes are made in the event loop's one thread."""

    def __init__(self, token: str) -> None:
        self.token = token
        self._last = 0
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.attachments: dict[int, Attachment] = {}
        self.commands: dict[int | None, list[Json]] = {None: []}
        self.commands_made = 0
        self.violations: list[Violation] = []
        self.base = ""
        self.nonces: dict[tuple[int, str], tuple[float, Message]] = {}
        self.emit: Callable[[str, Json, int], None] = lambda _event, _data, _intent: None
        self.touched: Callable[[], None] = lambda: None
        self.bot = self.add_user("Midnight Myth", bot=True)
        self.application_id = self.bot.id
        self.app_owner = self.add_user("keeper")

    def snowflake(self) -> int:
        """A fresh id: ids grow, and hold the present time as Discord's do."""
        self._last = max(self._last + 1, int(time.time() * 1000) - EPOCH_MS << 22)
        return self._last

    def pass_time(self, milliseconds: int) -> None:
        """Ids that are made from now on are so much later: guilds of different milliseconds may be on different shards."""
        self._last += milliseconds << 22

    def add_user(self, name: str, *, bot: bool = False) -> User:
        """A new account."""
        user = User(self.snowflake(), name, bot)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, owner: User, *, bot_permissions: int = EVERYDAY, everyone: int = EVERYDAY) -> Guild:
        """A new server with one text channel, its owner and the bot in it; nothing is dispatched."""
        ident = self.snowflake()
        bot_role = Role(self.snowflake(), self.bot.name, bot_permissions, position=1)
        me = Member(self.bot, [bot_role])
        guild = Guild(ident, name, owner, me)
        guild.roles = {ident: Role(ident, "@everyone", everyone, position=0), bot_role.id: bot_role}
        guild.members = {self.bot.id: me, owner.id: Member(owner)}
        self.guilds[ident] = guild
        self.add_channel(guild, "general")
        return guild

    def add_channel(self, guild: Guild, name: str, kind: int = TEXT) -> Channel:
        """A new channel; nothing is dispatched."""
        channel = Channel(self.snowflake(), name, kind, guild)
        guild.channels[channel.id] = self.channels[channel.id] = channel
        return channel

    def add_role(self, guild: Guild, name: str, permissions: int = 0, *, mentionable: bool = False) -> Role:
        """A new role; nothing is dispatched."""
        role = Role(self.snowflake(), name, permissions, mentionable, len(guild.roles))
        guild.roles[role.id] = role
        return role

    def direct(self, user: User) -> Channel:
        """The direct-message channel with one account, made at need."""
        for channel in self.channels.values():
            if channel.recipient is user:
                return channel
        channel = Channel(self.snowflake(), user.name, DM, recipient=user)
        self.channels[channel.id] = channel
        return channel

    def attach(self, place: int, filename: str, data: bytes, content_type: str) -> Attachment:
        """Keep a file and give it an address on this very server."""
        ident = self.snowflake()
        # as Discord does, which keeps the name that was meant in `title`
        name = filename.replace(" ", "_")
        url = f"{self.base}/attachments/{place}/{ident}/{quote(name)}"
        made = Attachment(ident, name, data, content_type, url, title=filename if name != filename else None)
        self.attachments[ident] = made
        return made

    def violate(self, where: str, what: str) -> None:
        """Remember a broken rule for the test to see."""
        self.violations.append(Violation(where, what))


def walk(components: Iterable[Json]) -> Iterator[Json]:
    """Each component with all that it holds, in reading order."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        yield from walk([c for c in (component.get("component"), component.get("accessory")) if c])


def flatten(content: str | None, embeds: Iterable[Json], components: Iterable[Json]) -> list[str]:
    """All words in a message's parts, in reading order."""
    words: list[Any] = [content or ""]
    for embed in embeds:
        words += [(embed.get("author") or {}).get("name", ""), embed.get("title", ""), embed.get("description", "")]
        for item in embed.get("fields") or []:
            words += [item["name"], item["value"]]
        words.append((embed.get("footer") or {}).get("text", ""))
    for component in walk(components):
        words += [component.get(key) or "" for key in ("content", "label", "description", "placeholder", "value")]
        words += [option.get("label", "") for option in component.get("options") or []]
    return [word for word in words if isinstance(word, str) and word]


def _any(bits: Iterable[int]) -> int:
    result = 0
    for bit in bits:
        result |= bit
    return result
