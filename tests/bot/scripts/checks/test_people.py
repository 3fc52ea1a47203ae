"""Who is meant by the subject of a speech tag, among the speakers of a script and the characters of its book."""

from collections.abc import Sequence

import pytest

from bot.scripts.checks.check import check_script
from bot.scripts.checks.findings import FindingKind
from tests.bot.scripts.checks.scripts import tagged_line

ABSENT = FindingKind.UNKNOWN_SPEAKER


@pytest.mark.parametrize(
    ("text", "speaker", "characters", "suggestions"),
    [
        ("“Come,” said the captain.", "ANNA", [("CAPTAIN",)], ["CAPTAIN"]),
        ("“Come,” said the captain.", "CAPTAIN", [("ANNA",)], []),
        ("“Come,” said Dr. Hudson.", "ANNA", [("MRS. HUDSON",), ("DR. HUDSON",)], ["DR. HUDSON"]),
        ("“Come,” said Mrs. Hudson.", "MR. HUDSON", [], ["MRS HUDSON"]),
        ("“Come,” said Mrs. Hudson.", "HUDSON", [], []),
        ("“Come,” said Hudson.", "DR. HUDSON", [("MRS. HUDSON",)], []),
        ("“Come,” said Clay.", "JOHN CLAY", [], []),
        ("“Come,” said Mr. John Clay.", "CLAY", [("JOHN",)], []),
        ("“Come,” said Clay.", "ANNA", [("JOHN CLAY",)], ["JOHN CLAY"]),
        ("“Come,” said Zoltan.", "VOICE", [], ["ZOLTAN"]),
        ("“Come,” said Nita.", "VOICE", [("NITA",)], ["NITA"]),
        ("“Come,” said Zoltan.", "OLD MAN", [], []),
        ("“Come,” said Mother.", "ANNA", [], []),
        ("“Come,” said Mother.", "ANNA", [("MOTHER",)], ["MOTHER"]),
        ("“Come,” said Sir.", "ANNA", [], []),
        ("“Come,” said the smith.", "ANNA", [], []),
        ("“Come,” Nita’s mother said.", "VOICE", [("NITA",)], []),
        ("“Come,” Nita’s cat said.", "NITA", [("CAT",)], []),
        ("“Come,” Nita’s mother said.", "NITA'S MOTHER", [], []),
        ("“Come,” Nita’s mother said.", "NITA", [], [""]),
        ("“Come,” Nita’s mother said.", "NITA", [("MOTHER",), ("NITA'S MOTHER",)], ["NITA'S MOTHER"]),
    ],
)
def test_the_tag_says_who_speaks(
    text: str, speaker: str, characters: Sequence[Sequence[str]], suggestions: list[str]
) -> None:
    """Titles, parts of names, roles and relatives; nobody is named where it may be the speaker."""
    script, spans = tagged_line(text, speaker)
    findings = [each for each in check_script(script, spans, characters) if each.kind is not ABSENT]
    assert [each.suggestion for each in findings] == suggestions


@pytest.mark.parametrize(
    ("text", "characters", "suggestion"),
    [
        ("“Come,” said Nita.", [("NITA",)], "NITA"),
        ("“Come,” said Brown.", [("NITA BROWN",), ("ANNA BROWN",)], ""),
        ("“Come,” said Nita’s mother.", [("NITA",), ("MOTHER",)], ""),
        ("“Come,” she said.", [("NITA",)], ""),
        ("“Come.”", [("NITA",)], ""),
    ],
)
def test_a_narrated_line_is_suggested_to_whom_the_tag_names(
    text: str, characters: Sequence[Sequence[str]], suggestion: str
) -> None:
    """Only where exactly one person can be meant."""
    script, spans = tagged_line(text, "")
    (finding,) = check_script(script, spans, characters)
    assert (finding.kind, finding.suggestion) == (FindingKind.NARRATED_LINE, suggestion)


def test_aliases_of_proposed_characters_count_for_tags_alone() -> None:
    """A proposal says whom a tag means; it does not make a speaker known to the book."""
    script, spans = tagged_line("“Come,” said the baker.", "ZOLTAN")
    findings = check_script(script, spans, proposed=[("ZOLTAN", "Baker")])
    assert [each.kind for each in findings] == [ABSENT]
    findings = check_script(script, spans, proposed=[("NITA", "Baker")])
    assert [each.kind for each in findings] == [FindingKind.SPEAKER, ABSENT]
