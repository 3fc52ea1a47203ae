"""Faults in the series bible: what is remembered, proposed, accepted and renamed."""

from typing import Final

from tests.mutation.faults.model import Fault

_SERIES: Final = ("tests/bot/generation/test_series.py",)
_CAST: Final = ("tests/bot/ebooks/test_cast_service.py",)
_CASTING: Final = ("tests/bot/ebooks/test_casting.py",)

FAULTS: Final[tuple[Fault, ...]] = (
    Fault(
        "bot.ebooks.bible",
        "proposals are told to the next writer",
        "[ProposalState.PROPOSED] if with_proposals else []",
        "[ProposalState.PROPOSED]",
        _SERIES,
    ),
    Fault(
        "bot.ebooks.bible",
        "the story so far tells what has not happened yet",
        "            if each.chapter_number < chapter_number\n",
        "",
        _SERIES,
    ),
    Fault(
        "bot.ebooks.bible",
        "a rejected name is proposed again under an alias",
        "    taken = {name.casefold() for member in members for name in (member.name, *member.aliases)}\n",
        "    taken = {member.name.casefold() for member in members}\n",
        _SERIES,
    ),
    Fault(
        "bot.scripts.library",
        "an approval accepts nothing",
        "        data |= await accept_proposals(tx, stored)\n",
        "",
        _SERIES,
    ),
    Fault(
        "bot.generation.run_progress",
        "proposals of complete parts are lost",
        "            proposals=self.proposals + draft.proposals,\n",
        "            proposals=draft.proposals,\n",
        _SERIES,
    ),
    Fault(
        "bot.generation.gemini.response",
        "an alias speaks under its own name",
        "        character = self._bible.find_character(name)\n",
        "        character = None\n",
        _SERIES,
    ),
    Fault(
        "bot.ebooks.cast_service",
        "a renamed character loses the old name",
        "        aliases = dict.fromkeys((*member.aliases, member.name))\n",
        "        aliases = dict.fromkeys(member.aliases)\n",
        _CAST,
    ),
    Fault(
        "bot.ebooks.cast_service",
        "drafts are renamed without being asked",
        "        if update_drafts:\n",
        "        if True:\n",
        _CAST,
    ),
    Fault(
        "storage.stores.drafts",
        "an approved script can be changed",
        "        query = scripts.update().where(scripts.c.id == script_id, scripts.c.state == ScriptState.DRAFT)\n",
        "        query = scripts.update().where(scripts.c.id == script_id)\n",
        ("tests/storage/stores/test_drafts.py",),
    ),
    Fault(
        "storage.stores.drafts",
        "approved scripts are listed as drafts",
        "        query = select(scripts).where(scripts.c.ebook_id == ebook_id, scripts.c.state == ScriptState.DRAFT)\n",
        "        query = select(scripts).where(scripts.c.ebook_id == ebook_id)\n",
        ("tests/storage/stores/test_drafts.py", *_CAST),
    ),
    Fault(
        "bot.ebooks.casting",
        "the cast of an approved script is changed",
        "    if stored.state is not ScriptState.DRAFT:\n        raise StateError",
        "    if stored.state is None:\n        raise StateError",
        _CASTING,
    ),
    Fault(
        "bot.ebooks.casting",
        "an approved script has warnings",
        "    if stored.state is not ScriptState.DRAFT:\n        return ()\n",
        "",
        _CASTING,
    ),
)
