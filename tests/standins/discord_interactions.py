"""Interactions: what was asked of the bot, how it answered, and the routes by which it answers."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.standins import discord_payloads as payloads
from tests.standins.discord_command_forms import check_choices
from tests.standins.discord_component_forms import check_modal
from tests.standins.discord_errors import ApiError, Problems, unknown
from tests.standins.discord_forms import EDIT_FLAGS, REPLY_FLAGS, check_message
from tests.standins.discord_mentions import pings
from tests.standins.discord_rest import Rest
from tests.standins.discord_wire import Call, Reply, Route
from tests.standins.discord_world import EPHEMERAL, LOADING, Channel, Guild, Json, Message, User, World

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
SAY, DEFER, DEFER_UPDATE, UPDATE, CHOICES, SHOW_MODAL = 4, 5, 6, 7, 8, 9
FITTING = {
    COMMAND: {SAY, DEFER, SHOW_MODAL},
    COMPONENT: {SAY, DEFER, DEFER_UPDATE, UPDATE, SHOW_MODAL},
    AUTOCOMPLETE: {CHOICES},
    MODAL: {SAY, DEFER, DEFER_UPDATE, UPDATE},
}


@dataclass(eq=False)
class InteractionLog:
    """One act of a person and all that came of it.

    Attributes:
        callback: the type of the first response (4 message, 5 thinking, 6 nothing yet, 7 edit, 8 choices, 9 modal).
        first_response: what the first response held.
        failed: why the person saw "The application did not respond", None where it did.
        latency: seconds from dispatch to first response.
        original: the message that answers (for types 6 and 7 the one that was clicked).
    """

    id: int
    token: str
    kind: int
    user: User
    channel: Channel
    guild: Guild | None
    payload: Json
    source: Message | None = None
    born: float = field(default_factory=time.monotonic)
    callback: int | None = None
    first_response: Json | None = None
    latency: float | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: Json | None = None
    choices: list[Json] | None = None
    failed: str | None = None

    @property
    def messages(self) -> list[Message]:
        """The messages that answer it and still stand, without those that only say "is thinking…"."""
        every = [self.original, *self.followups]
        return [m for m in every if m is not None and not m.deleted and not m.loading]

    @property
    def message(self) -> Message:
        """The latest message that answers it."""
        return self.messages[-1]

    @property
    def is_answered(self) -> bool:
        """Whether the person sees more than "is thinking…"."""
        if self.callback == DEFER_UPDATE:
            return bool(self.followups) or (self.original is not None and (self.original.edited or 0) > self._wall)
        return bool(self.messages) or self.modal is not None or self.choices is not None

    @property
    def ephemeral(self) -> bool:
        """Whether every answer so far is for this person alone."""
        answers = [m for m in self.messages if m is not self.source]
        if answers:
            return all(m.ephemeral for m in answers)
        return bool(((self.first_response or {}).get("data") or {}).get("flags", 0) & EPHEMERAL)

    @property
    def text(self) -> str:
        """All words of all its answers."""
        return "\n".join(m.text for m in self.messages)

    @property
    def buttons(self) -> list[str]:
        """The labels of all its answers' buttons."""
        return [label for m in self.messages for label in m.buttons]

    @property
    def _wall(self) -> float:
        return time.time() - (time.monotonic() - self.born)

    def age(self, seconds: float) -> None:
        """Make it so much older, as if the bot had taken that long."""
        self.born -= seconds


