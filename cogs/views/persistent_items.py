"""Registers every button and select that must work after a restart.

discord.py gives an interaction to a ``DynamicItem`` only if its class was registered before the gateway connected. An item
that is missing in the list below fails with "This interaction failed" as soon as it is pressed.
"""

from typing import Any, Final

import discord

from bot.app import MythBot
from cogs.views import (
    affiliate_join,
    affiliate_leave,
    affiliate_list,
    affiliate_settings,
    bible_views,
    broadcast_buttons,
    broadcast_dialog,
    broadcast_post,
    cast_warnings,
    cue_edit,
    cue_panel,
    ebook_card,
    ebook_edit,
    ebook_import,
    ebook_reading,
    modals,
    privacy,
    reader_menus,
    script_buttons,
    script_check,
    script_diff,
    script_download,
    script_list,
    script_reader,
    script_request,
    script_search,
    script_versions,
    take_list,
    takes,
    version_buttons,
)
from cogs.views import (
    setup as setup_views,
)
from cogs.views.progress import actions, board_controls, controls, sessions

PERSISTENT_ITEMS: Final[tuple[type[discord.ui.DynamicItem[Any]], ...]] = (
    affiliate_join.CheckButton,
    affiliate_leave.LeaveButton,
    affiliate_list.AdmitButton,
    affiliate_list.ListButton,
    affiliate_list.RemoveButton,
    affiliate_settings.BookSelect,
    affiliate_settings.RoleSelect,
    bible_views.BibleButton,
    bible_views.BiblePageButton,
    bible_views.EntryButton,
    bible_views.EntrySelect,
    broadcast_buttons.BroadcastButton,
    broadcast_dialog.PreviewButton,
    broadcast_dialog.PreviewMenu,
    broadcast_post.SharedButton,
    ebook_card.EbookPageButton,
    ebook_card.WriteButton,
    ebook_card.WriteSelect,
    ebook_edit.EditButton,
    ebook_import.ImportButton,
    ebook_import.ImportSelect,
    ebook_reading.ReadingButton,
    cast_warnings.AliasSelect,
    cast_warnings.CastWarningsButton,
    cast_warnings.SpeakerButton,
    modals.ReopenButton,
    privacy.PrivacyButton,
    actions.PinBoardButton,
    actions.ExportButton,
    actions.UnseenEventsButton,
    board_controls.TakeDownButton,
    controls.EventSelect,
    controls.PageButton,
    controls.PeriodSelect,
    controls.ViewSelect,
    sessions.SessionButton,
    sessions.SessionSelect,
    script_buttons.RunButton,
    script_buttons.ScriptButton,
    script_check.CheckButton,
    script_check.FindingButton,
    script_check.GiveSelect,
    script_download.DownloadSelect,
    script_list.ListPageButton,
    script_list.ScriptSelect,
    cue_edit.CueEditButton,
    cue_panel.CueButton,
    reader_menus.CueSelect,
    script_reader.ReaderButton,
    reader_menus.SceneSelect,
    reader_menus.SpeakerSelect,
    script_request.TextChoiceButton,
    script_search.OpenSelect,
    script_search.SearchPageButton,
    script_diff.DiffButton,
    script_versions.EditSelect,
    script_versions.VersionSelect,
    version_buttons.VersionButton,
    take_list.TakeListButton,
    take_list.TakeListSelect,
    takes.TakeButton,
    setup_views.AnnouncementSelect,
    setup_views.AuditSelect,
    setup_views.RolesSelect,
    setup_views.RuleButton,
)


async def setup(bot: MythBot) -> None:
    """Registers the items with the bot; called when the extension is loaded."""
    bot.add_dynamic_items(*PERSISTENT_ITEMS)
