"""What differs between two states of a script."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.scripts.cue_lists import arrange
from bot.scripts.diff import ChangeKind, PieceKind, compare_scripts, compare_texts
from bot.scripts.editing import CueFields, change_cue, delete_cue, insert_cue, move_cue
from bot.scripts.models import Cue, CueKind, Script
from tests.bot.scripts.test_editing import SCRIPT


def kinds(old: Script, new: Script) -> list[tuple[ChangeKind, str]]:
    """Kind and id of every cue that is not the same."""
    return [(each.kind, each.cue.id) for each in compare_scripts(old, new) if each.kind is not ChangeKind.SAME]


def test_every_kind_of_change_is_told_apart() -> None:
    """A changed, an added, a removed and a moved cue; all others are the same."""
    assert kinds(SCRIPT, SCRIPT) == []
    assert kinds(SCRIPT, change_cue(SCRIPT, "b", CueFields("You came.", "HANA"), voices={})) == [
        (ChangeKind.CHANGED, "b")
    ]
    assert kinds(SCRIPT, delete_cue(SCRIPT, "c", voices={})) == [(ChangeKind.REMOVED, "c")]
    assert kinds(SCRIPT, move_cue(SCRIPT, "a", 4)) == [(ChangeKind.MOVED, "a")]
    added = insert_cue(SCRIPT, "a", CueKind.SFX, CueFields("WIND"), voices={})
    ((kind, cue_id),) = kinds(SCRIPT, added)
    assert (kind, cue_id) == (ChangeKind.ADDED, added.cues[1].id)


def test_another_speaker_or_direction_is_a_change() -> None:
    """The words may be the same."""
    other = change_cue(SCRIPT, "b", CueFields("You came back.", "FOX"), voices={})
    (changed,) = [each for each in compare_scripts(SCRIPT, other) if each.kind is ChangeKind.CHANGED]
    assert [piece.kind for piece in changed.pieces] == [PieceKind.SAME]
    assert changed.old is not None
    assert (changed.old.speaker, changed.cue.speaker) == ("HANA", "FOX")


def test_a_removed_cue_stands_where_it_was() -> None:
    """Between its former neighbours."""
    changes = compare_scripts(SCRIPT, delete_cue(SCRIPT, "c", voices={}))
    assert [each.cue.id for each in changes] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("old", "new", "pieces"),
    [
        ("The lantern guttered.", "The lamp guttered.", ["=The ", "-lantern", "+lamp", "= guttered."]),
        ("私は狐だ。", "私は猫だ。", ["=私は", "-狐", "+猫", "=だ。"]),
        ("ฉันกลับมา", "ฉันไม่กลับมา", ["=ฉัน", "+ไม่", "=กลับมา"]),
    ],
)
def test_a_change_is_shown_by_word(old: str, new: str, pieces: list[str]) -> None:
    """Only the word that differs is marked; in scripts without spaces only the character."""
    signs = {PieceKind.SAME: "=", PieceKind.ADDED: "+", PieceKind.REMOVED: "-"}
    assert [signs[piece.kind] + piece.text for piece in compare_texts(old, new)] == pieces


@given(st.text(max_size=40), st.text(max_size=40))
def test_the_pieces_are_both_texts(old: str, new: str) -> None:
    """Without what was added they are the old text, without what was removed the new one."""
    pieces = compare_texts(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind is not PieceKind.ADDED) == old
    assert "".join(piece.text for piece in pieces if piece.kind is not PieceKind.REMOVED) == new


@given(st.permutations(["a", "b", "c", "d"]), st.sets(st.sampled_from("abcd")), st.booleans())
def test_every_cue_of_both_states_is_there_once(order: list[str], dropped: set[str], has_ids: bool) -> None:
    """The new cues stand in their order, and each old one is the same, changed, moved or removed."""
    by_id = {cue.id: cue for cue in SCRIPT.cues}
    new = arrange(SCRIPT, [by_id[each] for each in order if each not in dropped])
    if not has_ids:
        new = new.model_copy(update={"cues": tuple(cue.model_copy(update={"id": f"new{cue.id}"}) for cue in new.cues)})
    changes = compare_scripts(SCRIPT, new)
    assert [each.new for each in changes if each.new is not None] == list(new.cues)
    old = [each.old for each in changes if each.old is not None]
    assert sorted(cue.id for cue in old) == ["a", "b", "c", "d"]


def test_versions_of_different_runs_are_matched_by_their_words() -> None:
    """Without shared ids the same lines are the same, and a rewritten line is a change of the one it replaces."""
    rewritten = [cue.model_copy(update={"id": f"x{cue.n}"}) for cue in SCRIPT.cues]
    rewritten[0] = rewritten[0].model_copy(update={"text": "The old lantern guttered."})
    new = SCRIPT.model_copy(update={"cues": tuple(rewritten)})
    assert kinds(SCRIPT, new) == [(ChangeKind.CHANGED, "x1")]


def test_long_scripts_are_compared_quickly() -> None:
    """Four hundred cues of which thirty are changed take a fraction of a second, with and without shared ids."""
    cues = [
        Cue(
            n=n,
            kind=CueKind.NARRATION,
            text=f"Line {n} of the long night, and nobody spoke.",
            speaker="NARRATOR",
            id=f"c{n}",
        )
        for n in range(1, 401)
    ]
    old = arrange(SCRIPT, cues)
    texts = {cue.id: cue.text.replace("nobody", "somebody") if cue.n % 13 == 0 else cue.text for cue in old.cues}
    for prefix in ("", "x"):
        changed = [cue.model_copy(update={"text": texts[cue.id], "id": prefix + cue.id}) for cue in old.cues]
        new = arrange(SCRIPT, changed)
        began = time.process_time()
        assert [kind for kind, _ in kinds(old, new)] == [ChangeKind.CHANGED] * 30
        assert time.process_time() - began < 1
