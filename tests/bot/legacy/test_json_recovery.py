"""Reading JSON files of which a part is damaged."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.legacy.files import PROGRESS, SCRIPTS, LegacyFile
from bot.legacy.json_decoder import FILE_ENDS, TOO_DEEP
from bot.legacy.json_recovery import FILE_CUT_OFF, Segment, read_segments

NAMES = st.text(max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
ENTRIES = st.lists(st.fixed_dictionaries({"timestamp": NAMES, "event": NAMES, "data": VALUES}), min_size=1, max_size=5)
IDS = st.integers(0, 2**64 - 1).map(lambda number: f"audio_scripts_{number:016x}")
SCRIPT_DOCUMENTS = st.dictionaries(
    IDS, st.fixed_dictionaries({"title": NAMES, "script": VALUES}), min_size=1, max_size=5
)
LAYOUTS = st.sampled_from([{"indent": 2}, {}, {"separators": (",", ":")}, {"indent": 2, "ensure_ascii": False}])


def read(text: str, file: LegacyFile = PROGRESS) -> list[Segment]:
    """All segments of the text."""
    return list(read_segments(text, keyed=file.keyed, is_element=file.is_element))


def read_values(text: str, file: LegacyFile = PROGRESS) -> list[Any]:
    """The complete elements."""
    return [segment.value for segment in read(text, file) if not segment.error]


def read_errors(text: str) -> list[tuple[int, str]]:
    """The line and the reason of each unreadable segment."""
    return [(segment.line, segment.error) for segment in read(text) if segment.error]


def entry(number: int, **data: Any) -> dict[str, Any]:
    """An entry of the progress file."""
    return {"timestamp": f"2025-12-22T09:00:{number:02}", "event": f"Event {number}", "data": data}


FOUR = [entry(number, ids=[{"a": number}]) for number in range(4)]
TEXT = json.dumps(FOUR, indent=2)


@settings(max_examples=60, deadline=None)
@given(ENTRIES, LAYOUTS, st.data())
def test_array_that_is_cut_off(entries: list[Any], layout: dict[str, Any], data: st.DataObject) -> None:
    """Wherever an array is cut off, every element before the cut is read, in order."""
    text = json.dumps(entries, **layout)
    at = data.draw(st.integers(0, len(text)))
    whole = sum(segment.end <= at for segment in read(text))
    assert len(read(text)) == len(entries)
    assert read_values(text[:at])[:whole] == entries[:whole]
    if 0 < at < len(text):
        assert read(text[:at])[-1].error


@settings(max_examples=60, deadline=None)
@given(SCRIPT_DOCUMENTS, LAYOUTS, st.data())
def test_object_that_is_cut_off(documents: dict[str, Any], layout: dict[str, Any], data: st.DataObject) -> None:
    """Wherever an object is cut off, every document before the cut is read with its key."""
    text = json.dumps(documents, **layout)
    at = data.draw(st.integers(0, len(text)))
    whole = sum(segment.end <= at for segment in read(text, SCRIPTS))
    documents_read = [(segment.key, segment.value) for segment in read(text[:at], SCRIPTS) if not segment.error]
    assert documents_read[:whole] == list(documents.items())[:whole]


@settings(max_examples=60, deadline=None)
@given(ENTRIES, LAYOUTS, st.data())
def test_hole_in_an_array(entries: list[Any], layout: dict[str, Any], data: st.DataObject) -> None:
    """If a part of one element is missing, all other elements are read."""
    text = json.dumps(entries, **layout)
    damaged_number = data.draw(st.integers(0, len(entries) - 1))
    segment = read(text)[damaged_number]
    start = data.draw(st.integers(segment.start, segment.end - 1))
    end = data.draw(st.integers(start + 1, segment.end))
    values = read_values(text[:start] + text[end:])
    for number, other in enumerate(entries):
        if number != damaged_number:
            assert other in values


def test_missing_quotation_mark() -> None:
    """If a damaged entry's text extends into the next entry, the next entry is read all the same."""
    intact = {"timestamp": "", "event": "", "data": None}
    assert intact in read_values('[0, 0"}, ' + json.dumps(intact) + "]")
    assert intact in read_values('["}, ' + json.dumps(intact) + ", " + json.dumps(intact) + "]")


@settings(max_examples=60, deadline=None)
@given(SCRIPT_DOCUMENTS, LAYOUTS, st.data())
def test_hole_in_an_object(documents: dict[str, Any], layout: dict[str, Any], data: st.DataObject) -> None:
    """If a part of one document is missing, all other documents are read with their keys."""
    text = json.dumps(documents, **layout)
    damaged_number = data.draw(st.integers(0, len(documents) - 1))
    segment = read(text, SCRIPTS)[damaged_number]
    start = data.draw(st.integers(segment.start, segment.end - 1))
    end = data.draw(st.integers(start + 1, segment.end))
    documents_read = [
        (segment.key, segment.value) for segment in read(text[:start] + text[end:], SCRIPTS) if not segment.error
    ]
    for number, other in enumerate(documents.items()):
        if number != damaged_number:
            assert other in documents_read


