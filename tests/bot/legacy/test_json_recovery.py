"""Reading a JSON file of which a part is broken."""

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.legacy.files import PROGRESS, SCRIPTS, LegacyFile
from bot.legacy.json_decoder import CUT_OFF, TOO_DEEP
from bot.legacy.json_recovery import CUT_AFTER, Piece, pieces

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


def read(text: str, file: LegacyFile = PROGRESS) -> list[Piece]:
    """What the reader finds."""
    return list(pieces(text, keyed=file.keyed, accepts=file.accepts))


def sound(text: str, file: LegacyFile = PROGRESS) -> list[Any]:
    """The complete elements alone."""
    return [piece.value for piece in read(text, file) if not piece.fault]


def faults(text: str) -> list[tuple[int, str]]:
    """Where and why something cannot be read."""
    return [(piece.line, piece.fault) for piece in read(text) if piece.fault]


def entry(number: int, **data: Any) -> dict[str, Any]:
    """An entry of the progress file."""
    return {"timestamp": f"2025-12-22T09:00:{number:02}", "event": f"Event {number}", "data": data}


FOUR = [entry(number, ids=[{"a": number}]) for number in range(4)]
TEXT = json.dumps(FOUR, indent=2)


@settings(max_examples=60, deadline=None)
@given(ENTRIES, LAYOUTS, st.data())
def test_a_cut_array_gives_all_that_is_complete(
    entries: list[Any], layout: dict[str, Any], data: st.DataObject
) -> None:
    """Wherever an array was cut off, every element before the cut comes back, in order."""
    text = json.dumps(entries, **layout)
    at = data.draw(st.integers(0, len(text)))
    whole = sum(piece.end <= at for piece in read(text))
    assert len(read(text)) == len(entries)
    assert sound(text[:at])[:whole] == entries[:whole]
    if 0 < at < len(text):
        assert read(text[:at])[-1].fault


@settings(max_examples=60, deadline=None)
@given(SCRIPT_DOCUMENTS, LAYOUTS, st.data())
def test_a_cut_object_gives_all_that_is_complete(
    documents: dict[str, Any], layout: dict[str, Any], data: st.DataObject
) -> None:
    """Wherever an object was cut off, every document before the cut comes back under its key."""
    text = json.dumps(documents, **layout)
    at = data.draw(st.integers(0, len(text)))
    whole = sum(piece.end <= at for piece in read(text, SCRIPTS))
    found = [(piece.key, piece.value) for piece in read(text[:at], SCRIPTS) if not piece.fault]
    assert found[:whole] == list(documents.items())[:whole]


@settings(max_examples=60, deadline=None)
@given(ENTRIES, LAYOUTS, st.data())
def test_a_hole_costs_only_what_it_touches(entries: list[Any], layout: dict[str, Any], data: st.DataObject) -> None:
    """Whatever is torn out of the middle of one element, all the others come back."""
    text = json.dumps(entries, **layout)
    hurt = data.draw(st.integers(0, len(entries) - 1))
    piece = read(text)[hurt]
    start = data.draw(st.integers(piece.start, piece.end - 1))
    end = data.draw(st.integers(start + 1, piece.end))
    found = sound(text[:start] + text[end:])
    for number, other in enumerate(entries):
        if number != hurt:
            assert other in found


def test_a_missing_quotation_mark_swallows_no_entry() -> None:
    """Where the text of a damaged entry runs on into the next one, the next one comes back all the same."""
    good = {"timestamp": "", "event": "", "data": None}
    assert good in sound('[0, 0"}, ' + json.dumps(good) + "]")
    assert good in sound('["}, ' + json.dumps(good) + ", " + json.dumps(good) + "]")


