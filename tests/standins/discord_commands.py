"""The routes by which the bot registers its commands."""

from tests.standins.discord_command_forms import check_commands
from tests.standins.discord_errors import ApiError, missing_access, unknown
from tests.standins.discord_wire import Call, Reply, Route
from tests.standins.discord_world import Json, World

DAILY = 200


class Commands:
    """Handlers over the world's commands, global and by guild."""

    def __init__(self, world: World) -> None:
        self.world = world

    def routes(self) -> list[Route]:
        """The table of routes."""
        made: list[Route] = []
        for base in ("/applications/{application}", "/applications/{application}/guilds/{guild}"):
            made += [
                ("GET", f"{base}/commands", self.listed),
                ("PUT", f"{base}/commands", self.put),
                ("POST", f"{base}/commands", self.add),
                ("GET", f"{base}/commands/{{command}}", lambda call: (200, self._one(call))),
                ("PATCH", f"{base}/commands/{{command}}", self.change),
                ("DELETE", f"{base}/commands/{{command}}", self.drop),
            ]
        return made

    def listed(self, call: Call) -> Reply:
        """What is registered."""
        return 200, self._place(call)

    def put(self, call: Call) -> Reply:
        """Register these and no others; those of the same name keep their ids."""
        if not isinstance(call.body, list):
            raise ApiError(400, 50035, "Invalid Form Body", {"errors": {"_errors": [{"message": "Not a list."}]}})
        check_commands(call.body)
        place = self._place(call)
        earlier = {(c["type"], c["name"]): c for c in place}
        place[:] = [self._registered(given, call, earlier) for given in call.body]
        return 200, place

    def add(self, call: Call) -> Reply:
        """Register one, in place of the one of its name."""
        check_commands([call.form])
        place = self._place(call)
        earlier = {(c["type"], c["name"]): c for c in place}
        made = self._registered(call.form, call, earlier)
        place[:] = [c for c in place if c["id"] != made["id"]] + [made]
        return (200 if (made["type"], made["name"]) in earlier else 201), made

    def change(self, call: Call) -> Reply:
        """Change one."""
        found = self._one(call)
        check_commands([{**found, **call.form}])
        found.update(call.form)
        return 200, found

    def drop(self, call: Call) -> Reply:
        """Take one away."""
        self._place(call).remove(self._one(call))
        return 204, None

    def _place(self, call: Call) -> list[Json]:
        if call.number("application") != self.world.application_id:
            raise ApiError(403, 20012, "You are not authorized to perform this action on this application")
        guild = call.number("guild") if "guild" in call.args else None
        if guild is not None and (guild not in self.world.guilds or not self.world.guilds[guild].present):
            raise missing_access()
        return self.world.commands.setdefault(guild, [])

    def _one(self, call: Call) -> Json:
        for found in self._place(call):
            if found["id"] == call.args["command"]:
                return found
        raise unknown(10063, "application command")

    def _registered(self, given: Json, call: Call, earlier: dict[tuple[int, str], Json]) -> Json:
        kind = given.get("type", 1)
        before = earlier.get((kind, given["name"]))
        if before is None:
            self.world.commands_made += 1
            if self.world.commands_made > DAILY:
                raise ApiError(400, 30034, "Max number of daily application command creates has been reached (200)")
        made: Json = {
            "default_member_permissions": None,
            "dm_permission": True,
            "nsfw": False,
            "contexts": None,
            "integration_types": [0],
            "description": "",
            **{key: value for key, value in given.items() if value is not None},
            "type": kind,
            "id": before["id"] if before else str(self.world.snowflake()),
            "application_id": str(self.world.application_id),
            "version": str(self.world.snowflake()),
        }
        if "guild" in call.args:
            made["guild_id"] = call.args["guild"]
        return made
