"""A script as SSML for speech services (Speech Synthesis Markup Language, www.w3.org/TR/speech-synthesis11).

Every cue is a paragraph behind a mark with its number; who speaks and how stands in a comment, because nobody has chosen voices
yet. Sounds are marks with a pause as long as the estimate. Words of the lexicon are substituted. What the services document:

- Google Cloud Text-to-Speech (cloud.google.com/text-to-speech/docs/ssml and …/quotas): 5,000 bytes a request, tags included.
- Amazon Polly (docs.aws.amazon.com/polly/latest/dg/supportedtags.html, and its TextLengthExceededException): no ``<voice>``;
  marks come back as speech marks; a pause has at most 10 seconds; 6,000 characters a request, 200,000 as a task.
- Azure Speech (learn.microsoft.com, "SSML document structure and events"): SSML 1.0, ``<voice>`` required around everything,
  ``<bookmark mark>`` instead of ``<mark name>`` and not inside ``<p>``; a pause has at most 5 seconds; 10 minutes of audio a
  request.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from lxml import etree

from bot.ebooks.series_bible import LexiconWord
from bot.exports.conventions import format_clock, format_scene_title, format_sound, format_sound_label, format_speaker
from bot.exports.files import Download, build_file_name
from bot.exports.pls import XML_LANG, to_language_tag
from bot.exports.sheet import ScriptSheet
from bot.scripts.models import Cue
from bot.scripts.text_units import is_unspaced_character, to_single_line

SSML_NAMESPACE: Final = "http://www.w3.org/2001/10/synthesis"
_SCENE_PAUSE: Final = 1.0  # seconds before each scene but the first
_Substitute = Callable[[etree._Element, str], None]  # noqa: SLF001 - the only name that lxml has for an element's type


@dataclass(frozen=True, slots=True)
class SpeechService:
    """What one service takes.

    ``voice`` is a documented voice that stands for a person's choice where the service requires one. ``limit`` is how much one
    request may hold, as part of a sentence.
    """

    name: str
    version: str = "1.1"
    mark: tuple[str, str] = ("mark", "name")
    longest_pause: float = 10.0
    voice: str = ""
    limit: str = ""


GENERIC: Final = SpeechService("")
GOOGLE: Final = SpeechService("google", limit="Google takes 5,000 bytes in one request")
AMAZON: Final = SpeechService(
    "amazon", limit="Amazon takes 6,000 characters in one request, 200,000 in a synthesis task"
)
AZURE: Final = SpeechService(
    "azure",
    version="1.0",
    mark=("bookmark", "mark"),
    longest_pause=5.0,
    voice="en-US-AvaMultilingualNeural",
    limit="Azure makes 10 minutes of audio in one request",
)


def build_download(service: SpeechService, sheet: ScriptSheet) -> Download:
    """The script as an ``.xml`` file, with what a person must know before it is sent."""
    stored, script = sheet.stored, sheet.script
    parts = (stored.ebook_id, f"ch{stored.chapter_number}", f"v{stored.version}", script.title, "ssml", service.name)
    notes = ["The comments say who speaks; choose a voice for each."]
    if service.voice:
        notes.append(f"Every line has the voice {service.voice}, which only stands for your own choice.")
    if service.limit:
        notes.append(f"{service.limit}: send longer scripts in pieces, cut between paragraphs.")
    return Download(build_file_name(*parts, ending="xml"), render_ssml(sheet, service), tuple(notes))


def render_ssml(sheet: ScriptSheet, service: SpeechService) -> bytes:
    """The script as an SSML document."""
    root = etree.fromstring(f'<speak xmlns="{SSML_NAMESPACE}" version="{service.version}"/>')
    root.set(XML_LANG, to_language_tag(sheet.language))
    root.text = "\n"
    body = _add(root, "voice", {"name": service.voice}) if service.voice else root
    body.text = "\n"
    substitute = _prepare_substitution(sheet.lexicon)
    _comment(body, f"{to_single_line(sheet.script.title)}, script {sheet.stored.id}, version {sheet.stored.version}")
    for scene in sheet.scenes:
        if sheet.script.scenes:
            if scene is not sheet.scenes[0]:
                _pause(body, _SCENE_PAUSE)
            _comment(body, format_scene_title(scene.scene, sheet.language))
        for cue in scene.cues:
            _add_cue(body, cue, sheet, service, substitute)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _add_cue(
    body: etree._Element,
    cue: Cue,
    sheet: ScriptSheet,
    service: SpeechService,
    substitute: _Substitute,
) -> None:
    direction = f" ({to_single_line(cue.direction)})" if cue.direction else ""
    if cue.kind.is_spoken:
        _comment(body, f"{cue.n}. {format_speaker(cue.speaker, sheet.language)}{direction}")
    else:
        _comment(
            body,
            f"{cue.n}. {format_sound_label(sheet, cue)}: {format_sound(cue, sheet.language)}, {format_clock(cue.seconds)}",
        )
    element, attribute = service.mark
    _add(body, element, {attribute: f"cue-{cue.n}"})
    if cue.kind.is_spoken:
        substitute(_add(body, "p"), to_single_line(cue.text))
    else:
        _pause(body, min(cue.seconds, service.longest_pause))


def _prepare_substitution(words: Iterable[LexiconWord]) -> _Substitute:
    """What fills a paragraph with a text, in which each word of the lexicon is a ``<sub>``; the longest word wins."""
    aliases = {to_single_line(word.spelling).casefold(): to_single_line(word.pronunciation) for word in words}
    spellings = sorted((each for each in aliases if each and aliases[each]), key=len, reverse=True)
    pattern = re.compile("|".join(map(_match_word, spellings)) or "(?!)", re.IGNORECASE)

    def fill(paragraph: etree._Element, text: str) -> None:
        end = 0
        last: etree._Element | None = None
        for match in pattern.finditer(text):
            alias = aliases.get(match[0].casefold())
            if alias is None:
                continue
            _append_text(paragraph, last, text[end : match.start()])
            last = etree.SubElement(paragraph, f"{{{SSML_NAMESPACE}}}sub", alias=alias)
            last.text = match[0]
            end = match.end()
        _append_text(paragraph, last, text[end:])

    return fill


def _append_text(paragraph: etree._Element, last: etree._Element | None, text: str) -> None:
    if last is None:
        paragraph.text = text
    else:
        last.tail = text


def _match_word(spelling: str) -> str:
    """A pattern for the whole word; a word of a script without spaces may stand anywhere."""
    begin = "" if is_unspaced_character(spelling[0]) else r"(?<!\w)"
    end = "" if is_unspaced_character(spelling[-1]) else r"(?!\w)"
    return f"{begin}{re.escape(spelling)}{end}"


def _add(parent: etree._Element, name: str, attributes: Mapping[str, str] | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{SSML_NAMESPACE}}}{name}", dict(attributes or {}))
    element.tail = "\n"
    return element


def _pause(body: etree._Element, seconds: float) -> None:
    _add(body, "break", {"time": f"{round(seconds * 1_000)}ms"})


def _comment(body: etree._Element, text: str) -> None:
    """A comment. Two hyphens in a row, or one at the end, would end it."""
    comment = etree.Comment(f" {re.sub('-(?=-)', '- ', text)} ")
    comment.tail = "\n"
    body.append(comment)


build_generic = partial(build_download, GENERIC)
build_google = partial(build_download, GOOGLE)
build_amazon = partial(build_download, AMAZON)
build_azure = partial(build_download, AZURE)
