"""Scripts whose chapter has another text since they were written."""

from collections.abc import Collection

from storage import WriteTransaction


async def mark_cards_outdated(tx: WriteTransaction, ebook_id: str, numbers: Collection[int]) -> None:
    """The cards of the newest scripts of these chapters will be brought up to date, because their texts were changed."""
    run_ids = [
        script.run_id
        for script in await tx.scripts.list_newest(ebook_id)
        if script.run_id is not None and script.source_digest and script.chapter_number in numbers
    ]
    if run_ids:
        await tx.run_cards.mark_cards_outdated(run_ids)
