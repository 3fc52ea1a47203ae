"""A chapter that the tests of writing share, and the assignment for it."""

from typing import Any

from bot.generation.request import PartRequest
from bot.scripts.models import Cue, CueKind
from bot.scripts.text_splitting import split_paragraphs

CHAPTER = """\
The lantern guttered. Hana counted the bells from the watchtower, as she did each night of the eleventh month.

“Twelve,” said Hana. “There are always twelve.”

The thirteenth bell rang. The shrine's door creaked, and thunder rolled over the cedar hill.

“You came back,” whispered the fox. It sat where the offering stones had been, with snow on its shoulders.

She had buried it in the spring, under the third stone, and told nobody. Now it looked at her as one looks at a debt.

"What do you want?" Hana asked.

“Only what you promised me,” the fox said, and the snow on the stones began to melt.
"""


def request(text: str = CHAPTER, **changes: Any) -> PartRequest:
    """A request for the whole chapter as one part."""
    given: dict[str, Any] = {
        "ebook_title": "The Fox of Thirteen Bells",
        "chapter_number": 1,
        "title": "The Midnight Summoning",
        "theme": "fox-demon horror",
        "paragraphs": split_paragraphs(text),
    }
    return PartRequest(**{**given, **changes})


def narrated(*texts: str) -> tuple[Cue, ...]:
    """Cues of narration with these texts."""
    return tuple(Cue(n=n, kind=CueKind.NARRATION, text=text, speaker="NARRATOR") for n, text in enumerate(texts, 1))
