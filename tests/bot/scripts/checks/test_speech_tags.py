"""A speaker who contradicts the speech tag is found, and nobody is accused where the text does not say who speaks."""

import pytest

from bot.scripts.checks.check import check_script
from bot.scripts.checks.findings import FindingKind
from tests.bot.scripts.checks.scripts import tagged_line

CHARACTERS = (
    ("NITA", "Nita Brown", "the baker"),
    ("ANNA",),
    ("OLD MAN",),
    ("SHERLOCK HOLMES",),
    ("MR. HUDSON",),
    ("MRS. HUDSON",),
    ("MOTHER",),
)

# The text, and who speaks its quotations as the text says.
CERTAIN = (
    ("“Come,” Nita said.", "NITA"),
    ("“Come,” said Nita.", "NITA"),
    ("“Come!” cried poor little Nita in a whisper.", "NITA"),
    ("“Come,” Nita had said softly.", "NITA"),
    ("“Come,” Nita told Anna.", "NITA"),
    ("“Come,” said Nita to Anna.", "NITA"),
    ("“Come,” said Nita, and Anna laughed.", "NITA"),
    ("“Come—” Nita began.", "NITA"),
    ("“Come,” said the baker.", "NITA"),
    ("“Come,” said Nita Brown.", "NITA"),
    ("“Come,” said Holmes.", "SHERLOCK HOLMES"),
    ("“Come,” said Mr. Sherlock Holmes.", "SHERLOCK HOLMES"),
    ("“Come,” said Mrs. Hudson.", "MRS. HUDSON"),
    ("“Come,” the old man said.", "OLD MAN"),
    ("“Come,” said the old man from the far end.", "OLD MAN"),
    ("“Come,” said Zoltan.", "ZOLTAN"),
    ("Nita told Anna: “Come.”", "NITA"),
    ("But Nita said, “Come.”", "NITA"),
    ("He laughed, and Nita whispered: “Come.”", "NITA"),
    ("Anna looked at him. The old man said, “Come.”", "OLD MAN"),
    ("Nita said:\n\n“Come.”", "NITA"),
    ('"Come," said Nita.', "NITA"),
    ("‘Come,’ said Nita.", "NITA"),
    ("«Viens», dit Nita.", "NITA"),
    ("— Viens, dit Nita.", "NITA"),
    ("—Ven —dijo Nita—.", "NITA"),
    ("„Komm“, sagte Nita.", "NITA"),
    ("— Иди, — сказала Нита.", "НИТА"),
)


@pytest.mark.parametrize(("text", "speaker"), CERTAIN)
def test_a_line_that_was_given_to_somebody_else_is_found(text: str, speaker: str) -> None:
    """The finding names who should speak; there is none where the right speaker has the line."""
    script, spans = tagged_line(text, "ANNA")
    (finding,) = [each for each in check_script(script, spans, CHARACTERS) if each.kind is FindingKind.SPEAKER]
    assert (finding.speaker, finding.suggestion) == ("ANNA", speaker)
    assert finding.cue == next(cue.n for cue in script.cues if cue.speaker == "ANNA")
    right, _ = tagged_line(text, speaker)
    assert not [each for each in check_script(right, spans, CHARACTERS) if each.kind is FindingKind.SPEAKER]


@pytest.mark.parametrize(
    "text",
    [
        "“Come,” she said.",
        "“Come,” said he to Nita.",
        "“Come,” she told Nita.",
        "“Come,” said I.",
        "“Come,” Nita’s mother said.",
        "“Come,” said Nita's mother.",
        "“Come,” whispered Nita’s voice.",
        "“Come,” Nita and Anna said.",
        "“Come,” said Nita and Anna.",
        "“Come,” said one of Nita’s friends.",
        "“Come,” said a voice to herself, not to Anna.",
        "“Come.” Nita laughed.",
        "“Come?” Nita sighed.",
        "“Come.” Nita said nothing.",
        "Nita turned to Anna and said, “Come.”",
        "Anna looked at Nita, who was still reading. “Come.”",
        "Nita said nothing. “Come.”",
        "Nita said,\n\n“Come.”",
        "“Come,” said the visitor.",
        "“Come,” said Doctor.",
        "— Viens, dit-elle.",
        "「来い」と太郎が言った。",
    ],
)
def test_nobody_is_accused_where_the_text_does_not_say_who_speaks(text: str) -> None:
    """Pronouns, possessives, two people in one tag, roles that may be anybody, and what people do beside a line."""
    script, spans = tagged_line(text, "ANNA")
    assert [each for each in check_script(script, spans, CHARACTERS) if each.kind is FindingKind.SPEAKER] == []


def test_the_speech_goes_on_behind_its_tag() -> None:
    """Both halves of a quotation belong to the speaker of the tag between them, unless the second has its own."""
    script, spans = tagged_line("“Come,” said Nita. “Now.”", "ANNA", "ANNA")
    assert [each.suggestion for each in check_script(script, spans, CHARACTERS)[:2]] == ["NITA", "NITA"]
    script, spans = tagged_line("“Come?” asked Nita. “No,” said Anna.", "NITA", "ANNA")
    assert not check_script(script, spans, CHARACTERS)


def test_a_possessive_contradicts_only_its_owner() -> None:
    """“Nita’s mother said” is not NITA, whoever her mother is."""
    script, spans = tagged_line("“Come,” Nita’s mother said.", "NITA")
    (finding,) = check_script(script, spans, CHARACTERS)
    assert finding.suggestion == "MOTHER"
    script, spans = tagged_line("“Come,” Nita’s mother said.", "NITA'S MOTHER")
    assert not [each for each in check_script(script, spans, CHARACTERS) if each.kind is FindingKind.SPEAKER]


def test_a_role_may_be_named_by_a_part_of_it() -> None:
    """“The children” may be CHARITY CHILDREN though CHILDREN speak too."""
    script, spans = tagged_line("“Come,” said the children.", "CHARITY CHILDREN")
    assert not [each for each in check_script(script, spans, [("CHILDREN",)]) if each.kind is FindingKind.SPEAKER]


def test_a_married_couple_is_told_apart() -> None:
    """The same name with another title is somebody else."""
    script, spans = tagged_line("“Come,” said Mrs. Hudson.", "MR. HUDSON")
    assert [each.suggestion for each in check_script(script, spans, CHARACTERS)] == ["MRS. HUDSON"]


def test_a_line_of_an_adaptation_is_found_by_its_words() -> None:
    """Cues of an adaptation name no spans; a quotation that was kept word for word is compared all the same."""
    script, spans = tagged_line("“Come at once,” said Nita. “Why should I,” said Anna.", "ANNA", "ANNA")
    cues = tuple(cue.model_copy(update={"spans": None}) for cue in script.cues)
    adapted = script.model_copy(update={"cues": cues})
    assert [each.suggestion for each in check_script(adapted, spans, CHARACTERS)] == ["NITA"]
    assert not [each for each in check_script(adapted, (), CHARACTERS) if each.kind is FindingKind.SPEAKER]


def test_a_line_that_stands_in_the_book_twice_is_not_compared_in_an_adaptation() -> None:
    """Nobody can say which of the two it is."""
    script, spans = tagged_line("“Come,” said Nita.\n\n“Come,” said Anna.", "ANNA", "ANNA")
    cues = tuple(cue.model_copy(update={"spans": None}) for cue in script.cues)
    assert check_script(script.model_copy(update={"cues": cues}), spans, CHARACTERS) == ()
