"""ZIP archives that are the same byte for byte whenever they hold the same files."""

import io
import zipfile
from collections.abc import Iterable
from typing import BinaryIO, Final

from bot.exports.files import Download

_TIMESTAMP: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest that a ZIP archive can hold. A true time would make every archive differ."""
_READABLE_FILE: Final = 0o100644 << 16
_PACKED_SUFFIXES: Final = (".pdf", ".docx", ".zip")


def build_archive(files: Iterable[Download]) -> bytes:
    """The files in their order."""
    content = io.BytesIO()
    write_archive(content, files)
    return content.getvalue()


def write_archive(target: BinaryIO, files: Iterable[Download]) -> None:
    """Writes an archive; the files may be made one by one."""
    with zipfile.ZipFile(target, "w") as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.name, _TIMESTAMP)
            entry.external_attr = _READABLE_FILE
            entry.compress_type = zipfile.ZIP_STORED if is_packed(file.name) else zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.content)


def is_packed(name: str) -> bool:
    """Whether a file with this name is compressed already."""
    return name.endswith(_PACKED_SUFFIXES)
