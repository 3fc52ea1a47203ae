"""What Discord's app makes of what a person types: options, choices, picks and uploads, with its own refusals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import UnionType
from typing import Any

from tests.standins import discord_payloads as payloads
from tests.standins.discord_command_forms import (
    ATTACHMENT,
    BOOLEAN,
    CHANNEL,
    GROUP,
    INTEGER,
    MENTIONABLE,
    ROLE,
    STRING,
    SUBCOMMAND,
    USER,
)
from tests.standins.discord_world import Attachment, Channel, Guild, Json, Role, User, World


class ImpossibleError(AssertionError):
    """Discord's app would not let this person do that: no such command, a wrong value, a disabled button."""


@dataclass
class Resolver:
    """Turns a test's objects into ids, and remembers them for the `resolved` part."""

    world: World
    guild: Guild | None
    resolved: Json = field(default_factory=dict)

    def ident(self, value: Any) -> str:
        """The id of a user, role, channel or file, told in `resolved`."""
        value = getattr(value, "user", value)
        if isinstance(value, User):
            self._keep("users", value.id, payloads.user(value))
            member = self.guild.members.get(value.id) if self.guild else None
            if member is not None and self.guild is not None:
                shown = payloads.member(member, permissions=self.guild.permissions(member), with_user=False)
                self._keep("members", value.id, shown)
        elif isinstance(value, Role):
            self._keep("roles", value.id, payloads.role(value))
        elif isinstance(value, Channel):
            me = self.guild.members[self.world.bot.id] if self.guild else None
            held = self.guild.permissions(me, value) if self.guild and me else 0
            self._keep("channels", value.id, payloads.channel(value, permissions=held))
        elif isinstance(value, tuple):
            value = self.upload(*value)
            self._keep("attachments", value.id, payloads.attachment(value))
        else:
            raise ImpossibleError(f"{value!r} is no user, role, channel or file")
        return str(value.id)

    def upload(self, filename: str, data: bytes | str, content_type: str | None = None) -> Attachment:
        """Store a file that the person picked."""
        raw = data.encode() if isinstance(data, str) else data
        return self.world.attach(0, filename, raw, content_type or payloads.content_type(filename))

    def _keep(self, kind: str, ident: int, shown: Json) -> None:
        self.resolved.setdefault(kind, {})[str(ident)] = shown


def find_command(world: World, guild: Guild | None, path: str) -> tuple[Json, list[Json], Json]:
    """The registered command, the sub-commands on the way, and the last of them, of "scripts show"."""
    name, *rest = path.removeprefix("/").split()
    places = [world.commands.get(guild.id, []) if guild else [], world.commands[None]]
    command = next((c for place in places for c in place if c["name"] == name and c["type"] == 1), None)
    if command is None:
        raise ImpossibleError(f"there is no command /{name} here")
    node, way = command, []
    for step in rest:
        below = [o for o in node.get("options") or [] if o["name"] == step and o["type"] in {SUBCOMMAND, GROUP}]
        if not below:
            raise ImpossibleError(f"/{path} has no {step}")
        node = below[0]
        way.append(node)
    if any(o["type"] in {SUBCOMMAND, GROUP} for o in node.get("options") or []):
        raise ImpossibleError(f"/{path} needs a sub-command")
    return command, way, node


def command_data(
    world: World, guild: Guild | None, path: str, given: Mapping[str, Any], *, focused: str | None = None
) -> Json:
    """The `data` of a command or, with `focused`, of an autocomplete interaction."""
    command, way, node = find_command(world, guild, path)
    resolver = Resolver(world, guild)
    known = {o["name"]: o for o in node.get("options") or []}
    if strange := set(given) - set(known):
        raise ImpossibleError(f"/{path} has no option {', '.join(sorted(strange))}")
    options: list[Json] = []
    for name, option in known.items():
        if name in given and given[name] is not None:
            value = given[name] if name == focused else _value(option, given[name], resolver)
            made = {"name": name, "type": option["type"], "value": value}
            options.append(made | ({"focused": True} if name == focused else {}))
        elif option.get("required") and focused is None:
            raise ImpossibleError(f"/{path} needs {name}")
    if focused is not None and not known.get(focused, {}).get("autocomplete"):
        raise ImpossibleError(f"/{path} does not complete {focused}")
    for step in reversed(way):
        options = [{"name": step["name"], "type": step["type"], "options": options}]
    data: Json = {"id": command["id"], "name": command["name"], "type": 1, "options": options}
    if resolver.resolved:
        data["resolved"] = resolver.resolved
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    return data