@settings(max_examples=60, deadline=None)
@given(SCRIPT_DOCUMENTS, LAYOUTS, st.data())
def test_a_hole_in_an_object_costs_only_what_it_touches(
    documents: dict[str, Any], layout: dict[str, Any], data: st.DataObject
) -> None:
    """Whatever is torn out of one document, all the others come back under their keys."""
    text = json.dumps(documents, **layout)
    hurt = data.draw(st.integers(0, len(documents) - 1))
    piece = read(text, SCRIPTS)[hurt]
    start = data.draw(st.integers(piece.start, piece.end - 1))
    end = data.draw(st.integers(start + 1, piece.end))
    found = [(piece.key, piece.value) for piece in read(text[:start] + text[end:], SCRIPTS) if not piece.fault]
    for number, other in enumerate(documents.items()):
        if number != hurt:
            assert other in found


@given(st.text(alphabet='{}[]",:\\ \n1ae', max_size=60) | st.text(max_size=30))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_to_its_end(text: str) -> None:
    """No text makes the reader fail; its pieces lie one behind the other, each with its line."""
    for file in (PROGRESS, SCRIPTS):
        at = 0
        for piece in read(text, file):
            assert at <= piece.start <= piece.body <= piece.end or (piece.fault and at <= piece.start <= piece.end)
            assert piece.line == text.count("\n", 0, piece.start) + 1
            at = piece.end


@pytest.mark.parametrize(
    ("text", "found", "told"),
    [
        (TEXT, FOUR, []),
        (TEXT[:-1], FOUR, [(46, CUT_AFTER)]),
        (TEXT[:-4], FOUR[:3], [(35, CUT_OFF)]),
        (TEXT + TEXT, FOUR + FOUR, []),
        (TEXT + "\nand so on", FOUR, [(46, "it stands behind the end")]),
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
        ("[\n  {", [], [(2, CUT_AFTER)]),
        ('[{"a": tru', [], [(1, CUT_OFF)]),
        ('[{"a": "\\u12', [], [(1, CUT_OFF)]),
        ("[]", [], []),
        (" \n", [], []),
    ],
)
def test_what_is_told(text: str, found: list[Any], told: list[tuple[int, str]]) -> None:
    """What cannot be read is told by its line and by what is wrong with it."""
    assert sound(text) == found
    assert faults(text) == told


def test_swallowed_elements_come_back() -> None:
    """Where a bracket is missing, the elements that seem to stand inside the broken one are found all the same."""
    assert sound(TEXT.replace("      ]\n    }\n  },", "", 1)) == FOUR[1:]


def test_a_key_may_be_broken() -> None:
    """A document whose key is damaged is found by the id that stands within it, also where keys hold odd signs."""
    documents = {f"audio_scripts_{number:016x}": {"id": f"audio_scripts_{number:016x}"} for number in range(3)}
    documents['a "quoted" one'] = {"id": 'a "quoted" one'}
    text = json.dumps(documents)
    broken = text.replace('0000001": {', "0000001: {", 1)
    assert [piece.value["id"] for piece in read(broken, SCRIPTS) if not piece.fault] == list(documents)
    behind = "{{, " + text[1:]
    assert [piece.key for piece in read(behind, SCRIPTS) if not piece.fault] == list(documents)
    assert sound(json.dumps(list(documents.values())[:3]), SCRIPTS) == list(documents.values())[:3]


@pytest.mark.parametrize("nest", ["[" * 5_000, '{"a":' * 5_000, '{"a":' * 5_000 + "1" + "}" * 5_000 + "}"])
def test_nests_without_end(nest: str) -> None:
    """A nest too deep to be read costs only the element it stands in."""
    text = f'[{{"timestamp": 1, "event": "e", "data": {nest},' + TEXT[1:]
    assert sound(text) == FOUR
    assert faults(text) == [(1, TOO_DEEP)]


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
def test_hostile_files_take_no_time(text: str) -> None:
    """A file made to be slow is read in time that grows with its length alone."""
    began = time.perf_counter()
    read(text)
    assert time.perf_counter() - began < 2
