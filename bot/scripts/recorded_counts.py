"""How many spoken cues of a script are recorded, as it is stored with the script."""

from bot.scripts.models import Script
from bot.scripts.takes import count_recorded
from storage import WriteTransaction
from storage.stores.takes import Take


async def store_recorded_count(
    tx: WriteTransaction, script_id: str, script: Script, ebook_id: str, chapter_number: int
) -> None:
    """The stored counts are right for this text of the script. To call whenever a text is stored that may have takes."""
    takes = await tx.takes.list(ebook_id, chapter_number)
    await tx.takes.set_recorded(script_id, script.spoken_cue_count, count_recorded(script, takes))


async def recount_versions(tx: WriteTransaction, take: Take) -> None:
    """The stored counts are right for every version of the chapter that has the cue of the take."""
    takes = await tx.takes.list(take.ebook_id, take.chapter_number)
    for script_id, body in (await tx.takes.list_texts(take.ebook_id, take.chapter_number)).items():
        script = Script.from_json(body)
        if any(cue.id == take.cue_id for cue in script.cues):
            await tx.takes.set_recorded(script_id, script.spoken_cue_count, count_recorded(script, takes))
