"""Reading a file block by block gives what reading it as a whole gives."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.legacy import json_stream
from bot.legacy.decoding import TextFile
from bot.legacy.files import GRANTS, PROGRESS, LegacyFile
from bot.legacy.json_recovery import Segment, read_segments
from bot.legacy.json_stream import stream_segments
from bot.legacy.occurrences import OccurrenceCounter

ENTRIES = [{"timestamp": f"2026-01-0{day}", "event": "Bell “rang”\n", "data": {"n": [day, {}]}} for day in range(1, 5)]
LOGS = {f"grant_logs_{day:016x}": {"id": f"grant_logs_{day:016x}", "n": day, "m": {"a": "}{"}} for day in range(4)}
TEXTS = [
    (PROGRESS, json.dumps(ENTRIES, indent=1)),
    (PROGRESS, json.dumps([*ENTRIES, 12, "stray { text", None])),
    (GRANTS, json.dumps(LOGS, indent=2)),
]


def cut(text: str, size: int) -> Iterator[str]:
    """The text in blocks."""
    return (text[start : start + size] for start in range(0, len(text), size))


def describe(segment: Segment, text: str) -> tuple[object, ...]:
    """A segment without its positions, which count in different texts."""
    value = text[segment.value_start or segment.start : segment.end]
    return segment.line, segment.key, segment.value, segment.error, text[segment.start : segment.end], value


@given(
    which=st.sampled_from(TEXTS),
    position=st.integers(0, 400),
    removed=st.integers(0, 3),
    inserted=st.sampled_from(["", "", '"', "{", "}", "]", ",", "\n", "\ufeff", "\\", "[", " x"]),
    size=st.integers(1, 120),
)
def test_blocks_make_no_difference(
    which: tuple[LegacyFile, str], position: int, removed: int, inserted: str, size: int
) -> None:
    """However a file is damaged and wherever the blocks end, the same elements are read and the same places are reported."""
    file, text = which
    text = text[:position] + inserted + text[position + removed :]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "_LARGEST_ELEMENT", 60)
        streamed = stream_segments(cut(text, size), keyed=file.keyed, is_element=file.is_element)
        found = [describe(segment, part) for segment, part in streamed]
    whole = read_segments(text, keyed=file.keyed, is_element=file.is_element)
    assert found == [describe(segment, text) for segment in whole]


def test_an_intact_file_is_never_in_memory_as_a_whole() -> None:
    """Of a long file only the neighbourhood of the current element is kept."""
    text = json.dumps(ENTRIES * 500)
    parts = {len(part) for _, part in stream_segments(cut(text, 500), keyed=False, is_element=PROGRESS.is_element)}
    assert max(parts) < 3_000 < len(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_encoding_is_read_in_blocks(tmp_path: Path, encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The text is complete whatever its encoding, and no character is cut by a block."""
    monkeypatch.setattr("bot.legacy.decoding._BLOCK", 7)
    path = tmp_path / "file.json"
    path.write_bytes('["ß 月 🦊"]\n'.encode(encoding) * 1)
    text = TextFile.examine(path)
    assert (text.damaged_line, text.is_blank) == (None, False)
    assert "".join(text.read_blocks()) == '["ß 月 🦊"]\n'


def test_damaged_bytes_are_found_by_their_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first line with bytes that are no text is named, also behind the first block."""
    monkeypatch.setattr("bot.legacy.decoding._BLOCK", 4)
    path = tmp_path / "file.json"
    path.write_bytes(b"[\n1,\n2,\n3,\n\xff4,\n\xfe]")
    text = TextFile.examine(path)
    assert text.damaged_line == 5
    assert "".join(text.read_blocks()) == "[\n1,\n2,\n3,\n�4,\n�]"


def test_occurrences_are_counted() -> None:
    """Each text has its own count."""
    counter = OccurrenceCounter()
    assert [counter.add(text) for text in ("a", "b", "a", "\ud800", "a")] == [1, 1, 2, 1, 3]
