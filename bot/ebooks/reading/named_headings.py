"""Headings that have a name in place of a number: prologue and epilogue, preface, contents, afterword, notes."""

import re
from typing import Final

from bot.ebooks.parsed_book import SectionKind
from bot.ebooks.reading.number_words import fold_words

_FRONT: Final = (
    "preface|foreword|introduction|dedication|contents|table of contents|copyright|title page|list of illustrations|"
    "illustrations|author's note|author’s note|a note on the text|translator's note|translator’s preface|translator's preface|"
    "préface|avant-propos|table des matières|table|dédicace|sommaire|vorwort|inhalt|inhaltsverzeichnis|einleitung|widmung|"
    "vorrede|prefacio|índice|introducción|dedicatoria|prefazione|indice|introduzione|prefácio|introdução|предисловие|"
    "содержание|оглавление|введение|от автора|目录|目錄|目次|前言|序|序言|自序|はじめに|まえがき|المقدمة|مقدمة|المحتويات|"
    "الفهرس|فهرس|إهداء|الإهداء|목차|서문|머리말"
)
_STORY: Final = (
    "prologue|epilogue|interlude|intermission|conclusion|coda|prolog|epilog|nachspiel|vorspiel|zwischenspiel|épilogue|"
    "intermède|prólogo|epílogo|interludio|prologo|epilogo|пролог|эпилог|интерлюдия|заключение|序章|終章|终章|尾声|楔子|引子|"
    "番外|プロローグ|エピローグ|幕間|تمهيد|خاتمة|الخاتمة|프롤로그|에필로그"
)
_BACK: Final = (
    "afterword|appendix|glossary|index|bibliography|about the author|also by the author|acknowledgements|acknowledgments|"
    "credits|colophon|postscript|postface|remerciements|annexe|glossaire|bibliographie|nachwort|anhang|danksagung|glossar|"
    "apéndice|posfacio|agradecimientos|glosario|appendice|postfazione|ringraziamenti|glossario|послесловие|приложение|"
    "благодарности|后记|後記|あとがき|附录|附錄|付録|跋|解説|奥付|ملحق|شكر|후기|부록"
)
_NOTES: Final = (
    "notes|footnotes|endnotes|end notes|notas|note al testo|anmerkungen|fußnoten|примечания|сноски|注|注释|注釋|注釈|註|"
    "訳注|脚注|الهوامش|هوامش|الحواشي|주석|미주"
)
_MAX_LENGTH: Final = 60  # characters of the whole line
_STATED: Final = re.compile(
    r"(.+?)(?:\s+(?:\d+|[IVX]+|[A-H]))?(?:\s*[.:：—–-]\s*(.*)|\s+[“\"«](.*)|(?<=[\u3000-\ud7a3])\s+(.*))?", re.DOTALL
)

_KINDS: Final = {
    fold_words(name): kind
    for kind, names in (
        (SectionKind.FRONT_MATTER, _FRONT),
        (SectionKind.CHAPTER, _STORY),
        (SectionKind.BACK_MATTER, _BACK),
        (SectionKind.NOTES, _NOTES),
    )
    for name in names.split("|")
}
CONTENTS: Final = frozenset(
    map(
        fold_words,
        (
            *(
                "contents",
                "table of contents",
                "table des matières",
                "table",
                "sommaire",
                "inhalt",
                "inhaltsverzeichnis",
            ),
            *(
                "índice",
                "indice",
                "содержание",
                "оглавление",
                "目录",
                "目錄",
                "目次",
                "المحتويات",
                "الفهرس",
                "فهرس",
                "목차",
            ),
        ),
    )
)


def find_named_kind(title: str) -> SectionKind | None:
    """What a section under this title usually is, None where the title names nothing of the kind.

    A prologue or an epilogue is a chapter like the others.
    """
    text = title.strip("#*_=~[]【】 ")
    if not text or len(text) > _MAX_LENGTH:
        return None
    whole = _KINDS.get(fold_words(text.rstrip(".:")))
    if whole:
        return whole
    match = _STATED.fullmatch(text)
    kind = _KINDS.get(fold_words(match[1])) if match else None
    return kind if kind in {SectionKind.CHAPTER, SectionKind.BACK_MATTER} else None


def is_contents(title: str) -> bool:
    """Whether a table of contents stands under this title."""
    return fold_words(title.strip("#*_=~[]【】 .:")) in CONTENTS
