"""Faults in who may do what, and in what reaches Discord."""

from typing import Final

from tests.mutation.faults.model import Fault

_ACCESS: Final = ("tests/cogs/interactions/test_access.py",)
_ITEMS: Final = ("tests/cogs/views/test_persistent_item_access.py",)
_DRAFTS: Final = ("tests/bot/broadcasts/test_drafts.py",)
_ADMISSION: Final = ("tests/bot/affiliates/test_admission.py",)
_PRIVACY: Final = ("tests/bot/test_privacy.py",)
_FORMATTING: Final = ("tests/cogs/views/test_formatting.py",)
_PINGS: Final = ("tests/cogs/test_broadcast.py::test_only_the_chosen_role_is_pinged",)
_STRANGERS: Final = ("tests/cogs/test_strangers.py",)


def _unguarded(module: str, description: str, old: str, new: str) -> Fault:
    """A button, a select or a modal that everybody may use."""
    return Fault(module, description, old, new, _ITEMS)


_BY_ANYBODY: Final = "by = get_actor(interaction)"
_BY_TEAM: Final = "by = require_team(interaction)"

FAULTS: Final = (
    Fault(
        "cogs.interactions.access",
        "the team of any server is the studio's",
        "if interaction.guild_id != bot.settings.studio_guild_id:",
        "if interaction.guild_id is None:",
        _ACCESS,
    ),
    Fault(
        "cogs.interactions.access",
        "Manage Server beats the configured roles",
        "    if not bot.team_role_ids:\n        return interaction.permissions.manage_guild\n",
        "    if interaction.permissions.manage_guild:\n        return True\n",
        _ACCESS,
    ),
    Fault(
        "cogs.interactions.access",
        "a team member needs every team role",
        "not roles.isdisjoint(bot.team_role_ids)",
        "roles.issuperset(bot.team_role_ids)",
        _ACCESS,
    ),
    Fault(
        "cogs.interactions.access",
        "administrators need a team role",
        "    if interaction.permissions.administrator:\n        return True\n",
        "",
        _ACCESS,
    ),
    Fault(
        "cogs.interactions.access",
        "the team of the studio manages every server",
        "if not interaction.permissions.manage_guild:",
        "if not interaction.permissions.manage_guild and not is_team(interaction):",
        _ACCESS,
    ),
    Fault(
        "cogs.interactions.access",
        "Manage Channels makes a manager",
        "if not interaction.permissions.manage_guild:",
        "if not interaction.permissions.manage_channels:",
        _ACCESS,
    ),
    Fault(
        "cogs.affiliate",
        "a plain member subscribes their server",
        "        require_manager(interaction)\n        await interaction.response.defer(ephemeral=True, thinking=True)\n"
        "        await interaction.edit_original_response(view=await",
        "        await interaction.response.defer(ephemeral=True, thinking=True)\n"
        "        await interaction.edit_original_response(view=await",
        _STRANGERS,
    ),
    _unguarded(
        "cogs.views.affiliate_leave",
        "a plain member unsubscribes their server",
        "by = require_manager(interaction)",
        "from cogs.interactions.access import get_actor\n\n        by = get_actor(interaction)",
    ),
    Fault(
        "cogs.broadcast",
        "a stranger stops every announcement",
        "        by = require_team(interaction)\n        await interaction.response.defer(ephemeral=True, thinking=True)\n"
        "        stopped = await self._broadcasts.stop_all(by)",
        "        from cogs.interactions.access import get_actor\n\n        by = get_actor(interaction)\n"
        "        await interaction.response.defer(ephemeral=True, thinking=True)\n"
        "        stopped = await self._broadcasts.stop_all(by)",
        _STRANGERS,
    ),
    Fault(
        "cogs.broadcast",
        "titles of announcements are completed for outsiders",
        '@autocomplete("an announcement\'s title", team_only=True)',
        '@autocomplete("an announcement\'s title")',
        _STRANGERS,
    ),
    Fault(
        "cogs.affiliates",
        "servers' names are completed for outsiders",
        '@autocomplete("a server\'s name", team_only=True)',
        '@autocomplete("a server\'s name")',
        _STRANGERS,
    ),
    Fault(
        "cogs.interactions.autocomplete",
        "every book is completed for outsiders",
        "    if is_team(interaction):\n        books",
        "    if interaction.guild_id is not None:\n        books",
        _STRANGERS,
    ),
    Fault(
        "cogs.interactions.autocomplete",
        "team_only is not obeyed",
        "if team_only and not is_team(interaction):",
        "if team_only and is_team(interaction) is None:",
        _STRANGERS,
    ),
    _unguarded(
        "cogs.views.script_buttons",
        "a stranger presses Cancel",
        f"{_BY_TEAM}\n        generation",
        "from cogs.interactions.access import get_actor\n\n        by = get_actor(interaction)\n        generation",
    ),
    _unguarded(
        "cogs.views.script_buttons",
        "a stranger presses Download",
        f"{_BY_TEAM}\n        match",
        "from cogs.interactions.access import get_actor\n\n        by = get_actor(interaction)\n        match",
    ),
    _unguarded("cogs.views.broadcast_buttons", "a stranger presses Retry or Approve", _BY_TEAM, _BY_ANYBODY),
    _unguarded(
        "cogs.views.broadcast_dialog",
        "a stranger presses Post",
        f"{_BY_TEAM}\n        services",
        "from cogs.interactions.access import get_actor\n\n        by = get_actor(interaction)\n        services",
    ),
    _unguarded(
        "cogs.views.broadcast_dialog",
        "a stranger sends the modal of an announcement",
        f"{_BY_TEAM}\n        drafts",
        "from cogs.interactions.access import get_actor\n\n        by = get_actor(interaction)\n        drafts",
    ),
    _unguarded(
        "cogs.views.script_reader",
        "a stranger presses Next",
        "        require_team(interaction)\n        match self.action:",
        "        match self.action:",
    ),
    _unguarded(
        "cogs.views.progress.board_controls",
        "a stranger takes the board down",
        _BY_TEAM,
        "from cogs.interactions.access import get_actor\n\n        by = get_actor(interaction)",
    ),
    _unguarded(
        "cogs.views.affiliate_join",
        "a plain member presses Check again",
        "        require_manager(interaction)\n",
        "",
    ),
    _unguarded(
        "cogs.views.setup", "the team may set up without Manage Server", "    require_manager(interaction)\n", ""
    ),
    _unguarded(
        "cogs.views.setup",
        "managers may set up without being the team",
        "return require_team(interaction)",
        "return require_manager(interaction)",
    ),
    Fault(
        "cogs.views.setup",
        "@everyone can be the team role",
        "if any(role.is_default() for role in roles):",
        "if all(role.is_default() for role in roles[1:]) and len(roles) > 1:",
        _STRANGERS,
    ),
    _unguarded(
        "cogs.views.modals",
        "anybody opens what somebody else has typed",
        "if modal is None or user_id != interaction.user.id:",
        "if modal is None and user_id != interaction.user.id:",
    ),
    Fault(
        "cogs.views.setup",
        "@everyone can be one of several team roles",
        "if any(role.is_default() for role in roles):",
        "if all(role.is_default() for role in roles):",
        _STRANGERS,
    ),
    Fault(
        "bot.broadcasts.drafts",
        "the author may be the second approver",
        "member_id in {broadcast.confirmed_by, broadcast.author_id}",
        "member_id == broadcast.confirmed_by",
        _DRAFTS,
    ),
    Fault(
        "bot.broadcasts.drafts",
        "who confirmed may be the second approver",
        "member_id in {broadcast.confirmed_by, broadcast.author_id}",
        "member_id == broadcast.author_id",
        _DRAFTS,
    ),
    Fault(
        "bot.broadcasts.drafts",
        "the second approver is not asked for",
        "if config.second_approver and preview.targets:",
        "if config.second_approver and not preview.targets:",
        _DRAFTS,
    ),
    Fault(
        "bot.broadcasts.drafts",
        "a script that nobody approved is released",
        "if stored.state is ScriptState.DRAFT and not approve:",
        "if stored.state is ScriptState.DRAFT and approve:",
        _DRAFTS,
    ),
    Fault(
        "bot.broadcasts.drafts",
        "the typed link of a release is lost",
        "link = link or stored.link or",
        "link = stored.link or",
        _DRAFTS,
    ),
    Fault(
        "bot.broadcasts.drafts",
        "the link of a released script is lost",
        "link = link or stored.link or",
        "link = link or",
        _DRAFTS,
    ),
    Fault(
        "bot.broadcasts.recipients",
        "the released script does not keep the link",
        "tx.scripts.release(broadcast.script_id, broadcast.link)",
        'tx.scripts.release(broadcast.script_id, "")',
        _DRAFTS,
    ),
    Fault(
        "bot.affiliates.subscriptions",
        "a waiting server admits itself by joining again",
        "known is not None and known.state is not SubscriptionState.PENDING",
        "known is not None",
        _ADMISSION,
    ),
    Fault(
        "bot.affiliates.subscriptions",
        "no server waits for the team",
        "SubscriptionState.PENDING if must_wait else SubscriptionState.ACTIVE",
        "SubscriptionState.ACTIVE",
        _ADMISSION,
    ),
    Fault(
        "bot.privacy",
        "the cards of discarded announcements stay",
        "for broadcast_id in discarded:\n            await self.refresh_broadcast_card(broadcast_id)",
        "for broadcast_id in discarded[1:]:\n            await self.refresh_broadcast_card(broadcast_id)",
        _PRIVACY,
    ),
    Fault(
        "bot.privacy",
        "somebody unknown gets a file",
        "member_id = await tx.members.find_id(by.discord_id)\n        if member_id is None:",
        "member_id = await tx.members.find_id(by.discord_id)\n        if member_id == '':",
        _PRIVACY,
    ),
    Fault(
        "cogs.messages.post_sender",
        "posts may ring everybody",
        "everyone=False, users=False",
        "everyone=True, users=False",
        _PINGS,
    ),
    Fault(
        "cogs.messages.post_sender",
        "posts may ring every role that their text names",
        "roles=[role] if role else False",
        "roles=True",
        _PINGS,
    ),
    Fault(
        "bot.app", "messages may ring everybody", "discord.AllowedMentions.none()", "discord.AllowedMentions()", _PINGS
    ),
    Fault(
        "cogs.views.formatting",
        "mentions in texts of users are left alone",
        "discord.utils.escape_mentions(text)",
        "text",
        _FORMATTING,
    ),
    Fault("cogs.views.formatting", "a vertical bar is not escaped", "`~|<>", "`~<>", _FORMATTING),
    Fault("cogs.views.formatting", "small text is not escaped", "#{1,3} |-# |- ", "#{1,3} |- ", _FORMATTING),
)
