"""The people of the stand-in: what they type, click, pick and fill in, as interactions of Discord's shape."""

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tests.standins import discord_payloads as payloads
from tests.standins.discord_interactions import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL, InteractionLog
from tests.standins.discord_options import ImpossibleError, Resolver, command_data, find_command, modal_components, pick
from tests.standins.discord_world import ADMINISTRATOR, USE_APPLICATION_COMMANDS, Channel, Guild, Json, Message, User

if TYPE_CHECKING:
    from tests.standins.discord_server import DiscordStandIn

Target = Message | InteractionLog


class Person:
    """Somebody at a keyboard; each act waits for the bot's first response and gives back its log."""

    def __init__(self, standin: "DiscordStandIn", user: User, home: Channel) -> None:
        self.standin = standin
        self.user = user
        self.home = home
        self.locale = "en-US"
        self.patience = 3.2

    @property
    def id(self) -> int:
        """The account's id."""
        return self.user.id

    @property
    def mention(self) -> str:
        """What a message holds to mention this person."""
        return self.user.mention

    async def slash(
        self,
        command: str,
        *,
        channel: Channel | None = None,
        options: Mapping[str, Any] | None = None,
        overridden: bool = False,
        **more: Any,
    ) -> InteractionLog:
        """Run a command, such as "scripts show", with its options.

        Args:
            command: name and sub-commands, with spaces between.
            channel: where; the person's home channel unless given.
            options: options whose names are no Python names.
            overridden: an administrator of the server has allowed the command to this person.
            more: the options: texts, numbers, users, roles, channels, or a file as `(name, bytes)`.
        """
        place = channel or self.home
        self._may_run(find_command(self.standin.world, place.guild, command)[0], place, overridden=overridden)
        data = command_data(self.standin.world, place.guild, command, {**(options or {}), **more})
        return await self._act(COMMAND, place, data)

    async def autocomplete(
        self, command: str, option: str, typed: str = "", *, channel: Channel | None = None, **others: Any
    ) -> InteractionLog:
        """Type into an option that completes itself; the log's `choices` are what is offered."""
        place = channel or self.home
        given = {**others, option: typed}
        data = command_data(self.standin.world, place.guild, command, given, focused=option)
        return await self._act(AUTOCOMPLETE, place, data)

    async def click(self, target: Target, label: str | None = None, *, custom_id: str | None = None) -> InteractionLog:
        """Press a button, named by its label (whole or the start of it) or custom_id."""
        message, button = self._find(target, label, custom_id, {2})
        if button.get("style") in {5, 6}:
            raise ImpossibleError(f"{button.get('label')} is a link")
        data = {"custom_id": button["custom_id"], "component_type": 2, "id": button["id"]}
        return await self._act(COMPONENT, message.channel, data, message)

    async def select(
        self, target: Target, values: list[Any] | Any, *, custom_id: str | None = None, placeholder: str | None = None
    ) -> InteractionLog:
        """Pick from a select: options by value or label, or users, roles and channels."""
        message, control = self._find(target, placeholder, custom_id, {3, 5, 6, 7, 8})
        resolver = Resolver(self.standin.world, message.channel.guild)
        picked = pick(control, values if isinstance(values, list) else [values], resolver)
        data: Json = {"custom_id": control["custom_id"], "component_type": control["type"], "id": control["id"]}
        data["values"] = picked
        if control["type"] != 3:
            data["resolved"] = resolver.resolved
        return await self._act(COMPONENT, message.channel, data, message)

    async def submit_modal(
        self, log: InteractionLog, fields: Mapping[str, Any] | None = None, **more: Any
    ) -> InteractionLog:
        """Fill in and send the modal that an act opened; fields go by custom_id or label, files as `(name, bytes)`."""
        if log.modal is None or log.user is not self.user:
            raise ImpossibleError("no modal is open for this person")
        resolver = Resolver(self.standin.world, log.guild)
        components = modal_components(log.modal, {**(fields or {}), **more}, resolver)
        data: Json = {"custom_id": log.modal["custom_id"], "components": components, "resolved": resolver.resolved}
        return await self._act(MODAL, log.channel, data, log.source)

    def _may_run(self, command: Json, place: Channel, *, overridden: bool) -> None:
        if place.guild is None:
            contexts = command.get("contexts")
            if (contexts is not None and 1 not in contexts) or command.get("dm_permission") is False:
                raise ImpossibleError(f"/{command['name']} is not offered in direct messages")
            return
        contexts = command.get("contexts")
        if contexts is not None and 0 not in contexts:
            raise ImpossibleError(f"/{command['name']} is not offered in servers")
        held = self._permissions(place)
        needed = command.get("default_member_permissions")
        if not held & USE_APPLICATION_COMMANDS:
            raise ImpossibleError("this person may not use commands here")
        if needed is None or overridden or held & ADMINISTRATOR:
            return
        if int(needed) == 0 or int(needed) & ~held:
            raise ImpossibleError(f"/{command['name']} is hidden from this person")

    def _permissions(self, place: Channel) -> int:
        guild = place.guild
        if guild is None or self.user.id not in guild.members:
            raise ImpossibleError("this person is not in that server")
        return guild.permissions(guild.members[self.user.id], place)

    def _find(self, target: Target, label: str | None, custom_id: str | None, kinds: set[int]) -> tuple[Message, Json]:
        messages = [target] if isinstance(target, Message) else list(reversed(target.messages))
        seen: list[str] = []
        for message in messages:
            if message.deleted or message.private_to not in {None, self.user.id}:
                continue
            controls = [c for c in message.controls if c["type"] in kinds]
            key = "label" if 2 in kinds else "placeholder"
            seen += [str(c.get(key)) for c in controls]
            exact = [c for c in controls if label is not None and c.get(key) == label]
            loose = [c for c in controls if label is not None and str(c.get(key)).startswith(label)]
            named = [c for c in controls if custom_id is not None and c.get("custom_id") == custom_id]
            found = named or exact or loose or (controls if label is None and custom_id is None else [])
            if found:
                if found[0].get("disabled"):
                    raise ImpossibleError(f"{label or custom_id} is disabled")
                return message, found[0]
        raise ImpossibleError(f"there is no {label or custom_id or 'control'} among {seen}")

    async def _act(self, kind: int, place: Channel, data: Json, source: Message | None = None) -> InteractionLog:
        log = self._interaction(kind, place, data, source)
        return await self.standin.dispatch(log, self.patience)

    def _interaction(self, kind: int, place: Channel, data: Json, source: Message | None) -> InteractionLog:
        world, guild = self.standin.world, place.guild
        token = secrets.token_urlsafe(48)
        payload: Json = {
            "id": str(world.snowflake()),
            "application_id": str(world.application_id),
            "type": kind,
            "token": token,
            "version": 1,
            "data": data,
            "channel_id": str(place.id),
            "locale": self.locale,
            "entitlements": [],
            "entitlement_sku_ids": [],
            "attachment_size_limit": 10 * 1024 * 1024,
            "authorizing_integration_owners": {"0": str(guild.id if guild else 0)},
            "context": 0 if guild else 1,
        }
        payload |= self._guild_part(guild, place) if guild else self._direct_part(place)
        if source is not None:
            payload["message"] = payloads.message(source, world)
        return InteractionLog(int(payload["id"]), token, kind, self.user, place, guild, payload, source)

    def _guild_part(self, guild: Guild, place: Channel) -> Json:
        held = self._permissions(place)
        return {
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
            "guild_locale": guild.locale,
            "channel": payloads.channel(place, permissions=held),
            "member": payloads.member(guild.members[self.user.id], permissions=held),
            "app_permissions": str(guild.permissions(guild.me, place)),
        }

    def _direct_part(self, place: Channel) -> Json:
        everyday = self.standin.everyday
        return {"user": payloads.user(self.user), "channel": payloads.channel(place), "app_permissions": str(everyday)}
