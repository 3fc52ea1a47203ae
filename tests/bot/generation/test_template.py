import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.generation.draft import Draft
from bot.generation.request import PartRequest
from bot.generation.template import LOGLINE, TemplateWriter
from bot.scripts.models import CastMember, Cue, CueKind, WriterKind
from bot.scripts.text_units import find_units
from tests.bot.generation.story import narrated, request

T = TypeVar("T")


async def written(given_assignment: PartRequest, writer: TemplateWriter | None = None) -> list[Draft]:
    return [draft async for draft in (writer or TemplateWriter()).write(given_assignment)]


async def spoken(text: str) -> list[tuple[str, str]]:
    """Speaker and text of all spoken cues of a text."""
    cues = (await written(request(text)))[-1].cues
    return [(cue.speaker, cue.text) for cue in cues if cue.kind.is_spoken]


async def test_a_chapter_becomes_a_skeleton() -> None:
    """It opens and closes with music, has narration, named dialogue and plain sounds, and says what it is."""
    writer = TemplateWriter()
    assert writer.kind is WriterKind.TEMPLATE
    draft = (await written(request(), writer))[-1]
    assert (draft.title, draft.logline, draft.model) == ("The Midnight Summoning", LOGLINE, "")
    assert draft.cues[0].kind is draft.cues[-1].kind is CueKind.MUSIC
    assert [cue.n for cue in draft.cues] == list(range(1, len(draft.cues) + 1))
    assert {cue.speaker for cue in draft.cues} == {"", "NARRATOR", "HANA", "FOX"}
    assert [cue.text for cue in draft.cues if cue.kind is CueKind.SFX] == [
        "BELL – TOLLS", "DOOR CREAKS – SLOWLY", "THUNDER – ROLLS",
    ]  # fmt: skip
    assert {member.name for member in draft.cast} == {"NARRATOR", "HANA", "FOX"}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("“Go,” said Hana. “Now.”", [("HANA", "Go,"), ("NARRATOR", "said Hana."), ("HANA", "Now.")]),
        ("Hana whispered: “Go.”", [("NARRATOR", "Hana whispered:"), ("HANA", "Go.")]),
        ('"Go," she said.', [("VOICE", "Go,"), ("NARRATOR", "she said.")]),
        ("“Go,” said the watchwoman.", [("WATCHWOMAN", "Go,"), ("NARRATOR", "said the watchwoman.")]),
        ("„Geh!“ sagte Anna.", [("ANNA", "Geh!"), ("NARRATOR", "sagte Anna.")]),
        ("« Va-t'en » dit Marie.", [("MARIE", "Va-t'en"), ("NARRATOR", "dit Marie.")]),
        ("»Geh«, rief Anna.", [("ANNA", "Geh"), ("NARRATOR", "rief Anna.")]),
        ("「誰だ」と彼は言った。", [("VOICE", "誰だ"), ("NARRATOR", "と彼は言った。")]),
        ("‘Don’t go,’ said Hana.", [("HANA", "Don’t go,"), ("NARRATOR", "said Hana.")]),
        ("—¿Quién es? —preguntó Marta—. Nadie.", [("MARTA", "¿Quién es?"), ("NARRATOR", "preguntó Marta—. Nadie.")]),
        ("The rock ’n’ roll wasn’t Hana’s.", [("NARRATOR", "The rock ’n’ roll wasn’t Hana’s.")]),
        ("“Go,” said Mr. Rucastle.", [("MR. RUCASTLE", "Go,"), ("NARRATOR", "said Mr. Rucastle.")]),
        (
            "“One,” said Hana. “And\n\n“two.”\n\n“Three.”",
            [
                ("HANA", "One,"),
                ("NARRATOR", "said Hana."),
                ("HANA", "And"),
                ("HANA", "two."),
                ("VOICE", "Three."),
            ],
        ),
        ('He said "nothing.', [("NARRATOR", 'He said "nothing.')]),
        ("“…”", []),
    ],
)
async def test_dialogue_is_found_and_named_only_where_it_is_plain(text: str, lines: list[tuple[str, str]]) -> None:
    """Quotation marks of several languages open dialogue; a speaker is named where the text does."""
    assert await spoken(text) == lines


async def test_sounds_are_not_taken_from_what_people_say() -> None:
    """A bell in somebody's mouth is no bell."""
    cues = (await written(request("“The bell rang,” said Hana.")))[-1].cues
    assert not [cue for cue in cues if cue.kind is CueKind.SFX]


async def test_a_later_part_goes_on_where_the_earlier_ended() -> None:
    """Numbers continue, known voices are kept, and there is no second opening."""
    known = (CastMember(name="HANA", voice="dry"),)
    given_assignment = request(first_cue=80, part=2, parts=3, cast=known, previous_cues=narrated("Before."))
    draft = (await written(given_assignment))[-1]
    assert draft.cues[0].n == 80
    assert not [cue for cue in draft.cues if cue.kind is CueKind.MUSIC]
    assert CastMember(name="HANA", voice="dry") in draft.cast


async def test_at_a_pace_it_grows_cue_by_cue() -> None:
    """Each cue is waited for through the seam; at once it comes in a few steps."""
    waits: list[str] = []

    async def wait(awaitable: Awaitable[T], why: str) -> T:
        waits.append(why)
        return await awaitable

    paced = await written(request(), TemplateWriter(0.0001, wait))
    assert [len(draft.cues) for draft in paced] == list(range(1, len(paced) + 1))
    assert len(waits) == len(paced)
    at_once = await written(request())
    assert len(at_once) <= 5
    assert at_once[-1] == paced[-1]


def said(cues: tuple[Cue, ...]) -> list[str]:
    return [unit for cue in cues if cue.kind.is_spoken for unit in find_units(cue.text)]


WILD = st.text(
    alphabet=st.sampled_from('ab Hana said, “”"«»„‘’「」『』—–-.!?…¿鐘\n\t\u200bé\u0301'), max_size=120
) | st.text(max_size=120)


@given(st.lists(WILD, max_size=6))
def test_no_word_of_the_source_is_lost(texts: list[str]) -> None:
    """All words of any text are spoken, in their order, and nothing is raised."""
    cues = asyncio.run(written(request(paragraphs=tuple(texts))))[-1].cues
    assert said(cues) == [unit for text in texts for unit in find_units(text)]
    assert all(cue.text for cue in cues)
