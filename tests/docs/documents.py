"""Reads the project's Markdown documents: their code spans, code blocks, links and headings."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
DOCUMENTS: Final = tuple(
    sorted((*(ROOT / "docs").rglob("*.md"), *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md"))))
)
"""The documents whose references must be right. The changelog is history and may name what has gone."""
_FENCE: Final = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN: Final = re.compile(r"`([^`\n]+)`")
_LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
_HEADING: Final = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced code block. ``line`` is the number of its first line, counted from 1."""

    language: str
    text: str
    line: int


def name_of(document: Path) -> str:
    """The document's path inside the project."""
    return document.relative_to(ROOT).as_posix()


def read(document: Path) -> str:
    """The document's text."""
    return document.read_text(encoding="utf-8")


def blocks_of(document: Path) -> Iterator[Block]:
    """The document's code blocks, in order."""
    text = read(document)
    for match in _FENCE.finditer(text):
        yield Block(match[1], match[2], text.count("\n", 0, match.start()) + 2)


def spans_of(document: Path) -> list[str]:
    """The texts in backticks, without those inside code blocks."""
    return _SPAN.findall(_FENCE.sub("", read(document)))


def relative_links_of(document: Path) -> list[str]:
    """Link and picture targets that are inside the project."""
    targets = _LINK.findall(_FENCE.sub("", read(document)))
    return [target for target in targets if not target.startswith(("http://", "https://", "mailto:"))]


def anchors_of(document: Path) -> set[str]:
    """The anchors that a renderer makes of the headings: lower case, no punctuation, hyphens for spaces."""
    headings = (heading.replace("`", "").lower() for heading in _HEADING.findall(_FENCE.sub("", read(document))))
    return {re.sub(r"[^\w\- ]", "", heading.strip()).replace(" ", "-") for heading in headings}
