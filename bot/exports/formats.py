"""The formats of a script's download, and what renders each of them."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from bot.exports import docx, fountain, markdown, pdf, script_json, ssml
from bot.exports.files import Download
from bot.exports.options import ExportOptions
from bot.exports.pack import production_pack
from bot.exports.sheet import ScriptSheet


class ExportFormat(StrEnum):
    """The formats by the value of the option ``format``."""

    MARKDOWN = "markdown"
    FOUNTAIN = "fountain"
    PDF = "pdf"
    DOCX = "docx"
    SSML = "ssml"
    SSML_GOOGLE = "ssml_google"
    SSML_AMAZON = "ssml_amazon"
    SSML_AZURE = "ssml_azure"
    JSON = "json"
    SEED = "seed"
    PACK = "pack"


_Renderer = Callable[[ScriptSheet, ExportOptions], Download]


def _without_options(render: Callable[[ScriptSheet], Download]) -> _Renderer:
    """The renderer of a format that is the same for every studio."""
    return lambda sheet, _options: render(sheet)


RENDERERS: Final[dict[ExportFormat, _Renderer]] = {
    ExportFormat.PDF: pdf.build_download,
    ExportFormat.DOCX: docx.build_download,
    ExportFormat.MARKDOWN: _without_options(markdown.build_download),
    ExportFormat.FOUNTAIN: _without_options(fountain.build_download),
    ExportFormat.SSML: _without_options(ssml.build_generic),
    ExportFormat.SSML_GOOGLE: _without_options(ssml.build_google),
    ExportFormat.SSML_AMAZON: _without_options(ssml.build_amazon),
    ExportFormat.SSML_AZURE: _without_options(ssml.build_azure),
    ExportFormat.JSON: _without_options(script_json.build_download),
    ExportFormat.SEED: _without_options(script_json.build_seed_download),
    ExportFormat.PACK: production_pack.build_download,
}
"""What makes the file; a format is offered where it is listed here. Each is a plain function that may take seconds, so it
runs in a thread."""
