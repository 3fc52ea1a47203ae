"""Whether a section belongs to the story, by its title, its ``epub:type`` words and its file's name."""

import re
from collections.abc import Iterable
from typing import Final

from bot.ebooks.parsed_book import SectionKind
from bot.ebooks.reading.number_words import fold_words


def _split_words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STORY_TYPES: Final = _split_words(
    "chapter prologue epilogue conclusion part volume division scene se:short-story z3998:short-story"
    " se:novella doc-chapter doc-prologue doc-epilogue doc-part doc-conclusion"
)
_KINDS_OF_TYPES: Final = {
    **dict.fromkeys(
        _split_words(
            "cover titlepage halftitlepage halftitle copyright-page imprint imprimatur toc landmarks loi lot"
            " dedication epigraph frontispiece seriespage foreword preamble doc-toc doc-cover doc-dedication"
            " doc-epigraph doc-foreword"
        ),
        SectionKind.FRONT_MATTER,
    ),
    **dict.fromkeys(
        _split_words(
            "colophon appendix bibliography glossary index afterword acknowledgments acknowledgements contributors"
            " other-credits errata credits uncopyright z3998:promotional-copy z3998:biographical-note doc-colophon"
            " doc-appendix doc-bibliography doc-glossary doc-index doc-afterword doc-acknowledgments doc-credits"
            " doc-errata"
        ),
        SectionKind.BACK_MATTER,
    ),
    **dict.fromkeys(
        _split_words("footnotes endnotes rearnotes doc-endnotes footnote endnote rearnote doc-footnote doc-endnote"),
        SectionKind.NOTES,
    ),
}
_WEAK_TYPES: Final = {
    "frontmatter": SectionKind.FRONT_MATTER,
    "backmatter": SectionKind.BACK_MATTER,
    "bodymatter": SectionKind.CHAPTER,
}
# They open a story as often as they stand before it: the place in the book decides.
_EITHER_TYPES: Final = frozenset(("preface", "introduction", "doc-preface", "doc-introduction"))

_FRONT_WORDS: Final = """
cover|front cover|cover page|title|titlepage|title page|half title|half title page|contents|table of contents|toc
|copyright|copyright page|copyright notice|imprint|dedication|epigraph|frontispiece|list of illustrations
|illustrations|maps?|foreword|preface|introduction|introductory note|editors? note|translators? note
|translators? preface|publishers? note|note on the text|a note on the text|praise|dramatis personae|disclaimer
|series page|newsletter|legal notice|couverture|page de titre|page titre|titre|sommaire|table des matieres
|mentions legales|dedicace|preface|avant propos|avertissement|exergue|umschlag|titelseite|titelblatt|titelei
|titel|impressum|inhalt|inhaltsverzeichnis|widmung|vorwort|urheberrecht|einleitung|zum geleit|motto|cubierta
|portada|portadilla|creditos|indice|indice general|dedicatoria|prefacio|introduccion|derechos de autor|sinopsis
|copertina|frontespizio|dedica|prefazione|introduzione|capa|folha de rosto|ficha tecnica|sumario|введение
|предисловие|обложка|титульныи лист|титул|содержание|оглавление|посвящение|аннотация|выходные данные|от автора
|от редакции|от переводчика|表紙|カバー|扉|大扉|目次|献辞|題辞|口絵|凡例|まえがき|前書き|はじめに|序文|封面|扉页
|书名页|版权|版权页|版权信息|版權頁|目录|目錄|献词|献给|题记|序言|前言|代序|自序|总序|内容简介|내용 소개|표지
|목차|차례|판권|서문|머리말|헌사|الغلاف|غلاف|صفحة العنوان|المحتويات|الفهرس|فهرس|حقوق النشر|اهداء|الاهداء|مقدمة
|المقدمة|تمهيد|okladka|spis tresci|strona tytulowa|dedykacja|wstep|omslag|titelpagina|inhoud|inhoudsopgave
|voorwoord|opdracht|colofon|תוכן|תוכן העניינים|תוכן עניינים|זכויות יוצרים|הקדמה|מבוא|הקדשה|כריכה|שער
|図表一覧|図一覧|表一覧
"""
_BACK_WORDS: Final = """
acknowledge?ments?|about the authors?|about the publisher|about the editors?|about the translator
|about the typeface|about this book|about this ebook|about standard ebooks|about the type|authors? note
|a note on the type|afterword|appendix|appendices|glossary|index|bibliography|further reading|references
|works cited|credits|colophon|uncopyright|permissions|also available|other books|reading group guide
|discussion questions|questions for discussion|back cover|advertisements?|transcribers? notes?|errata
|project gutenberg|suggestions for reading|remerciements|du meme auteur|a propos de lauteur|a propos de l auteur
|postface|bibliographie|annexes?|glossaire|quatrieme de couverture|danksagung|uber den autor|uber die autorin
|nachwort|anhang|literaturverzeichnis|glossar|agradecimientos|sobre el autor|sobre la autora|epilogo del autor
|apendice|bibliografia|glosario|ringraziamenti|lautore|l autore|postfazione|agradecimentos|sobre o autor|posfacio
|благодарности|об авторе|послесловие|приложение|приложения|словарь|глоссарии|библиография|奥付|あとがき|後書き
|著者紹介|著者略歴|作者紹介|解説|謝辞|訳者あとがき|底本|この文書について|致谢|鸣谢|关于作者|作者简介|后记|後記
|附录|附錄|跋|译后记|참고문헌|작가의 말|감사의 말|지은이|عن المولف|شكر|شكر وتقدير|المراجع|podziekowania|o autorze
|poslowie|dankwoord|over de auteur|nawoord|אחרית דבר|תודות|על המחבר|על המחברת|נספח|附属書|付録
"""
_NOTE_WORDS: Final = """
notes|footnotes|endnotes|end notes|notes and references|explanatory notes|notes de bas de page|anmerkungen
|fu(?:ss|ß)noten|endnoten|notas|note|note al testo|примечания|комментарии|сноски|注|注釈|註|脚注|訳注|注释|註釋
|注解|각주|미주|주석|الهوامش|هوامش|الحواشي|przypisy|noten
"""
_FRONT_STARTS: Final = (
    r"(?:praise for|copyright (?:©|\(c\)|\d)|all rights reserved|list of (?:maps|plates|figures|tables))"
)
_BACK_STARTS: Final = (
    r"(?:also by|about the author|other (?:books|titles|works) by|more (?:books )?(?:by|from)|books by|by the same author|"
    r"the full project gutenberg|(?:end of )?(?:the )?project gutenberg|sneak peek|preview of|an excerpt from|"
    r"(?:appendix|anhang|annexe|apendice|appendice|приложение) [a-z0-9]{1,4}\b|"
    r"acknowledge?ments? and|(?:newsletter|mailing list))"
)
_STORY_WORDS: Final = """
prologue|prolog|epilogue|epilog|prologo|epilogo|prologu|пролог|эпилог|プロローグ|エピローグ|序章|終章|序幕|尾声|尾聲|楔子
|引子|프롤로그|에필로그|פרולוג|אפילוג
"""


