"""Markdown as the text that is read aloud: every word, without the marks."""

import re
from dataclasses import dataclass
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

SCENE_BREAK: Final = "* * *"
_COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
_HTML_TAG: Final = re.compile(
    r"</?(?:a|b|blockquote|br|center|div|em|font|h[1-6]|hr|i|img|p|s|small|span|strong|sub|sup|u)\b[^>]*>",
    re.IGNORECASE,
)
_SENTENCE_END: Final = re.compile(r"[.!?…:;。！？：；][\"'”’»)\]」』）*_]*\Z")
_CHINESE_OR_JAPANESE: Final = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")
_PARSER: Final = MarkdownIt("commonmark").disable(["code", "html_block"]).enable(["table", "strikethrough"])
"""Prose in Markdown: indentation is not code. Lists are recognised, but "1984. A year" and "- Yes?" stay as they are."""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list, table, scene break or heading as plain text; its lines are separated by ``\\n``.

    ``level`` is a heading's, 1 for the highest, and 0 for everything else.
    """

    text: str
    level: int = 0

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading."""
        return self.level > 0


def render_blocks(markdown: str) -> list[Block]:
    """The text's blocks in their order, none of them empty."""
    blocks: list[Block] = []
    for node in SyntaxTreeNode(_PARSER.parse(_COMMENT.sub("", markdown))).children:
        texts = _render_node(node)
        level = int(node.tag[1:]) if node.type == "heading" and len(texts) == 1 else 0
        blocks += [Block(text, level) for text in texts]
    return blocks


def _render_node(node: SyntaxTreeNode) -> list[str]:
    match node.type:
        case "inline":
            text = "".join(map(_render_inline, node.token.children or ())).strip() if node.token else ""
            return [text] if text else []
        case "fence":
            return [node.content.strip()] if node.content.strip() else []
        case "hr":
            return [SCENE_BREAK]
        case "bullet_list" | "ordered_list":
            return _render_list(node)
        case "table":
            return _render_table(node)
    texts = [text for child in node.children for text in _render_node(child)]
    if node.type == "heading" and node.markup == "-" and texts and _SENTENCE_END.search(texts[0]):
        texts.append(SCENE_BREAK)  # a sentence and a scene break directly below it, which is no heading
    return texts


def _render_list(node: SyntaxTreeNode) -> list[str]:
    """The items as sentences: one line each, or a paragraph each where blank lines are between them.

    A number is kept, and so is a dash that begins a line of dialogue.
    """
    is_single = len(node.children) == 1
    blocks: list[str] = []
    lines: list[str] = []
    for item in node.children:
        texts = [text for child in item.children for text in _render_node(child)]
        is_tight = all(child.hidden for child in item.children if child.type == "paragraph")
        if node.type == "ordered_list":  # a paragraph that is nothing but "1984." is one, too
            texts = [" ".join([f"{item.info}{item.markup}", *texts[:1]]), *texts[1:]]
        elif not texts:
            continue
        elif item.markup != "*" and (is_single or _SENTENCE_END.search(texts[0])):
            texts[0] = f"{item.markup} {texts[0]}"
        if is_tight:
            lines += texts if is_single else map(_end_sentence, texts)
        else:
            blocks += texts
    return [*blocks, "\n".join(lines)] if lines else blocks


def _render_table(node: SyntaxTreeNode) -> list[str]:
    """One line for each row, with commas between its cells."""
    rows = [row for part in node.children for row in part.children]
    cells = [[text for cell in row.children for text in _render_node(cell)] for row in rows]
    return ["\n".join(_end_sentence(", ".join(texts)) for texts in cells if texts)] if any(cells) else []


def _end_sentence(text: str) -> str:
    """The text with a full stop, unless it ends with a mark that ends a sentence or leads to the next."""
    if _SENTENCE_END.search(text):
        return text
    return text + ("。" if _CHINESE_OR_JAPANESE.match(text[-1]) else ".")


def _render_inline(token: Token) -> str:
    match token.type:
        case "softbreak" | "hardbreak":
            return "\n"
        case "html_inline":
            return "" if _HTML_TAG.fullmatch(token.content) else token.content
    return token.content
