"""What the approval of a script accepts into the series bible of its book."""

from typing import Final

from bot.scripts.models import Script
from bot.scripts.text_units import find_normalized_units
from storage import WriteTransaction
from storage.states import ProposalState
from storage.stores.bible import MemberChanges, StoredWord
from storage.stores.scripts import StoredScript

_PROPOSED: Final = ProposalState.PROPOSED
_ACCEPTED: Final = ProposalState.ACCEPTED


async def accept_proposals(tx: WriteTransaction, stored: StoredScript) -> dict[str, int]:
    """Accepts what the script has proposed, every speaker of it, and words of it that another version has proposed.

    Returns how many characters and words were accepted, those with none left out.
    """
    counts = {
        "characters_accepted": await _accept_members(tx, stored),
        "words_accepted": await _accept_words(tx, stored),
    }
    for synopsis in await tx.bible.list_synopses(stored.ebook_id, _PROPOSED):
        if synopsis.script_id == stored.id:
            await tx.bible.set_synopsis_state(synopsis.id, _ACCEPTED)
    return {name: count for name, count in counts.items() if count}


async def _accept_members(tx: WriteTransaction, stored: StoredScript) -> int:
    members = await tx.bible.list_members(stored.ebook_id, _PROPOSED)
    speakers = {member.name.casefold() for member in Script.from_json(stored.body).cast} if members else set()
    accepted = [each for each in members if each.script_id == stored.id or each.name.casefold() in speakers]
    for member in accepted:
        await tx.bible.change_member(member.id, MemberChanges(state=_ACCEPTED))
    return len(accepted)


async def _accept_words(tx: WriteTransaction, stored: StoredScript) -> int:
    words = await tx.bible.list_words(stored.ebook_id, _PROPOSED)
    chapters = await tx.scripts.get_chapter_numbers([word.script_id for word in words if word.script_id])
    own = [word for word in words if word.script_id == stored.id]
    others = [word for word in words if chapters.get(word.script_id or "") == stored.chapter_number and word not in own]
    accepted = [*own, *_find_spoken(others, stored)]
    for word in accepted:
        await tx.bible.set_word_state(word.id, _ACCEPTED)
    return len(accepted)


def _find_spoken(words: list[StoredWord], stored: StoredScript) -> list[StoredWord]:
    if not words:
        return []
    cues = Script.from_json(stored.body).cues
    text = f" {' '.join(unit for cue in cues for unit in find_normalized_units(cue.text))} "
    return [word for word in words if f" {' '.join(find_normalized_units(word.spelling))} " in text]