def _compile(words: str) -> re.Pattern[str]:
    folded = "|".join(fold_words(word) for word in words.replace("\n", "").split("|"))
    return re.compile(rf"(?:{folded})(?!\w)")


_STORY: Final = _compile(_STORY_WORDS)
_PATTERNS: Final = (
    (_compile(_NOTE_WORDS), SectionKind.NOTES),
    (_compile(_FRONT_WORDS), SectionKind.FRONT_MATTER),
    (_compile(_BACK_WORDS), SectionKind.BACK_MATTER),
)
_STARTS: Final = (
    (re.compile(_FRONT_STARTS), SectionKind.FRONT_MATTER),
    (re.compile(_BACK_STARTS), SectionKind.BACK_MATTER),
)
_APOSTROPHES: Final = str.maketrans("", "", "'’‘ʼ")


def find_kind_of_title(title: str) -> SectionKind | None:
    """What a title by itself says, None where it could be anything."""
    text = fold_words(title).translate(_APOSTROPHES).strip(" .:*~[]()—–-")
    if _STORY.match(text):
        return SectionKind.CHAPTER
    named = next((kind for pattern, kind in _PATTERNS if pattern.fullmatch(text)), None)
    return named or next((kind for pattern, kind in _STARTS if pattern.match(text)), None)


def find_kind_of_types(types: Iterable[str]) -> SectionKind | None:
    """What ``epub:type`` words say for certain, None where they only name a half of the book or nothing."""
    words = set(types)
    kinds = {_KINDS_OF_TYPES[word] for word in words if word in _KINDS_OF_TYPES}
    if SectionKind.NOTES in kinds:
        return SectionKind.NOTES
    if kinds:
        return min(kinds)  # back matter before front matter, which is only alphabetical: the words seldom meet
    if words & _STORY_TYPES:
        return SectionKind.CHAPTER
    if words & _EITHER_TYPES:
        return SectionKind.CHAPTER if "bodymatter" in words else SectionKind.FRONT_MATTER
    return None


def find_half(types: Iterable[str]) -> SectionKind | None:
    """The part of the book that ``epub:type`` names: front matter, back matter, or the body as ``CHAPTER``."""
    words = set(types)
    return next((kind for word, kind in _WEAK_TYPES.items() if word in words), None)


def find_kind_of_file(path: str) -> SectionKind | None:
    """What a file's name says, such as ``titlepage.xhtml``; only front and back matter and notes are recognised."""
    stem = path.rpartition("/")[2].rpartition(".")[0]
    words = re.sub(r"[\d_.\-\s]+", " ", stem).strip()
    kind = find_kind_of_title(words) if len(words) > 2 else None
    return None if kind is SectionKind.CHAPTER or words == "index" else kind
