"""A chapter's text as it is stored and sent to a writer: without markup, and with its first heading as its title."""

import re
from dataclasses import dataclass
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

_FRONT_MATTER: Final = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_FRONT_MATTER_TITLE: Final = re.compile(r"^title:\s*[\"']?(.+?)[\"']?\s*$", re.MULTILINE | re.IGNORECASE)
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_HTML_TAG: Final = re.compile(
    r"</?(?:a|b|blockquote|br|center|div|em|font|h[1-6]|hr|i|img|p|s|small|span|strong|sub|sup|u)\b[^>]*>",
    re.IGNORECASE,
)
_MARKDOWN: Final = re.compile(r"^#{1,6} +\S|\*\*\S[^*\n]*\S?\*\*|(?<![\w*])\*\w[^*\n]*\w\*(?![\w*])", re.MULTILINE)

_NUMBER: Final = r"(?:\d+|[ivxlcdm]+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_WORD: Final = r"(?:chapter|chapitre|kapitel|capítulo|capitolo|hoofdstuk|rozdział|глава)"
_PLAIN_HEADING: Final = re.compile(
    rf"\A((?:{_WORD}\s+{_NUMBER}|{_NUMBER}\s+{_WORD})(?:\s*[:.—–-][^\n]{{0,100}}|[^\S\n][^\n.!?,;]{{1,80}}(?=\n\s*\n))?"
    r"|第[\d一二三四五六七八九十百千〇零]+[章回節节话話][^\n]{0,60})(?:\n|\Z)",
    re.IGNORECASE,
)
_ONLY_NUMBER: Final = re.compile(rf"{_WORD}?\s*{_NUMBER}[.:]?", re.IGNORECASE)
_MAX_TITLE: Final = 200  # characters; a longer first line is no heading

# Prose in Markdown: indentation is not code, and "1984. A year" and "- Yes?" are no lists.
_PARSER: Final = MarkdownIt("commonmark").disable(["code", "list", "html_block"])


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
    """Whether a text without a file's name has headings or emphasis as Markdown writes them."""
    return _MARKDOWN.search(text) is not None


def _parse_markdown(text: str) -> ChapterText:
    front_matter = _FRONT_MATTER.match(text)
    title_line = _FRONT_MATTER_TITLE.search(front_matter[1]) if front_matter else None
    if front_matter:
        text = text[front_matter.end() :]
    blocks: list[tuple[bool, str]] = []
    tokens = _PARSER.parse(_COMMENT.sub("", text))
    for index, token in enumerate(tokens):
        block = _render_block(token)
        if block:
            blocks.append((index > 0 and tokens[index - 1].type == "heading_open", block))
    count = next((index for index, (is_heading, _) in enumerate(blocks) if not is_heading), 0)
    headings = [" ".join(block.split()) for _, block in blocks[:count]]
    title = _join_headings(headings)
    content = "\n\n".join(block for _, block in (blocks[count:] if title else blocks))
    if not any(map(str.isalnum, content)):  # nothing but headings
        content = "\n\n".join(block for _, block in blocks) or text.strip()
    if not title and title_line:
        title = title_line[1][:_MAX_TITLE]
    return ChapterText(content, title)


def _join_headings(headings: list[str]) -> str:
    """The title from the headings before the first paragraph: the last, with a mere number before it kept."""
    title = headings[-1] if headings else ""
    if len(headings) > 1 and _ONLY_NUMBER.fullmatch(headings[-2]):
        title = f"{headings[-2].rstrip('.:')}: {title}"
    return title if len(title) <= _MAX_TITLE else ""


def _render_block(token: Token) -> str:
    """The text of a block, empty for tokens without text of their own."""
    match token.type:
        case "inline":
            return "".join(_render_inline(child) for child in token.children or ()).strip()
        case "fence":
            return token.content.strip()
        case "hr":
            return "* * *"
    return ""


def _render_inline(token: Token) -> str:
    match token.type:
        case "softbreak" | "hardbreak":
            return "\n"
        case "html_inline":
            return "" if _HTML_TAG.fullmatch(token.content) else token.content
    return token.content
