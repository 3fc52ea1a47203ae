"""The subject of a speech tag, word by word."""

import pytest

from bot.scripts.checks.speech_tags import Subject, find_subject_after, find_subject_before


def show(subject: Subject | None) -> str:
    """``nita`` for a name, ``the old man`` for a role, ``nita's + mother`` for a relative, ``?`` and ``I`` for pronouns."""
    if subject is None:
        return "no tag"
    words = " ".join(subject.words)
    if subject.owner:
        return f"{' '.join(subject.owner)}'s + {words}"
    if not words:
        return "I" if subject.is_first_person else "?"
    return words if subject.is_name else f"the {words}"


@pytest.mark.parametrize(
    ("text", "ending", "subject"),
    [
        ("said Nita.", ",", "nita"),
        ("said Nita to Anna.", ",", "nita"),
        ("said Nita, and Anna laughed.", ",", "nita"),
        ("said Nita and Anna.", ",", "?"),
        ("said Nita and went.", ",", "?"),
        ("said quietly Nita.", ",", "nita"),
        ("said Emily.", ",", "emily"),
        ("said.", ",", "?"),
        ("said, Nita", ",", "?"),
        ("said poor, Nita", ",", "?"),
        ("said poor old Nita", ",", "nita"),
        ("said old", ",", "?"),
        ("said I.", ",", "I"),
        ("said she.", ",", "?"),
        ("dit-elle.", ",", "?"),
        ("said the old man from the hills.", ",", "the old man"),
        ("said the old man quietly.", ",", "the old man"),
        ("said the very old and tired man.", ",", "?"),
        ("said one two three four five six.", ",", "the two three four five"),
        ("said the one two three four five six.", ",", "the one two three four"),
        ("said Mr. J. Clay.", ",", "mr j clay"),
        ("said Clay. Anna laughed.", ",", "clay"),
        ("said Nita's old mother quietly.", ",", "nita's + old mother"),
        ("said Nita's.", ",", "?"),
        ("whispered Nita's voice.", ",", "?"),
        ("Said Nita.", ",", "no tag"),
        ("Nita said.", ",", "nita"),
        ("Nita Brown said.", ",", "nita brown"),
        ("Nita had once softly said.", ",", "nita"),
        ("old Nita said.", ",", "nita"),
        ("the old man said.", ",", "the old man"),
        ("the King said.", ",", "the king"),
        ("my mother said.", ",", "the mother"),
        ("Nita's mother said.", ",", "nita's + mother"),
        ("Nita's old mother said.", ",", "nita's + old mother"),
        ("Nita's voice said.", ",", "?"),
        ("she said.", ",", "?"),
        ("I said.", ",", "I"),
        ("Nita and Anna said.", ",", "?"),
        ("somebody near Nita said.", ",", "no tag"),
        ("Nita, Anna said.", ",", "no tag"),
        ("Nita said.", ".", "no tag"),
        ("said Nita.", ".", "nita"),
        ("Nita said.", "?", "nita"),
        ("Nita laughed.", "?", "no tag"),
        ("Nita laughed.", ",", "nita"),
        ("Nita began.", "—", "nita"),
        ("Nita said nothing.", ",", "no tag"),
        ("Nita closed the door.", ",", "no tag"),
        ("", ",", "no tag"),
        ("…", ",", "no tag"),
    ],
)
def test_the_subject_behind_a_quotation(text: str, ending: str, subject: str) -> None:
    """It stands directly at the verb; the sign with which the quotation ends decides whether a sentence begins."""
    assert show(find_subject_after(text, ending=ending)) == subject


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Nita said,", "nita"),
        ("Nita said:", "nita"),
        ("Nita said —", "nita"),
        ("Nita said.", "no tag"),
        ("Nita said", "no tag"),
        ("But Nita said,", "nita"),
        ("Then old Nita said,", "nita"),
        ("The old man said,", "the old man"),
        ("Nita told Anna:", "nita"),
        ("He laughed and Anna said,", "anna"),
        ("Nita and Anna said,", "?"),
        ("Nita turned and said,", "?"),
        ("She said,", "?"),
        ("I said,", "I"),
        ("Nita, the baker, said,", "no tag"),
        ("Nita said nothing,", "no tag"),
        ("Anna said that. He sat down,", "no tag"),
        ("Mr. Clay said,", "mr clay"),
        ("Nita said as she went from the one door to the other of the two,", "no tag"),
        ("Nita said as she went from the one door to the other of the,", "nita"),
        ("said Nita,", "no tag"),
        ("Nita closed the door,", "no tag"),
        ("Nita's mother said,", "nita's + mother"),
    ],
)
def test_the_subject_before_a_quotation(text: str, subject: str) -> None:
    """The last verb of speech counts, if what it introduces follows at once."""
    assert show(find_subject_before(text)) == subject