@given(st.text(alphabet='{}[]",:\\ \n1ae', max_size=60) | st.text(max_size=30))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_to_its_end(text: str) -> None:
    """No text makes the reader fail; the segments are in order, each with the right line."""
    for file in (PROGRESS, SCRIPTS):
        at = 0
        for segment in read(text, file):
            assert at <= segment.start <= segment.value_start <= segment.end or (
                segment.error and at <= segment.start <= segment.end
            )
            assert segment.line == text.count("\n", 0, segment.start) + 1
            at = segment.end


@pytest.mark.parametrize(
    ("text", "values", "errors"),
    [
        (TEXT, FOUR, []),
        (TEXT[:-1], FOUR, [(46, FILE_CUT_OFF)]),
        (TEXT[:-4], FOUR[:3], [(35, FILE_ENDS)]),
        (TEXT + TEXT, FOUR + FOUR, []),
        (TEXT + "\nand so on", FOUR, [(46, "it is behind the end")]),
        (TEXT.replace("},\n  {", "}\n  {"), FOUR, []),
        (
            TEXT.replace('"Event 1"', '"Event 1'),
            [FOUR[0], *FOUR[2:]],
            [(13, "it is damaged on line 15 (invalid control character)")],
        ),
        (json.dumps({"entries": FOUR}), FOUR, [(1, "an array was expected here")]),
        (json.dumps(FOUR[0]), FOUR[:1], []),
        ("\ufeff" + TEXT, FOUR, []),
        ("42", [], [(1, "an array was expected here")]),
        ('[1, null, {"a": 1},]', [1, None, {"a": 1}], []),
        ('[{"n": ' + "9" * 5_000 + "}, 1]", [], [(1, "a number in it is too long")]),
        ("[\n  {", [], [(2, FILE_CUT_OFF)]),
        ('[{"a": tru', [], [(1, FILE_ENDS)]),
        ('[{"a": "\\u12', [], [(1, FILE_ENDS)]),
        ("[]", [], []),
        (" \n", [], []),
    ],
)
def test_values_and_errors(text: str, values: list[Any], errors: list[tuple[int, str]]) -> None:
    """Everything complete is read; the rest is reported with its line and the reason."""
    assert read_values(text) == values
    assert read_errors(text) == errors


def test_missing_brackets() -> None:
    """If brackets are missing, elements that seem to be inside the damaged one are read."""
    assert read_values(TEXT.replace("      ]\n    }\n  },", "", 1)) == FOUR[1:]


def test_damaged_key() -> None:
    """A document whose key is damaged is found by the id inside it, and keys may contain escaped characters."""
    documents = {f"audio_scripts_{number:016x}": {"id": f"audio_scripts_{number:016x}"} for number in range(3)}
    documents['a "quoted" one'] = {"id": 'a "quoted" one'}
    text = json.dumps(documents)
    damaged = text.replace('0000001": {', "0000001: {", 1)
    assert [segment.value["id"] for segment in read(damaged, SCRIPTS) if not segment.error] == list(documents)
    behind = "{{, " + text[1:]
    assert [segment.key for segment in read(behind, SCRIPTS) if not segment.error] == list(documents)
    assert read_values(json.dumps(list(documents.values())[:3]), SCRIPTS) == list(documents.values())[:3]


@pytest.mark.parametrize("nesting", ["[" * 5_000, '{"a":' * 5_000, '{"a":' * 5_000 + "1" + "}" * 5_000 + "}"])
def test_deep_nesting(nesting: str) -> None:
    """A nesting that is too deep makes only its own element unreadable."""
    text = f'[{{"timestamp": 1, "event": "e", "data": {nesting},' + TEXT[1:]
    assert read_values(text) == FOUR
    assert read_errors(text) == [(1, TOO_DEEP)]


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "text",
    [
        "{" * 100_000,
        '[{"a":' * 60_000,
        '{"' * 50_000,
        '{"a":x' * 30_000,
        '[{"a": "\\"',
        "[" + "{}" * 30_000,
        '{"a":"{' * 30_000,
    ],
)
def test_hostile_files_are_read_fast(text: str) -> None:
    """Files made to be slow are read in time that is proportional to their length."""
    start = time.thread_time()  # not the clock on the wall, which runs on while other processes have the processor
    read(text)
    assert time.thread_time() - start < 2