class Interactions:
    """Handlers of callbacks and of the webhooks that belong to interactions."""

    def __init__(self, world: World, rest: Rest) -> None:
        self.world = world
        self.rest = rest
        self.first_seconds = 3.0
        self.token_seconds = 900.0
        self.logs: list[InteractionLog] = []

    def routes(self) -> list[Route]:
        """The table of routes."""
        hook = "/webhooks/{application}/{token}"
        return [
            ("POST", "/interactions/{id}/{token}/callback", self.callback),
            ("POST", hook, self.follow_up),
            ("GET", f"{hook}/messages/{{message}}", self.get),
            ("PATCH", f"{hook}/messages/{{message}}", self.edit),
            ("DELETE", f"{hook}/messages/{{message}}", self.delete),
        ]

    def callback(self, call: Call) -> Reply:
        """The first response."""
        log = next((i for i in self.logs if i.token == call.args["token"] and i.id == call.number("id")), None)
        if log is None:
            raise unknown(10062, "interaction")
        if log.callback is not None:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        waited = time.monotonic() - log.born
        if waited > self.first_seconds:
            raise unknown(10062, "interaction")
        body = call.form
        kind, data = body.get("type"), body.get("data") or {}
        if kind not in FITTING[log.kind] or (kind in {DEFER_UPDATE, UPDATE} and log.source is None):
            error = {"code": "BASE_TYPE_CHOICES", "message": f"Type {kind} cannot answer this interaction."}
            raise ApiError(400, 50035, "Invalid Form Body", {"errors": {"type": {"_errors": [error]}}})
        self._perform(log, kind, data, Call(**{**vars(call), "body": data}))
        log.callback, log.first_response, log.latency = kind, body, waited
        if call.query.get("with_response") not in {"1", "true"}:
            return 204, None
        return 200, self._described(log)

    def _perform(self, log: InteractionLog, kind: int, data: Json, call: Call) -> None:
        names = [f.name for f in call.files]
        if kind == SAY:
            check_message(data, names, flags=REPLY_FLAGS, reply=True)
            log.original = self._say(log, call)
        elif kind == DEFER:
            log.original = self._say(log, Call(**{**vars(call), "body": {"flags": data.get("flags", 0) & EPHEMERAL}}))
            log.original.flags |= LOADING
        elif kind == DEFER_UPDATE:
            log.original = log.source
        elif kind == UPDATE and log.source is not None:
            check_message(data, names, flags=REPLY_FLAGS, before=log.source, reply=True)
            log.original = log.source
            self.rest.rewrite(log.source, call)
        elif kind == CHOICES:
            log.choices = check_choices(data)
        else:
            problems = Problems()
            check_modal(data, problems)
            problems.raise_if_any()
            payloads.number_components(data["components"])
            log.modal = data

    def _described(self, log: InteractionLog) -> Json:
        about: Json = {"id": str(log.id), "type": log.kind}
        resource: Json = {"type": log.callback}
        if log.original is not None:
            about |= {
                "response_message_id": str(log.original.id),
                "response_message_loading": log.original.loading,
                "response_message_ephemeral": log.original.ephemeral,
            }
            if log.callback != DEFER_UPDATE:
                resource["message"] = payloads.message(log.original, self.world)
        return {"interaction": about} | ({"resource": resource} if log.callback != CHOICES else {})

    def _say(self, log: InteractionLog, call: Call) -> Message:
        body = call.form
        message = self.rest.compose(log.channel, body, call.files)
        message.interaction = {
            "id": str(log.id),
            "type": log.kind,
            "user": payloads.user(log.user),
            "authorizing_integration_owners": log.payload["authorizing_integration_owners"],
        }
        if message.flags & EPHEMERAL:
            message.private_to = log.user.id
        else:
            message.pings = pings(self.world, log.channel, body, interaction=True)
        self.rest.publish(message)
        return message

    def follow_up(self, call: Call) -> Reply:
        """A further message; the first one after "is thinking…" takes that one's place, as with Discord."""
        log = self._answered(call)
        check_message(call.form, [f.name for f in call.files], flags=REPLY_FLAGS, reply=True)
        if log.callback == DEFER and log.original is not None and log.original.loading:
            return 200, self._fill(log.original, call)
        message = self._say(log, call)
        log.followups.append(message)
        return 200, payloads.message(message, self.world)

    def get(self, call: Call) -> Reply:
        """One of its messages."""
        return 200, payloads.message(self._message(self._answered(call), call), self.world)

    def edit(self, call: Call) -> Reply:
        """Change one of its messages."""
        message = self._message(self._answered(call), call)
        check_message(call.form, [f.name for f in call.files], flags=EDIT_FLAGS, before=message, reply=True)
        return 200, self._fill(message, call)

    def delete(self, call: Call) -> Reply:
        """Take one of its messages away."""
        self.rest.remove(self._message(self._answered(call), call))
        return 204, None

    def _fill(self, message: Message, call: Call) -> Json:
        if message.loading and not message.ephemeral:
            message.pings = pings(self.world, message.channel, call.form, interaction=True)
        return self.rest.rewrite(message, call)

    def _answered(self, call: Call) -> InteractionLog:
        log = next((i for i in self.logs if i.token == call.args["token"]), None)
        if log is None or call.number("application") != self.world.application_id or log.callback is None:
            raise unknown(10015, "Webhook")
        if time.monotonic() - log.born > self.token_seconds:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        return log

    def _message(self, log: InteractionLog, call: Call) -> Message:
        known: Iterable[Message | None] = [log.original, *log.followups]
        name = call.args["message"]
        for found in known:
            if found is not None and not found.deleted and (str(found.id) == name or name == "@original"):
                return found
            if name == "@original":
                break
        raise unknown(10008, "Message")
