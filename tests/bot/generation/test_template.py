import asyncio
from collections.abc import Awaitable
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.generation.draft import Draft
from bot.generation.request import PartRequest
from bot.generation.template import LOGLINE, TemplateWriter
from bot.scripts.models import CastMember, Cue, CueKind, Scene, WriterKind
from bot.scripts.spans import split_spans
from bot.scripts.text_units import find_units
from tests.bot.generation.story import narrated, request

T = TypeVar("T")


async def write_drafts(part_request: PartRequest, writer: TemplateWriter | None = None) -> list[Draft]:
    return [draft async for draft in (writer or TemplateWriter()).write(part_request)]


async def write_spoken_cues(text: str) -> list[tuple[str, str]]:
    """Speaker and text of all write_spoken_cues cues that the template writes for a text."""
    cues = (await write_drafts(request(text)))[-1].cues
    return [(cue.speaker, cue.text) for cue in cues if cue.kind.is_spoken]


async def test_a_chapter_becomes_a_skeleton() -> None:
    """The script opens and closes with music, has narration, named dialogue and plain sounds, and says what it is."""
    writer = TemplateWriter()
    assert writer.kind is WriterKind.TEMPLATE
    draft = (await write_drafts(request(), writer))[-1]
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
        (
            "“Go,” said Hana. “Now.”",
            [("HANA", "Go,"), ("NARRATOR", "said Hana."), ("HANA", "Now.")],
        ),
        ("Hana whispered: “Go.”", [("NARRATOR", "Hana whispered:"), ("HANA", "Go.")]),
        ('"Go," she said.', [("VOICE", "Go,"), ("NARRATOR", "she said.")]),
        (
            "“Go,” said the watchwoman.",
            [("WATCHWOMAN", "Go,"), ("NARRATOR", "said the watchwoman.")],
        ),
        ("„Geh!“ sagte Anna.", [("ANNA", "Geh!"), ("NARRATOR", "sagte Anna.")]),
        ("« Va-t'en » dit Marie.", [("MARIE", "Va-t'en"), ("NARRATOR", "dit Marie.")]),
        ("»Geh«, rief Anna.", [("ANNA", "Geh"), ("NARRATOR", "rief Anna.")]),
        ("「誰だ」と彼は言った。", [("VOICE", "誰だ"), ("NARRATOR", "と彼は言った。")]),
        ("‘Don’t go,’ said Hana.", [("HANA", "Don’t go,"), ("NARRATOR", "said Hana.")]),
        (
            "—¿Quién es? —preguntó Marta—. Nadie.",
            [("MARTA", "¿Quién es?"), ("NARRATOR", "preguntó Marta."), ("MARTA", "Nadie.")],
        ),
        ("The rock ’n’ roll wasn’t Hana’s.", [("NARRATOR", "The rock ’n’ roll wasn’t Hana’s.")]),
        (
            "“Go,” said Mr. Rucastle.",
            [("MR. RUCASTLE", "Go,"), ("NARRATOR", "said Mr. Rucastle.")],
        ),
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
async def test_speakers_are_named_only_where_the_text_does(text: str, lines: list[tuple[str, str]]) -> None:
    """Quotation marks of several languages open dialogue; a speaker is named where the text names one."""
    assert await write_spoken_cues(text) == lines


async def test_sounds_come_from_narration_only() -> None:
    """A bell that is only mentioned in dialogue is not a sound."""
    cues = (await write_drafts(request("“The bell rang,” said Hana.")))[-1].cues
    assert not [cue for cue in cues if cue.kind is CueKind.SFX]


async def test_a_later_part_continues_the_earlier_one() -> None:
    """Numbers continue, known voices are kept, and there is no second opening."""
    known = (CastMember(name="HANA", voice="dry"),)
    part_request = request(first_cue=80, part=2, parts=3, cast=known, previous_cues=narrated("Before."))
    draft = (await write_drafts(part_request))[-1]
    assert draft.cues[0].n == 80
    assert not [cue for cue in draft.cues if cue.kind is CueKind.MUSIC]
    assert CastMember(name="HANA", voice="dry") in draft.cast


async def test_with_a_pace_drafts_grow_cue_by_cue() -> None:
    """With a pace each cue is waited for; without one the script comes in a few steps."""
    waits: list[str] = []

    async def wait(awaitable: Awaitable[T], why: str) -> T:
        waits.append(why)
        return await awaitable

    paced = await write_drafts(request(), TemplateWriter(0.0001, wait))
    assert [len(draft.cues) for draft in paced] == list(range(1, len(paced) + 1))
    assert len(waits) == len(paced)
    at_once = await write_drafts(request())
    assert len(at_once) <= 5
    assert at_once[-1] == paced[-1]


def find_spoken_units(cues: tuple[Cue, ...]) -> list[str]:
    return [unit for cue in cues if cue.kind.is_spoken for unit in find_units(cue.text)]


WILD = st.text(
    alphabet=st.sampled_from('ab Hana said, “”"«»„‘’「」『』—–-.!?…¿鐘\n\t\u200bé\u0301'), max_size=120
) | st.text(max_size=120)


@given(st.lists(WILD, max_size=6))
def test_no_word_of_the_source_is_lost(texts: list[str]) -> None:
    """All words of any text are write_spoken_cues in their order, and nothing is raised."""
    cues = asyncio.run(write_drafts(request(paragraphs=tuple(texts))))[-1].cues
    assert find_spoken_units(cues) == [unit for text in texts for unit in find_units(text)]
    assert all(cue.text for cue in cues)


@pytest.mark.parametrize("is_faithful", [True, False])
async def test_a_scene_break_begins_a_scene_of_unknown_place(is_faithful: bool) -> None:
    """Nothing is guessed about a place; the scenes of earlier parts are counted on."""
    text = "Snow fell.\n\n* * *\n\n“Go,” said Hana.\n\n* * *\n\nNight fell."
    scenes = (Scene(n=1), Scene(n=2, place="THE INN"))
    spans = split_spans(text) if is_faithful else ()
    part = request(text, spans=spans, scenes=scenes, previous_cues=narrated("Rain."), first_cue=2)
    drafts = await write_drafts(part, TemplateWriter(0.001))
    assert drafts[0].scenes == ()
    assert drafts[-1].scenes == (Scene(n=3), Scene(n=4))
    assert [cue.scene for cue in drafts[-1].cues] == [2, 3, 3, 4, 4]