def _value(option: Json, value: Any, resolver: Resolver) -> Any:
    kind, name = option["type"], option["name"]
    if kind in {USER, CHANNEL, ROLE, MENTIONABLE, ATTACHMENT}:
        if kind == CHANNEL and option.get("channel_types") and value.kind not in option["channel_types"]:
            raise ImpossibleError(f"{name} takes no channel of kind {value.kind}")
        return resolver.ident(value)
    fitting: type | UnionType = {STRING: str, INTEGER: int, BOOLEAN: bool}.get(kind, int | float)
    fits = isinstance(value, fitting) and (kind == BOOLEAN or not isinstance(value, bool))
    if not fits:
        raise ImpossibleError(f"{name} takes no {value!r}")
    if choices := option.get("choices"):
        picked = [c["value"] for c in choices if value in {c["value"], c["name"]}]
        if not picked:
            raise ImpossibleError(f"{name} has no choice {value!r}")
        return picked[0]
    size: float = len(value) if isinstance(value, str) else value
    low, high = ("min_length", "max_length") if kind == STRING else ("min_value", "max_value")
    if size < option.get(low, size) or size > option.get(high, 6000 if kind == STRING else size):
        raise ImpossibleError(f"{name} may not be {value!r}")
    return value


def pick(control: Json, values: list[Any], resolver: Resolver) -> list[str]:
    """The values of a select, radio or checkbox group; options may be named by value or by label."""
    low, high = _set(control, "min_values", 1), _set(control, "max_values", 1)
    if control["type"] == 22:
        high = _set(control, "max_values", len(control.get("options") or []))
    if not (low <= len(values) <= high) and (values or control.get("required", True)):
        raise ImpossibleError(f"{len(values)} values picked of {low} to {high}")
    if "options" not in control:
        return [resolver.ident(value) for value in values]
    picked = []
    for value in values:
        found = [o["value"] for o in control["options"] if value in {o["value"], o["label"]}]
        if not found:
            raise ImpossibleError(f"there is no option {value!r} in {[o['label'] for o in control['options']]}")
        picked.append(found[0])
    return picked


def _set(part: Json, key: str, default: int) -> int:
    value = part.get(key)
    return default if value is None else int(value)


def modal_components(modal: Json, given: Mapping[str, Any], resolver: Resolver) -> list[Json]:
    """The `components` of a modal's submission; fields are named by custom_id or by label."""
    left = dict(given)
    made: list[Json] = []
    for component in modal["components"]:
        shown = {"type": component["type"], "id": component["id"]}
        if component["type"] == 1:
            control = component["components"][0]
            made.append({**shown, "components": [_fill(control, control.get("label"), left, resolver)]})
        elif component["type"] == 18:
            made.append({**shown, "component": _fill(component["component"], component["label"], left, resolver)})
        else:
            made.append(shown)
    if left:
        raise ImpossibleError(f"the modal has no field {', '.join(left)}")
    return made


def _fill(control: Json, label: str | None, left: dict[str, Any], resolver: Resolver) -> Json:
    name = control["custom_id"]
    kind = control["type"]
    made: Json = {"type": kind, "id": control["id"], "custom_id": name}
    value = left.pop(name) if name in left else left.pop(label, None) if label else None
    required = control.get("required", True)
    if kind == 4:
        text = (control.get("value") or "") if value is None else value
        low, high = _set(control, "min_length", 0), _set(control, "max_length", 4000)
        if (required and not text) or (text and not low <= len(text) <= high):
            raise ImpossibleError(f"{label or name} takes {low} to {high} characters, not {len(text)}")
        return made | {"value": text}
    if kind == 23:
        return made | {"value": bool(control.get("default", False) if value is None else value)}
    listed = [] if value is None else value if isinstance(value, list) else [value]
    if value is None and (control.get("options") or control.get("default_values")):
        listed = [o["value"] for o in control.get("options") or [] if o.get("default")]
    if required and not listed:
        raise ImpossibleError(f"{label or name} must be filled")
    picked = pick(control, listed, resolver)
    return made | ({"value": picked[0] if picked else None} if kind == 21 else {"values": picked})
