"""A chapter's text as it is stored and sent to a writer: without markup, and with its first heading as its title."""

import re
from dataclasses import dataclass
from typing import Final

from bot.ebooks.markdown_text import render_blocks

_FRONT_MATTER: Final = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_FRONT_MATTER_TITLE: Final = re.compile(r"^title:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE | re.IGNORECASE)
_MARKDOWN: Final = re.compile(
    r"^#{1,6} +\S|\*\*\S[^*\n]*\S?\*\*|(?<![\w*])\*\w[^*\n]*\w\*(?![\w*])"  # headings and emphasis
    r"|~~\w[^~\n]*~~|^\|?[ :]*-{3,}[ :]*\|[-| :]*$|^\* +\w.*\n\* +\w",  # struck words, tables and lists
    re.MULTILINE,
)

_NUMBER: Final = r"(?:\d+|[ivxlcdm]+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_WORD: Final = r"(?:chapter|chapitre|kapitel|capítulo|capitolo|hoofdstuk|rozdział|глава)"
_PLAIN_HEADING: Final = re.compile(
    rf"\A((?:{_WORD}\s+{_NUMBER}|{_NUMBER}\s+{_WORD})(?:\s*[:.—–-][^\n]{{0,100}}|[^\S\n][^\n.!?,;]{{1,80}}(?=\n\s*\n))?"
    r"|第[\d一二三四五六七八九十百千〇零]+[章回節节话話][^\n]{0,60})(?:\n|\Z)",
    re.IGNORECASE,
)
_ONLY_NUMBER: Final = re.compile(rf"{_WORD}?\s*{_NUMBER}[.:]?", re.IGNORECASE)
_MAX_TITLE: Final = 200  # characters; a longer first line is no heading


@dataclass(frozen=True, slots=True)
class ChapterText:
    """What is to be written: the text, and its title where it begins with a heading."""

    content: str
    title: str = ""


def parse_chapter(text: str, *, is_markdown: bool) -> ChapterText:
    """The chapter without markup; a text that is nothing but headings stays as it is."""
    if is_markdown:
        return _parse_markdown(text)
    match = _PLAIN_HEADING.match(text)
    content = text[match.end() :].strip() if match else ""
    return ChapterText(content, " ".join(match[1].split()).rstrip(".:—– ")) if match and content else ChapterText(text)


def looks_like_markdown(text: str) -> bool:
    """Whether a text without a file's name has headings, emphasis, tables or lists as Markdown writes them."""
    return _MARKDOWN.search(text) is not None


def _parse_markdown(text: str) -> ChapterText:
    front_matter = _FRONT_MATTER.match(text)
    title_line = _FRONT_MATTER_TITLE.search(front_matter[1]) if front_matter else None
    if front_matter:
        text = text[front_matter.end() :]
    blocks = render_blocks(text)
    count = next((index for index, block in enumerate(blocks) if not block.is_heading), 0)
    title = _join_headings([" ".join(block.text.split()) for block in blocks[:count]])
    content = "\n\n".join(block.text for block in (blocks[count:] if title else blocks))
    if not any(map(str.isalnum, content)):  # nothing but headings
        content = "\n\n".join(block.text for block in blocks) or text.strip()
    if not title and title_line:
        title = title_line[1][:_MAX_TITLE]
    return ChapterText(content, title)


def _join_headings(headings: list[str]) -> str:
    """The title from the headings before the first paragraph: the last, with a mere number before it kept."""
    title = headings[-1] if headings else ""
    if len(headings) > 1 and _ONLY_NUMBER.fullmatch(headings[-2]):
        title = f"{headings[-2].rstrip('.:')}: {title}"
    return title if len(title) <= _MAX_TITLE else ""
