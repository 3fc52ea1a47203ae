"""Who speaks in three chapters of published books, attributed by hand. No text of the books stands here."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Attribution:
    """The quotations of one chapter in order: a speaker and how many, ``-`` for words that nobody in the story says.

    ``short`` are the full names behind initials.
    """

    file: str
    title: str
    turns: str
    short: tuple[tuple[str, str], ...] = ()

    def list_speakers(self) -> list[str]:
        """The speaker of each quotation, empty for the narrator."""
        names = dict(self.short) | {"-": ""}
        turns = (turn.rpartition(" ") for turn in self.turns.split("; "))
        return [speaker for name, _, count in turns for speaker in [names.get(name, name)] * int(count)]


ATTRIBUTIONS: Final = (
    Attribution(
        "the-adventures-of-sherlock-holmes.epub",
        "A Case of Identity",
        "H 2; W 2; H 2; W 3; H 4; W 1; H 1; W 1; H 6; M 4; H 2; M 1; H 1; M 2; H 2; M 1; H 1; M 1; H 2; M 1; H 2; M 1; H "
        "2; M 3; H 2; M 1; H 1; M 1; H 1; M 1; H 1; M 1; H 1; M 1; H 1; M 1; H 1; M 1; H 1; M 1; H 1; M 1; H 2; M 1; H 1; "
        "M 2; H 1; M 1; H 1; M 2; H 1; M 1; H 1; M 1; H 1; M 1; H 1; M 1; H 1; M 1; H 2; M 1; H 1; M 1; H 1; M 2; H 1; M "
        "1; H 1; M 1; H 1; M 1; H 2; W 1; H 1; W 1; H 2; W 1; H 1; W 1; H 1; W 2; H 3; W 1; H 1; W 1; H 1; W 1; H 1; W 1; "
        "H 1; W 1; H 1; W 1; H 4; J 2; H 2; J 1; H 2; J 1; H 2; J 2; H 2; J 1; H 2; J 1; H 5; J 2; H 3; J 2; H 5; W 1; H "
        "2; W 1; H 2; W 1; H 1",
        (("H", "SHERLOCK HOLMES"), ("W", "WATSON"), ("M", "MISS SUTHERLAND"), ("J", "MR. WINDIBANK")),
    ),
    Attribution(
        "childrens-literature.epub",
        "200 THE HAPPY PRINCE",
        "- 4; TOWN COUNCILLOR 2; MOTHER 2; DISAPPOINTED MAN 1; CHARITY CHILDREN 1; MATHEMATICAL MASTER 2; CHARITY "
        "CHILDREN 1; SWALLOW 1; OTHER SWALLOWS 2; SWALLOW 17; HAPPY PRINCE 1; SWALLOW 2; HAPPY PRINCE 3; SWALLOW 1; HAPPY "
        "PRINCE 3; SWALLOW 2; HAPPY PRINCE 2; SWALLOW 4; HAPPY PRINCE 1; LOVER 2; BEAUTIFUL GIRL 2; BOY 2; SWALLOW 2; "
        "HAPPY PRINCE 1; PROFESSOR OF ORNITHOLOGY 2; SWALLOW 1; SPARROWS 1; SWALLOW 2; HAPPY PRINCE 2; SWALLOW 2; HAPPY "
        "PRINCE 2; SWALLOW 2; HAPPY PRINCE 2; SWALLOW 2; HAPPY PRINCE 2; YOUNG MAN 2; SAILORS 1; SWALLOW 2; HAPPY PRINCE "
        "2; SWALLOW 2; HAPPY PRINCE 2; SWALLOW 2; HAPPY PRINCE 2; LITTLE GIRL 1; SWALLOW 2; HAPPY PRINCE 2; SWALLOW 1; "
        "HAPPY PRINCE 2; LITTLE BOYS 1; WATCHMAN 1; HAPPY PRINCE 2; CHILDREN 1; SWALLOW 2; HAPPY PRINCE 2; SWALLOW 2; "
        "MAYOR 1; TOWN COUNCILLORS 1; MAYOR 2; TOWN COUNCILLORS 1; MAYOR 2; ART PROFESSOR 1; MAYOR 2; TOWN COUNCILLORS 1; "
        "OVERSEER 2; GOD 3",
    ),
    Attribution(
        "childrens-literature.epub",
        "193 THE EMPEROR'S NEW CLOTHES",
        "- 4; PEOPLE 2; EMPEROR 5; OLD MINISTER 4; ROGUES 1; OLD MINISTER 2; ROGUES 2; STATESMAN 3; STATESMEN 2; EMPEROR "
        "4; COURTIERS 1; PEOPLE 1; ROGUES 4; COURTIERS 1; ROGUES 2; PEOPLE 2; MASTER OF CEREMONIES 1; EMPEROR 2; PEOPLE "
        "1; CHILD 1; FATHER 1; PEOPLE 2",
    ),
)
