"""The script check on chapters of published books, attributed by hand: it raises hardly any false alarm."""

import pytest

from bot.ebooks.reading.epub import read_epub
from bot.scripts.checks.check import check_script
from bot.scripts.spans import split_spans
from tests.bot.ebooks.reading.sample_books import find_sample
from tests.bot.scripts.checks.attributions import ATTRIBUTIONS, Attribution
from tests.bot.scripts.checks.scripts import build_script

MAX_FALSE_ALARMS = 2


@pytest.mark.parametrize("chapter", ATTRIBUTIONS, ids=lambda chapter: chapter.title)
def test_a_chapter_that_was_attributed_by_hand_raises_hardly_any_alarm(chapter: Attribution) -> None:
    """Every quotation is its speaker's, so whatever is found is false or the book's own."""
    sections = read_epub(find_sample(f"epub/{chapter.file}")).sections
    text = next(section.text for section in sections if section.title == chapter.title)
    spans = split_spans(text)
    script = build_script(spans, chapter.list_speakers())
    findings = check_script(script, spans)
    alarms = [each.sentence for each in findings if not each.kind.is_note]
    assert len(alarms) <= MAX_FALSE_ALARMS, alarms
