import contextlib
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.ebooks.book_import import ImportPlan, plan_import
from bot.ebooks.parsed_book import ParsedBook, Section, SectionKind
from bot.errors import StateError
from tests.bot.ebooks.books import make_book, make_section_with_headings

kinds = st.sampled_from(["merge", "split", "drop", "restore", "first number"])
operations = st.lists(st.tuples(kinds, st.integers(0, 5), st.integers(0, 2)), max_size=12)


@st.composite
def books(draw: st.DrawFn) -> ParsedBook:
    """Books of up to six sections, in which every title, heading and paragraph is a different word."""
    sections: list[Section] = []
    for index in range(draw(st.integers(0, 6))):
        headings = [f"heading{index}x{at}" for at in range(draw(st.integers(0, 3)))]
        section = make_section_with_headings(f"title{index}", *headings, text="")
        text = f"body{index}" + "".join(f"\n\n{heading}\n\nafter{heading}" for heading in headings)
        moved = [
            heading.model_copy(update={"offset": text.index(f"\n{heading.title}") + 1}) for heading in section.headings
        ]
        update = {
            "text": text,
            "headings": tuple(moved),
            "kind": draw(st.sampled_from(SectionKind)),
            "number": draw(st.none() | st.integers(0, 9)),
        }
        sections.append(section.model_copy(update=update))
    return make_book(*sections)


def apply(plan: ImportPlan, kind: str, index: int, heading: int) -> ImportPlan:
    calls: dict[str, Callable[[], ImportPlan]] = {
        "merge": lambda: plan.merge_with_previous(index),
        "split": lambda: plan.split_at(index, heading),
        "drop": lambda: plan.drop(index),
        "restore": lambda: plan.restore(index),
        "first number": lambda: plan.set_first_number(index),
    }
    with contextlib.suppress(StateError):  # not possible in this plan
        return calls[kind]()
    return plan


def list_words(plan: ImportPlan) -> list[str]:
    """Every title and paragraph of the plan, of chapters and of what is left out."""
    parts = [(chapter.title, chapter.text) for chapter in plan.chapters]
    parts += [(section.title, section.text) for section in plan.left_out]
    return sorted(word for title, text in parts for word in (title, *text.split("\n\n")) if word)


@given(books(), operations)
@settings(max_examples=60, deadline=None)
def test_no_operation_loses_or_repeats_a_word_of_the_book(book: ParsedBook, steps: list[tuple[str, int, int]]) -> None:
    plan = plan_import(book)
    words = list_words(plan)
    for step in steps:
        plan = apply(plan, *step)
        assert list_words(plan) == words


@given(books(), operations)
@settings(max_examples=60, deadline=None)
def test_chapters_always_have_increasing_numbers_and_headings_at_their_places(
    book: ParsedBook, steps: list[tuple[str, int, int]]
) -> None:
    plan = plan_import(book)
    for step in steps:
        plan = apply(plan, *step)
        numbers = [chapter.number for chapter in plan.chapters]
        assert numbers == sorted(set(numbers))
        for chapter in plan.chapters:
            for heading in chapter.headings:
                assert chapter.text[heading.offset :].split("\n\n")[0] == heading.title
