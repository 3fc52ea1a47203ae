"""The formats of a script's download, and what renders each of them."""

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from bot.exports import docx, fountain, markdown, script_json, ssml
from bot.exports.files import Download
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


RENDERERS: Final[dict[ExportFormat, Callable[[ScriptSheet], Download]]] = {
    ExportFormat.DOCX: docx.build_download,
    ExportFormat.MARKDOWN: markdown.build_download,
    ExportFormat.FOUNTAIN: fountain.build_download,
    ExportFormat.SSML: ssml.build_generic,
    ExportFormat.SSML_GOOGLE: ssml.build_google,
    ExportFormat.SSML_AMAZON: ssml.build_amazon,
    ExportFormat.SSML_AZURE: ssml.build_azure,
    ExportFormat.JSON: script_json.build_download,
    ExportFormat.SEED: script_json.build_seed_download,
    ExportFormat.PACK: production_pack.build_download,
}
"""What makes the file; a format is offered where it is listed here. Each is a plain function that may take seconds, so it
runs in a thread."""
