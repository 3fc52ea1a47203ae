r"""Reads the text that ``pg_restore`` makes of a dump: which rows each table has.

A table is ``COPY public.events (seq, "timestamp", …) FROM stdin;``, a line for each row, and ``\.`` (PostgreSQL's documentation
of COPY, text format). Everything else is passed over.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

_COPY: Final = re.compile(r'COPY (?:\w+\.)?"?(\w+)"? \((.*)\) FROM stdin;\n?')
_END: Final = "\\.\n"
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_NULL: Final = "\\N"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the name of its table, and what its columns hold as text."""

    table: str
    columns: tuple[str, ...]
    line: str

    def to_values(self) -> dict[str, str | None]:
        """The values by the names of their columns."""
        fields = self.line.removesuffix("\n").split("\t")
        return {name: _decode(field) for name, field in zip(self.columns, fields, strict=True)}


def read_rows(lines: Iterable[str]) -> Iterator[Row]:
    """The rows of all tables, in the order of the text."""
    table, columns = "", tuple[str, ...]()
    for line in lines:
        if not table:
            found = _COPY.fullmatch(line)
            if found is not None:
                table = found[1]
                columns = tuple(name.strip().strip('"') for name in found[2].split(","))
        elif line == _END:
            table = ""
        else:
            yield Row(table, columns, line)


def _decode(field: str) -> str | None:
    if field == _NULL:
        return None
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), field) if "\\" in field else field
