"""Which edit an undo takes back, and what the text was before an edit."""

from collections.abc import Sequence

from storage.states import EditKind
from storage.stores.script_edits import ScriptEdit


def find_edit_to_undo(edits: Sequence[ScriptEdit]) -> ScriptEdit | None:
    """The newest change that is not undone; None where the text is as it was written."""
    standing: list[ScriptEdit] = []
    for edit in edits:
        if edit.kind is EditKind.CHANGED:
            standing.append(edit)
        elif edit.kind is EditKind.UNDONE:
            standing = [each for each in standing if each.number != edit.undoes]
    return standing[-1] if standing else None


def find_text_before(edits: Sequence[ScriptEdit], number: int) -> int:
    """The number of the last edit before this one whose text is kept.

    Raises:
        ValueError: there is none; a history begins with the text as it was written.
    """
    return max(edit.number for edit in edits if edit.number < number and edit.has_body)
